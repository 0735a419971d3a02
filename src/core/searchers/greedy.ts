// One chain of single proposals: the model alone. The baseline of every comparison.
import type { Searcher } from '../searcher.ts'
import { Chains } from './chain.ts'
import { checkSettings } from './settings.ts'

/** Options of `greedy`. */
export interface GreedyOptions {
  /** Name of the proposer. Default `default`. */
  readonly propose?: string
  /** Name of an evaluator for the end. Default: none is asked. */
  readonly evaluate?: string
}

/**
 * Takes the proposer's first suggestion at every step, until a state is terminal.
 *
 * @example
 * await search({ environment, task, proposer, searcher: greedy() })
 */
export function greedy(options: GreedyOptions = {}): Searcher<Chains> {
  checkSettings('greedy', options, { propose: 'string', evaluate: 'string' })
  return {
    name: 'greedy',
    settings: { propose: options.propose ?? 'default', evaluate: options.evaluate ?? null },
    twins: false,
    start: () => new Chains({ chains: 1, propose: options.propose, evaluate: options.evaluate }),
    ask: (tree, chains, free) => chains.ask(tree, free),
    tell: (tree, chains, outcome) => chains.tell(tree, outcome),
    best: (_tree, chains) => chains.best.node,
  }
}
