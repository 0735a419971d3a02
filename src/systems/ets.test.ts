// The system, and its pieces by hand.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { search } from '../core/search.ts'
import type { Tree } from '../core/tree.ts'
import { testSystem } from '../experiments/testing/test-system.ts'
import { searchGivenTree } from '../testing/given-tree.ts'
import { cacheTokens } from './ets/cache-tokens.ts'
import { clusters, hashedVector } from './ets/clusters.ts'
import { keptLeaves, type Leaf } from './ets/kept-leaves.ts'
import { ets } from './ets/searcher.ts'
import { zeroOneSolver } from './ets/zero-one.ts'
import { etsSystem } from './ets.ts'

const solve = await zeroOneSolver()

testSystem(etsSystem, new URL('./ets.ts', import.meta.url))

describe('clusters', () => {
  it('join texts that are the same, and none that differ', () => {
    expect(
      clusters(
        ['+ 3 5', '- 3 1', '+ 3 5', 'has 9 2'].map((text) => hashedVector(text)),
        0.05,
      ),
    ).toEqual([0, 1, 0, 2])
  })
  it('join by the mean distance: a and b are 0.1 apart, c is 0.3 and 0.5 from them, 0.4 in the mean', () => {
    const angle = (degrees: number) => Float64Array.of(Math.cos(degrees), Math.sin(degrees))
    // Cosine distances of angles: 1 − cos.
    const [a, b, c] = [angle(0), angle(-Math.acos(0.9)), angle(Math.acos(0.7))]
    expect(clusters([a, b, c], 0.2)).toEqual([0, 0, 1])
    expect(clusters([a, b, c], 2)).toEqual([0, 0, 0])
  })
})

describe('kept leaves', () => {
  // Two leaves below node 1, one below node 2; each node costs λ_b / 5.
  const leaves: Leaf[] = [
    { share: 0.5, path: [1], cluster: 0 },
    { share: 0.3, path: [1], cluster: 0 },
    { share: 0.2, path: [2], cluster: 1 },
  ]
  it('cost more than they are worth where they need a node of their own: 0.2 − 2/5 < 0', () => {
    expect(keptLeaves(leaves, { budget: 1, diversity: 0 }, solve)).toEqual([true, true, false])
  })
  it('are kept for a meaning that no other has: 0.2 − 2/5 + 1.5/2 > 0', () => {
    expect(keptLeaves(leaves, { budget: 1, diversity: 1.5 }, solve)).toEqual([true, true, true])
  })
  it('are one at least, whatever nodes cost, and all where they cost nothing', () => {
    expect(keptLeaves(leaves, { budget: 100, diversity: 0 }, solve)).toEqual([true, false, false])
    expect(keptLeaves(leaves, { budget: 0, diversity: 0 }, solve)).toEqual([true, true, true])
  })
  it('are as good as the best of all choices', () => {
    const leaf = fc.record({
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      path: fc.uniqueArray(fc.integer({ min: 0, max: 3 }), { maxLength: 3 }),
      cluster: fc.integer({ min: 0, max: 2 }),
    })
    fc.assert(
      fc.property(
        fc.array(leaf, { minLength: 2, maxLength: 6 }),
        fc.double({ min: 0, max: 3, noNaN: true }),
        fc.double({ min: 0, max: 3, noNaN: true }),
        (given, budget, diversity) => {
          const kept = keptLeaves(given, { budget, diversity }, solve)
          const nodes = new Set(given.flatMap(({ path }) => path)).size
          const meanings = new Set(given.map(({ cluster }) => cluster)).size
          const worth = (chosen: readonly boolean[]) => {
            const mine = given.filter((_, at) => chosen[at])
            const used = mine.length + new Set(mine.flatMap(({ path }) => path)).size
            const covered = new Set(mine.map(({ cluster }) => cluster)).size
            return (
              mine.reduce((sum, { share }) => sum + share, 0) - (budget * used) / (given.length + nodes) + (diversity * covered) / meanings
            )
          }
          const all = Array.from({ length: 2 ** given.length - 1 }, (_, at) => given.map((__, bit) => (((at + 1) >> bit) & 1) === 1))
          expect(worth(kept)).toBeCloseTo(Math.max(...all.map(worth)), 5)
        },
      ),
      { numRuns: 40 },
    )
  })
})

describe('the cache', () => {
  it('holds what was drawn twice once: a and b at depth 1, ax and bx with them at depth 2', async () => {
    const drawn = ['a', 'a', 'b', 'a']
    const { tree } = await search({
      environment: {
        name: 'letters',
        initial: () => '',
        step: (state: string, action: string) => ({ state: state + action, reward: 0, terminal: state.length === 2 }),
        answer: (state: string) => state,
        render: (state: string) => state,
      },
      task: {},
      proposer: {
        name: 'drawn',
        reproducible: 'exact',
        propose: (requests) =>
          requests.map(({ node, count }) => ({
            candidates: Array.from({ length: count }, (_, at) => ({
              action: node.state === '' ? drawn[at]! : 'x',
              tokens: { ids: [1, 2], model: 'drawn' },
            })),
          })),
      },
      evaluator: {
        name: 'same',
        reproducible: 'exact',
        range: [0, 1],
        evaluate: (groups) => groups.map((group) => group.map(() => ({ value: 0.5 }))),
      },
      searcher: ets(solve, { width: 4, budgetWeight: 0 }),
    })
    // Two tokens each: (2 · 2 + 4 · 2) / 2.
    expect(cacheTokens(tree as Tree)).toBe(6)
  })
})

describe('ETS', () => {
  const tree = { a: 0.9, b: 0.5, c: 0.1, aa: 0.4, ab: 0.8, ba: 0.6, ca: 0.9 }
  it('is REBASE where nodes cost nothing', async () => {
    const { asked } = await searchGivenTree(ets(solve, { width: 3, temperature: 0.5, budgetWeight: 0 }), tree)
    expect(asked.slice(0, 3)).toEqual(['·×3', 'a×2', 'b×1'])
  })
  it('gives all of the width to one state where nodes are dear', async () => {
    const { asked } = await searchGivenTree(ets(solve, { width: 3, temperature: 0.5, budgetWeight: 50, diversityWeight: 0 }), tree)
    expect(asked.slice(0, 2)).toEqual(['·×3', 'a×3'])
  })
  it('refuses settings out of range', () => {
    expect(() => ets(solve, { temperature: 0 })).toThrow(/above 0/)
    expect(() => ets(solve, { widht: 3 } as never)).toThrow(/width/)
  })
})
