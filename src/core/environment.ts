// The contract of an environment: what states and actions are. It knows nothing of trees, models or searchers.
import type { CallContext } from './call.ts'
import type { Awaitable, Json, Reproducible } from './common.ts'
import type { Random } from './random.ts'

/** What an action may do to the world outside the process. */
export type Effect = 'none' | 'reversible' | 'irreversible'

/** The result of one action. */
export interface Step<State> {
  readonly state: State
  /** Reward of this step; in a game for two, from the side that has just moved. Any finite number, 0 when there is none. */
  readonly reward: number
  /** No action follows. */
  readonly terminal: boolean
  /** What the world answered, for models and people to read. */
  readonly observation?: string
  /** Cost of this step for path searches; at least 0. Absent means 1. */
  readonly pathCost?: number
}

/** What a step may use. A pure environment ignores it. */
export interface StepContext extends CallContext {
  /** `search`: to look; `replay`: to come back to a state seen before; `commit`: for real. */
  readonly purpose: 'search' | 'replay' | 'commit'
}

/** A picture or a text, for models and people. */
export type Part =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image'; readonly mediaType: string; readonly data: string }

/**
 * States and actions of a family of tasks.
 *
 * `step` is pure as far as the search can see: an old state may be stepped again. States are never changed in place.
 * Actions are JSON, because they are logged.
 */
export interface Environment<State, Action, Task = unknown, Answer = unknown> {
  readonly name: string
  /** Raised when recorded runs would mean something else. Default `1`. */
  readonly version?: string
  /** Default `exact`. With `recorded`, `encode` and `decode` are needed, and states are read from the log on resume. */
  readonly reproducible?: Reproducible
  initial(task: Task): Awaitable<State>
  step(state: State, action: Action, context: StepContext): Awaitable<Step<State>>
  /** The answer that this state stands for, if it is one. */
  answer(state: State): Answer | undefined
  /** The legal actions, when they are finite in number. A returned array is never changed by the caller. */
  actions?(state: State): readonly Action[]
  /** What a model, and a person, reads. */
  render(state: State): string | readonly Part[]
  /** States with equal keys are twins: the later node is marked, never merged. */
  key?(state: State): string
  /** Whose move it is: 0 or 1. Values are from the side to move. Absent: one player. */
  turn?(state: State): number
  /** Absent: `none` for `step`, `irreversible` for a live environment. */
  effect?(state: State, action: Action): Effect
  /** Plays to the end at random and returns the value in [-1, 1] (or the environment's own range), from the side to move in `state`. */
  rollout?(state: State, random: Random): number
  encode?(state: State): Json
  decode?(json: Json): State
  /** The real thing: browser, shell, database. Its steps replace `step`. */
  open?(task: Task): Awaitable<Live<State, Action>>
}

/** A saved point of a live environment. */
export type Snapshot = { readonly id: string }

/** A real, stateful environment. One trial at a time holds a lease on it. */
export interface Live<State, Action> {
  reset(): Awaitable<State>
  step(action: Action, context: StepContext): Awaitable<Step<State>>
  save?(): Awaitable<Snapshot>
  load?(snapshot: Snapshot): Awaitable<State>
  close(): Awaitable<void>
}
