// The rules of a writing task as an evaluator: certain about finished and broken texts, an estimate for the others. It asks no model;
// what the model finds likely it reads off the path.
import type { Evaluation, Evaluator } from '../core/evaluator.ts'
import type { NodeView } from '../core/node-view.ts'
import { rulesOf } from '../environments/writing/rules.ts'
import type { WritingAction, WritingState } from '../environments/writing.ts'

export interface WritingRulesOptions {
  /** How much one nat of mean log-probability a token weighs against the whole list of words to include, at least 0. Default 0.1. */
  readonly likelihood?: number
  /** What a finished text that fails is worth: `nothing`; or its `progress`, below 1, for searches that go on from it to a better one. Default `nothing`. */
  readonly failed?: 'nothing' | 'progress'
}

/**
 * Values in [0, 1]. A finished text that passes every rule: 1, certain. One that fails, or that no continuation can mend: 0, certain,
 * with the failed rules as critique. An open text: a logistic of the part of the wanted words it uses and of its mean log-probability a
 * token, strictly between 0 and 1. `values.coverage` is the part of the wanted words, `values.progress` the mean progress of the rules.
 *
 * @example
 * search({ environment: writing(), task, proposer: chunks({ model }), evaluator: writingRules(), searcher: beam({ width: 4 }) })
 */
export function writingRules(options: WritingRulesOptions = {}): Evaluator<WritingState, WritingAction> {
  const { likelihood = 0.1, failed = 'nothing' } = options
  return {
    name: failed === 'nothing' ? 'rules' : 'progress',
    settings: failed === 'nothing' ? { likelihood } : { likelihood, failed },
    reproducible: 'exact',
    range: [0, 1],
    evaluate: (groups) => groups.map((group) => group.map((node) => judge(node, likelihood, failed))),
  }
}

function judge(node: NodeView<WritingState, WritingAction>, likelihood: number, failed: 'nothing' | 'progress'): Evaluation {
  const { task, text, finished } = node.state
  const rules = rulesOf(task)
  const coverage = rules.include === undefined ? 1 : 1 - rules.include.missing(text).length / rules.wanted
  const { passed, reasons, progress } = rules.check(text)
  const values = { coverage, progress }
  const broken = rules.broken(text)
  const worth = failed === 'progress' && finished ? mostFailed * progress : 0
  if (broken !== undefined) return { value: worth, values, critique: broken, certain: true }
  if (finished) return passed ? { value: 1, values, certain: true } : { value: worth, values, critique: reasons.join('; '), certain: true }
  const mean = node.tokenCount === 0 ? 0 : node.logProb / node.tokenCount
  return { value: 1 / (1 + Math.exp(-4 * (coverage - 0.5 + likelihood * mean))), values }
}

/** What a text that fails is worth at most, so that it is not taken for one that passes. */
const mostFailed = 0.99
