// What a trial can draw at most, as far as its parts say so; and a name for its random stream.
import { addAmounts } from './budget.ts'
import type { Amounts, NodeId } from './common.ts'
import type { Evaluator } from './evaluator.ts'
import type { Proposer } from './proposer.ts'
import type { Tree } from './tree.ts'
import type { Trial } from './trial.ts'
import { askOf, evaluatorsOf, nodesOf } from './work.ts'

/**
 * Most that a trial can draw, by unit. A unit that is missing is unknown, because some part does not say; it is then granted as a share of what is left.
 */
export function needOf(
  trial: Trial,
  proposers: Readonly<Record<string, Proposer<never, unknown>>>,
  evaluators: Readonly<Record<string, Evaluator<never, unknown>>>,
): Amounts {
  const need: Record<string, number> = { expansions: 0 }
  let known = true
  const add = (amounts: Amounts | undefined, times = 1): void => {
    known &&= amounts !== undefined
    addAmounts(need, amounts ?? {}, times)
  }
  const ask = askOf(trial)
  const proposer = ask && proposers[ask.by ?? 'default']
  const samples = proposer?.lists ? undefined : (ask?.count ?? 1)
  if (proposer !== undefined) {
    const times = trial.kind === 'rollout' ? trial.steps : 1
    need.expansions = times
    add(samples === undefined ? {} : proposer.atMost?.(samples), times)
  }
  const steps = stepsOf(trial, samples)
  if (steps !== undefined) {
    need.steps = steps
    need.nodes = trial.kind === 'revise' || (trial.kind === 'rollout' && !trial.keep) ? 0 : steps
  }
  const judged =
    trial.kind === 'evaluate' ? trial.nodes.length : trial.kind === 'rollout' ? 1 : steps === undefined ? undefined : Math.max(1, steps)
  for (const name of evaluatorsOf(trial)) {
    const evaluator = evaluators[name]
    if (evaluator?.value === undefined) add(judged === undefined ? undefined : evaluator?.atMost?.(judged))
  }
  if (!known) return need
  const usesModel = need.tokens! > 0 || need.calls! > 0
  return { tokens: 0, calls: 0, ...(usesModel ? {} : { usd: 0, evaluatedTokens: 0, billedTokens: 0 }), ...need }
}

/** How many steps a trial takes at most. */
function stepsOf(trial: Trial, samples: number | undefined): number | undefined {
  switch (trial.kind) {
    case 'visit':
      return trial.candidate >= 0 ? 1 : 0
    case 'rollout':
      return trial.steps
    case 'expand':
      return trial.step ? samples : 0
    case 'combine':
      return samples
    case 'evaluate':
      return 0
    case 'revise':
      return 1
    case 'commit':
      return undefined
  }
}

/** A name for a trial that does not depend on how many others are under way: its kind, and the place of its nodes in the tree. */
export function trialKey(trial: Trial, tree: Tree): string {
  const places = nodesOf(trial).map((node) => place(tree, node))
  const detail =
    trial.kind === 'visit' ? trial.candidate : trial.kind === 'expand' || trial.kind === 'rollout' ? (trial.propose?.by ?? '') : ''
  return `${trial.kind}:${places.join('+')}:${detail}`
}

function place(tree: Tree, node: NodeId): string {
  const indices: number[] = []
  for (let at = node; tree.parent[at]! >= 0; at = tree.parent[at]!) indices.push(tree.candidateOf[at]!)
  return indices.reverse().join('.')
}
