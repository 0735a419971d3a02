// How likely the proposer found the path to a node: the mean log-probability of its tokens. It knows no model; the proposer's scores,
// which the tree keeps, are all that it reads.
import { BanyanError } from '../core/errors.ts'
import type { Evaluator } from '../core/evaluator.ts'
import type { NodeView } from '../core/node-view.ts'

/**
 * exp(log-probability of the path / its tokens): the geometric mean of the tokens' probabilities, in [0, 1]; the inverse of the
 * perplexity. The root, which has no tokens, has 1.
 *
 * @throws `E_EVALUATOR_SCORE` for a path whose proposer gave no scores.
 *
 * @example
 * search({ environment, task, searcher: beam({ width: 4 }), proposer: chunks({ model, logProbs: true }), evaluator: likelihood() })
 */
export function likelihood<State, Action = unknown>(options: { readonly name?: string } = {}): Evaluator<State, Action> {
  return {
    name: options.name ?? 'likelihood',
    reproducible: 'exact',
    range: [0, 1],
    evaluate: (groups) => groups.map((group) => group.map((node) => ({ value: meanProbability(node) }))),
    value: meanProbability,
    atMost: () => ({ calls: 0, tokens: 0 }),
  }
}

function meanProbability(node: Pick<NodeView<unknown>, 'depth' | 'logProb' | 'tokenCount'>): number {
  // A sum of exactly 0 over some tokens means that they were counted and not scored: no sampled path has probability 1.
  if (node.tokenCount > 0 && node.logProb < 0 && Number.isFinite(node.logProb)) return Math.exp(node.logProb / node.tokenCount)
  if (node.depth === 0) return 1
  throw new BanyanError('E_EVALUATOR_SCORE', 'the path has no log-probabilities of its tokens', {
    seen: { depth: node.depth, logProb: node.logProb, tokenCount: node.tokenCount },
    wanted: "candidates with `score` and `tokens`, from the path's proposer",
    hint: "Set the proposer's option `logProbs: true`, with a model that has the capability `logProbs`; or use another evaluator.",
    fatal: true,
  })
}
