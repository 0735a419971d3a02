// Searches level by level, on trees small enough to follow by hand.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { searchGivenTree } from '../../testing/given-tree.ts'
import { balancedWidths } from './balance.ts'
import { rebase } from './rebase.ts'
import { totBfs } from './tot-bfs.ts'

describe('reward-balanced widths', () => {
  it('rewards 0.9, 0.5, 0.1 at T = 0.5 weigh 1, 0.449, 0.202: of 8, ⌈8 · 0.606⌉ = 5, of the other 3, ⌈3 · 0.690⌉ = 3', () => {
    expect(balancedWidths([0.9, 0.5, 0.1], 8, 0.5)).toEqual([5, 3, 0])
  })
  it('are the same for equal rewards, and in the order given', () => {
    expect(balancedWidths([0.3, 0.3, 0.3], 6, 0.2)).toEqual([2, 2, 2])
    expect(balancedWidths([0.1, 0.9], 3, 100)).toEqual([1, 2])
  })
  it('give nothing to what was not judged, unless nothing was', () => {
    expect(balancedWidths([Number.NEGATIVE_INFINITY, 0.2], 4, 0.2)).toEqual([0, 4])
    expect(balancedWidths([Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY], 4, 0.2)).toEqual([2, 2])
  })
  it('are not moved by rewards that are all but equal', () => {
    expect(balancedWidths([-2.86e-12, 0, 5e-324], 21, 0.01)).toEqual([7, 7, 7])
  })
  it('add up to the width, and never give more to a smaller reward', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 0, max: 64 }),
        fc.double({ min: 0.01, max: 10, noNaN: true }),
        (rewards, width, temperature) => {
          const widths = balancedWidths(rewards, width, temperature)
          expect(widths.reduce((sum, one) => sum + one, 0)).toBe(width)
          const ranked = widths.map((one, index) => ({ one, reward: rewards[index]! })).sort((a, b) => b.reward - a.reward)
          for (const [index, { one, reward }] of ranked.entries())
            for (const other of ranked.slice(index + 1)) if (reward > other.reward) expect(one).toBeGreaterThanOrEqual(other.one)
        },
      ),
    )
  })
})

/** `d` is finished at once. */
const tree = { a: 0.9, b: 0.5, c: 0.1, d: 0.3, aa: 0.4, ab: 0.8, ba: 0.6, bb: 0.2, ca: 0.9 }

describe('REBASE', () => {
  it('takes finished trajectories out of the width, and shares the rest out: of 3, ⌈3 · 0.606⌉ = 2 to a, 1 to b, none to c', async () => {
    const { asked, best } = await searchGivenTree(rebase({ width: 4, temperature: 0.5 }), tree)
    expect(asked).toEqual(['·×4', 'a×2', 'b×1'])
    expect(best).toBe('ab')
  })
  it('votes by value: a has 0.4 + 0.6, b has 0.8, d has 0.3', async () => {
    const { best, result } = await searchGivenTree(rebase({ width: 4, temperature: 0.5, answer: 'vote' }), tree)
    expect(best).toBe('aa')
    expect(result.answers(9).map(({ answer }) => answer)).toEqual(['a', 'b', 'd'])
  })
  it('goes on from the best share of a depth alone', async () => {
    const { asked } = await searchGivenTree(rebase({ width: 4, temperature: 100, keep: 0.3 }), tree)
    expect(asked).toEqual(['·×4', 'a×3'])
  })
  it('counts the states of the deepest level as finished, and begins again when told', async () => {
    const { asked } = await searchGivenTree(rebase({ width: 2, depth: 1, restarts: 1 }), tree)
    expect(asked).toEqual(['·×2', '·×2'])
  })
  it('names settings that are out of range', () => {
    expect(() => rebase({ temperature: 0 })).toThrow(expect.objectContaining({ code: 'E_SEARCHER_SETTING' }))
    expect(() => rebase({ keep: 2 })).toThrow(/at most 1/)
  })
})

describe('tree of thoughts, breadth first', () => {
  it('keeps the best of each step', async () => {
    const { asked, groups, best } = await searchGivenTree(totBfs({ keep: 2, branching: 4 }), tree)
    // d, which is finished, takes no place.
    expect(asked).toEqual(['·×4', 'a×4', 'b×4'])
    expect(groups).toEqual(['a b c d', 'aa ab', 'ba bb'])
    expect(best).toBe('ab')
  })
  it('has a step judged as one group by vote, with the finished state that was kept', async () => {
    const { asked, groups, best } = await searchGivenTree(totBfs({ keep: 3, branching: 4, judge: 'vote' }), { ...tree, d: 0.6 })
    expect(asked).toEqual(['·×4', '(a b c d)', 'a×4', 'b×4', '(d aa ab ba bb)'])
    expect(groups).toEqual(['a b c d', 'd aa ab ba bb'])
    expect(best).toBe('ab')
  })
  it('drops dead ends, and ends at a certain answer', async () => {
    const { asked, result } = await searchGivenTree(totBfs({ keep: 2 }), { a: 0, aa: 1, b: 0.2, ba: 1, c: 0.1, ca: 0.5 })
    expect(asked).toEqual(['·×5', 'b×5'])
    expect(result.stopped).toBe('solved')
  })
})
