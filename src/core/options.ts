// What a search is given, and what it gives back.
import type { Budget } from './budget.ts'
import type { RunHandle } from './call.ts'
import type { Amounts, Json, NodeId } from './common.ts'
import type { Environment } from './environment.ts'
import type { Evaluator } from './evaluator.ts'
import type { LogDetail, LogEvent, StopReason } from './events.ts'
import type { Guard } from './guard.ts'
import type { Log } from './log.ts'
import type { Proposer } from './proposer.ts'
import type { Searcher } from './searcher.ts'
import type { Tree } from './tree.ts'

/** The full form of a search. Types follow from `environment` alone. */
export interface SearchOptions<State, Action, Task, Answer> {
  readonly environment: Environment<State, Action, Task, Answer>
  readonly task: NoInfer<Task>
  readonly searcher: Searcher
  /** One proposer, or several by name (`default` among them). Default: every legal action, with equal priors. */
  readonly proposer?: Proposer<NoInfer<State>, NoInfer<Action>> | Readonly<Record<string, Proposer<NoInfer<State>, NoInfer<Action>>>>
  /** One evaluator, or several by name (`default` among them). */
  readonly evaluator?: Evaluator<NoInfer<State>, NoInfer<Action>> | Readonly<Record<string, Evaluator<NoInfer<State>, NoInfer<Action>>>>
  /** Limits by unit, each above 0. Default: none, so that only the searcher ends the search. `seconds` counts from each opening of the run. */
  readonly budget?: Budget
  /** Units, beside the engine's own, that the parts of this search count. */
  readonly units?: readonly string[]
  /** Trials in flight, 1 to 4096. Default 1. A part of the algorithm: another number may grow another tree. */
  readonly concurrency?: number
  /** `asked` (default): outcomes are told in the order asked, so that timing never changes the tree. `arrival`: as they come, for throughput. */
  readonly order?: 'asked' | 'arrival'
  /** A whole number in [0, 2^53). Default 0. */
  readonly seed?: number
  readonly guard?: Guard<NoInfer<State>, NoInfer<Action>>
  /** How many live environments may be open at once, where the environment has them. Default 1. */
  readonly lives?: number
  /** Where the run is logged. Default: nowhere. */
  readonly store?: Log
  /** The run's id. In a store that knows it, the run is resumed, or its recorded result returned. Default: a random one. */
  readonly runId?: string
  /** Reuses the recorded calls of this run, by what was asked. */
  readonly forkOf?: string
  /** Default: `checkpoints` where every part is pure and `exact`, so that the run can be computed again from its seed; else `events`. */
  readonly detail?: LogDetail
  /** Names from which configuration can assemble this search again; kept in the run's header. */
  readonly spec?: Json
  /** A trial under which this search runs as a child: it draws on that trial's grant and stops with it. */
  readonly parent?: RunHandle
  /** After so many failed trials in a row the run stops with `E_SEARCH_FAILING`. Default 16. */
  readonly maxFailures?: number
  /** Only reads what the log holds: no call, no new trial. */
  readonly replayOnly?: boolean
  /** Stops the search; what is recorded is kept, and the run can be resumed. */
  readonly signal?: AbortSignal
  /** Sees every event as it is recorded, and those of the log when a run is resumed. Errors it throws end the run. */
  readonly observe?: (event: LogEvent) => void
  /** Sees the tree after every outcome that was told. */
  readonly watch?: (tree: Tree<State, Action>, best: NodeId | undefined) => void
}

/** Why a search ended: the reason, and the unit that ran out where it is `budget`. */
export interface Stop {
  readonly stopped: StopReason
  readonly unit?: string | undefined
}

/** What a search found, what it took, and its tree. */
export interface SearchResult<State, Action, Answer> {
  readonly runId: string
  /** The best answer found; undefined when there is none. */
  readonly answer: Answer | undefined
  readonly node: NodeId | undefined
  readonly state: State | undefined
  /** Mean value of the best node; NaN when none was backed up. */
  readonly value: number
  /** A verifier is certain of the answer. */
  readonly solved: boolean
  readonly stopped: StopReason
  /** The unit that ran out, where `stopped` is `budget`. */
  readonly unit: string | undefined
  readonly usage: Amounts
  /** What was used beyond the limits. */
  readonly overrun: Amounts
  readonly trials: number
  /** Calls made now, taken from a forked run, and asked again because a crash lost their results. */
  readonly calls: { readonly made: number; readonly reused: number; readonly askedAgain: number }
  /** Wall time of this opening. */
  readonly seconds: number
  readonly digest: string
  readonly tree: Tree<State, Action>
  /** The `count` best answers, best first. */
  answers(count: number): readonly { readonly node: NodeId; readonly answer: Answer }[]
}
