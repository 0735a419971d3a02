// LATS on trees computed by hand, and reflection: failed ends are written anew after what was said of them.
import { describe, expect, it } from 'vitest'
import { type Table, tableTree } from '../../testing/table-tree.ts'
import type { Evaluator } from '../evaluator.ts'
import type { Proposer } from '../proposer.ts'
import { search } from '../search.ts'
import { type LatsOptions, lats } from './lats.ts'

// 'a' looks better, 'b' leads to the better end.
const table: Table = {
  a: { value: 0.8, prior: 0.75 },
  b: { value: 0.6, prior: 0.25 },
  ax: { value: 0.2 },
  bx: { value: 0.9 },
}

const run = (options: LatsOptions, expansions?: number, of: Table = table) =>
  search({ ...tableTree(of), searcher: lats(options), ...(expansions === undefined ? {} : { budget: { expansions } }) })

describe('lats', () => {
  it('values children by judge and self-consistency, and averages the end of a simulation into all above it', async () => {
    const { tree } = await run({}, 2)
    const [a, b] = tree.children(0) as [number, number]
    // First values (0.8 + 0.75) / 2 and (0.6 + 0.25) / 2; a is simulated to 'ax', worth 0.2.
    expect(tree.mean(a)).toBeCloseTo((0.775 + 0.2) / 2, 12)
    expect(tree.mean(b)).toBeCloseTo(0.425, 12)
    expect([tree.visits[0], tree.mean(0)]).toEqual([1, 0.2])
  })

  it('believes the judge alone with consistency 0', async () => {
    const { tree } = await run({ consistency: 0 }, 1)
    expect(tree.children(0).map((node) => tree.mean(node))).toEqual([0.8, 0.6])
  })

  it('goes on elsewhere when the best child disappoints', async () => {
    // After 'ax' a is worth (0.775 + 0.2) / 2 = 0.4875 and b 0.425; nothing is left below a, so b is next.
    const { tree, answer, stopped } = await run({ simulation: 'levels' })
    expect({ answer, stopped }).toEqual({ answer: 'bx', stopped: 'exhausted' })
    expect(tree.size).toBe(5)
  })

  it('without simulation counts the values of new children', async () => {
    const { tree } = await run({ simulation: 'none', consistency: 0 }, 1)
    expect([tree.visits[0], tree.mean(0)]).toEqual([2, 0.7])
  })

  it('stops at the first certain answer', async () => {
    const { answer, stopped } = await run({}, undefined, { ...table, bx: { value: 1, certain: true } })
    expect({ answer, stopped }).toEqual({ answer: 'bx', stopped: 'solved' })
  })

  it('refuses games for two, and settings that it does not know', async () => {
    await expect(search({ ...tableTree(table, { players: 2 }), searcher: lats() })).rejects.toMatchObject({ code: 'E_SEARCHER_PLAYERS' })
    expect(() => lats({ reflections: -1 })).toThrow(expect.objectContaining({ code: 'E_SEARCHER_SETTING' }))
  })
})

describe('reflection', () => {
  // Whoever is told "say y" says y.
  const ends: Table = { a: {}, aw: { value: 0, certain: true, critique: 'say y' }, ay: { value: 1, certain: true }, av: { value: 0.5 } }
  const parts = tableTree(ends)
  const heard: (string | undefined)[] = []
  const proposer: Proposer<string, string> = {
    name: 'told',
    propose: (requests) =>
      requests.map(({ node, feedback }) => {
        heard.push(feedback)
        if (feedback !== undefined) return { candidates: [{ action: 'y' }] }
        return { candidates: node.state === '' ? [{ action: 'a' }] : node.state === 'a' ? [{ action: 'w' }] : [] }
      }),
  }

  it('writes a failed end anew with its critique as feedback', async () => {
    heard.length = 0
    const { answer, tree, node, solved } = await search({ ...parts, proposer, searcher: lats(), budget: { expansions: 3 } })
    expect({ answer, solved }).toEqual({ answer: 'ay', solved: true })
    expect(tree.revision(node!)).toBe(1)
    expect(heard).toEqual([undefined, undefined, 'say y'])
    // 0 of the failed end and 1 of the new one.
    expect([tree.visits[0], tree.mean(0)]).toEqual([2, 0.5])
  })

  it('does so as often as it is told, and not for ends that are only unsolved when it is for dead ones', async () => {
    heard.length = 0
    await search({ ...parts, proposer, searcher: lats({ reflections: 0 }), budget: { expansions: 6 } })
    expect(heard.filter((feedback) => feedback !== undefined)).toEqual([])
    // Every answer is refused: one failed end is written anew three times.
    heard.length = 0
    const refusing: Evaluator<string, string> = {
      name: 'refusing',
      range: [0, 1],
      evaluate: (groups) =>
        groups.map((group) => group.map(({ terminal }) => (terminal ? { value: 0, certain: true, critique: 'no' } : { value: 0.5 }))),
    }
    const refused = await search({ ...parts, evaluator: refusing, proposer, searcher: lats({ reflections: 3 }), budget: { expansions: 5 } })
    expect(heard.filter((feedback) => feedback !== undefined)).toEqual(['no', 'no', 'no'])
    expect(refused.solved).toBe(false)
    heard.length = 0
    const doubting: Evaluator<string, string> = {
      ...refusing,
      evaluate: (groups) => groups.map((group) => group.map(() => ({ value: 0.3, critique: 'hm' }))),
    }
    await search({ ...parts, evaluator: doubting, proposer, searcher: lats({ reflectOn: 'dead' }), budget: { expansions: 6 } })
    expect(heard.filter((feedback) => feedback !== undefined)).toEqual([])
  })

  it('keeps the best answer as it is while nobody is certain that it is wrong', async () => {
    // Two ends, 0.5 and 0.3, neither certain: the worse one is written anew.
    const two: Table = { a: { value: 0.5, critique: 'longer' }, b: { value: 0.3, critique: 'shorter' }, c: { value: 0.4 } }
    const listed = tableTree(two)
    const asked: string[] = []
    const { tree, answer } = await search({
      ...listed,
      proposer: {
        name: 'told',
        propose: (requests) =>
          requests.map(({ node, feedback, siblings }) => {
            if (feedback === undefined) return { candidates: siblings.length > 0 ? [] : [{ action: 'a' }, { action: 'b' }] }
            asked.push(`${node.action}: ${feedback}`)
            return { candidates: [{ action: 'c' }] }
          }),
      },
      searcher: lats(),
      budget: { expansions: 4 },
    })
    expect(asked).toEqual(['b: shorter'])
    expect(answer).toBe('a')
    expect(tree.children(0).map((node) => tree.action(node))).toEqual(['a', 'c'])
  })
})
