// Problems of the kit as tasks of policy optimisation, and how good a policy is at held-out ones.
import type { WordProblem } from '../../environments/word-problems/problem.ts'
import { answerOf, endOfAnswer, wordTokens } from '../../learning/kit/codec.ts'
import { sampledAnswers } from '../../learning/kit/measure.ts'
import { contextOf, sizesOf, type Variant } from '../../learning/kit/policy.ts'
import { drawProblem, problemId } from '../../learning/kit/problems.ts'
import { rightAnswer } from '../../learning/kit/right-path.ts'
import { batchedDecoder } from '../../learning/nets/batched-decoder.ts'
import type { CausalNet } from '../../learning/nets/causal-net.ts'
import type { PolicyTasks } from '../../learning/policy-optimisation.ts'
import type { Kernels } from '../../learning/tensor/kernels.ts'

export interface KitTasksOptions {
  readonly variant?: Variant
  /** Problems of each update. */
  readonly problems: number
  readonly seed: number
}

/** New problems at every update; an answer that comes out right is worth 1, any other 0. */
export function kitTasks({ variant, problems, seed }: KitTasksOptions): PolicyTasks<WordProblem> {
  const sizes = sizesOf(variant)
  const context = contextOf(variant)
  return {
    at: (update) =>
      Array.from({ length: problems }, (_, at) => drawProblem(update * problems + at, { heldOut: false, seed: 5_000_000 + seed, sizes })),
    idOf: problemId,
    request(problem) {
      const prompt = wordTokens(problem, [], sizes)
      return { prompt, mostTokens: context - prompt.length, stop: [endOfAnswer] }
    },
    reward: (problem, { tokens, promptLength }) => ({ outcome: Number(answerOf(tokens.subarray(promptLength)) === rightAnswer(problem)) }),
  }
}

export interface HeldOutOptions {
  readonly variant?: Variant
  readonly problems: readonly WordProblem[]
  /** Answers to each problem, drawn at temperature 1 with the same random numbers for every policy. */
  readonly samples: number
  readonly seed: number
  readonly kernels: Kernels
  readonly signal?: AbortSignal
}

/** For each problem the share of its sampled answers that are right. */
export async function rightShares(net: CausalNet, options: HeldOutOptions): Promise<number[]> {
  const { variant, problems, samples, seed, kernels, signal } = options
  const decoder = batchedDecoder(net, { kernels })
  const answers = await sampledAnswers(decoder, problems, { count: samples, seed, sizes: sizesOf(variant), signal })
  return problems.map((problem, at) => answers[at]!.filter((answer) => answer === rightAnswer(problem)).length / samples)
}
