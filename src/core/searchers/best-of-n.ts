// Best-of-n: n independent chains from the root, the best by an evaluator is the answer.
import type { Searcher } from '../searcher.ts'
import { Chains } from './chain.ts'
import { checkSettings } from './settings.ts'

/** Options of `bestOfN`. */
export interface BestOfNOptions {
  /** How many chains; null: until the budget ends. Default 8. */
  readonly n?: number | null
  /** Name of the proposer. Default `default`. */
  readonly propose?: string
  /** Name of the evaluator. Default `default`. */
  readonly evaluate?: string
  /** Go on after the first certain answer. Default false. */
  readonly continueWhenSolved?: boolean
}

/**
 * Samples n answers and returns the best by the evaluator.
 *
 * @example
 * await search({ environment, task, proposer, evaluator, searcher: bestOfN({ n: 16 }), concurrency: 16 })
 */
export function bestOfN(options: BestOfNOptions = {}): Searcher<Chains> {
  checkSettings('best-of-n', options, { n: 'integer>=1|null', propose: 'string', evaluate: 'string', continueWhenSolved: 'boolean' })
  const { n = 8, evaluate = 'default', continueWhenSolved = false } = options
  return {
    name: 'best-of-n',
    settings: { n, propose: options.propose ?? 'default', evaluate, continueWhenSolved },
    twins: false,
    start: () => new Chains({ chains: n, propose: options.propose, evaluate }),
    ask: (tree, chains, free) => chains.ask(tree, free),
    tell: (tree, chains, outcome) => chains.tell(tree, outcome),
    done: (tree, chains) => (!continueWhenSolved && chains.best.solved(tree) ? 'solved' : undefined),
    best: (_tree, chains) => chains.answer,
    answers: (tree, chains, count) => chains.best.answers(tree, count),
  }
}
