import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { GenerateRequest, Message } from '../../models/model.ts'
import { scripted } from '../../models/scripted.ts'
import { fakeContext } from '../../testing/fake-context.ts'
import { fakeNode } from '../../testing/fake-node.ts'
import { valuesOfWins, type Wins } from './comparisons.ts'
import { pairwiseJudge } from './pairwise.ts'

const environment = { render: (state: string) => state }
const group = (...states: string[]) => states.map((state) => fakeNode(state))
const shown = (request: { readonly messages?: readonly Message[] }) => {
  const [, first, second] = /The first:\n(\w+)\n\nThe second:\n(\w+)\n/.exec(request.messages!.at(-1)!.content)!
  return [first!, second!] as const
}
/** Likes what comes later in the alphabet. */
const alphabetical = (request: GenerateRequest) => (shown(request)[0] > shown(request)[1] ? 'Well, the first.' : 'Second!')

describe('the pairwise judge', () => {
  it('compares all siblings in both orders, and ranks them', async () => {
    const model = scripted({ answer: alphabetical })
    const context = fakeContext()
    const [values] = await pairwiseJudge({ model, environment, scoring: 'copeland' }).evaluate([group('a', 'c', 'b')], context)
    expect(values!.map(({ value }) => value)).toEqual([0, 1, 0.5])
    expect(values![1]!.values).toEqual({ wins: 4, comparisons: 4, firsts: 0.5 })
    expect(context.calls).toHaveLength(6)
    const pairs = model.log.map(({ request }) => shown(request as GenerateRequest).join(''))
    expect(pairs).toEqual(['ac', 'ab', 'ca', 'cb', 'ba', 'bc'])
  })

  it('cancels a liking for a place, and tells of it', async () => {
    for (const scoring of ['bradley-terry', 'copeland'] as const) {
      const judge = pairwiseJudge({ model: scripted({ answers: ['first'] }), environment, scoring })
      const [values] = await judge.evaluate([group('a', 'b', 'c')], fakeContext())
      for (const { value, values: more } of values!) {
        expect(value).toBeCloseTo(0.5)
        expect(more!.firsts).toBe(1)
      }
    }
  })

  it('weighs both answers by their probabilities, where the model can score', async () => {
    const model = scripted({
      score: (label, request) => Math.log((shown(request)[0] === 'good') === (label.trim() === 'first') ? 0.6 : 0.2),
    })
    const [values] = await pairwiseJudge({ model, environment, by: 'score' }).evaluate([group('good', 'bad')], fakeContext())
    expect(values!.map(({ values: more }) => more!.wins)).toEqual([expect.closeTo(1.5), expect.closeTo(0.5)])
    // Strengths in the ratio of the wins with half a tie added: 1.75 to 0.75.
    expect(values!.map(({ value }) => value)).toEqual([expect.closeTo(0.7), expect.closeTo(0.3)])
    expect(() => pairwiseJudge({ model: scripted(), environment, by: 'score' })).toThrow(
      expect.objectContaining({ code: 'E_MODEL_CAPABILITY' }),
    )
  })

  it('gives 0.5 without a call to a node alone, and after its attempts when nothing can be read', async () => {
    const context = fakeContext()
    const judge = pairwiseJudge({ model: scripted({ answers: ['hm'] }), environment })
    const nothing = { value: 0.5, values: { wins: 0, comparisons: 0, firsts: 0.5 } }
    expect(await judge.evaluate([group('a'), []], context)).toEqual([[nothing], []])
    expect(context.calls).toHaveLength(0)
    expect(await judge.evaluate([group('a', 'b')], context)).toEqual([[nothing, nothing]])
    expect(context.calls).toHaveLength(4)
    expect(judge.atMost!(2)).toEqual({ calls: 4, tokens: 800 })
  })

  it('refuses a scoring that is none', () => {
    const options = { model: scripted(), environment, scoring: 'elo' as 'copeland' }
    expect(() => pairwiseJudge(options)).toThrow(expect.objectContaining({ code: 'E_EVALUATOR_OPTIONS' }))
  })
})

describe('values of comparisons', () => {
  it('of two items are their shares of the wins, ties of the prior included', () => {
    const wins = [
      [0, 3],
      [1, 0],
    ]
    expect(valuesOfWins(wins, 'bradley-terry', 0)[0]).toBeCloseTo(0.75)
    expect(valuesOfWins(wins, 'bradley-terry', 2)[0]).toBeCloseTo(4 / 6)
    expect(valuesOfWins(wins, 'copeland')).toEqual([1, 0])
  })

  it('find the strengths from which the shares were made', () => {
    const strengths = [4, 2, 1]
    const wins = strengths.map((p, i) => strengths.map((q, j) => (i === j ? 0 : (10 * p) / (p + q))))
    const [first] = valuesOfWins(wins, 'bradley-terry', 0)
    expect(first).toBeCloseTo((4 / 6 + 4 / 5) / 2, 6)
  })

  it('stay in [0, 1], turn round with the results, and have the mean 0.5 where all are compared', () => {
    const matrix = fc
      .integer({ min: 2, max: 6 })
      .chain((n) => fc.array(fc.array(fc.integer({ min: 0, max: 4 }), { minLength: n, maxLength: n }), { minLength: n, maxLength: n }))
    fc.assert(
      fc.property(matrix, fc.constantFrom('bradley-terry' as const, 'copeland' as const), (raw, scoring) => {
        const wins: Wins = raw.map((row, i) => row.map((won, j) => (i === j ? 0 : won + 0.5)))
        const turned: Wins = wins.map((row, i) => row.map((_, j) => wins[j]![i]!))
        const values = valuesOfWins(wins, scoring)
        for (const [i, value] of values.entries()) {
          expect(value >= 0 && value <= 1).toBe(true)
          expect(value + valuesOfWins(turned, scoring)[i]!).toBeCloseTo(1, 5)
        }
        expect(values.reduce((sum, value) => sum + value, 0) / values.length).toBeCloseTo(0.5, 5)
      }),
    )
  })
})
