// What is written to a log: call records, as they arrive; tree events, in the order told. Only tree events make the tree.
import type { Amounts, Json, NodeId } from './common.ts'
import type { ErrorRecord } from './errors.ts'
import type { Evaluation } from './evaluator.ts'
import type { GuardRecord } from './guard.ts'
import type { Status, Trial } from './trial.ts'

/** Raised when the shape of records changes. */
export const logVersion = 1

/** Everything that decides a run; resuming under another is refused. Values are names, settings and numbers, never addresses or keys. */
export type Fingerprint = { readonly [field: string]: Json }

/** How a run's tree is kept: every outcome, or (pure runs) seed and checkpoints, from which it is computed again. */
export type LogDetail = 'events' | 'checkpoints'

/** The first event of a run: what decides it. */
export interface RunHeader {
  readonly type: 'run-start'
  readonly version: number
  readonly runId: string
  /** ISO 8601, from the run's clock. */
  readonly created: string
  readonly detail: LogDetail
  readonly fingerprint: Fingerprint
  readonly task: Json
  /** Names from which local configuration can assemble the run again; data, never authority. */
  readonly spec?: Json
  /** The run in which this one is a part, or of which it is a fork. */
  readonly parent?: { readonly runId: string; readonly relation: 'child' | 'fork' }
  readonly oracle?: 'training-label'
}

/** A call is known by its trial and its place in it; `digest` is of what was asked. */
interface CallKey {
  readonly trial: number
  readonly index: number
  readonly digest: string
}
export type CallStart = CallKey & {
  readonly type: 'call-start'
  readonly kind: string
  readonly by: string
  readonly request: Json
  readonly once?: boolean
}
export type CallEnd = CallKey & {
  readonly type: 'call-end'
  readonly result: Json
  readonly usage: Amounts /** Taken from the run it was forked from. */
  readonly reused?: boolean
}
export type CallError = CallKey & { readonly type: 'call-error'; readonly error: ErrorRecord; readonly usage: Amounts }
/** What the log keeps of a call: its beginning, then its end or its error. */
export type CallRecord = CallStart | CallEnd | CallError

/** A candidate as data. */
export interface LoggedCandidate {
  readonly action: Json
  readonly prior?: number
  readonly score?: number
  readonly tokens?: { readonly ids: readonly number[]; readonly logProbs?: readonly number[]; readonly model: string }
}

/** A step as data; `state` only where the environment is `recorded` or live. */
export interface LoggedStep {
  readonly reward: number
  readonly terminal: boolean
  readonly observation?: string
  readonly pathCost?: number
  readonly state?: Json
}

/** One change of the tree. Nodes made earlier in the same outcome are named by `{ made: index }`. */
export type Growth =
  /** Candidates offered together; priors that are absent are equal shares. */
  | {
      readonly grow: 'candidates'
      readonly at: NodeRef
      readonly candidates: readonly LoggedCandidate[] /** These are all there are. */
      readonly complete?: boolean
    }
  | {
      readonly grow: 'node'
      readonly at: NodeRef
      /** Index of the candidate in the parent's block; with `fresh`, among those that this outcome offered there just before. */
      readonly index: number
      readonly fresh?: boolean
      readonly step: LoggedStep
    }
  | { readonly grow: 'value'; readonly at: NodeRef /** From a proposer that gives policy and value in one pass. */; readonly value: number }
  | { readonly grow: 'revision'; readonly at: NodeId; readonly candidate: LoggedCandidate; readonly step: LoggedStep }
  | { readonly grow: 'root'; readonly from: NodeId; readonly step: LoggedStep }
export type NodeRef = NodeId | { readonly made: number }

/** How a trial ended, and what it made. */
export interface TrialEnd {
  readonly type: 'trial-end'
  readonly trial: Trial
  readonly status: Status
  readonly growth: readonly Growth[]
  /** Nodes that were evaluated, in the order of `evaluations`. */
  readonly evaluated: readonly NodeRef[]
  readonly evaluations: readonly Evaluation[]
  /** Node on which the work ended. */
  readonly node: NodeRef
  readonly usage: Amounts
  readonly error?: ErrorRecord
  /** What the guard said of each action, in order, the denied ones too; absent where there is none. */
  readonly verdicts?: readonly GuardRecord[]
}

/**
 * Why a run stopped: `solved`, `converged`, `exhausted` (nothing left to ask), `budget` (`unit` says of what),
 * `aborted` (the caller), `failed` (`error`).
 */
export interface RunEnd {
  readonly type: 'run-end'
  readonly stopped: StopReason
  readonly unit?: string
  readonly error?: ErrorRecord
  readonly best?: NodeId
  readonly answer?: Json
  readonly value?: number
  readonly solved: boolean
  readonly trials: number
  readonly nodes: number
  readonly digest: string
  readonly usage: Amounts
  readonly seconds: number
}
/** Why a run stopped; see `RunEnd`. */
export type StopReason = 'solved' | 'converged' | 'exhausted' | 'budget' | 'aborted' | 'failed'

/** The events of a log that are no calls. */
export type TreeEvent =
  | RunHeader
  | TrialEnd
  /** For runs kept as checkpoints: after so many trials the tree had this digest. */
  | { readonly type: 'checkpoint'; readonly trials: number; readonly nodes: number; readonly digest: string }
  /** The run was opened again; calls then in flight had no recorded result and are asked again. */
  | { readonly type: 'run-resume'; readonly at: string; readonly askedAgain: number }
  | RunEnd

/** Anything that stands in a log. */
export type LogEvent = CallRecord | TreeEvent
