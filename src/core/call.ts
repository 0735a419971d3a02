// What a part may do while it works on a trial: draw random numbers, and make calls that are recorded, counted and bounded.
import type { Amounts, Awaitable, Json } from './common.ts'
import type { Random } from './random.ts'

/** A piece of work outside the engine: a model's answer, a program's run. Recorded before and after, and never repeated once recorded. */
export interface Call<Result extends Json> {
  /** What sort of call: `generate`, `score`, `step` … */
  readonly kind: string
  /** Who answers: a model's name, an environment's name. */
  readonly by: string
  /** Everything that decides the answer. Its digest is the key under which a fork finds the recorded result. */
  readonly request: Json
  /** The most that it can draw, by unit; reserved from the trial's grant before it starts. */
  readonly atMost?: Amounts
  /** Never run again once started, unless its result is known: used for irreversible actions. */
  readonly once?: boolean
  run(context: CallRun): Awaitable<{ readonly result: Result; readonly usage: Amounts }>
}

/** What a running call is given. */
export interface CallRun {
  /** How much of a unit was granted to it: at most what it asked for in `atMost`. */
  granted(unit: string): number
  /** Seed of this call, keyed by the run's seed, the request and the place in ask order: an integer in [0, 2^32). */
  readonly seed: number
  readonly signal: AbortSignal
}

/** What proposers, evaluators and environments work with. One per trial. */
export interface CallContext {
  /** Keyed by the run's seed and the trial, so that timing never changes a draw. */
  readonly random: Random
  readonly signal: AbortSignal
  /** What is left of a unit in this trial's grant; `Infinity` where there is no limit. */
  remaining(unit: string): number
  /** Counts work that is no call: program runs, network evaluations, LP solves. */
  spend(amounts: Amounts): void
  /**
   * Makes a recorded call. Calls of one trial are numbered in the order in which they are made, so make them in a fixed order.
   * @throws the call's own error; `StarvedError` when the grant has nothing left of a unit it needs.
   */
  call<Result extends Json>(call: Call<Result>): Promise<Result>
  /** This trial as the parent of a child run: pass it to `search` as `parent`, and the child draws on this trial's grant. */
  readonly run: RunHandle
}

/** A running trial, seen from a child run. */
export interface RunHandle {
  readonly runId: string
  remaining(unit: string): number
  /** Limited units, so that the child knows what to watch. */
  readonly units: readonly string[]
  spend(amounts: Amounts): void
  readonly signal: AbortSignal
}
