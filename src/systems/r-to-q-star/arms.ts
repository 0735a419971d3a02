// What is measured of a trained policy and of the one that it began with: credit for single steps, and beams of several widths.
import { search } from '../../core/search.ts'
import { beam } from '../../core/searchers/beam.ts'
import { tokens } from '../../environments/tokens.ts'
import type { WordProblem } from '../../environments/word-problems/problem.ts'
import { likelihood } from '../../evaluators/likelihood.ts'
import { firstWrongStep, type SampledAnswer, stepSpans } from '../../experiments/kit/sampled-answers.ts'
import { answerOf, endOfAnswer, rightAnswer, wordTokens } from '../../learning/kit/index.ts'
import type { BatchedDecoder } from '../../learning/nets/batched-decoder.ts'
import { netTokenProposer } from '../../learning/nets/token-proposer.ts'
import { areaUnderCurve } from '../../stats/auc.ts'

/**
 * How well low scores of steps tell the first wrong step of an answer from the right ones before it. What comes after an error is left out, since
 * it may be right again.
 * @param scores [tokens] of each answer.
 */
export function firstErrorAuc(answers: readonly SampledAnswer[], scores: readonly ArrayLike<number>[]): number {
  const [wrong, right]: [number[], number[]] = [[], []]
  for (const [at, answer] of answers.entries()) {
    const first = firstWrongStep(answer)
    if (first === undefined) continue
    for (const [step, { from, to }] of stepSpans(answer)
      .slice(0, first + 1)
      .entries()) {
      let sum = 0
      for (let token = from; token < to; token++) sum += scores[at]![token]!
      ;(step === first ? wrong : right).push(-sum)
    }
  }
  return areaUnderCurve(wrong, right)
}

/** For each problem whether the likeliest answer that a beam finds is right. */
export async function beamSolved(decoder: BatchedDecoder, problems: readonly WordProblem[], width: number, signal: AbortSignal) {
  const proposer = netTokenProposer({ decoder })
  const { context } = decoder.net.shape
  return Promise.all(
    problems.map(async (problem) => {
      const prompt = [...wordTokens(problem, [])]
      const { answer } = await search({
        environment: tokens({ end: endOfAnswer, mostTokens: context - prompt.length }),
        task: { prompt },
        proposer,
        evaluator: likelihood({ of: 'path' }),
        searcher: beam({ width, branching: width, rootBranching: width }),
        signal,
      })
      return Number(answer !== undefined && answerOf(answer) === rightAnswer(problem))
    }),
  )
}
