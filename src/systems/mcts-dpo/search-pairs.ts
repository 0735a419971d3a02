// Pairs of sibling steps out of searched trees: what MCTS-DPO learns from.
import type { Evaluator } from '../../core/evaluator.ts'
import { search } from '../../core/search.ts'
import { mcts } from '../../core/searchers/mcts.ts'
import { puct } from '../../core/searchers/select.ts'
import type { WordProblem } from '../../environments/word-problems/problem.ts'
import { type WordProblemState, wordProblems } from '../../environments/word-problems.ts'
import { stepPairs } from '../../learning/data/index.ts'
import { exampleTokens, rightAnswer, wordProblemCodec, wordTokens } from '../../learning/kit/index.ts'
import { visitSmoothing } from '../../learning/losses/index.ts'
import type { BatchedDecoder } from '../../learning/nets/batched-decoder.ts'
import { netProposer } from '../../learning/nets/net-proposer.ts'
import type { PairExample, SequenceExample } from '../../learning/train.ts'
import { memory } from '../../traces/memory.ts'
import { advantageBackup } from './advantage-backup.ts'

export interface SearchPairsOptions {
  /** Tokens of the search of each problem. */
  readonly tokens: number
  /** Least difference of values between siblings. */
  readonly margin: number
  readonly seed: number
  readonly signal: AbortSignal
}

/**
 * Searches each problem with PUCT and the advantage backup, and pairs at each state the best with the worst of its next steps. How sure a pair is
 * is told by visits (`visitSmoothing`).
 */
export async function searchPairs(
  decoder: BatchedDecoder,
  problems: readonly WordProblem[],
  { tokens, margin, seed, signal }: SearchPairsOptions,
): Promise<PairExample[]> {
  const store = memory()
  const proposer = netProposer({ decoder, codec: wordProblemCodec(), priors: true })
  await Promise.all(
    problems.map((problem, at) =>
      search({
        ...{ environment: wordProblems(), task: problem, proposer, evaluator: verdict(problem) },
        searcher: mcts({
          selection: puct(1),
          backup: advantageBackup(),
          expansion: 'all-children',
          branching: 3,
          continueWhenSolved: true,
        }),
        ...{ budget: { tokens }, store, runId: `problem-${at}`, seed, signal },
      }),
    ),
  )
  const pairs: PairExample[] = []
  for await (const { source, steps, chosen, rejected, chosenVisits = 1, rejectedVisits = 1 } of stepPairs(store, {
    margin,
    range: [-1, 1],
  })) {
    const problem = problems[Number(source.runId.slice('problem-'.length))]!
    pairs.push({
      chosen: lastStep(problem, steps, chosen),
      rejected: lastStep(problem, steps, rejected),
      labelSmoothing: visitSmoothing(chosenVisits, rejectedVisits),
    })
  }
  return pairs
}

/** What ends right is worth 1, what ends wrong −1; before the end nothing is known. Training alone may use it. */
function verdict(problem: WordProblem): Evaluator<WordProblemState, string> {
  const environment = wordProblems()
  return {
    name: 'verdict',
    reproducible: 'exact',
    oracle: 'training-label',
    range: [-1, 1],
    evaluate: (groups) =>
      groups.map((group) =>
        group.map(({ state }) => {
          const answer = environment.answer(state)
          return { value: answer === undefined ? 0 : answer === rightAnswer(problem) ? 1 : -1 }
        }),
      ),
    atMost: () => ({ calls: 0, tokens: 0 }),
  }
}

/** Prompt, steps and one more; what counts is the last. */
function lastStep(problem: WordProblem, steps: readonly string[], step: string): SequenceExample {
  const all = [...steps, step]
  const from = wordTokens(problem, steps).length
  const tokens = all.length === problem.clauses.length ? exampleTokens(problem, all).tokens : wordTokens(problem, all)
  return { tokens, weights: Float32Array.from(tokens, (_, at) => (at < from ? 0 : 1)) }
}
