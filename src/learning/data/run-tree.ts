// One run's log as a tree for training: texts of calls are left out, values are backed up, sampled tokens are kept.
// It knows neither stores nor environments; which side is to move it is told.
import type { Amounts, Json, NodeId } from '../../core/common.ts'
import { BanyanError } from '../../core/errors.ts'
import type { LoggedCandidate, NodeRef, RunHeader, TrialEnd } from '../../core/events.ts'
import type { LogEntry } from '../../core/log.ts'
import { nodesOf, treeOf } from '../../traces/query.ts'

/** A node as training needs it. */
export interface RunNode {
  readonly id: NodeId
  /** Undefined at the root. */
  readonly parent: RunNode | undefined
  readonly depth: number
  readonly children: readonly RunNode[]
  /** Undefined at the root. */
  readonly action: Json | undefined
  /** The sampled tokens of the action, where a model made them. */
  readonly tokens: LoggedCandidate['tokens']
  readonly reward: number
  readonly terminal: boolean
  readonly observation: string | undefined
  /** The last value that was given to this very node, in its evaluator's range. */
  readonly value: number | undefined
  /** The value that a verifier is certain of, in its range. */
  readonly verdict: number | undefined
  /** Certain values at the ends of rollouts from here that are no nodes. */
  readonly ends: readonly number[]
  /** How many values were given here or below. */
  readonly visits: number
  /** Sum of them, from the side to move here. */
  readonly sum: number
  /** The side to move, 0 or 1; 0 where there is one player. */
  readonly side: number
}

/** A run as training needs it. */
export interface RunTree {
  readonly header: RunHeader
  /** Nodes that are in the tree, in the order of their ids; the root is first. */
  readonly nodes: readonly RunNode[]
  /** Recorded as the best when the run ended. */
  readonly best: NodeId | undefined
  /** The answer recorded with it. */
  readonly answer: Json | undefined
  /** The tree's digest when the run ended; undefined for a run that has not ended, which is read up to its last record. */
  readonly digest: string | undefined
  /** What its trials used. */
  readonly usage: Amounts
}

/** A node while its tree is read. */
export type DraftNode = { -readonly [Key in keyof RunNode]: RunNode[Key] extends readonly (infer Item)[] ? Item[] : RunNode[Key] }

/** Which side is to move at a node; asked parents first. */
export type SideOf = (node: RunNode) => number | Promise<number>

interface Sample {
  readonly value: number
  readonly certain: boolean
  /** The value belongs to a state below the node that is no node. */
  readonly beyond: boolean
}

interface Notes {
  /** By node: the candidate that it was made of. */
  readonly made: (LoggedCandidate | undefined)[]
  /** By node. */
  readonly offered: LoggedCandidate[][]
  /** By node. */
  readonly samples: Sample[][]
  readonly usage: Record<string, number>
}

/**
 * Reads a run's entries.
 * @param sideOf absent: one player.
 * @returns undefined for a run in whose log nothing was told yet, or whose tree is not in its log (kept as checkpoints).
 * @throws `E_TRACE_DAMAGED` for a log that no search wrote.
 * @example
 * const tree = await readRunTree(await store.read('nightly-42'))
 */
export async function readRunTree(entries: Iterable<LogEntry>, sideOf?: SideOf): Promise<RunTree | undefined> {
  const notes: Notes = { made: [undefined], offered: [], samples: [], usage: {} }
  const { header, end, root } = treeOf(noting(entries, notes))
  if (header === undefined) throw new BanyanError('E_TRACE_DAMAGED', 'this log has no beginning: its first record is missing')
  if (root === undefined) return undefined
  const drafts = new Map<NodeId, DraftNode>()
  for (const one of nodesOf(root)) {
    const parent = drafts.get(one.parent)
    const draft: DraftNode = {
      id: one.id,
      parent,
      depth: one.depth,
      children: [],
      action: one.action,
      tokens: notes.made[one.id]?.tokens,
      reward: one.reward,
      terminal: one.terminal,
      observation: one.observation,
      value: one.value,
      verdict: undefined,
      ends: [],
      visits: 0,
      sum: 0,
      side: 0,
    }
    takeSamples(draft, notes.samples[one.id] ?? [])
    parent?.children.push(draft)
    drafts.set(one.id, draft)
  }
  const nodes = [...drafts.values()].sort((a, b) => a.id - b.id)
  if (sideOf !== undefined) for (const draft of nodes) draft.side = await sideOf(draft)
  backUp(nodes)
  const { usage } = notes
  return { header, nodes, best: end?.best, answer: end?.answer, digest: end?.digest, usage: end?.usage ?? usage }
}

/** Carries values to the root; the sign changes where the side does. Children have higher ids than their parents. */
function backUp(nodes: readonly DraftNode[]): void {
  for (let i = nodes.length - 1; i > 0; i--) {
    const node = nodes[i] as DraftNode
    const parent = node.parent as DraftNode | undefined
    if (parent === undefined) continue
    parent.visits += node.visits
    parent.sum += parent.side === node.side ? node.sum : -node.sum
  }
}

function takeSamples(draft: DraftNode, samples: readonly Sample[]): void {
  for (const { value, certain, beyond } of samples) {
    draft.visits++
    draft.sum += value
    if (!certain) continue
    if (beyond) draft.ends.push(value)
    else draft.verdict = value
  }
}

/** Passes on what makes the tree, and notes what the tree does not show. Texts of calls are dropped here, so that they never gather. */
function* noting(entries: Iterable<LogEntry>, notes: Notes): Generator<LogEntry> {
  for (const entry of entries) {
    const { event } = entry
    if (event.type === 'call-start' || event.type === 'call-end' || event.type === 'call-error') continue
    if (event.type === 'trial-end') note(notes, event)
    yield entry
  }
}

/** Nodes are numbered as `treeOf` does: in the order in which they were made, the root being 0. */
function note({ made, offered, samples, usage }: Notes, end: TrialEnd): void {
  const fresh: NodeId[] = []
  const find = (ref: NodeRef): NodeId => (typeof ref === 'number' ? ref : (fresh[ref.made] ?? -1))
  const give = (ref: NodeRef, value: number, certain: boolean, beyond: boolean): void => {
    const node = find(ref)
    if (node < 0 || node >= made.length) return
    samples[node] ??= []
    samples[node].push({ value, certain, beyond })
  }
  let offeredFrom = 0
  let proposed: { readonly at: NodeRef; readonly value: number } | undefined
  for (const growth of end.growth) {
    if (growth.grow === 'root') continue
    const at = find(growth.at)
    if (at < 0 || at >= made.length) continue
    if (growth.grow === 'candidates') {
      offered[at] ??= []
      offeredFrom = offered[at].length
      offered[at].push(...growth.candidates)
    } else if (growth.grow === 'node') {
      fresh.push(made.length)
      made.push(offered[at]?.[growth.fresh ? offeredFrom + growth.index : growth.index])
    } else if (growth.grow === 'value') {
      proposed = growth
    } else {
      made[at] = growth.candidate
      offered[at] = []
      samples[at] = []
    }
  }
  for (const [unit, amount] of Object.entries(end.usage)) usage[unit] = (usage[unit] ?? 0) + amount
  const each = end.evaluations.length / Math.max(1, end.evaluated.length)
  const beyond = end.trial.kind === 'rollout' && !end.trial.keep
  // The first evaluator's value is the one that is backed up.
  for (const [i, ref] of end.evaluated.entries()) {
    const evaluation = end.evaluations[i * each]
    if (evaluation !== undefined) give(ref, evaluation.value, evaluation.certain === true, beyond)
  }
  if (end.evaluated.length === 0 && proposed !== undefined) give(proposed.at, proposed.value, false, false)
}
