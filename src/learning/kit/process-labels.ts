// Labels for the steps of sampled answers, by finishing them many times over (Monte-Carlo estimation, arXiv:2312.08935, section 3.3): a step is
// good when the policy still reaches the right answer from there. Every token of it is counted.
import { Random } from '../../core/random.ts'
import type { WordProblem } from '../../environments/word-problems.ts'
import type { BatchedDecoder } from '../nets/batched-decoder.ts'
import type { ValueExample } from '../train.ts'
import { answerOf, endOfAnswer, stepsOf, wordTokens } from './codec.ts'
import { sampledTexts } from './measure.ts'
import type { ProblemSizes } from './problems.ts'
import { rightAnswer } from './right-path.ts'

/** Options of `processLabels`. */
export interface ProcessLabelOptions {
  /** Answers sampled for each problem. Default 4. */
  readonly traces?: number
  /** How often each beginning of a wrong answer is finished. Default 8. */
  readonly rollouts?: number
  /** `any`: 1 where a rollout came out right, else 0 (hard estimation); `share`: how many of them did (soft estimation). Default `any`. */
  readonly estimate?: 'any' | 'share'
  readonly sizes?: ProblemSizes
  readonly seed: number
  readonly signal?: AbortSignal
}

/** A sampled answer with what is known of each of its steps. */
export interface LabelledTrace {
  readonly problem: WordProblem
  readonly steps: readonly string[]
  /** [steps], in [0, 1]. */
  readonly labels: readonly number[]
  /** Whether the answer is right. */
  readonly right: boolean
}

/**
 * Samples answers and labels their steps. Of right answers every step is good; answers without form are left out.
 * @throws what the decoder throws.
 */
export async function processLabels(
  decoder: BatchedDecoder,
  problems: readonly WordProblem[],
  { traces = 4, rollouts = 8, estimate = 'any', sizes, seed, signal }: ProcessLabelOptions,
): Promise<LabelledTrace[]> {
  const texts = await sampledTexts(decoder, problems, { count: traces, seed, sizes, signal })
  const sampled = problems.flatMap((problem, at) =>
    texts[at]!.flatMap(({ tokens }) => {
      const steps = stepsOf(tokens)
      return steps === undefined ? [] : [{ problem, steps, right: answerOf(tokens) === rightAnswer(problem) }]
    }),
  )
  // The last step of an answer is as good as the answer.
  const beginnings = sampled.flatMap(({ right, steps }, trace) =>
    right ? [] : steps.slice(0, -1).map((_, step) => ({ trace, length: step + 1 })),
  )
  const finished = await decoder.generate(
    beginnings.flatMap(({ trace, length }, at) => {
      const { problem, steps } = sampled[trace]!
      const prompt = wordTokens(problem, steps.slice(0, length), sizes)
      return Array.from({ length: rollouts }, (_, rollout) => ({
        prompt,
        mostTokens: Math.max(1, decoder.net.shape.context - prompt.length),
        stop: [endOfAnswer],
        random: new Random(seed, `rollout ${at} ${rollout}`),
      }))
    }),
    signal,
  )
  const labels = sampled.map(({ right, steps }) => steps.map(() => Number(right)))
  for (const [at, { trace, length }] of beginnings.entries()) {
    const wanted = rightAnswer(sampled[trace]!.problem)
    const right = finished.slice(at * rollouts, (at + 1) * rollouts).filter(({ tokens }) => answerOf(tokens) === wanted).length
    labels[trace]![length - 1] = estimate === 'any' ? Number(right > 0) : right / rollouts
  }
  return sampled.map((trace, at) => ({ ...trace, labels: labels[at]! }))
}

/** A labelled answer as an example for the objectives `binary` and `regression`: values are read behind the separator of each step. */
export function labelledExample({ problem, steps, labels }: Omit<LabelledTrace, 'right'>, sizes?: ProblemSizes): ValueExample {
  const tokens = wordTokens(problem, steps, sizes)
  const places = steps.map((_, at) => wordTokens(problem, steps.slice(0, at + 1), sizes).length - 1)
  return { tokens, places, targets: labels }
}
