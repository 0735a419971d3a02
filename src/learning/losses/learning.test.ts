// A policy that is nothing but a table of logits (two places, four tokens each) learns by every loss to write the token 2 twice.
import { describe, expect, it } from 'vitest'
import { Random } from '../../core/random.ts'
import { batchStd, groupMean, groupMeanBatchStd, groupStd, leaveOneOut, type Normaliser } from '../advantages/index.ts'
import {
  adam,
  affine,
  exp,
  gatherRows,
  logSoftmax,
  multiply,
  type Parameter,
  parameter,
  pick,
  referenceKernels,
  sum,
  Tape,
} from '../tensor/index.ts'
import {
  constantLength,
  dpo,
  entropyTerm,
  groupTokenMean,
  grpo,
  klTerm,
  lambdaRank,
  noClip,
  offPolicy,
  orpo,
  type PolicyLoss,
  policyLoss,
  ppo,
  reinforce,
  type SequenceBatch,
  sequenceClip,
  simpo,
  supervisedLogProbs,
} from './index.ts'

const [places, tokens, wanted] = [2, 4, 2]
const rewardOf = (answer: readonly number[]) => answer.filter((token) => token === wanted).length / places

function shares(table: Parameter): number[][] {
  return Array.from({ length: places }, (_, place) => {
    const row = [...table.data.subarray(place * tokens, (place + 1) * tokens)].map(Math.exp)
    return row.map((one) => one / row.reduce((total, each) => total + each, 0))
  })
}

/** Probability of the answer that is wanted; 1/16 in the beginning. */
const success = (table: Parameter) => shares(table).reduce((product, row) => product * row[wanted]!, 1)

function read(tape: Tape, table: Parameter, answers: readonly (readonly number[])[]) {
  const rows = Int32Array.from({ length: answers.length * places }, (_, at) => at % places)
  const logs = logSoftmax(tape, gatherRows(tape, table, rows))
  const entropies = affine(tape, sum(tape, multiply(tape, exp(tape, logs), logs), -1), -1)
  return { logProbs: pick(tape, logs, Int32Array.from(answers.flat())), entropies, sequences: rows.map((_, at) => Math.floor(at / places)) }
}

/** Twelve rounds of 4 groups of 8 answers, each learnt from three times: so ratios leave 1. */
function optimised(loss: PolicyLoss, normaliser: Normaliser): number {
  const table = parameter('table', [places, tokens])
  const tape = new Tape({ kernels: referenceKernels })
  const optimizer = adam({ kernels: referenceKernels, parameters: [table] })
  const reference = new Float32Array(32 * places).fill(-Math.log(tokens))
  for (let round = 0; round < 12; round++) {
    const before = shares(table)
    const random = new Random(7, round)
    const answers = Array.from({ length: 32 }, () => before.map((row) => random.weighted(row)))
    const groups = Int32Array.from(answers, (_, at) => Math.floor(at / 8))
    const advantages = normaliser(answers.map(rewardOf), groups)
    for (let pass = 0; pass < 3; pass++) {
      const { logProbs, entropies, sequences } = read(tape, table, answers)
      const { loss: total } = loss(tape, {
        logProbs,
        entropies,
        sampledLogProbs: Float32Array.from(answers.flatMap((answer) => answer.map((token, place) => Math.log(before[place]![token]!)))),
        referenceLogProbs: reference,
        advantages: Float32Array.from(sequences, (sequence) => advantages[sequence]!),
        sequences,
        groups,
      })
      tape.backward(total)
      optimizer.step(0.1)
      tape.reset()
    }
  }
  return success(table)
}

describe('a table of logits gets better', () => {
  const policies: readonly (readonly [string, PolicyLoss, Normaliser])[] = [
    ['REINFORCE', (tape, batch) => reinforce(tape, batch), leaveOneOut()],
    ['PPO', (tape, batch) => ppo(tape, batch, { dual: 3 }), batchStd()],
    ['PPO with entropy', (tape, batch) => ppo(tape, batch, { terms: [entropyTerm({ weight: 0.01 })] }), batchStd()],
    ['Lite PPO', (tape, batch) => ppo(tape, batch), groupMeanBatchStd()],
    ['GRPO', (tape, batch) => grpo(tape, batch, { kl: 0.04 }), groupStd()],
    ['Dr. GRPO', (tape, batch) => grpo(tape, batch, { aggregation: constantLength({ length: places }) }), groupMean()],
    ['DAPO', (tape, batch) => ppo(tape, batch, { low: 0.2, high: 0.28, aggregation: groupTokenMean() }), groupStd()],
    ['GSPO', (tape, batch) => grpo(tape, batch, { clip: sequenceClip({ low: 0.1, high: 0.2 }) }), groupStd()],
    ['no clip', (tape, batch) => policyLoss(tape, batch, { surrogate: noClip() }), groupStd()],
    ['REC one-sided', (tape, batch) => offPolicy(tape, batch, { weight: 'none', keep: 'one-sided' }), groupMean()],
    ['REC ring', (tape, batch) => offPolicy(tape, batch, { weight: 'none', keep: 'ring' }), groupMean()],
    ['CISPO', (tape, batch) => offPolicy(tape, batch, { most: 1.2 }), groupStd()],
    [
      'REP-OPMD',
      (tape, batch) => offPolicy(tape, batch, { weight: 'none', terms: [klTerm({ to: 'sampled', estimator: 'k2', weight: 0.2 })] }),
      groupMean(),
    ],
  ]
  it.each(policies)('by %s', (_, loss, normaliser) => {
    expect(optimised(loss, normaliser)).toBeGreaterThan(0.5)
  })

  const answers = Array.from({ length: 16 }, (_, at) => [Math.floor(at / tokens), at % tokens])
  const better = answers.flatMap((a, i) => answers.flatMap((b, j) => (rewardOf(a) > rewardOf(b) ? [[i, j] as const] : [])))
  const pairs = { better: Int32Array.from(better, ([i]) => i), worse: Int32Array.from(better, ([, j]) => j) }
  // ORPO also imitates the better one of a pair: so it gets pairs with the best answer only.
  const bestPairs = {
    better: new Int32Array(15).fill(wanted * tokens + wanted),
    worse: Int32Array.from(answers.keys()).filter((at) => rewardOf(answers[at]!) < 1),
  }
  const preferences: readonly (readonly [string, (tape: Tape, batch: SequenceBatch) => ReturnType<PolicyLoss>])[] = [
    ['DPO', (tape, batch) => dpo(tape, batch, { beta: 0.5, pairs })],
    [
      'DPO by means, with smoothed labels',
      (tape, batch) => dpo(tape, batch, { beta: 0.5, pairs, lengthNormalised: true, labelSmoothing: 0.1 }),
    ],
    ['SimPO', (tape, batch) => simpo(tape, batch, { pairs })],
    ['ORPO', (tape, batch) => orpo(tape, batch, { pairs: bestPairs, weight: 1 })],
    ['LambdaRank', (tape, batch) => lambdaRank(tape, batch, { values: Float32Array.from(answers, rewardOf) })],
    [
      'supervised',
      (tape, { logProbs }) =>
        supervisedLogProbs(tape, logProbs, {
          weights: Float32Array.from(answers.flatMap((a) => a.map(() => (rewardOf(a) === 1 ? 1 : 0)))),
        }),
    ],
  ]
  it.each(preferences)('by %s', (_, loss) => {
    const table = parameter('table', [places, tokens])
    const tape = new Tape({ kernels: referenceKernels })
    const optimizer = adam({ kernels: referenceKernels, parameters: [table] })
    for (let step = 0; step < 40; step++) {
      const { logProbs, sequences } = read(tape, table, answers)
      tape.backward(loss(tape, { logProbs, sequences, referenceLogProbs: new Float32Array(32).fill(-Math.log(tokens)) }).loss)
      optimizer.step(0.1)
      tape.reset()
    }
    expect(success(table)).toBeGreaterThan(0.5)
  })
})
