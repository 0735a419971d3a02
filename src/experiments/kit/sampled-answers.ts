// Answers that a policy samples to problems of the kit, each with whether it is right; and pairs of them. For experiments: rightness is known to
// labels and measurement alone.
import type { WordProblem } from '../../environments/word-problems/problem.ts'
import { answerOf, exampleTokens, stepsOf, wordTokens } from '../../learning/kit/codec.ts'
import { sampledTexts } from '../../learning/kit/measure.ts'
import type { ProblemSizes } from '../../learning/kit/problems.ts'
import { rightAnswer, rightPrefix } from '../../learning/kit/right-path.ts'
import type { BatchedDecoder } from '../../learning/nets/batched-decoder.ts'
import type { PairExample, SequenceExample } from '../../learning/train.ts'

export interface SampledAnswer {
  readonly problem: WordProblem
  /** Prompt and answer. */
  readonly tokens: Int32Array
  readonly promptLength: number
  /** Undefined where it has no form; it is wrong then. */
  readonly steps: readonly string[] | undefined
  readonly right: boolean
}

export interface SampleOptions {
  /** Answers to each problem. */
  readonly count: number
  readonly seed: number
  readonly sizes?: ProblemSizes
  readonly signal?: AbortSignal
}

/** [problems][count]; drawn at temperature 1. What was generated is counted by the decoder. */
export async function sampleAnswers(
  decoder: BatchedDecoder,
  problems: readonly WordProblem[],
  { count, seed, sizes, signal }: SampleOptions,
): Promise<SampledAnswer[][]> {
  const texts = await sampledTexts(decoder, problems, { count, seed, sizes, signal })
  return problems.map((problem, at) => {
    const prompt = wordTokens(problem, [], sizes)
    const right = rightAnswer(problem)
    return texts[at]!.map(({ tokens }) => ({
      problem,
      tokens: Int32Array.from([...prompt, ...tokens]),
      promptLength: prompt.length,
      steps: stepsOf(tokens),
      right: answerOf(tokens) === right,
    }))
  })
}

/** Of each problem at most `most` pairs of a right answer and a wrong one, each wrong one once. */
export function instancePairs(answers: readonly (readonly SampledAnswer[])[], most: number): PairExample[] {
  return answers.flatMap((row) => {
    const right = distinct(row.filter((answer) => answer.right))
    const wrong = distinct(row.filter((answer) => !answer.right))
    if (right.length === 0) return []
    return wrong.slice(0, most).map((answer, at) => ({ chosen: learnt(right[at % right.length]!), rejected: learnt(answer) }))
  })
}

/** What a supervised or preference objective learns from: the answer, not the prompt. */
export function learnt({ tokens, promptLength }: Pick<SampledAnswer, 'tokens' | 'promptLength'>): SequenceExample {
  return { tokens, weights: Float32Array.from(tokens, (_, at) => (at < promptLength ? 0 : 1)) }
}

/** A step as a span of tokens. */
export interface StepTokens {
  /** Of the whole text. */
  readonly from: number
  readonly to: number
}

/** Where each step of an answer lies: its words, and the separator or end behind it. */
export function stepSpans({ promptLength, steps = [] }: Pick<SampledAnswer, 'promptLength' | 'steps'>): StepTokens[] {
  // Each step is three words and what stands behind it.
  return steps.map((_, at) => ({ from: promptLength + 4 * at, to: promptLength + 4 * (at + 1) }))
}

/** Which step is the first wrong one; undefined where none is, or the answer has no form. */
export function firstWrongStep({ problem, steps }: Pick<SampledAnswer, 'problem' | 'steps'>): number | undefined {
  if (steps === undefined) return undefined
  const right = rightPrefix(problem, steps)
  return right < steps.length ? right : undefined
}

/** An answer with these steps. */
export function answerWith(problem: WordProblem, steps: readonly string[], sizes?: ProblemSizes): SampledAnswer {
  const { tokens, promptLength } = exampleTokens(problem, steps, sizes)
  return { problem, tokens, promptLength, steps, right: rightPrefix(problem, steps) === steps.length }
}

function distinct(answers: readonly SampledAnswer[]): SampledAnswer[] {
  return [...new Map(answers.map((answer) => [answer.tokens.join(' '), answer])).values()]
}
