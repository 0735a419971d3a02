// Self-consistency (Wang et al. 2022): n independent chains, the answer that most of them end in; optionally weighted.
import type { NodeId } from '../common.ts'
import type { Searcher } from '../searcher.ts'
import type { Tree } from '../tree.ts'
import { meanLogProb } from './best.ts'
import { Chains } from './chain.ts'
import { checkSettings, oneOf } from './settings.ts'
import { heaviest } from './tally.ts'

/** Options of `vote`. */
export interface VoteOptions {
  /** How many chains; null: until the budget ends. Default 8. */
  readonly n?: number | null
  /** A vote's weight: `one`; the evaluator's `value`; or `likelihood`, exp of the chain's mean log-probability a token. Default `one`. */
  readonly weight?: 'one' | 'value' | 'likelihood'
  /** Name of the proposer. Default `default`. */
  readonly propose?: string
  /** Name of the evaluator for `weight: 'value'`. Default `default`. */
  readonly evaluate?: string
}

/**
 * Samples n answers and returns the one with the greatest sum of votes; among equals the first.
 *
 * @example
 * await search({ environment: reasoning(), task, proposer, searcher: vote({ n: 20 }), concurrency: 20 })
 */
export function vote(options: VoteOptions = {}): Searcher<Chains> {
  checkSettings('vote', options, {
    n: 'integer>=1|null',
    weight: oneOf('one', 'value', 'likelihood'),
    propose: 'string',
    evaluate: 'string',
  })
  const { n = 8, weight = 'one' } = options
  const evaluate = weight === 'value' ? (options.evaluate ?? 'default') : undefined
  return {
    name: 'vote',
    settings: { n, weight, propose: options.propose ?? 'default', evaluate: evaluate ?? null },
    twins: false,
    start: () => new Chains({ chains: n, propose: options.propose, evaluate }),
    ask: (tree, chains, free) => chains.ask(tree, free),
    tell: (tree, chains, outcome) => chains.tell(tree, outcome),
    best: (tree, chains) => ranked(tree, chains, weight)[0],
    answers: (tree, chains, count) => ranked(tree, chains, weight).slice(0, count),
  }
}

/** One node for each answer, the answer with most votes first; one that a verifier is certain of before all. */
function ranked(tree: Tree, chains: Chains, weight: NonNullable<VoteOptions['weight']>): NodeId[] {
  const votes = chains.ends.map(({ node, value }) => ({
    node,
    weight: weight === 'one' ? 1 : weight === 'value' ? Math.max(0, value) : Math.exp(meanLogProb(tree, node)),
  }))
  return heaviest(tree, votes)
}
