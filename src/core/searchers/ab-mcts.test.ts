// AB-MCTS: what goes on from where, which proposer is asked, and which settings are refused. Its choices are checked against TreeQuest's elsewhere.
import { describe, expect, it } from 'vitest'
import type { Environment } from '../environment.ts'
import type { Evaluator } from '../evaluator.ts'
import type { Proposer } from '../proposer.ts'
import { Random } from '../random.ts'
import { search } from '../search.ts'
import type { Searcher } from '../searcher.ts'
import { Tree } from '../tree.ts'
import { abMctsA } from './ab-mcts-a.ts'
import { abMctsM } from './ab-mcts-m.ts'

interface Draft {
  readonly by: string
  readonly depth: number
  /** Which of the drafts of its proposer it is. */
  readonly number: number
}

/** Drafts that can be gone on from for ever, or, where `ends`, whole answers. */
const drafts = (ends: boolean): Environment<Draft, Draft, null, string> => ({
  name: 'drafts',
  initial: () => ({ by: '', depth: 0, number: 0 }),
  step: ({ depth }, draft) => ({ state: { ...draft, depth: depth + 1 }, reward: 0, terminal: ends }),
  answer: ({ by }) => by || undefined,
  render: ({ by, number }) => `${by} ${number}`,
})

const worth: Readonly<Record<string, number>> = { good: 0.8, fair: 0.5, bad: 0.1 }

/** Its proposer's worth, and a little that differs from draft to draft. */
const evaluator: Evaluator<Draft, Draft> = {
  name: 'worth',
  range: [0, 1],
  reproducible: 'exact',
  evaluate: (groups) => groups.map((group) => group.map(({ state }) => ({ value: worth[state.by]! + ((state.number * 7) % 11) / 100 }))),
}

function drafting(by: string): Proposer<Draft, Draft> {
  let number = 0
  return {
    name: by,
    reproducible: 'exact',
    atMost: () => ({}),
    propose: (requests) => requests.map(() => ({ candidates: [{ action: { by, depth: 0, number: number++ } }] })),
  }
}

async function grown(searcher: Searcher, { ends = false, nodes = 60, seed = 1 } = {}): Promise<Tree<Draft, Draft>> {
  const proposer = { default: drafting('fair'), good: drafting('good'), bad: drafting('bad') }
  const { tree } = await search({ environment: drafts(ends), task: null, proposer, evaluator, searcher, budget: { nodes }, seed })
  return tree
}

/** How many drafts each proposer made. */
function made(tree: Tree<Draft, Draft>): Record<string, number> {
  const counts: Record<string, number> = { good: 0, bad: 0 }
  for (let node = 1; node < tree.size; node++) counts[tree.state(node).by] = (counts[tree.state(node).by] ?? 0) + 1
  return counts
}

const variants = [
  { name: 'ab-mcts-a', make: abMctsA },
  { name: 'ab-mcts-m', make: abMctsM },
] as const

describe.each(variants)('$name', ({ make }) => {
  it('grows both wide and deep', async () => {
    const tree = await grown(make(), { nodes: 80 })
    expect(tree.size).toBe(81)
    expect(tree.children(0).length).toBeGreaterThan(1)
    expect(tree.children(0).length).toBeLessThan(80)
    expect(Math.max(...tree.depth.subarray(0, tree.size))).toBeGreaterThan(2)
  })

  it('does not go on from finished answers: only their parent gets more children', async () => {
    const tree = await grown(make(), { ends: true, nodes: 20 })
    expect(tree.children(0)).toHaveLength(20)
  })

  it('goes on from finished answers too, where it may', async () => {
    const tree = await grown(make({ from: 'unsolved' }), { ends: true, nodes: 40 })
    expect(tree.children(0).length).toBeLessThan(40)
  })

  it.each(['thompson', 'ucb'] as const)('asks the better of two proposers more often, by %s', async (among) => {
    const counts = { good: 0, bad: 0 }
    for (let seed = 0; seed < 4; seed++) {
      const { good = 0, bad = 0 } = made(await grown(make({ propose: ['bad', 'good'], among }), { seed }))
      counts.good += good
      counts.bad += bad
    }
    expect(counts.good + counts.bad).toBe(240)
    expect(counts.good).toBeGreaterThan(1.5 * counts.bad)
    expect(counts.bad).toBeGreaterThan(0)
  })

  it('is refused settings that it does not know, or that are out of range', () => {
    for (const options of [
      { width: 2 },
      { branching: 0 },
      { propose: [] },
      { propose: ['a', 'a'] },
      { among: 'chance' },
      { prior: { mean: 'high' } },
    ])
      expect(() => make(options as object)).toThrow(expect.objectContaining({ code: 'E_SEARCHER_SETTING' }))
  })
})

describe('ab-mcts-a', () => {
  it('takes scores in [0, 1] alone for a beta posterior', async () => {
    const wide: Evaluator<Draft, Draft> = {
      ...evaluator,
      range: [0, 2],
      evaluate: (groups) => groups.map((group) => group.map(() => ({ value: 2 }))),
    }
    const options = { environment: drafts(false), task: null, proposer: drafting('fair'), evaluator: wide, budget: { nodes: 3 } }
    await expect(search({ ...options, searcher: abMctsA({ posterior: 'beta' }) })).rejects.toThrow(
      expect.objectContaining({ code: 'E_SEARCHER_SCORE' }),
    )
  })

  it('refuses expected means of proposers that it does not have', () => {
    expect(() => abMctsA({ propose: ['good'], expected: { bad: 1 } })).toThrow(expect.objectContaining({ code: 'E_SEARCHER_SETTING' }))
  })
})

describe('ab-mcts-m', () => {
  /** How often it goes below the root, whose first child has four scores of 0.9, the second 0.2 alone. */
  function belowFirst(searcher: Searcher): number {
    const tree = new Tree()
    tree.addRoot('')
    const memory = searcher.start(tree)
    const evaluations = [
      [0, 0.9],
      [1, 0.9],
      [2, 0.9],
      [3, 0.9],
      [0, 0.2],
    ] as const
    for (const [at, value] of evaluations) {
      tree.offer(at, [{ action: '' }])
      const node = tree.addChild(at, tree.blockSize[at]! - 1, { state: '', reward: 0, terminal: false })
      searcher.tell(tree, memory, {
        trial: { id: 0, kind: 'expand', node: at, propose: { count: 1 }, step: true },
        status: 'ok',
        node: at,
        nodes: [node],
        offered: 1,
        evaluations: [{ value }],
        value,
        usage: {},
      })
    }
    const random = new Random(3, 'pruning')
    let below = 0
    for (let draw = 0; draw < 200; draw++) {
      const [work] = searcher.ask(tree, memory, 1, random)
      if (work?.kind === 'expand' && work.node > 0 && work.node < 5) below++
    }
    return below
  }

  it('leaves a subtree alone that brings one score again and again', () => {
    expect(belowFirst(abMctsM({ prune: null }))).toBeGreaterThan(80)
    expect(belowFirst(abMctsM())).toBe(0)
    expect(belowFirst(abMctsM({ prune: { size: 5 } }))).toBeGreaterThan(80)
  })

  it('refuses priors and pruning that are none', () => {
    for (const options of [{ prior: { between: 0 } }, { prior: { width: 1 } }, { prune: { size: 0 } }])
      expect(() => abMctsM(options as object)).toThrow(expect.objectContaining({ code: 'E_SEARCHER_SETTING' }))
  })
})
