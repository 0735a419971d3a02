// Reads a run's log as a plain nested tree, for lists, exports and viewers. Pure; it needs no environment and no store.
// It shows what was written: statistics that a searcher keeps (backed-up values, proofs) are its own and are not here.
import type { Amounts, Json, NodeId } from '../core/common.ts'
import type { ErrorRecord } from '../core/errors.ts'
import type { Evaluation } from '../core/evaluator.ts'
import type { CallRecord, LoggedCandidate, LoggedStep, NodeRef, RunEnd, RunHeader, TrialEnd } from '../core/events.ts'
import type { LogEntry } from '../core/log.ts'
import type { Status, Trial } from '../core/trial.ts'
import { orDamaged } from './damaged.ts'

/** One call of a trial: what was asked, and what came of it. Neither `result` nor `error`: it was begun, and its end is not recorded. */
export interface TraceCall {
  readonly kind: string
  readonly by: string
  readonly request: Json
  readonly result?: Json
  readonly error?: ErrorRecord
  readonly usage: Amounts
}

/** One trial, with the texts that were asked and answered in it. */
export interface TraceTrial {
  readonly id: number
  readonly kind: Trial['kind']
  readonly status: Status
  readonly usage: Amounts
  readonly calls: readonly TraceCall[]
  /** What was wrong, for trials that rewrite a node. */
  readonly feedback?: string
  readonly error?: ErrorRecord
}

/** One node as the log left it. */
export interface TraceNode {
  readonly id: NodeId
  /** -1 at the root. */
  readonly parent: NodeId
  readonly depth: number
  /** Absent at the root. */
  readonly action?: Json
  readonly prior?: number
  /** Log-probability of the action in nats. */
  readonly score?: number
  readonly reward: number
  readonly terminal: boolean
  readonly observation?: string
  /** Trials that ended at this node or below it. */
  readonly visits: number
  /** The last value that was given to this very node: by its first evaluator, else by the proposer. Absent when none was. */
  readonly value?: number
  readonly evaluations: readonly Evaluation[]
  /** How many candidates were offered here, and how many of them became no node. */
  readonly candidates: number
  readonly untried: number
  /** Actions that stood here before the node was rewritten, oldest first. */
  readonly rewritten: readonly Json[]
  /** Status of the last trial that ended here; `ok` before any. */
  readonly status: Status
  /** Trials that ended here, in order, each with its usage. */
  readonly trials: readonly TraceTrial[]
  readonly children: readonly TraceNode[]
}

/** A run's tree, read from its log. */
export interface TraceTree {
  readonly header: RunHeader | undefined
  readonly end: RunEnd | undefined
  /** Undefined while nothing was told, and for runs kept as checkpoints, whose tree is computed again from the seed. */
  readonly root: TraceNode | undefined
  /** The root of the search: another node than `root` once an action was committed. */
  readonly at: NodeId
  /** Nodes that are in the tree: without those that were dropped by a rewriting. */
  readonly size: number
  /** From the root to the best node, when the run has ended with one. */
  readonly best: readonly NodeId[]
}

type Draft = {
  -readonly [Key in keyof TraceNode]: TraceNode[Key] extends readonly (infer Item)[] ? Item[] : TraceNode[Key]
}
type Growing = Omit<Draft, 'children' | 'trials'> & { children: Growing[]; trials: TraceTrial[]; readonly offered: LoggedCandidate[] }

/**
 * The tree of a run.
 * @throws `E_TRACE_DAMAGED` for a log that no search wrote.
 * @example
 * const { root } = treeOf(await store.read('nightly-42'))
 */
export function treeOf(entries: Iterable<LogEntry>): TraceTree {
  return orDamaged(() => grownTree(entries))
}

function grownTree(entries: Iterable<LogEntry>): TraceTree {
  let header: RunHeader | undefined
  let end: RunEnd | undefined
  let at: NodeId = 0
  const nodes: Growing[] = []
  const calls = new Map<number, Map<number, TraceCall>>()
  for (const { event } of entries) {
    if (event.type === 'run-start') header = event
    else if (event.type === 'run-end') end = event
    else if (event.type === 'run-resume') end = undefined
    else if (event.type === 'trial-end') {
      if (nodes.length === 0) nodes.push(node(0, undefined, { reward: 0, terminal: false }))
      at = grown(nodes, event, [...(calls.get(event.trial.id)?.values() ?? [])]) ?? at
      calls.delete(event.trial.id)
    } else if (event.type !== 'checkpoint') noteCall(calls, event)
  }
  const root = nodes[0]
  const size = root === undefined ? 0 : countVisits(root)
  const best = end?.best === undefined ? [] : pathTo(nodes, end.best)
  return { header, end, root: root === undefined ? undefined : plain(root), at, size, best }
}

/** Every node below `root` and itself, parents first. */
export function* nodesOf(root: TraceNode): Generator<TraceNode> {
  const open = [root]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    yield node
    for (let i = node.children.length - 1; i >= 0; i--) open.push(node.children[i] as TraceNode)
  }
}

/** Grows by a trial's end; returns the new root of the search when it has one. */
function grown(nodes: Growing[], end: TrialEnd, calls: readonly TraceCall[]): NodeId | undefined {
  const made: NodeId[] = []
  const find = (ref: NodeRef): Growing | undefined => nodes[typeof ref === 'number' ? ref : (made[ref.made] ?? -1)]
  let root: NodeId | undefined
  /** Where the block of candidates begins that this outcome offered last. */
  let offeredFrom = 0
  for (const growth of end.growth) {
    const place = find(growth.grow === 'root' ? growth.from : growth.at)
    if (place === undefined) continue
    if (growth.grow === 'candidates') {
      offeredFrom = place.offered.length
      place.offered.push(...growth.candidates)
    } else if (growth.grow === 'node') {
      const child = node(nodes.length, place, growth.step, place.offered[growth.fresh ? offeredFrom + growth.index : growth.index])
      made.push(child.id)
      nodes.push(child)
      place.children.push(child)
    } else if (growth.grow === 'value') {
      place.value = growth.value
    } else if (growth.grow === 'revision') {
      if (place.action !== undefined) place.rewritten.push(place.action)
      replace(place, growth.step)
      Object.assign(place, candidateParts(growth.candidate))
    } else {
      root = growth.from
      if (growth.step.observation !== undefined) place.observation = growth.step.observation
    }
  }
  noteEvaluations(end, find)
  const place = find(end.node)
  if (place === undefined) return root
  place.status = end.status
  const { trial, status, usage, error } = end
  const feedback = trial.kind === 'revise' ? { feedback: trial.feedback } : {}
  place.trials.push({ id: trial.id, kind: trial.kind, status, usage, calls, ...feedback, ...(error === undefined ? {} : { error }) })
  return root
}

/** Values of a rollout that was not kept belong to a state that is not in the tree. */
function noteEvaluations(end: TrialEnd, find: (ref: NodeRef) => Growing | undefined): void {
  if (end.trial.kind === 'rollout' && !end.trial.keep) return
  const each = end.evaluations.length / Math.max(1, end.evaluated.length)
  for (const [i, ref] of end.evaluated.entries()) {
    const place = find(ref)
    const given = end.evaluations.slice(i * each, (i + 1) * each)
    if (place === undefined || given[0] === undefined) continue
    place.evaluations.push(...given)
    place.value = given[0].value
  }
}

function noteCall(calls: Map<number, Map<number, TraceCall>>, event: CallRecord): void {
  const ofTrial = calls.get(event.trial) ?? new Map<number, TraceCall>()
  calls.set(event.trial, ofTrial)
  if (event.type === 'call-start') {
    ofTrial.set(event.index, { kind: event.kind, by: event.by, request: event.request, usage: {} })
    return
  }
  const start = ofTrial.get(event.index) ?? { kind: '', by: '', request: null }
  ofTrial.set(event.index, {
    ...start,
    usage: event.usage,
    ...(event.type === 'call-end' ? { result: event.result } : { error: event.error }),
  })
}

function node(id: NodeId, parent: Growing | undefined, step: LoggedStep, candidate?: LoggedCandidate): Growing {
  return {
    id,
    parent: parent?.id ?? -1,
    depth: parent === undefined ? 0 : parent.depth + 1,
    ...(candidate === undefined ? {} : candidateParts(candidate)),
    reward: step.reward,
    terminal: step.terminal,
    ...(step.observation === undefined ? {} : { observation: step.observation }),
    visits: 0,
    evaluations: [],
    candidates: 0,
    untried: 0,
    rewritten: [],
    status: 'ok',
    trials: [],
    children: [],
    offered: [],
  }
}

/** A rewritten node starts anew: statistics, candidates and subtree are dropped. */
function replace(place: Growing, step: LoggedStep): void {
  delete place.value
  delete place.observation
  place.reward = step.reward
  place.terminal = step.terminal
  if (step.observation !== undefined) place.observation = step.observation
  place.evaluations = []
  place.children = []
  place.offered.length = 0
}

function candidateParts({ action, prior, score }: LoggedCandidate): Pick<TraceNode, 'action' | 'prior' | 'score'> {
  return { action, ...(prior === undefined ? {} : { prior }), ...(score === undefined ? {} : { score }) }
}

/** Fills in visits, from the leaves up; returns the number of nodes. Without recursion: chains may be long. */
function countVisits(root: Growing): number {
  const order = [root]
  for (const place of order) order.push(...place.children)
  for (const place of order.reverse()) place.visits = place.trials.length + place.children.reduce((sum, child) => sum + child.visits, 0)
  return order.length
}

function plain(root: Growing): TraceNode {
  const open = [root]
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    open.push(...place.children)
    place.candidates = place.offered.length
    place.untried = Math.max(0, place.offered.length - place.children.length)
    delete (place as { offered?: unknown }).offered
  }
  return root
}

function pathTo(nodes: readonly Growing[], id: NodeId): NodeId[] {
  const path: NodeId[] = []
  for (let place = nodes[id]; place !== undefined && path.length <= nodes.length; place = nodes[place.parent]) path.push(place.id)
  return path.reverse()
}
