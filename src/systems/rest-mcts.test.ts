// The system, and its searcher by hand.
import { describe, expect, it } from 'vitest'
import { testSystem } from '../experiments/testing/test-system.ts'
import type { StepValueRow } from '../learning/data/index.ts'
import { searchGivenTree } from '../testing/given-tree.ts'
import { testSearcher } from '../testing/test-searcher.ts'
import { pathExamples } from './rest-mcts/value-net.ts'
import { restMcts, restMctsSystem } from './rest-mcts.ts'

testSystem(restMctsSystem, new URL('./rest-mcts.ts', import.meta.url))
testSearcher({ name: 'rest-mcts', create: () => restMcts({ branching: 2, rollSteps: 2 }) })
testSearcher({ name: 'rest-mcts without rolls', create: () => restMcts({ rollSteps: 0, gate: null }) })

describe('examples of a tree', () => {
  it('are its paths to last states, with a target at each state that has a value', () => {
    const problem = { start: 4, clauses: [] }
    const row = (value: number, ...steps: string[]) =>
      ({ source: { runId: 'r', node: 0, task: 't' }, steps, value }) as never as StepValueRow
    const [first, second] = pathExamples([row(0.5, '+ 1 5'), row(1, '+ 1 5', '+ 2 7'), row(0, '+ 1 5', '- 2 3')], () => problem)
    // A prompt of 4 + 18 words and a separator, then four tokens a step, the last of which is a separator.
    expect([...(first!.tokens as Int32Array)].length).toBe(23 + 8)
    expect(first).toMatchObject({ places: [26, 30], targets: [0.5, 1] })
    expect(second).toMatchObject({ places: [26, 30], targets: [0.5, 0] })
  })
})

describe('MCTS*', () => {
  // c is finished; the best child of the root is a, its roll goes to aa.
  const tree = { a: 0.6, b: 0.5, c: 0.2, aa: 0.3, ab: 0.4, ba: 0.8, bb: 0.1, aaa: 0.35, baa: 0.95 }
  it('rolls from the best child, one sample a step: a has 0.5 · 0.6 + 0.5 · max(0.6, 0.3, 0.35)', async () => {
    const { asked, result } = await searchGivenTree(restMcts({ branching: 3, rollSteps: 2, gate: null }), tree, {
      budget: { expansions: 3 },
    })
    expect(asked).toEqual(['·×3', 'a×1', 'aa×1'])
    const [root] = [result.tree.root]
    expect(result.tree.visits[root]).toBe(1)
    expect(result.tree.mean(root)).toBeCloseTo(0.6, 12)
  })
  it('goes to the best child without a visit before those with one, and takes the weighted mean of children', async () => {
    const { asked, result } = await searchGivenTree(restMcts({ branching: 3, rollSteps: 1, gate: null }), tree, {
      budget: { expansions: 4 },
    })
    // a is rolled to aa (0.6 stays); then b (0.5 + 1) comes before a; of its children ba is rolled to baa: 0.5 · 0.8 + 0.5 · 0.95.
    expect(asked).toEqual(['·×3', 'a×1', 'b×3', 'ba×1'])
    expect(result.tree.mean(result.tree.root)).toBeCloseTo((0.6 + 0.875) / 2, 12)
  })
  it('ends at a finished state of great value', async () => {
    const { best, result } = await searchGivenTree(restMcts({ branching: 3, rollSteps: 1 }), tree, { budget: { expansions: 50 } })
    expect(best).toBe('baa')
    expect(result.stopped).toBe('converged')
  })
  it('refuses settings out of range', () => expect(() => restMcts({ rollWeight: 2 })).toThrow(/from 0 to 1/))
})
