// The contract between the loop of self-training and what it is about: tasks, search, verifier, measurement. The loop knows none of them.
import type { Awaitable, Json } from '../../core/common.ts'
import type { RowSource } from '../data/rows.ts'
import type { CausalNet } from '../nets/causal-net.ts'
import type { ScalarHead } from '../nets/scalar-head.ts'
import type { Tokeniser } from '../tokenisers/tokeniser.ts'

/** What searches: the proposer of a round, and the evaluator where one is trained. */
export interface Policy {
  readonly net: CausalNet
  readonly tokeniser: Tokeniser
  readonly evaluator: { readonly net: CausalNet; readonly head: ScalarHead } | undefined
}

/** A finished trace of a task. */
export interface FoundTrace<Task> {
  readonly task: Task
  readonly prompt: string
  readonly steps: readonly string[]
  readonly answer: string
  /** The node that it ends in. Default: the round, and its place among the traces. */
  readonly source?: Omit<RowSource, 'task'>
}

/** In which round a search is, and what it may spend. */
export interface SearchContext {
  /** From 0; the first search is that of round 1, with the policy of round 0. */
  readonly round: number
  /** Of this round alone. */
  readonly seed: number
  /** Tokens that may be generated. */
  readonly tokens: number
  readonly signal: AbortSignal
}

/** What a search found, and what it took. */
export interface Found<Task> {
  readonly traces: readonly FoundTrace<Task>[]
  /** Tokens that were generated, those of dropped branches too. */
  readonly tokens: number
}

/** How many of so many held-out tasks were solved. */
export interface Solved {
  readonly right: number
  readonly of: number
}

/** What a policy reaches on held-out tasks. */
export interface Measured {
  /** The most probable answer. */
  readonly greedy: Solved
  /** What a search without a verifier answers. */
  readonly search: Solved
  /** Tokens that the measurement generated. */
  readonly tokens: number
}

/** What self-training must know of a task. */
export interface SelfTrainingParts<Task> {
  /** What makes these parts the same as others: a self-training goes on only with the same. */
  readonly settings: Json
  /** Tasks of a round, from 1: new ones each round, and the same again for the same round. */
  drawTasks(round: number): readonly Task[]
  /** A task's name: rows say it, and held-out tasks are known by it. */
  idOf(task: Task): string
  /** Names of the tasks that `evaluate` measures on; no row may be of one. */
  readonly heldOut: ReadonlySet<string>
  /** Finds traces for tasks; the same for the same policy and seed. */
  search(policy: Policy, tasks: readonly Task[], context: SearchContext): Awaitable<Found<Task>>
  /** Certain, and never asked in `evaluate`. */
  verify(trace: FoundTrace<Task>): Awaitable<boolean>
  /** Measures on the same held-out tasks in every round. */
  evaluate(policy: Policy, context: Omit<SearchContext, 'tokens'>): Awaitable<Measured>
}
