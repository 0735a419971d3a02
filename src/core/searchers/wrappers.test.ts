// Searchers made of others: beginning again, stopping when settled, several on one tree.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { searchGivenTree } from '../../testing/given-tree.ts'
import { letters, lettersProposer, lettersValue } from '../../testing/letters.ts'
import { search } from '../search.ts'
import { beam } from './beam.ts'
import { bestOfN } from './best-of-n.ts'
import { converged } from './converged.ts'
import { searcherNamed } from './named.ts'
import { portfolio } from './portfolio.ts'
import { restarts } from './restarts.ts'
import { luby, schedules } from './schedule.ts'
import { totDfs } from './tot-dfs.ts'

const tree = { a: 0.2, b: 0.9, c: 0.5, aa: 0.9, ba: 0.1, bb: 0.4, baa: 0.8, ca: 0.3 }
const job = { environment: letters(), task: { length: 3 }, proposer: lettersProposer(), evaluator: lettersValue(), seed: 3 }

describe('schedules', () => {
  it('Luby: 1 1 2 1 1 2 4 1 1 2 1 1 2 4 8', () => {
    expect(Array.from({ length: 15 }, (_, index) => luby(index))).toEqual([1, 1, 2, 1, 1, 2, 4, 1, 1, 2, 1, 1, 2, 4, 8])
  })
  it('Luby doubles at 2^k − 1 and repeats what was before it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 16 }), fc.nat(), (power, offset) => {
        const length = 2 ** power - 1
        expect(luby(length - 1)).toBe(2 ** (power - 1))
        const before = offset % length
        expect(luby(length + before)).toBe(luby(before))
      }),
    )
  })
  it('geometric: 1, 1.5, 2.25', () => {
    expect([0, 1, 2].map((round) => schedules.geometric(round, 1.5))).toEqual([1, 1.5, 2.25])
  })
})

describe('restarts', () => {
  it('begins again from the root after so many trials', async () => {
    const searcher = restarts(totDfs({ branching: 1 }), { trials: 2, times: 2 })
    const { asked, best } = await searchGivenTree(searcher, tree)
    expect(asked).toEqual(['·×1', 'a×1', '·×1', 'b×1', '·×1', 'c×1'])
    expect(best).toBe('aa')
  })
  it('begins again when its searcher has ended or settled, and gives up when that brings nothing', async () => {
    const { asked, result } = await searchGivenTree(restarts(totDfs({ depth: 1, branching: 2 })), tree)
    // Twice two children, then none, as often as is borne.
    expect(asked.slice(0, 2)).toEqual(['·×2', '·×2'])
    expect(new Set(asked)).toEqual(new Set(['·×2']))
    expect(result.stopped).toBe('exhausted')
  })
  it('proposes fresh candidates at the root before a round', async () => {
    const { asked } = await searchGivenTree(restarts(totDfs({ depth: 1, branching: 1 }), { times: 1, fresh: 2 }), tree)
    expect(asked.slice(0, 2)).toEqual(['·×1', '·×2'])
  })
  it('goes on from known children where nothing more is offered, so that a second round costs nothing', async () => {
    const listed = { environment: letters(), task: { length: 2, letters: 'bcd' }, evaluator: lettersValue() }
    const once = await search({ ...listed, searcher: totDfs() })
    const again = await search({ ...listed, searcher: restarts(totDfs()) })
    expect(again.stopped).toBe('exhausted')
    expect(again.tree.size).toBe(once.tree.size)
    expect(again.usage.expansions).toBe(once.usage.expansions)
  })
  it('keeps the best of all rounds', async () => {
    const result = await search({ ...job, searcher: restarts(beam({ width: 1, branching: 1 }), { times: 6 }) })
    const ends = Array.from({ length: result.tree.size }, (_, node) => node).filter((node) => result.tree.terminal(node))
    expect(ends.length).toBeGreaterThan(2)
    expect(result.value).toBe(Math.max(...ends.map((node) => result.tree.mean(node))))
  })
})

describe('converged', () => {
  it('stops when the best answer has not changed for so many trials', async () => {
    // bb is found by the second trial and stands after the third; aa, which the fourth would have found, is never seen.
    const { asked, best, result } = await searchGivenTree(converged(totDfs({ branching: 2 }), { trials: 1 }), {
      ...tree,
      ba: 0.3,
      baa: 0.2,
    })
    expect(asked).toEqual(['·×2', 'b×2', 'ba×2'])
    expect(best).toBe('bb')
    expect(result.stopped).toBe('converged')
  })
  it('stops when the best leads the second by the gap', async () => {
    const given = { a: 0.9, b: 0.8, aa: 0.3, ba: 0.2, bb: 0.9, c: 0.7, ca: 0.1 }
    const { asked, result } = await searchGivenTree(converged(totDfs(), { trials: null, gap: 0.5, least: 1 }), given)
    expect(asked).toEqual(['·×5', 'a×5', 'b×5'])
    expect(result.stopped).toBe('converged')
  })
})

describe('portfolio', () => {
  it('gives trials by share: for 2 to 1, A B A A B A', async () => {
    const members: number[] = []
    const searcher = portfolio([bestOfN({ n: null }), beam({ width: 2 })], { shares: [2, 1] })
    const spied = {
      ...searcher,
      ask: (...given: Parameters<typeof searcher.ask>) => {
        const works = searcher.ask(...given)
        members.push(...works.map(({ tag }) => (tag as { member: number }).member))
        return works
      },
    }
    await search({ ...job, searcher: spied, budget: { calls: 6 } })
    expect(members.slice(0, 6)).toEqual([0, 1, 0, 0, 1, 0])
  })
  it('gives equal shares of a unit: a beam with four samples a trial gets a quarter of the trials of single samples', async () => {
    const used = [0, 0]
    const searcher = portfolio([bestOfN({ n: null }), beam({ width: 1, branching: 4, restarts: null, continueWhenSolved: true })], {
      unit: 'tokens',
    })
    await search({
      ...job,
      task: { length: 4, letters: 'abcdefgh' },
      searcher: {
        ...searcher,
        tell: (tree, memory, outcome) => {
          used[(outcome.trial.tag as { member: number }).member]! += outcome.usage.tokens ?? 0
          searcher.tell(tree, memory, outcome)
        },
      },
      budget: { tokens: 80 },
    })
    expect(Math.abs(used[0]! - used[1]!)).toBeLessThanOrEqual(8)
  })
  it('passes over who has nothing to do, and takes the best of all', async () => {
    const { asked, best } = await searchGivenTree(portfolio([totDfs({ depth: 1, branching: 1 }), totDfs()]), tree)
    // The first has a alone, and has ended; the second is offered what is left.
    expect(asked).toEqual(['·×1', '·×5', 'b×5', 'ba×5', 'c×5'])
    expect(best).toBe('baa')
  })
  it('tells each of children that another had made where nothing more is offered, and has them judged', async () => {
    // The chain lists all four letters of the root and judges none of them; the beam has them judged, and goes on from there.
    const listed = { environment: letters(), task: { length: 3 }, evaluator: lettersValue(), seed: 3 }
    const result = await search({ ...listed, searcher: portfolio([bestOfN({ n: 1 }), beam({ width: 1 })]), budget: { expansions: 9 } })
    expect(result.answer).toBe('aaa')
    expect(result.tree.children(result.tree.root)).toHaveLength(4)
  })
  it('refuses no searchers, and shares that do not fit', () => {
    expect(() => portfolio([])).toThrow(expect.objectContaining({ code: 'E_SEARCHER_SETTING' }))
    expect(() => portfolio([beam()], { shares: [1, 2] })).toThrow(/1 numbers above 0/)
  })
})

describe('wrappers by name', () => {
  it('take the searchers inside by name, with or without settings', () => {
    expect(searcherNamed('restarts', { searcher: 'dvts', trials: 8 }).settings).toMatchObject({ searcher: { name: 'dvts' }, trials: 8 })
    const both = searcherNamed('portfolio', { searchers: ['greedy', { name: 'beam', width: 2 }], unit: 'tokens' })
    expect(both.settings).toMatchObject({ searchers: [{ name: 'greedy' }, { name: 'beam', settings: { width: 2 } }] })
    expect(searcherNamed('converged', { searcher: { name: 'restarts', searcher: 'tot-dfs' } }).name).toBe('converged')
  })
  it('name what cannot be used', () => {
    for (const settings of [{ searcher: 3 }, { searcher: null }, { searcher: { width: 2 } }, { trials: 0 }, { tryals: 2 }])
      expect(() => searcherNamed('restarts', settings)).toThrow(expect.objectContaining({ code: 'E_SEARCHER_SETTING' }))
    expect(() => searcherNamed('restarts', { searcher: 'beem' })).toThrow(/E_SEARCHER_UNKNOWN|beam/)
    expect(() => searcherNamed('portfolio', { searchers: 'beam' })).toThrow(expect.objectContaining({ code: 'E_SEARCHER_SETTING' }))
  })
})
