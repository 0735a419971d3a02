import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Evaluation, Evaluator } from '../core/evaluator.ts'
import type { NodeView } from '../core/node-view.ts'
import { Random } from '../core/random.ts'
import { fakeContext } from '../testing/fake-context.ts'
import { fakeNode } from '../testing/fake-node.ts'
import { cascade, weighted } from './combine.ts'

/** An evaluator from a function, which keeps the groups that it was given. */
function judge(name: string, range: readonly [number, number], evaluate: (state: number) => Omit<Evaluation, 'value'> & { value: number }) {
  const seen: number[][] = []
  const evaluator: Evaluator<number> = {
    name,
    range,
    evaluate: (groups) => {
      seen.push(...groups.map((group) => group.map((node) => node.state)))
      return groups.map((group) => group.map((node) => evaluate(node.state)))
    },
    atMost: (count) => ({ calls: count }),
  }
  return { evaluator, seen }
}

const group = (...states: number[]): NodeView<number>[] => states.map((state) => fakeNode(state))

describe('weighted', () => {
  it('is the mean of what the parts say, each in its own range', async () => {
    const one = judge('one', [0, 10], (state) => ({ value: state, values: { seen: 1 }, critique: 'fine' }))
    const two = judge('two', [-1, 1], () => ({ value: 0 }))
    const evaluator = weighted([
      { evaluator: one.evaluator, weight: 3 },
      { evaluator: two.evaluator, weight: 1 },
    ])
    const [[evaluation]] = (await evaluator.evaluate([group(4)], fakeContext())) as never as [[Evaluation]]
    expect(evaluation).toEqual({ value: (3 * 0.4 + 1 * 0.5) / 4, values: { one: 4, two: 0, 'one.seen': 1 }, critique: 'fine' })
    expect(evaluator.atMost!(2)).toEqual({ calls: 4 })
  })

  it('is certain when all parts with a weight are, and then meets the ends exactly', async () => {
    const verifier = judge('verifier', [0, 1], (state) => ({ value: state, certain: true }))
    const guess = judge('guess', [0, 1], () => ({ value: 0.3 }))
    const sure = weighted(
      [
        { evaluator: verifier.evaluator, weight: 0.1 },
        { evaluator: guess.evaluator, weight: 0 },
      ],
      { range: [-0.1, 0.3] },
    )
    expect(await sure.evaluate([group(1, 0)], fakeContext())).toMatchObject([
      [
        { value: 0.3, certain: true },
        { value: -0.1, certain: true },
      ],
    ])
    const unsure = weighted([
      { evaluator: verifier.evaluator, weight: 1 },
      { evaluator: guess.evaluator, weight: 1 },
    ])
    expect((await unsure.evaluate([group(1)], fakeContext()))[0]![0]).not.toHaveProperty('certain')
  })

  it('stays in its range, and is quick where all parts are', () => {
    const quick = (name: string, low: number, high: number): Evaluator<number> => ({
      name,
      range: [low, high],
      evaluate: () => [],
      value: (node) => low + node.state * (high - low),
    })
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(5), fc.integer({ min: 1, max: 5 }), (state, first, second) => {
        const evaluator = weighted(
          [
            { evaluator: quick('a', -3, 3), weight: first },
            { evaluator: quick('b', 5, 9), weight: second },
          ],
          { range: [2, 4] },
        )
        const value = evaluator.value!(fakeNode(state), new Random(1))
        expect(value).toBeCloseTo(2 + 2 * state, 9)
        expect(value >= 2 && value <= 4).toBe(true)
      }),
    )
    expect(weighted([{ evaluator: judge('slow', [0, 1], () => ({ value: 0 })).evaluator, weight: 1 }]).value).toBeUndefined()
  })

  it('refuses weights and names that make no sense, and keeps the brand of an oracle', () => {
    const part = judge('a', [0, 1], () => ({ value: 0 })).evaluator
    for (const weights of [[], [0], [-1, 2], [Number.NaN]]) {
      const parts = weights.map((weight, place) => ({ evaluator: { ...part, name: `${place}` }, weight }))
      expect(() => weighted(parts)).toThrow(expect.objectContaining({ code: 'E_EVALUATOR_OPTIONS' }))
    }
    expect(() => cascade([part, part])).toThrow(expect.objectContaining({ code: 'E_EVALUATOR_OPTIONS' }))
    expect(() => cascade([])).toThrow(expect.objectContaining({ code: 'E_EVALUATOR_OPTIONS' }))
    expect(cascade([part]).oracle).toBeUndefined()
    expect(cascade([part, { ...part, name: 'b', oracle: 'training-label' }]).oracle).toBe('training-label')
  })
})

describe('cascade', () => {
  const verifier = () =>
    judge('verifier', [0, 1], (state) =>
      state === 0 ? { value: 0, certain: true } : state === 9 ? { value: 1, certain: true } : { value: 0.5 },
    )

  it('asks the next one only where the last is not certain, and keeps the groups', async () => {
    const [first, second] = [verifier(), judge('model', [0, 10], (state) => ({ value: state }))]
    const evaluator = cascade([first.evaluator, second.evaluator])
    const result = await evaluator.evaluate([group(0, 4, 9), group(9), group(), group(7, 2)], fakeContext())
    expect(second.seen).toEqual([[4], [7, 2]])
    expect(result.map((list) => list.map((evaluation) => evaluation.value))).toEqual([[0, 0.4, 1], [1], [], [0.7, 0.2]])
    expect(result[0]).toMatchObject([{ certain: true }, { values: { verifier: 0.5, model: 4 } }, { certain: true }])
    expect(result[0]![1]).not.toHaveProperty('certain')
  })

  it('does not ask when all is settled', async () => {
    const second = judge('model', [0, 1], () => ({ value: 0 }))
    await cascade([verifier().evaluator, second.evaluator]).evaluate([group(0, 9)], fakeContext())
    expect(second.seen).toEqual([])
  })
})
