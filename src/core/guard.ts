// The hook through which every executed action passes: searched, replayed and committed ones.
import type { Awaitable, Json } from './common.ts'
import type { Effect } from './environment.ts'

/** An action that is about to be executed: what the guard judges. */
export interface GuardRequest<State = unknown, Action = unknown> {
  readonly state: State
  readonly action: Action
  readonly effect: Effect
  readonly purpose: 'search' | 'replay' | 'commit'
}

/** `rule`: what decided, for the log. */
export type Verdict =
  | { readonly allow: true; readonly rule?: Json }
  | { readonly allow: false; readonly reason: string; readonly rule?: Json }

/** A verdict in the log, with the trial in which it was given. It tells; nothing is ever permitted because a log says so. */
export interface GuardRecord {
  readonly action: Json
  readonly effect: Effect
  readonly purpose: GuardRequest['purpose']
  readonly allow: boolean
  readonly reason?: string
  readonly rule?: Json
}

/** Decides which actions may be executed. A denial is an outcome with its reason, which searcher and model see. */
export interface Guard<State = unknown, Action = unknown> {
  readonly name: string
  check(request: GuardRequest<State, Action>): Awaitable<Verdict>
}
