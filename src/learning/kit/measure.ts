// Measures a policy on fixed problems with common random numbers: the same problems and the same draws for every policy that is compared.
import { Random } from '../../core/random.ts'
import type { WordProblem } from '../../environments/word-problems/problem.ts'
import { type BatchedDecoder, batchedDecoder, type TextRequest } from '../nets/batched-decoder.ts'
import type { CausalNet } from '../nets/causal-net.ts'
import type { Kernels } from '../tensor/kernels.ts'
import { answerOf, endOfAnswer, wordTokens } from './codec.ts'
import { drawProblems, type ProblemSizes } from './problems.ts'
import { rightAnswer } from './right-path.ts'

/** On what a policy is measured. */
export interface MeasureOptions {
  /** Default: the 300 held-out problems that all bases are measured on. */
  readonly problems?: readonly WordProblem[]
  readonly sizes?: ProblemSizes
  /** Of the draws. Default 0. */
  readonly seed?: number
  readonly kernels?: Kernels
  readonly signal?: AbortSignal
}

/** Rates over problems, in [0, 1]. */
export interface Measurement {
  readonly problems: number
  /** The most probable answer is right. */
  readonly greedy: number
  /** Mean over 16 samples. */
  readonly pass1: number
  /** At least one of k samples is right: the unbiased estimate from 16 (arXiv:2107.03374, eq. 1). */
  readonly pass4: number
  readonly pass16: number
  /** The most frequent of 16 answers is right; among equally frequent ones the first. */
  readonly majority: number
  /** Problems with right and wrong samples. */
  readonly mixed: number
  /** Tokens that were generated. */
  readonly tokens: number
}

const samples = 16

/** The problems that bases are measured on. */
export function measuredProblems(sizes?: ProblemSizes): WordProblem[] {
  return drawProblems(300, { heldOut: true, seed: 0, ...(sizes !== undefined && { sizes }) })
}

/**
 * Greedy and sampled answers of a policy at temperature 1.
 *
 * @throws what the decoder throws.
 * @example
 * const { greedy, pass1 } = await measurePolicy(net)
 */
export async function measurePolicy(net: CausalNet, options: MeasureOptions = {}): Promise<Measurement> {
  const { problems = measuredProblems(options.sizes), sizes, seed = 0, kernels, signal } = options
  const decoder = batchedDecoder(net, { ...(kernels !== undefined && { kernels }) })
  const answers = await sampledAnswers(decoder, problems, { count: samples, seed, sizes, signal })
  const greedy = await greedyAnswers(decoder, problems, { sizes, signal })
  const right = problems.map(rightAnswer)
  const rightCounts = answers.map((row, at) => row.filter((answer) => answer === right[at]).length)
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  return {
    problems: problems.length,
    greedy: mean(greedy.map((answer, at) => Number(answer === right[at]))),
    pass1: mean(rightCounts.map((count) => count / samples)),
    pass4: mean(rightCounts.map((count) => passAt(4, count, samples))),
    pass16: mean(rightCounts.map((count) => passAt(16, count, samples))),
    majority: mean(answers.map((row, at) => Number(majority(row) === right[at]))),
    mixed: mean(rightCounts.map((count) => Number(count > 0 && count < samples))),
    tokens: decoder.counters.generated,
  }
}

export interface AnswerOptions {
  readonly sizes?: ProblemSizes | undefined
  readonly signal?: AbortSignal | undefined
}

/** The most probable answer to each problem; undefined where it has no form. */
export async function greedyAnswers(decoder: BatchedDecoder, problems: readonly WordProblem[], options: AnswerOptions = {}) {
  const requests = problems.map((problem) => wholeAnswer(decoder.net, problem, options, { temperature: 0 }))
  return (await decoder.generate(requests, options.signal)).map(({ tokens }) => answerOf(tokens))
}

/** `count` answers to each problem. Sample i of problem p is drawn from its own stream, whatever else is drawn. */
export async function sampledAnswers(
  decoder: BatchedDecoder,
  problems: readonly WordProblem[],
  options: AnswerOptions & { readonly count: number; readonly seed: number },
): Promise<(number | undefined)[][]> {
  const texts = await sampledTexts(decoder, problems, options)
  return texts.map((row) => row.map(({ tokens }) => answerOf(tokens)))
}

/** The same, as the decoder gives them: [problems][count]. */
export async function sampledTexts(
  decoder: BatchedDecoder,
  problems: readonly WordProblem[],
  options: AnswerOptions & { readonly count: number; readonly seed: number },
) {
  const { count, seed } = options
  const requests = problems.flatMap((problem, at) =>
    Array.from({ length: count }, (_, sample) =>
      wholeAnswer(decoder.net, problem, options, { random: new Random(seed, `${at} ${sample}`) }),
    ),
  )
  const texts = await decoder.generate(requests, options.signal)
  return problems.map((_, at) => texts.slice(at * count, (at + 1) * count))
}

function wholeAnswer(net: CausalNet, problem: WordProblem, { sizes }: AnswerOptions, how: Pick<TextRequest, 'temperature' | 'random'>) {
  const prompt = wordTokens(problem, [], sizes)
  return { ...how, prompt, mostTokens: net.shape.context - prompt.length, stop: [endOfAnswer] }
}

/** 1 − C(n − c, k) / C(n, k): how probable it is that k of n samples hold one of c right ones. */
export function passAt(k: number, right: number, of: number): number {
  let none = 1
  for (let i = 0; i < k; i++) none *= Math.max(0, of - right - i) / (of - i)
  return 1 - none
}

/** The most frequent answer; among equally frequent ones that which came first. Undefined where there is none. */
export function majority(answers: readonly (number | undefined)[]): number | undefined {
  const counts = new Map<number, number>()
  for (const answer of answers) if (answer !== undefined) counts.set(answer, (counts.get(answer) ?? 0) + 1)
  let best: number | undefined
  for (const [answer, count] of counts) if (best === undefined || count > counts.get(best)!) best = answer
  return best
}
