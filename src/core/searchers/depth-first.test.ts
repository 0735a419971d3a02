// Depth-first searches and diverse subtrees, on trees small enough to follow by hand.
import { describe, expect, it } from 'vitest'
import { searchGivenTree } from '../../testing/given-tree.ts'
import { dfsdt } from './dfsdt.ts'
import { dvts } from './dvts.ts'
import { totDfs } from './tot-dfs.ts'

describe('tree of thoughts, depth first', () => {
  const tree = { a: 0.2, b: 0.9, c: 0.5, aa: 0.9, ba: 0.1, bb: 0.4, baa: 0.8, ca: 0.3 }
  it('goes to the most promising first, prunes what is not above the threshold, and comes back', async () => {
    const { asked, best } = await searchGivenTree(totDfs({ threshold: 0.3 }), tree)
    expect(asked).toEqual(['·×5', 'b×5', 'c×5'])
    expect(best).toBe('bb')
  })
  it('searches all without a threshold', async () => {
    const { asked } = await searchGivenTree(totDfs(), tree)
    expect(asked).toEqual(['·×5', 'b×5', 'ba×5', 'c×5', 'a×5'])
  })
  it('stops after the ends it is to find, and at the deepest level', async () => {
    expect((await searchGivenTree(totDfs({ ends: 1 }), tree)).asked).toEqual(['·×5', 'b×5'])
    expect((await searchGivenTree(totDfs({ depth: 1 }), tree)).asked).toEqual(['·×5'])
  })
})

describe('DFSDT', () => {
  // Below aa the agent gives up; abz is an answer.
  const tree = { a: 0.5, b: 0.5, aa: 0.5, ab: 0.5, aax: 0.5, aay: 0.9, abz: 0.4, ba: 0.5 }
  it('tries one child at a time, and where it is given up leaves the parent too', async () => {
    const { asked, best, result } = await searchGivenTree(dfsdt(), tree)
    expect(asked).toEqual(['·×1', 'a×1', 'aa×1', 'a×1', 'ab×1'])
    expect(best).toBe('abz')
    expect(result.stopped).toBe('exhausted')
  })
  it('tries the next sibling with back 1', async () => {
    const { asked, best } = await searchGivenTree(dfsdt({ back: 1 }), tree)
    expect(asked).toEqual(['·×1', 'a×1', 'aa×1', 'aa×1'])
    expect(best).toBe('aay')
  })
  it('goes on for more answers, or for better ones', async () => {
    // After aay and abz the way leads back to the root's second child; ba is the last.
    const { asked } = await searchGivenTree(dfsdt({ back: 1, ends: null }), tree)
    expect(asked).toEqual(['·×1', 'a×1', 'aa×1', 'aa×1', 'a×1', 'ab×1', 'ab×1', 'ab×1', 'ab×1', '·×1', 'b×1', 'b×1', 'b×1', 'b×1'])
    expect((await searchGivenTree(dfsdt({ back: 1, threshold: 0.9 }), tree)).best).toBe('aay')
  })
  it('ranks all children of a state, the most promising first', async () => {
    const { asked, best } = await searchGivenTree(dfsdt({ order: 'ranked' }), { ...tree, b: 0.6, ab: 0.7, bax: 0.1, bb: 0.2 })
    // Below b comes ba, whose bax gives up; from there it goes two steps back, to b, where bb waits.
    expect(asked).toEqual(['·×2', 'b×2', 'ba×2'])
    expect(best).toBe('bb')
  })
  it('needs no evaluator', async () => {
    const { groups, best } = await searchGivenTree(dfsdt({ evaluate: null }), tree)
    expect(groups).toEqual([])
    expect(best).toBe('abz')
  })
})

describe('DVTS', () => {
  const tree = { a: 0.9, b: 0.5, c: 0.1, aa: 0.2, ab: 0.3, ba: 0.6, bb: 0.4, ca: 0.7 }
  it('gives each subtree the most promising state that no other has, and equal shares of the trials', async () => {
    const { asked, best } = await searchGivenTree(dvts({ n: 2, branching: 2 }), tree)
    expect(asked).toEqual(['·×2', '·×2', 'a×2', 'b×2'])
    expect(best).toBe('ba')
  })
  it('begins a new subtree where one has ended', async () => {
    const { asked, best } = await searchGivenTree(dvts({ n: 1, branching: 3, restarts: 2 }), tree)
    expect(asked.filter((one) => one !== '·×3')).toEqual(['a×3', 'b×3', 'c×3'])
    expect(best).toBe('ca')
  })
  it('ends by itself when there is nothing new to take', async () => {
    const { result } = await searchGivenTree(dvts({ n: 2, branching: 2, restarts: null }), tree, { budget: { expansions: 1000 } })
    expect(result.stopped).toBe('exhausted')
  })
})
