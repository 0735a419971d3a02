// A process reward model for the kit: labels by finishing answers many times over, and a net with a value head that learns them.

import { drawProblems, type ProblemSizes } from '../../learning/kit/problems.ts'
import { labelledExample, processLabels } from '../../learning/kit/process-labels.ts'
import { batchedDecoder } from '../../learning/nets/batched-decoder.ts'
import type { CausalNet } from '../../learning/nets/causal-net.ts'
import type { ScalarHead } from '../../learning/nets/scalar-head.ts'
import { trainableCopy } from '../../learning/rollouts/snapshots.ts'
import type { Kernels } from '../../learning/tensor/kernels.ts'
import { train } from '../../learning/train.ts'

export interface ProcessRewardModelOptions {
  /** Samples the answers and finishes them; the model begins with its weights. It is not changed. */
  readonly policy: CausalNet
  /** Problems whose answers are labelled: numbers of a stream that is learnt from. */
  readonly problems: number
  /** Of training. */
  readonly steps: number
  /** Highest learning rate. Default 3e-3. */
  readonly rate?: number
  /** Answers to each problem. Default 4. */
  readonly traces?: number
  /** How often each beginning of a wrong answer is finished. Default 8. */
  readonly rollouts?: number
  readonly sizes?: ProblemSizes
  readonly seed: number
  readonly kernels: Kernels
  readonly signal?: AbortSignal
  readonly progress?: (text: string) => void
}

export interface ProcessRewardModel {
  readonly net: CausalNet
  readonly head: ScalarHead
  /** Tokens that were generated for labels. */
  readonly labelTokens: number
}

/** @throws what sampling and training throw. */
export async function processRewardModel(options: ProcessRewardModelOptions): Promise<ProcessRewardModel> {
  const { policy, problems, steps, rate = 3e-3, traces, rollouts, sizes, seed, kernels, signal, progress } = options
  const decoder = batchedDecoder(policy, { kernels })
  progress?.('labels')
  const labelled = await processLabels(
    decoder,
    drawProblems(problems, { heldOut: false, seed: 2_000_000 + seed, ...(sizes && { sizes }) }),
    { seed, ...(traces && { traces }), ...(rollouts && { rollouts }), ...(sizes && { sizes }), ...(signal && { signal }) },
  )
  const { net, heads } = await train(
    {
      net: trainableCopy(policy),
      data: { examples: labelled.map((trace) => labelledExample(trace, sizes)) },
      objective: 'binary',
      limit: { steps },
      schedule: { kind: 'linear', rate, warmup: Math.min(20, Math.floor(steps / 10)), end: 0.1 },
      seed,
    },
    { thread: false, ...(signal && { signal }), progress: ({ step }) => progress?.(`process reward model, step ${step} of ${steps}`) },
  )
  return { net, head: heads.value!, labelTokens: decoder.counters.generated }
}
