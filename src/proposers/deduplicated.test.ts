import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { StarvedError } from '../core/errors.ts'
import type { Candidate, Proposer } from '../core/proposer.ts'
import { search } from '../core/search.ts'
import { beam } from '../core/searchers/beam.ts'
import { fakeContext } from '../testing/fake-context.ts'
import { fakeNode } from '../testing/fake-node.ts'
import { letters, lettersProposer, lettersValue } from '../testing/letters.ts'
import { deduplicated } from './deduplicated.ts'

/** Proposes what it is told to, one list after another, and notes what it was asked. */
function scripted<Action>(...lists: (readonly Candidate<Action>[])[]) {
  const asked: { readonly count: number; readonly siblings: readonly Action[] }[] = []
  const proposer: Proposer<string, Action> = {
    name: 'scripted',
    propose: (requests) =>
      requests.map(({ count, siblings }) => {
        asked.push({ count, siblings })
        return { candidates: lists[asked.length - 1] ?? [] }
      }),
    atMost: (count) => ({ tokens: 4 * count }),
  }
  return { proposer, asked }
}

const texts = (...actions: string[]): Candidate<string>[] => actions.map((action) => ({ action }))

async function candidates<Action>(proposer: Proposer<string, Action>, count: number, siblings: readonly Action[] = []) {
  const [answer] = await proposer.propose([{ node: fakeNode<string, Action>(''), siblings, count }], fakeContext())
  return answer!.candidates
}

describe('a proposer without repetitions', () => {
  it('joins equal candidates: of four samples, the one that came twice has half', async () => {
    const { proposer } = scripted([
      { action: 'a', prior: 0.25, score: -1 },
      { action: 'b', prior: 0.25 },
      { action: 'a', prior: 0.25, score: -9 },
      { action: 'c', prior: 0.25 },
    ])
    expect(await candidates(deduplicated(proposer), 4)).toEqual([
      { action: 'a', prior: 0.5, score: -1 },
      { action: 'b', prior: 0.25 },
      { action: 'c', prior: 0.25 },
    ])
  })

  it('counts absent priors as equal shares, and invents none where nothing is joined', async () => {
    expect(await candidates(deduplicated(scripted(texts('a', 'a', 'b')).proposer), 3)).toEqual([
      { action: 'a', prior: expect.closeTo(2 / 3) },
      { action: 'b', prior: expect.closeTo(1 / 3) },
    ])
    expect(await candidates(deduplicated(scripted(texts('a', 'b')).proposer), 2)).toEqual(texts('a', 'b'))
  })

  it('leaves out what was proposed before, whose share stays lost, unless a single sample is asked for', async () => {
    const offered = [
      { action: 'a', prior: 0.7 },
      { action: 'b', prior: 0.3 },
    ]
    expect(await candidates(deduplicated(scripted(offered).proposer), 2, ['a'])).toEqual([{ action: 'b', prior: 0.3 }])
    expect(await candidates(deduplicated(scripted(texts('a')).proposer), 1, ['a'])).toEqual(texts('a'))
    expect(await candidates(deduplicated(scripted(texts('a')).proposer, { siblings: 'drop' }), 1, ['a'])).toEqual([])
    expect(await candidates(deduplicated(scripted(texts('a', 'b')).proposer, { siblings: 'keep' }), 2, ['a'])).toEqual(texts('a', 'b'))
  })

  it('asks again for what is missing, and weighs the askings by their samples: 3 of 4 in the first, 1 of 1 in the second', async () => {
    const { proposer, asked } = scripted(texts('a', 'a', 'a', 'b'), texts('c'), texts('d', 'e'))
    const found = await candidates(deduplicated(proposer, { attempts: 3 }), 4)
    expect(asked).toEqual([
      { count: 4, siblings: [] },
      { count: 2, siblings: ['a', 'b'] },
      { count: 1, siblings: ['a', 'b', 'c'] },
    ])
    expect(found.map(({ action }) => action)).toEqual(['a', 'b', 'c', 'd', 'e'])
    // Seven samples were asked for: 4 · 3/4, 4 · 1/4, 2 · 1, 1 · 1/2, 1 · 1/2.
    expect(found.map(({ prior }) => prior! * 7)).toEqual([3, 1, 2, 0.5, 0.5].map((share) => expect.closeTo(share)))
  })

  it('keeps what it has when there is not enough left to ask again, and throws what was thrown at first', async () => {
    const { proposer } = scripted(texts('a', 'a'))
    const poor = (after: number): Proposer<string, string> => {
      let calls = 0
      return {
        ...proposer,
        propose(requests, context) {
          if (calls++ >= after) throw new StarvedError('tokens')
          return proposer.propose(requests, context)
        },
      }
    }
    expect(await candidates(deduplicated(poor(1), { attempts: 2 }), 2)).toEqual([{ action: 'a', prior: 1 }])
    await expect(candidates(deduplicated(poor(0), { attempts: 2 }), 2)).rejects.toMatchObject({ code: 'E_BUDGET_STARVED' })
  })

  it('sums to the samples it saw, whatever they are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 12 }), async (sampled) => {
        const found = await candidates(deduplicated(scripted(texts(...sampled)).proposer), sampled.length)
        expect(new Set(found.map(({ action }) => action))).toEqual(new Set(sampled))
        expect(found).toHaveLength(new Set(sampled).size)
        for (const { action, prior } of found) {
          const times = sampled.filter((one) => one === action).length
          expect(prior ?? 1 / sampled.length).toBeCloseTo(times / sampled.length)
        }
      }),
    )
  })
})

describe('likeness', () => {
  it('by normalised text: case, white space and punctuation do not count, signs of arithmetic do', async () => {
    const { proposer } = scripted([
      { action: { text: 'A dog  sat.', end: false } },
      { action: { text: 'a dog sat', end: false } },
      { action: { text: 'a dog sat', end: true } },
      { action: { text: '1 + 2', end: false } },
      { action: { text: '1 = 2', end: false } },
      { action: { text: '!', end: false } },
      { action: { text: '?', end: false } },
    ])
    const found = await candidates(deduplicated(proposer, { by: 'normalised' }), 7)
    expect(found.map(({ action }) => `${action.text}${action.end ? ' end' : ''}`)).toEqual([
      'A dog  sat.',
      'a dog sat end',
      '1 + 2',
      '1 = 2',
      '!',
      '?',
    ])
  })

  it('by a key of one’s own', async () => {
    const found = await candidates(deduplicated(scripted(texts('ab', 'ac', 'bc')).proposer, { by: (text) => text[0]! }), 3)
    expect(found.map(({ action }) => action)).toEqual(['ab', 'bc'])
  })

  it('by vectors: alike is who is near the first, and differs in text alone', async () => {
    // Angles of 0°, 10° and 20°: 20° is near 10°, but not near 0°.
    const angles: Record<string, number> = { zero: 0, ten: 10, twenty: 20, far: 90 }
    let calls = 0
    const embed = (words: readonly string[]) => {
      calls++
      return words.map((word) => [3 * Math.cos((angles[word]! * Math.PI) / 180), 3 * Math.sin((angles[word]! * Math.PI) / 180)])
    }
    const proposer = deduplicated(scripted(texts('zero', 'ten', 'twenty', 'far', 'zero')).proposer, { by: { embed, threshold: 0.98 } })
    expect((await candidates(proposer, 5)).map(({ action, prior }) => [action, prior])).toEqual([
      ['zero', expect.closeTo(0.6)],
      ['twenty', expect.closeTo(0.2)],
      ['far', expect.closeTo(0.2)],
    ])
    expect(calls).toBe(1)
    expect(proposer.reproducible).toBe('recorded')
    expect(proposer.atMost!(5)).toEqual({ tokens: 20, calls: 1 })
  })

  it('says what cannot be used', async () => {
    const { proposer } = scripted(texts('a', 'b'))
    for (const options of [{ attempts: 0 }, { by: 'meaning' }, { siblings: 'all' }, { by: { embed: () => [], threshold: 2 } }])
      expect(() => deduplicated(proposer, options as never)).toThrow(expect.objectContaining({ code: 'E_PROPOSER_OPTION' }))
    await expect(candidates(deduplicated(proposer, { by: { embed: () => [[1]] } }), 2)).rejects.toMatchObject({
      code: 'E_PROPOSER_EMBEDDING',
    })
  })
})

it('makes every searcher’s children different', async () => {
  const { tree } = await search({
    environment: letters(),
    task: { length: 2 },
    proposer: deduplicated(lettersProposer(), { attempts: 2 }),
    evaluator: lettersValue(),
    searcher: beam({ width: 2, branching: 4 }),
    budget: { calls: 20 },
    seed: 1,
  })
  for (let parent = 0; parent < tree.size; parent++) expect(new Set(tree.actions(parent)).size).toBe(tree.actions(parent).length)
  expect(tree.actions(0).length).toBeGreaterThan(1)
})
