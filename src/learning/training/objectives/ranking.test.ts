import { describe, expect, it } from 'vitest'
import { gpt } from '../../nets/gpt.ts'
import { scorer } from '../../nets/scorer.ts'
import { referenceKernels as kernels } from '../../tensor/reference/reference.ts'
import { Tape } from '../../tensor/tape.ts'
import { words } from '../../tokenisers/words.ts'
import { type ListExample, type PairExample, type TrainingJob, train } from '../../train.ts'
import { encoderOf } from '../examples.ts'
import { objectiveOf } from '../objectives.ts'

const failing = (code: string, text = '') => expect.objectContaining({ code, message: expect.stringContaining(text) })
const config = { vocabulary: 5, context: 6, width: 16, layers: 1, heads: 2 }
const options = { thread: false, kernels: { kind: 'reference' } } as const
const sequence = (tokens: number[]) => ({ tokens, weights: tokens.map((_, at) => (at < 2 ? 0 : 1)) })
const job = (objective: 'pairwise' | 'list', examples: readonly unknown[]): TrainingJob => ({
  ...{ net: { kind: 'gpt', config, seed: 1 }, data: { examples }, objective, batch: 4 },
  ...{ limit: { steps: 40 }, schedule: { kind: 'constant', rate: 0.01 } },
})
const source = { runId: 'r', node: 1, task: 't' }

describe('pairwise', () => {
  /** The answer that repeats what was asked is better. */
  const pairs: PairExample[] = [0, 1, 2, 3].map((a) => ({ chosen: { tokens: [a, 4, a] }, rejected: { tokens: [a, 4, (a + 1) % 4] } }))

  it('teaches a value head to score the better one higher', async () => {
    const { net, heads, curve } = await train(job('pairwise', pairs), options)
    expect(curve[0]!.loss).toBeCloseTo(Math.log(2), 1)
    expect(curve.at(-1)!.loss).toBeLessThan(0.2)
    const value = (tokens: number[]) => scorer(net, { kernels }).score([{ tokens }], { head: heads.value! })[0]!.values!.at(-1)!
    for (const a of [0, 1, 2, 3]) expect(value([a, 4, a])).toBeGreaterThan(value([a, 4, (a + 1) % 4]))
  })

  it('reads rows up to the separator behind the last step, as values are asked for', () => {
    const encoder = encoderOf(words(['>', 'a', 'b', ';']), { separator: ' ;' })
    const row = {
      row: 'pair' as const,
      source,
      prompt: '>',
      steps: ['a'],
      chosen: 'b',
      rejected: 'a',
      chosenValue: 1,
      rejectedValue: 0,
      margin: 1,
    }
    const { chosen } = objectiveOf('pairwise').encode(row as never, encoder) as PairExample
    expect([...(chosen.tokens as Int32Array)]).toEqual([0, 3, 1, 3, 2, 3])
  })

  it('wants a margin, which is a loss of its own', () => {
    const open = objectiveOf('pairwise', { margin: 1 }).open(gpt(config, { seed: 1 }), { kernels, seed: 0, heads: {} })
    const same = [{ chosen: { tokens: [0, 4, 1] }, rejected: { tokens: [0, 4, 1] } }]
    // Scores are equal: −log σ(−1).
    expect(open.loss(new Tape({ kernels }), same, 1).loss.data[0]).toBeCloseTo(Math.log1p(Math.E), 5)
  })
})

describe('list', () => {
  const lists: ListExample[] = [0, 1, 2, 3].map((a) => ({
    answers: [sequence([a, 4, (a + 1) % 4]), sequence([a, 4, a]), sequence([a, 4, (a + 2) % 4])],
    values: [0.4, 1, 0],
  }))

  it('makes answers the more probable the more they are worth', async () => {
    const { net, curve } = await train(job('list', lists), options)
    // Nothing has moved: Σ λ log 2, ranks as in the list. λ of (1, 0.4), (1, 0) and (0.4, 0):
    const discount = (rank: number) => 1 / Math.log(1 + rank)
    const weights =
      (2 - 2 ** 0.4) * (discount(1) - discount(2)) + (2 - 1) * (discount(2) - discount(3)) + (2 ** 0.4 - 1) * (discount(1) - discount(3))
    expect(curve[0]!.loss).toBeCloseTo(weights * Math.log(2), 4)
    const first = gpt(config, { seed: 1 })
    const gain = (tokens: number[]) => {
      const of = (one: typeof first) => scorer(one, { kernels }).score([{ tokens, from: 2 }])[0]!.logProbs[2]!
      return of(net as typeof first) - of(first)
    }
    for (const { answers } of lists) {
      const [middle, best, worst] = answers.map(({ tokens }) => gain([...(tokens as number[])])) as [number, number, number]
      expect(best).toBeGreaterThan(middle)
      expect(middle).toBeGreaterThan(worst)
    }
  })

  it('learns nothing where all are worth the same, and goes on', async () => {
    const equal = lists.map(({ answers }) => ({ answers, values: [1, 1, 1] }))
    const { curve } = await train({ ...job('list', equal), limit: { steps: 3 } }, options)
    expect(curve.map(({ loss }) => loss)).toEqual([0, 0, 0])
  })

  it('takes groups, and refuses lists that do not fit', async () => {
    const encoder = encoderOf(words(['>', 'a', 'b', ';']), { separator: ' ;' })
    const row = {
      row: 'group' as const,
      source,
      prompt: '>',
      completions: [
        { text: 'a', reward: 0 },
        { text: 'b', reward: 1 },
      ],
    }
    const { answers, values } = objectiveOf('list').encode(row as never, encoder) as ListExample
    expect(answers.map(({ tokens }) => [...(tokens as Int32Array)])).toEqual([
      [0, 3, 1],
      [0, 3, 2],
    ])
    expect(values).toEqual([0, 1])
    const bad = [{ answers: lists[0]!.answers, values: [1, Number.NaN, 0] }]
    await expect(train(job('list', bad), options)).rejects.toThrow(failing('E_TRAIN_ROW', 'row 0: values: value 1'))
    const alone = [{ answers: [lists[0]!.answers[0]], values: [1] }]
    await expect(train(job('list', alone), options)).rejects.toThrow(failing('E_TRAIN_ROW', 'values'))
  })
})

describe('sequences without weights', () => {
  it('count every token but the first', async () => {
    const all = { ...job('list', []), objective: 'supervised' as const, limit: { steps: 2 } }
    const without = await train({ ...all, data: { examples: [{ tokens: [0, 1, 2] }] } }, options)
    const ones = await train({ ...all, data: { examples: [{ tokens: [0, 1, 2], weights: [1, 1, 1] }] } }, options)
    expect(without.digest).toBe(ones.digest)
  })
})
