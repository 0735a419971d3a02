import { describe, expect, it } from 'vitest'
import { affine } from '../tensor/operations/arithmetic.ts'
import { logSoftmax } from '../tensor/operations/softmax.ts'
import { referenceKernels } from '../tensor/reference/reference.ts'
import type { Shape } from '../tensor/shape.ts'
import type { Tape } from '../tensor/tape.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { computeCase, errorOf, expectedOf } from '../tensor/testing/check-case.ts'
import * as losses from './index.ts'
import type { PolicyBatch, SequenceBatch } from './policy-batch.ts'

/** Log-probabilities from −3.5 to −.5, out of parameters from −1.5 to 1.5. */
const below = (tape: Tape, x: Tensor) => affine(tape, x, 1, -2)

const sequences = Int32Array.of(0, 0, 0, 1, 1, 2, 2, 2, 3)
const sampled = Float32Array.of(-1.9, -2.2, -1.1, -2.4, -3, -0.9, -2, -1.5, -2.7)
const reference = Float32Array.of(-2.1, -1.9, -1.4, -2.2, -2.6, -1.2, -1.8, -1.7, -2.5)

const policyBatch = (logProbs: Tensor, entropies?: Tensor): PolicyBatch => ({
  logProbs,
  ...(entropies !== undefined && { entropies }),
  sampledLogProbs: sampled,
  referenceLogProbs: reference,
  advantages: Float32Array.of(1, 1, 1, -0.5, -0.5, 0.7, -0.2, 0.3, -1.2),
  sequences,
  groups: Int32Array.of(0, 0, 1, 1),
  weights: Float32Array.of(1, 1, 0, 1, 1, 1, 0.5, 1, 1),
})

const sequenceBatch = (logProbs: Tensor): SequenceBatch => ({
  logProbs,
  referenceLogProbs: reference,
  sequences,
  weights: Float32Array.of(1, 1, 0, 1, 1, 1, 0.5, 1, 2),
})

const weights = Float32Array.of(1, 0, 0.5)
type Case = readonly [name: string, shapes: readonly Shape[], compute: (tape: Tape, ...inputs: Tensor[]) => Tensor]

const policy = (name: string, of: (tape: Tape, batch: PolicyBatch) => losses.Loss): Case => [
  name,
  [[9]],
  (tape, x) => of(tape, policyBatch(below(tape, x!))).loss,
]
const preference = (name: string, of: (tape: Tape, batch: SequenceBatch) => losses.Loss): Case => [
  name,
  [[9]],
  (tape, x) => of(tape, sequenceBatch(below(tape, x!))).loss,
]

const cases: readonly Case[] = [
  ['supervised', [[3, 5]], (tape, x) => losses.supervised(tape, x!, Int32Array.of(4, 9, 1), { weights }).loss],
  [
    'supervised with soft targets',
    [[2, 3]],
    (tape, x) => losses.supervised(tape, x!, Float32Array.of(0.2, 0.5, 0.3, 0, 1, 0), { divisor: 7 }).loss,
  ],
  ['supervisedLogProbs', [[3]], (tape, x) => losses.supervisedLogProbs(tape, x!, { weights }).loss],
  ['regression', [[3]], (tape, x) => losses.regression(tape, x!, Float32Array.of(0.1, -2, 3), { weights }).loss],
  ['regression, Huber', [[3]], (tape, x) => losses.regression(tape, x!, Float32Array.of(0, -2, 3), { huber: 1.6 }).loss],
  [
    'regression near old values',
    [[3]],
    (tape, x) =>
      losses.regression(tape, x!, Float32Array.of(0, -2, 3), { near: { values: Float32Array.of(0.5, -0.5, 1), range: 0.4 } }).loss,
  ],
  ['binary', [[3]], (tape, x) => losses.binary(tape, x!, Float32Array.of(0.3, 1, 0), { weights }).loss],
  ['pairwise', [[3], [3]], (tape, a, b) => losses.pairwise(tape, a!, b!, { margin: Float32Array.of(0.1, 0.5, 0), divisor: 4 }).loss],
  [
    'listRanking',
    [[5]],
    (tape, x) => losses.listRanking(tape, x!, { values: Float32Array.of(3, 1, 2, 0, 1), lists: Int32Array.of(0, 0, 0, 1, 1) }).loss,
  ],
  preference('dpo', (tape, batch) => losses.dpo(tape, batch, { beta: 0.7, labelSmoothing: Float32Array.of(0.1, 0.3), margin: 0.2 })),
  preference('dpo by means, of other pairs', (tape, batch) =>
    losses.dpo(tape, batch, { lengthNormalised: true, pairs: { better: Int32Array.of(0, 0, 3), worse: Int32Array.of(1, 2, 2) } }),
  ),
  preference('simpo', (tape, batch) => losses.simpo(tape, batch, { beta: 2.5, margin: 0.5 })),
  preference('orpo', (tape, batch) => losses.orpo(tape, batch, { weight: 0.8 })),
  preference('lambdaRank', (tape, batch) => losses.lambdaRank(tape, batch, { values: Float32Array.of(0, 2, 1, 0.5), normalised: true })),
  policy('reinforce', (tape, batch) => losses.reinforce(tape, batch)),
  policy('ppo', (tape, batch) => losses.ppo(tape, batch, { low: 0.3, high: 0.4, dual: 2 })),
  policy('grpo', (tape, batch) => losses.grpo(tape, batch, { kl: 0.5, aggregation: losses.constantLength({ length: 4 }) })),
  policy('policyLoss, sequenceClip', (tape, batch) =>
    losses.policyLoss(tape, batch, { surrogate: losses.sequenceClip({ low: 0.3, high: 0.4 }), aggregation: losses.groupTokenMean() }),
  ),
  policy('policyLoss, noClip', (tape, batch) =>
    losses.policyLoss(tape, batch, { surrogate: losses.noClip(), aggregation: losses.sequenceMean() }),
  ),
  policy('offPolicy', (tape, batch) => losses.offPolicy(tape, batch, { weight: 'none', keep: 'ring' })),
  policy('klTerm', (tape, batch) =>
    losses.reinforce(tape, batch, {
      terms: [losses.klTerm({ estimator: 'k2', to: 'sampled', weight: 0.3 }), losses.klTerm({ estimator: 'k1', weight: 0.2 })],
    }),
  ),
  [
    'entropyTerm',
    [[9], [9]],
    (tape, x, entropies) =>
      losses.reinforce(tape, policyBatch(below(tape, x!), entropies!), { terms: [losses.entropyTerm({ weight: 0.1 })] }).loss,
  ],
  [
    'combined',
    [[9], [9]],
    (tape, x, y) =>
      losses.combined(tape, {
        policy: { loss: losses.ppo(tape, policyBatch(below(tape, x!))), weight: 0.7 },
        expert: { loss: losses.supervisedLogProbs(tape, below(tape, y!)), weight: 0.3 },
      }).loss,
  ],
  ['logSigmoid', [[4]], (tape, x) => losses.logSigmoid(tape, affine(tape, x!, 9))],
  ['segmentSum', [[9]], (tape, x) => losses.segmentSum(tape, x!, sequences, 4)],
  ['segmentSpread', [[4]], (tape, x) => losses.segmentSpread(tape, x!, sequences)],
  ['klEstimates', [[9]], (tape, x) => losses.klEstimates(tape, 'k3', below(tape, x!), reference)],
  ['log-probabilities of a net', [[2, 3]], (tape, x) => losses.supervised(tape, logSoftmax(tape, x!), Int32Array.of(2, 0)).loss],
]

describe('gradients of losses are those of central differences', () => {
  it.each(cases)('%s', (name, shapes, compute) => {
    const operationCase = {
      operation: name,
      variant: '',
      shapes,
      compute: (tape: Tape, inputs: readonly Tensor[]) => compute(tape, ...inputs),
    }
    const expected = expectedOf(operationCase)
    const double = computeCase(referenceKernels, operationCase, 'double')
    const single = computeCase(referenceKernels, operationCase)
    expect(errorOf(single.result, expected.result)).toBeLessThan(1e-5)
    expected.gradients.forEach((gradient, at) => {
      expect(gradient.some((one) => one !== 0)).toBe(true)
      expect(errorOf(double.gradients[at]!, gradient)).toBeLessThan(1e-7)
      expect(errorOf(single.gradients[at]!, gradient)).toBeLessThan(1e-5)
    })
  })

  it('are checked for all that go over the tape', () => {
    const others = [
      'importance',
      'klEstimate',
      'scoreFunction',
      'ratioClip',
      'sequenceMean',
      'tokenMean',
      'groupTokenMean',
      'constantLength',
    ]
    const plain = ['similarityWeights', 'sinceDifference', 'stepWeights', 'visitSmoothing']
    const checked = cases.flatMap(([name]) => name.split(/[ ,]+/))
    expect(Object.keys(losses).filter((name) => ![...checked, ...others, ...plain].includes(name))).toEqual([])
  })
})
