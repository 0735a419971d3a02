// How likely the proposer found the path to a node: by the mean of its tokens' log-probabilities, or by their sum. It knows no model; the proposer's scores,
// which the tree keeps, are all that it reads.
import { BanyanError } from '../core/errors.ts'
import type { Evaluator } from '../core/evaluator.ts'
import type { NodeView } from '../core/node-view.ts'

export interface LikelihoodOptions {
  /** `token`: the mean over tokens, for texts of different lengths. `path`: the probability of the whole path, which falls with its length. Default `token`. */
  readonly of?: 'token' | 'path'
  readonly name?: string
}

/**
 * exp(log-probability of the path / its tokens): the geometric mean of the tokens' probabilities, in [0, 1]; the inverse of the
 * perplexity. Or exp(log-probability of the path), as plain beam search ranks. The root, which has no tokens, has 1.
 *
 * @throws `E_EVALUATOR_SCORE` for a path whose proposer gave no scores.
 *
 * @example
 * search({ environment, task, searcher: beam({ width: 4 }), proposer: chunks({ model, logProbs: true }), evaluator: likelihood() })
 */
export function likelihood<State, Action = unknown>(options: LikelihoodOptions = {}): Evaluator<State, Action> {
  const { of = 'token' } = options
  const value = (node: Scored) => probability(node, of === 'token' ? node.tokenCount : 1)
  return {
    name: options.name ?? 'likelihood',
    settings: { of },
    reproducible: 'exact',
    range: [0, 1],
    evaluate: (groups) => groups.map((group) => group.map((node) => ({ value: value(node) }))),
    value,
    atMost: () => ({ calls: 0, tokens: 0 }),
  }
}

type Scored = Pick<NodeView<unknown>, 'depth' | 'logProb' | 'tokenCount'>

function probability(node: Scored, parts: number): number {
  // A sum of exactly 0 over some tokens means that they were counted and not scored: no sampled path has probability 1.
  if (node.tokenCount > 0 && node.logProb < 0 && Number.isFinite(node.logProb)) return Math.exp(node.logProb / parts)
  if (node.depth === 0) return 1
  throw new BanyanError('E_EVALUATOR_SCORE', 'the path has no log-probabilities of its tokens', {
    seen: { depth: node.depth, logProb: node.logProb, tokenCount: node.tokenCount },
    wanted: "candidates with `score` and `tokens`, from the path's proposer",
    hint: "Set the proposer's option `logProbs: true`, with a model that has the capability `logProbs`; or use another evaluator.",
    fatal: true,
  })
}
