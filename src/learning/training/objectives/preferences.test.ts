import { describe, expect, it } from 'vitest'
import { gpt } from '../../nets/gpt.ts'
import { scorer } from '../../nets/scorer.ts'
import { referenceKernels as kernels } from '../../tensor/reference/reference.ts'
import { Tape } from '../../tensor/tape.ts'
import { type PairExample, type TrainingJob, train } from '../../train.ts'
import { objectiveOf } from '../objectives.ts'

const failing = (code: string, text = '') => expect.objectContaining({ code, message: expect.stringContaining(text) })
const config = { vocabulary: 5, context: 6, width: 16, layers: 1, heads: 2 }
const options = { thread: false, kernels: { kind: 'reference' } } as const
const sequence = (tokens: number[]) => ({ tokens, weights: tokens.map((_, at) => (at < 2 ? 0 : 1)) })
/** After (a, 4) the answer a is better than another; answers of one and of two tokens. */
const pairs: PairExample[] = [0, 1, 2, 3].map((a) => ({
  chosen: sequence(a % 2 === 0 ? [a, 4, a] : [a, 4, a, a]),
  rejected: sequence([a, 4, (a + 1) % 4]),
}))
const job: TrainingJob = {
  net: { kind: 'gpt', config, seed: 1 },
  data: { examples: pairs },
  objective: 'dpo',
  batch: 4,
  limit: { steps: 30 },
  schedule: { kind: 'constant', rate: 0.01 },
}

/** Log-probabilities of the tokens that count, by the scorer. */
function logProbs(net = gpt(config, { seed: 1 })): { chosen: number[]; rejected: number[] }[] {
  const score = ({ tokens }: { readonly tokens: ArrayLike<number> }) =>
    Array.from(
      scorer(net, { kernels })
        .score([{ tokens, from: 2 }])[0]!
        .logProbs.slice(2),
    )
  return pairs.map(({ chosen, rejected }) => ({ chosen: score(chosen), rejected: score(rejected) }))
}
const sum = (list: readonly number[]) => list.reduce((total, one) => total + one, 0)
const mean = (list: readonly number[]) => sum(list) / list.length
const softplus = (x: number) => Math.log1p(Math.exp(x))

/** The loss of the untrained net on all pairs. */
function lossOf(name: string, settings = {}): number {
  const open = objectiveOf(name, settings).open(gpt(config, { seed: 1 }), { kernels, seed: 0, heads: {} })
  open.prepare?.(new Tape({ kernels, gradients: false }), pairs)
  return open.loss(new Tape({ kernels }), pairs, pairs.length).loss.data[0]!
}

describe('preferences', () => {
  it('have the losses of their papers', () => {
    // Nothing has moved away from the reference.
    expect(lossOf('dpo')).toBeCloseTo(Math.log(2), 5)
    expect(lossOf('dpo', { labelSmoothing: 0.2, lengthNormalised: true })).toBeCloseTo(Math.log(2), 5)
    const known = logProbs()
    const simpo = known.map(({ chosen, rejected }) => softplus(-(2 * (mean(chosen) - mean(rejected)) - 0.5)))
    expect(lossOf('simpo', { beta: 2, margin: 0.5 })).toBeCloseTo(mean(simpo), 5)
    const odds = (list: readonly number[]) => mean(list) - Math.log(1 - Math.exp(mean(list)))
    const orpo = known.map(({ chosen, rejected }) => -mean(chosen) + 0.3 * softplus(-(odds(chosen) - odds(rejected))))
    expect(lossOf('orpo', { weight: 0.3 })).toBeCloseTo(mean(orpo), 5)
  })

  it('make chosen answers more probable than rejected ones', async () => {
    for (const objective of ['dpo', 'simpo', 'orpo'] as const) {
      const { net, curve } = await train({ ...job, objective }, options)
      expect(curve.at(-1)!.loss).toBeLessThan(curve[0]!.loss)
      for (const { chosen, rejected } of logProbs(net)) expect(mean(chosen)).toBeGreaterThan(mean(rejected))
    }
  })

  it('measure DPO from the first weights, in small parts too', async () => {
    const whole = await train(job, options)
    const first = logProbs()
    const margins = logProbs(whole.net).map(
      ({ chosen, rejected }, at) => 0.1 * (sum(chosen) - sum(first[at]!.chosen) - (sum(rejected) - sum(first[at]!.rejected))),
    )
    const next = await train({ ...job, limit: { steps: 31 } }, options)
    expect(next.curve[30]!.loss).toBeCloseTo(mean(margins.map((margin) => softplus(-margin))), 4)
    const parts = await train({ ...job, microbatch: 1 }, options)
    expect(parts.curve[10]!.loss).toBeCloseTo(whole.curve[10]!.loss, 4)
  })

  it('refuse settings and pairs that do not fit', async () => {
    await expect(train({ ...job, settings: { beta: 0 } }, options)).rejects.toThrow(failing('E_TRAIN_OPTION', 'beta'))
    const bad = [{ chosen: sequence([0, 4, 0]), rejected: sequence([0, 4, 7]) }]
    await expect(train({ ...job, data: { examples: bad } }, options)).rejects.toThrow(
      failing('E_TRAIN_ROW', 'row 0: rejected: the token at place 2'),
    )
  })
})
