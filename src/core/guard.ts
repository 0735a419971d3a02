// The hook through which every executed action passes: searched, replayed and committed ones.
import type { Awaitable } from './common.ts'
import type { Effect } from './environment.ts'

export interface GuardRequest<State = unknown, Action = unknown> {
  readonly state: State
  readonly action: Action
  readonly effect: Effect
  readonly purpose: 'search' | 'replay' | 'commit'
}

export type Verdict = { readonly allow: true } | { readonly allow: false; readonly reason: string }

/** Decides which actions may be executed. A denial is an outcome with its reason, which searcher and model see. */
export interface Guard<State = unknown, Action = unknown> {
  readonly name: string
  check(request: GuardRequest<State, Action>): Awaitable<Verdict>
}
