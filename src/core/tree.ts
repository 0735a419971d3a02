// The search tree as a structure of arrays: integer ids, statistics in typed arrays, states and actions beside them.
// Candidates are not nodes: what was proposed lies in a block at its parent, and a node exists once its action was stepped.
// It knows nothing of models, logs or algorithms. Longer than most files because every searcher reads this one data structure.
import type { NodeId } from './common.ts'
import type { Step } from './environment.ts'
import { type BanyanError, fatalError } from './errors.ts'
import type { NodeView } from './node-view.ts'
import type { Candidate } from './proposer.ts'

/** What stands in `childOf` of a candidate that has no node. */
export const untried = -1
/** A trial is at work on the candidate. */
export const underWay = -2
/** The candidate's step failed or was denied, and is not tried again. */
export const failed = -3

/** What is proven of a node, for the side to move there. */
export const proof = { open: 0, win: 1, loss: 2, draw: 3 } as const

const initialCapacity = 256
/** Lists of actions that are looked for; where there are more, each node has most likely its own. */
const mostShared = 1024
/** Longest block that can wait for its slots. */
const unwrittenSlots = 64
/** What fits into `depth`. */
const deepest = 65_535
const none: readonly never[] = []
const terminalFlag = 1
const solvedFlag = 2
const deadFlag = 4
const certainFlag = 8
const proofShift = 4
const completeFlag = 64

/** A named extra number for each node; `values` is replaced when the tree grows, so read it anew in every `ask` and `tell`. */
export interface Column {
  values: Float64Array
  readonly initial: number
}

/** A named extra number for each candidate, in single precision; read `values` anew in every `ask` and `tell`. */
export interface CandidateColumn {
  values: Float32Array
  readonly initial: number
}

/** The tree of a search, as columns by node and by candidate. */
export class Tree<State = unknown, Action = unknown> {
  /** Number of nodes. */
  size = 0
  /** Where the search starts; moves when a plan is committed. */
  root: NodeId = 0
  /** Side to move by node where the environment has `turn`; otherwise undefined. */
  turn: Uint8Array | undefined
  /** How often a node was rewritten or the root moved: whether nodes can have come loose. */
  changes = 0
  /** How many nodes are expected at most, where the budget says so; arrays are then made no longer than that. 0: unknown. */
  expected = 0

  /** Set by the driver: the answer of a state, as canonical JSON. */
  declare readAnswer?: { bivariant(state: State): string | undefined }['bivariant']

  /** By node: parent, or -1 at the first root. */
  parent = new Int32Array(initialCapacity)
  /** By node: number of backed-up values. */
  visits = new Int32Array(initialCapacity)
  /** By node: sum of backed-up values, from the side to move at that node. */
  valueSum = new Float64Array(initialCapacity)
  #pending: Uint16Array | undefined
  /** By node: steps from the first root; at most 65,535. */
  depth = new Uint16Array(initialCapacity)
  /** By node: its place in its parent's block of candidates. */
  candidateOf = new Int32Array(initialCapacity)
  /** By node: where its block of candidates begins, and how many it holds. */
  blockStart = new Int32Array(initialCapacity)
  blockSize = new Int32Array(initialCapacity)
  #flags = new Uint8Array(initialCapacity)
  #columns = new Map<string, Column>()
  #rewards: Column | undefined
  #states: State[] = []
  /** Lists of actions; the first is empty. Nodes with the same listed actions share one. */
  #lists: (readonly Action[])[] = [none]
  /** By node: its list. */
  #listOf = new Int32Array(initialCapacity)
  /** Listed actions, as far as they are looked for among those that were listed before. */
  #shared = new Map<readonly Action[], number>()
  #lastShared = 0
  #observations = new Map<NodeId, string>()
  #revisions = new Map<NodeId, number>()
  #twins = new Map<NodeId, NodeId>()
  #keys = new Map<string, NodeId>()
  /** Candidates that a block has room for, where it was offered more than once. */
  #rooms = new Map<NodeId, number>()

  /** By candidate: its node, or `untried`, `underWay`, `failed`. */
  childOf = new Int32Array(initialCapacity).fill(untried)
  #priors: Float32Array | undefined
  #candidateColumns = new Map<string, CandidateColumn>()
  /** By candidate: log-probability under its proposer and number of tokens; undefined while no proposer has given any. */
  scores: Float64Array | undefined
  tokenCounts: Int32Array | undefined
  #candidates = 0
  /** Where the blocks lie that have no slots of their own yet; -1 without any. */
  #unwritten = -1

  /** By node: trials under way at or below it. Made when it is first read, since searches that do one thing at a time need none. */
  get pending(): Uint16Array {
    this.#pending ??= new Uint16Array(this.parent.length)
    return this.#pending
  }

  /** By candidate: prior probability. Made when it is first read; see {@link uniform}. */
  get priors(): Float32Array {
    this.#priors ??= this.#equalShares()
    return this.#priors
  }

  /** Whether every candidate so far has an equal share of its block, so that `priors` need not be made to know one. */
  get uniform(): boolean {
    return this.#priors === undefined
  }

  /** Adds the root; the first node of the tree. */
  addRoot(state: State, key?: string, turn?: number): NodeId {
    return this.#add(-1, -1, { state, reward: 0, terminal: false }, key, turn)
  }

  /** Makes the node of a candidate that was stepped. */
  addChild(parent: NodeId, index: number, step: Step<State>, key?: string, turn?: number): NodeId {
    const node = this.#add(parent, index, step, key, turn)
    // First the slot: it may replace the array.
    const slot = this.slot(parent, index)
    this.childOf[slot] = node
    return node
  }

  /** Appends candidates to a node's block. Priors that are absent count as 1 / (number offered together). */
  offer(node: NodeId, candidates: readonly Candidate<Action>[]): void {
    const count = candidates.length
    if (count === 0) return
    const slot = this.#extend(node, count)
    for (const [i, candidate] of candidates.entries()) this.#describe(slot + i, candidate, 1 / count)
    const before = this.actions(node)
    const added = candidates.map((candidate) => candidate.action)
    this.#setActions(node, before.length === 0 ? added : [...before, ...added])
  }

  /**
   * Offers listed actions with equal priors; the array is kept, not copied.
   * @param later whether slots are given only once a candidate is tried, which most nodes of a large search never see: till then all such
   * blocks lie in one place that is never written. Who writes at a slot asks for it by {@link slot}.
   */
  offerListed(node: NodeId, actions: readonly Action[], later = false): void {
    const count = actions.length
    if (count === 0) return
    if (later && count <= unwrittenSlots && this.uniform && this.blockSize[node] === 0) {
      if (this.#unwritten < 0) this.#unwritten = this.#claim(unwrittenSlots)
      this.blockStart[node] = this.#unwritten
      this.blockSize[node] = count
    } else this.#extend(node, count)
    this.#listOf[node] = this.#sharedList(actions)
    this.setComplete(node)
  }

  /** Rewrites a node in place: new action and state, statistics and subtree dropped, revision raised. */
  revise(node: NodeId, candidate: Candidate<Action>, step: Step<State>, key?: string): void {
    const parent = this.parent[node]!
    const index = this.candidateOf[node]!
    this.#setActions(parent, this.actions(parent).with(index, candidate.action))
    this.#describe(this.blockStart[parent]! + index, candidate, Number.NaN)
    this.visits[node] = 0
    this.valueSum[node] = 0
    for (const column of this.#columns.values()) column.values[node] = column.initial
    this.#replace(node, step, key)
  }

  /** Makes `node` the root. Another observed state than expected replaces its own and drops its subtree. */
  reroot(node: NodeId, observed: Step<State> | undefined, key?: string): void {
    if (observed !== undefined) this.#replace(node, observed, key)
    this.root = node
    this.changes++
  }

  state(node: NodeId): State {
    return this.#states[node] as State
  }

  /** The actions of a node's candidates, in the order of its block. */
  actions(node: NodeId): readonly Action[] {
    return this.#lists[this.#listOf[node]!]!
  }

  /** The action that led to a node; undefined at the first root. */
  action(node: NodeId): Action | undefined {
    const parent = this.parent[node]!
    return parent < 0 ? undefined : this.actions(parent)[this.candidateOf[node]!]
  }

  /** The node of a candidate, or `untried`, `underWay`, `failed`. */
  child(node: NodeId, index: number): NodeId {
    return this.childOf[this.blockStart[node]! + index]!
  }

  /** Where a candidate lies, to be written there. */
  slot(node: NodeId, index: number): number {
    if (this.blockStart[node] === this.#unwritten) this.blockStart[node] = this.#claim(this.blockSize[node]!)
    return this.blockStart[node]! + index
  }

  /** Children that exist, in the order of their candidates. */
  children(node: NodeId): NodeId[] {
    const result: NodeId[] = []
    const end = this.blockStart[node]! + this.blockSize[node]!
    for (let slot = this.blockStart[node]!; slot < end; slot++) if (this.childOf[slot]! >= 0) result.push(this.childOf[slot]!)
    return result
  }

  prior(node: NodeId): number {
    const parent = this.parent[node]!
    if (parent < 0) return 1
    return this.#priors === undefined
      ? Math.fround(1 / this.blockSize[parent]!)
      : this.#priors[this.blockStart[parent]! + this.candidateOf[node]!]!
  }

  /** Mean of the backed-up values; NaN without visits. */
  mean(node: NodeId): number {
    return this.valueSum[node]! / this.visits[node]!
  }

  /** From the root of the search to the node, both included. */
  path(node: NodeId): NodeId[] {
    const result: NodeId[] = []
    for (let at = node; at >= 0; at = this.parent[at]!) {
      result.push(at)
      if (at === this.root) break
    }
    return result.reverse()
  }

  terminal(node: NodeId): boolean {
    return (this.#flags[node]! & terminalFlag) !== 0
  }

  /** A certain value at the top of its range: a verified answer. */
  solved(node: NodeId): boolean {
    return (this.#flags[node]! & solvedFlag) !== 0
  }

  /** A certain value at the bottom of its range: not worth going on from. */
  dead(node: NodeId): boolean {
    return (this.#flags[node]! & deadFlag) !== 0
  }

  /** Its value is known, not estimated. */
  certain(node: NodeId): boolean {
    return (this.#flags[node]! & certainFlag) !== 0
  }

  /** Terminal, solved or dead: nothing follows. */
  closed(node: NodeId): boolean {
    return (this.#flags[node]! & (terminalFlag | solvedFlag | deadFlag)) !== 0
  }

  /** What is proven of the node; see {@link proof}. */
  proven(node: NodeId): number {
    return (this.#flags[node]! >> proofShift) & 3
  }

  setProven(node: NodeId, value: number): void {
    this.#flags[node] = (this.#flags[node]! & ~(3 << proofShift)) | (value << proofShift)
  }

  /** Marks a verifier's verdict. */
  mark(node: NodeId, verdict: 'solved' | 'dead' | 'certain'): void {
    this.#flags[node]! |= certainFlag | (verdict === 'solved' ? solvedFlag : verdict === 'dead' ? deadFlag : 0)
  }

  /** Whether its block holds every action there is: asking for more brings nothing. */
  complete(node: NodeId): boolean {
    return (this.#flags[node]! & completeFlag) !== 0
  }

  setComplete(node: NodeId): void {
    this.#flags[node]! |= completeFlag
  }

  /** The answer that a node's state stands for, as canonical JSON, so that equal answers can be counted; undefined when it is none. */
  answer(node: NodeId): string | undefined {
    return this.readAnswer?.(this.#states[node] as State)
  }

  /** The first node with the same key, when this is a later one. */
  twin(node: NodeId): NodeId | undefined {
    return this.#twins.get(node)
  }

  /** How often the node was rewritten. */
  revision(node: NodeId): number {
    return this.#revisions.get(node) ?? 0
  }

  /** Whether the node is still reachable from the root: not under a rewritten ancestor, not left behind by a commit. */
  attached(node: NodeId): boolean {
    for (let at = node; ; at = this.parent[at]!) {
      if (at === this.root) return true
      const parent = this.parent[at]!
      if (parent < 0 || this.candidateOf[at]! >= this.blockSize[parent]! || this.child(parent, this.candidateOf[at]!) !== at) return false
    }
  }

  /** An extra number for each node, made on first use. */
  column(name: string, initial = 0): Column {
    let column = this.#columns.get(name)
    if (column === undefined) {
      column = { values: new Float64Array(this.parent.length).fill(initial), initial }
      this.#columns.set(name, column)
    }
    return column
  }

  /** An extra number for each candidate, made on first use. It moves with its block; nobody but its owner keeps it right. */
  candidateColumn(name: string, initial: number): CandidateColumn {
    let column = this.#candidateColumns.get(name)
    if (column === undefined) {
      column = { values: new Float32Array(this.childOf.length).fill(initial), initial }
      this.#candidateColumns.set(name, column)
    }
    return column
  }

  /** Log-probability in nats of the actions on the path, and how many tokens they had. 0 where proposers gave none. */
  logProb(node: NodeId): number {
    return this.scores === undefined ? 0 : this.column('logProb').values[node]!
  }

  tokenCount(node: NodeId): number {
    return this.tokenCounts === undefined ? 0 : this.column('tokenCount').values[node]!
  }

  /** A read-only look at a node. */
  view(node: NodeId): NodeView<State, Action> {
    return new TreeNode(this, node)
  }

  observation(node: NodeId): string | undefined {
    return this.#observations.get(node)
  }

  reward(node: NodeId): number {
    return this.#rewards === undefined ? 0 : this.#rewards.values[node]!
  }

  #add(parent: NodeId, index: number, step: Step<State>, key: string | undefined, turn: number | undefined): NodeId {
    const node = this.size
    const depth = parent < 0 ? 0 : this.depth[parent]! + 1
    if (depth > deepest)
      throw tooLarge('E_TREE_DEPTH', 'deep', depth, `at most ${deepest} steps from the root: let actions be larger, or states terminal`)
    if (node === this.parent.length) this.#growNodes()
    this.size = node + 1
    this.parent[node] = parent
    this.candidateOf[node] = index
    this.depth[node] = depth
    if (turn !== undefined) {
      this.turn ??= new Uint8Array(this.parent.length)
      this.turn[node] = turn
    }
    this.#put(node, step, key)
    return node
  }

  /** Another state for a node: what came below it is gone. */
  #replace(node: NodeId, step: Step<State>, key: string | undefined): void {
    this.changes++
    this.blockSize[node] = 0
    this.#listOf[node] = 0
    this.#rooms.delete(node)
    this.#revisions.set(node, this.revision(node) + 1)
    this.#twins.delete(node)
    this.#observations.delete(node)
    this.#put(node, step, key)
  }

  /** Writes what a step brought. */
  #put(node: NodeId, step: Step<State>, key: string | undefined): void {
    const { state, reward, terminal, observation, pathCost } = step
    this.#states[node] = state
    this.#flags[node] = terminal ? terminalFlag : 0
    if (reward !== 0) {
      this.#rewards ??= this.column('reward')
      this.#rewards.values[node] = reward
    }
    if (pathCost !== undefined) this.column('pathCost', 1).values[node] = pathCost
    if (observation !== undefined) this.#observations.set(node, observation)
    if (this.scores !== undefined || this.tokenCounts !== undefined) this.#accumulate(node)
    if (key === undefined) return
    const first = this.#keys.get(key)
    if (first === undefined) this.#keys.set(key, node)
    else if (first !== node) this.#twins.set(node, first)
  }

  /** Carries log-probability and number of tokens from the parent on. */
  #accumulate(node: NodeId): void {
    const parent = this.parent[node]!
    if (parent < 0) return
    const slot = this.blockStart[parent]! + this.candidateOf[node]!
    const logProb = this.column('logProb').values
    logProb[node] = logProb[parent]! + (this.scores?.[slot] ?? 0)
    const tokenCount = this.column('tokenCount').values
    tokenCount[node] = tokenCount[parent]! + (this.tokenCounts?.[slot] ?? 0)
  }

  /**
   * Room for `count` more candidates in a node's block; returns the first new slot. A block that is offered more moves to the end and
   * leaves room behind it, so that one that grows by ones is not moved each time. New slots hold what the arrays were filled with.
   */
  #extend(node: NodeId, count: number): number {
    const size = this.blockSize[node]!
    const needed = size + count
    if (size === 0) {
      this.blockStart[node] = this.#claim(count)
      this.#priors?.fill(1 / count, this.blockStart[node]!, this.#candidates)
    } else {
      if (this.#priors === undefined) this.#priors = this.#equalShares()
      if (needed > (this.#rooms.get(node) ?? size)) this.#move(node, size, 2 * needed)
      const slot = this.blockStart[node]! + size
      this.#priors.fill(1 / count, slot, slot + count)
    }
    this.blockSize[node] = needed
    return this.blockStart[node]! + size
  }

  #move(node: NodeId, size: number, room: number): void {
    const start = this.blockStart[node]!
    const first = this.#claim(room)
    for (const values of [this.childOf, this.#priors, this.scores, this.tokenCounts]) values?.copyWithin(first, start, start + size)
    for (const { values } of this.#candidateColumns.values()) values.copyWithin(first, start, start + size)
    this.blockStart[node] = first
    this.#rooms.set(node, room)
  }

  /** Slots that were never used; returns the first. */
  #claim(count: number): number {
    const first = this.#candidates
    const end = first + count
    if (end > this.childOf.length) this.#growCandidates(end)
    this.#candidates = end
    return first
  }

  /** Gives a node a list of its own, in place of the one it had. */
  #setActions(node: NodeId, actions: readonly Action[]): void {
    const list = this.#listOf[node]!
    if (list > 0 && this.#shared.get(this.#lists[list]!) !== list) this.#lists[list] = actions
    else this.#listOf[node] = this.#lists.push(actions) - 1
  }

  /** Where a list of listed actions is kept. Environments often give the same array for many states. */
  #sharedList(actions: readonly Action[]): number {
    if (this.#lists[this.#lastShared] === actions) return this.#lastShared
    let list = this.#shared.get(actions)
    if (list === undefined) {
      list = this.#lists.push(actions) - 1
      if (this.#shared.size >= mostShared) return list
      this.#shared.set(actions, list)
    }
    this.#lastShared = list
    return list
  }

  /** The priors of candidates that were all offered without one, each block at once. */
  #equalShares(): Float32Array {
    if (this.#unwritten >= 0) for (let node = 0; node < this.size; node++) this.slot(node, 0)
    const priors = new Float32Array(this.childOf.length)
    for (let node = 0; node < this.size; node++) {
      const size = this.blockSize[node]!
      if (size > 0) priors.fill(1 / size, this.blockStart[node]!, this.blockStart[node]! + size)
    }
    return priors
  }

  /** Writes what a proposer says of a candidate. `share` is what it has without a prior. */
  #describe(slot: number, { prior, score, tokens }: Candidate<Action>, share: number): void {
    if (prior !== undefined && prior !== share) this.priors[slot] = prior
    if (score !== undefined) {
      this.scores ??= new Float64Array(this.childOf.length)
      this.scores[slot] = score
    }
    if (tokens !== undefined) {
      this.tokenCounts ??= new Int32Array(this.childOf.length)
      this.tokenCounts[slot] = tokens.ids.length
    }
  }

  #growNodes(): void {
    const capacity = longer(this.parent.length, this.expected)
    if (capacity > 2 ** 28) {
      throw tooLarge('E_TREE_SIZE', 'large', this.size, 'at most 268 million nodes: set a budget of nodes')
    }
    this.parent = grown(this.parent, capacity)
    this.visits = grown(this.visits, capacity)
    this.valueSum = grown(this.valueSum, capacity)
    this.#pending &&= grown(this.#pending, capacity)
    this.#listOf = grown(this.#listOf, capacity)
    this.#states.length = capacity
    this.depth = grown(this.depth, capacity)
    this.candidateOf = grown(this.candidateOf, capacity)
    this.blockStart = grown(this.blockStart, capacity)
    this.blockSize = grown(this.blockSize, capacity)
    this.#flags = grown(this.#flags, capacity)
    this.turn &&= grown(this.turn, capacity)
    for (const column of this.#columns.values()) column.values = grown(column.values, capacity).fill(column.initial, column.values.length)
  }

  #growCandidates(needed: number): void {
    const length = this.childOf.length
    const capacity = Math.max(needed, longer(length, Math.ceil((this.#candidates / this.size) * this.expected)))
    this.childOf = grown(this.childOf, capacity).fill(untried, length)
    this.#priors &&= grown(this.#priors, capacity)
    this.scores &&= grown(this.scores, capacity)
    this.tokenCounts &&= grown(this.tokenCounts, capacity)
    for (const column of this.#candidateColumns.values()) column.values = grown(column.values, capacity).fill(column.initial, length)
  }
}

/** A view of a node that is in the tree. */
class TreeNode<State, Action> implements NodeView<State, Action> {
  readonly #tree: Tree<State, Action>
  readonly id: NodeId

  constructor(tree: Tree<State, Action>, id: NodeId) {
    this.#tree = tree
    this.id = id
  }
  get state(): State {
    return this.#tree.state(this.id)
  }
  get action(): Action | undefined {
    return this.#tree.action(this.id)
  }
  get depth(): number {
    return this.#tree.depth[this.id]!
  }
  get terminal(): boolean {
    return this.#tree.terminal(this.id)
  }
  get reward(): number {
    return this.#tree.reward(this.id)
  }
  get totalReward(): number {
    return this.path().reduce((sum, view) => sum + view.reward, 0)
  }
  get observation(): string | undefined {
    return this.#tree.observation(this.id)
  }
  get parent(): NodeView<State, Action> | undefined {
    const parent = this.#tree.parent[this.id]!
    return parent < 0 ? undefined : new TreeNode(this.#tree, parent)
  }
  get visits(): number {
    return this.#tree.visits[this.id]!
  }
  get value(): number {
    return this.#tree.mean(this.id)
  }
  get logProb(): number {
    return this.#tree.logProb(this.id)
  }
  get tokenCount(): number {
    return this.#tree.tokenCount(this.id)
  }
  path(): readonly NodeView<State, Action>[] {
    return this.#tree.path(this.id).map((id) => new TreeNode(this.#tree, id))
  }
}

/**
 * How long an array becomes that is full: what is expected, where that is not much, or not much more; otherwise four times as long while it is
 * small, half as long again once it is large or holds what was expected.
 */
function longer(length: number, expected: number): number {
  if (expected > length && expected <= 16 * Math.max(length, 4096)) return expected
  const small = length < 16_384 && (expected === 0 || length < expected)
  return small ? 4 * length : length + (length >> 1)
}

/** A longer array that begins with the same numbers. */
function grown<Values extends Int32Array | Float64Array | Float32Array | Uint16Array | Uint8Array>(
  values: Values,
  capacity: number,
): Values {
  const longer = new (values.constructor as new (length: number) => Values)(capacity)
  longer.set(values)
  return longer
}

function tooLarge(code: string, what: string, seen: number, wanted: string): BanyanError {
  return fatalError(code, `the tree is too ${what}`, seen, wanted)
}
