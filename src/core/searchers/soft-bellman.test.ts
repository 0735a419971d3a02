// Trees of samples on tables computed by hand.
import { describe, expect, it } from 'vitest'
import { tableTree } from '../../testing/table-tree.ts'
import type { Proposer } from '../proposer.ts'
import { Random } from '../random.ts'
import { search } from '../search.ts'
import { Tree } from '../tree.ts'
import { backUp, soft } from './backup.ts'
import { boltzmannDescent, type SoftBellmanOptions, softBellman } from './soft-bellman.ts'

/** Ends below a are worth ln 4 and ln 2, below b ln 1: with equal chances π ∝ 4 : 2 : 1 : 1 at temperature 1. */
const table = {
  a: {},
  b: {},
  ac: { value: Math.log(4) },
  ad: { value: Math.log(2) },
  bc: { value: 0 },
  bd: { value: 0 },
}

/** Draws one action of the table, whatever was drawn before. */
const sampler: Proposer<string, string> = {
  name: 'sampler',
  reproducible: 'exact',
  propose: (requests, { random }) =>
    requests.map(({ node }) => ({ candidates: [{ action: (node.state === '' ? 'ab' : 'cd')[random.below(2)]! }] })),
}

const run = (options: SoftBellmanOptions, chains: number, more: { seed?: number; concurrency?: number } = {}) =>
  search({
    ...tableTree(table, { range: [0, 2] }),
    proposer: sampler,
    searcher: softBellman({ depth: 2, ...options }),
    budget: { expansions: 2 * chains },
    ...more,
  })

describe('soft backup', () => {
  const parentOf = (values: readonly number[]) => {
    const tree = new Tree()
    const step = { state: '', reward: 0, terminal: false }
    tree.addRoot('')
    tree.offerListed(
      0,
      values.map((_, at) => at),
    )
    for (const at of values.keys()) tree.addChild(0, at, step)
    return tree
  }
  it('of ln 4 and ln 2 at temperature 1 is ln 3', () => {
    const tree = parentOf([Math.log(4), Math.log(2)])
    backUp(tree, 1, Math.log(4), soft(1))
    expect(tree.mean(0)).toBeCloseTo(Math.log(4), 12)
    backUp(tree, 2, Math.log(2), soft(1))
    expect(tree.mean(0)).toBeCloseTo(Math.log(3), 12)
    expect(tree.visits[0]).toBe(2)
  })
  it('is the greatest at temperature 0 and the mean at infinity, of numbers of any size', () => {
    for (const [temperature, wanted] of [
      [1e-6, 1001],
      [1e6, 1000],
    ] as const) {
      const tree = parentOf([999, 1001])
      backUp(tree, 1, 999, soft(temperature))
      backUp(tree, 2, 1001, soft(temperature))
      expect(tree.mean(0)).toBeCloseTo(wanted, 4)
    }
  })
})

describe('soft-bellman', () => {
  it('makes room by base · N^power: 2 · N^0 = 2 children, then chains go deeper; 2 · N always has room', async () => {
    const { tree } = await run({ widening: { base: 2, power: 0 } }, 4)
    expect(tree.children(0)).toHaveLength(2)
    // Two chains of two steps; then chains of one step below their first states.
    expect(tree.visits[0]).toBe(6)
    const wide = await run({ widening: { base: 2, power: 1 } }, 4)
    expect(wide.tree.children(0)).toHaveLength(4)
  })

  it('keeps every state of a chain, and values them by the soft Bellman equation', async () => {
    const { tree } = await run({}, 200)
    for (let node = 0; node < tree.size; node++) {
      const values = tree.children(node).map((child) => tree.mean(child))
      if (values.length === 0) continue
      const wanted = Math.log(values.reduce((sum, value) => sum + Math.exp(value), 0) / values.length)
      expect(tree.mean(node)).toBeCloseTo(wanted, 10)
    }
  })

  it('samples p(x) · exp(reward): 4 : 2 : 1 : 1', async () => {
    const { tree } = await run({}, 2000)
    const random = new Random(1)
    const draw = boltzmannDescent(tree as Tree)
    const counts: Record<string, number> = {}
    const draws = 20_000
    for (let at = 0; at < draws; at++) {
      const end = tree.state(draw(random)) as string
      counts[end] = (counts[end] ?? 0) + 1 / draws
    }
    for (const [end, share] of [
      ['ac', 4 / 8],
      ['ad', 2 / 8],
      ['bc', 1 / 8],
      ['bd', 1 / 8],
    ] as const)
      expect(Math.abs(counts[end]! - share)).toBeLessThan(0.06)
    // The soft value of the root: ln E exp(reward) = ln((4 + 2 + 1 + 1) / 4).
    expect(Math.abs(tree.mean(0) - Math.log(2))).toBeLessThan(0.05)
  })

  it('looks for the best with UCT: the tree leans to a, whose best end is the answer', async () => {
    const { tree, answer } = await run({ selection: 'uct', exploration: 0.3, backup: 'max', widening: { base: 2, power: 0.3 } }, 100)
    expect(answer).toBe('ac')
    const visits = (action: string) =>
      tree
        .children(0)
        .filter((child) => tree.action(child) === action)
        .reduce((sum, child) => sum + tree.visits[child]!, 0)
    expect(visits('a')).toBeGreaterThan(visits('b'))
  })

  it('takes rewards of the environment where there is no evaluator', async () => {
    const { environment } = tableTree(table)
    const { tree, value } = await search({
      environment: { ...environment, step: (...args) => ({ ...(environment.step(...args) as never as object), reward: 0.5 }) as never },
      task: null,
      proposer: sampler,
      searcher: softBellman({ evaluate: null, depth: 2 }),
      budget: { expansions: 8 },
    })
    expect([value, tree.mean(0)]).toEqual([0.5, 0.5])
  })

  it('refuses settings that cannot be', () => {
    expect(() => softBellman({ temperature: 0 })).toThrow(expect.objectContaining({ code: 'E_SEARCHER_SETTING' }))
    expect(() => softBellman({ widening: { base: 0, power: 1 } })).toThrow(expect.objectContaining({ code: 'E_SEARCHER_SETTING' }))
    expect(() => boltzmannDescent(emptyTree())).toThrow(expect.objectContaining({ code: 'E_TREE_EMPTY' }))
  })
})

function emptyTree(): Tree {
  const tree = new Tree()
  tree.addRoot('')
  return tree
}
