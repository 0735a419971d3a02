// What every kind of work has: nodes it is about, a candidate it makes a node of, a proposer and evaluators it asks.
import type { NodeId } from './common.ts'
import type { Tree } from './tree.ts'
import type { Ask, Work } from './trial.ts'

/** The nodes that the work is about; the first one is where new nodes go. */
export function nodesOf(work: Work): readonly NodeId[] {
  return 'nodes' in work ? work.nodes : [work.node]
}

/** Where the candidate lies that the work makes a node of; -1 when there is none. */
export function slotOf(tree: Pick<Tree, 'slot'>, work: Work): number {
  return work.kind === 'visit' && work.candidate >= 0 ? tree.slot(work.node, work.candidate) : -1
}

/** What the work asks of a proposer. Writing a node anew needs one sample. */
export function askOf(work: Work): Ask | undefined {
  if (work.kind === 'evaluate' || work.kind === 'commit') return undefined
  return work.propose ?? (work.kind === 'revise' ? { count: 1 } : undefined)
}

/** Which evaluators the work asks. */
export function evaluatorsOf(work: Work): readonly string[] {
  if (work.kind === 'evaluate') return [work.by]
  return work.kind === 'commit' ? [] : (work.evaluate ?? [])
}
