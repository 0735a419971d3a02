// What a trial can draw at most, as far as its parts say so; and a name for its random stream.
import type { Amounts, NodeId } from './common.ts'
import type { Evaluator } from './evaluator.ts'
import { evaluatorNames } from './grow.ts'
import type { Proposer } from './proposer.ts'
import type { Tree } from './tree.ts'
import type { Ask, Trial } from './trial.ts'

/**
 * Most that a trial can draw, by unit. A unit that is missing is unknown, because some part does not say; it is then granted as a share of what is left.
 */
export function needOf(
  trial: Trial,
  proposers: Readonly<Record<string, Proposer<never, unknown>>>,
  evaluators: Readonly<Record<string, Evaluator<never, unknown>>>,
): Amounts {
  const need: Record<string, number> = { expansions: 0, steps: 0, nodes: 0 }
  let known = true
  const add = (amounts: Amounts | undefined, times: number): void => {
    if (amounts === undefined) known = false
    else for (const unit of Object.keys(amounts)) need[unit] = (need[unit] ?? 0) + amounts[unit]! * times
  }
  const ask = 'propose' in trial ? trial.propose : undefined
  const proposer = ask === undefined ? undefined : proposers[ask.by ?? 'default']
  const times = trial.kind === 'rollout' ? trial.steps : 1
  if (proposer !== undefined && ask !== undefined) {
    need.expansions = times
    add(proposer.lists === true ? {} : proposer.atMost?.(ask.count), times)
  }
  const stepped = steppedBy(trial, ask, proposer?.lists === true)
  if (stepped === undefined) {
    delete need.steps
    delete need.nodes
  } else {
    need.steps = stepped
    need.nodes = trial.kind === 'rollout' && !trial.keep ? 0 : trial.kind === 'revise' || trial.kind === 'commit' ? 0 : stepped
  }
  const judged =
    trial.kind === 'evaluate' ? trial.nodes.length : trial.kind === 'rollout' ? 1 : stepped === undefined ? undefined : Math.max(1, stepped)
  for (const name of evaluatorNames(trial)) {
    const pure = evaluators[name]?.value !== undefined
    add(pure ? {} : judged === undefined ? undefined : evaluators[name]?.atMost?.(judged), 1)
  }
  if (!known) return need
  const modelFree = !(need.tokens! > 0) && !(need.calls! > 0)
  return { tokens: 0, calls: 0, ...(modelFree ? { usd: 0, evaluatedTokens: 0, billedTokens: 0 } : {}), ...need }
}

function steppedBy(trial: Trial, ask: Ask | undefined, lists: boolean): number | undefined {
  switch (trial.kind) {
    case 'visit':
      return trial.candidate >= 0 ? 1 : 0
    case 'rollout':
      return trial.steps
    case 'expand':
      return trial.step ? (lists ? undefined : (ask?.count ?? 1)) : 0
    case 'combine':
      return lists ? undefined : (ask?.count ?? 1)
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
  const nodes = 'nodes' in trial ? trial.nodes : [trial.node]
  const places = nodes.map((node) => place(tree, node)).join('+')
  const detail =
    trial.kind === 'visit' ? trial.candidate : trial.kind === 'expand' || trial.kind === 'rollout' ? (trial.propose?.by ?? '') : ''
  return `${trial.kind}:${places}:${detail}`
}

function place(tree: Tree, node: NodeId): string {
  const indices: number[] = []
  for (let at = node; tree.parent[at]! >= 0; at = tree.parent[at]!) indices.push(tree.candidateOf[at]!)
  return indices.reverse().join('.')
}
