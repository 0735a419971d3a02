// The contract of a proposer (policy): it suggests actions for a state.
import type { CallContext } from './call.ts'
import type { Amounts, Awaitable, Json, Reproducible } from './common.ts'
import type { NodeView } from './node-view.ts'

/** An action that was proposed, and what the proposer thinks of it. */
export interface Candidate<Action> {
  readonly action: Action
  /** Probability that the policy gives it among its candidates, in [0, 1]. Absent: uniform. */
  readonly prior?: number
  /** Log-probability of the action under the proposer, in nats: a sum over its tokens; at most 0. */
  readonly score?: number
  /** The sampled tokens, where a model made them. */
  readonly tokens?: { readonly ids: readonly number[]; readonly logProbs?: readonly number[]; readonly model: string }
}

/** For which node actions are wanted, and how many. */
export interface ProposeRequest<State, Action = unknown> {
  readonly node: NodeView<State, Action>
  /** The other nodes that are combined with it, for `combine` trials. */
  readonly others?: readonly NodeView<State, Action>[]
  /** What has been proposed at this node before. */
  readonly siblings: readonly Action[]
  /** How many samples are wanted, at least 1. Proposers that list all moves may return more. */
  readonly count: number
  /** What was wrong with the node's own action: write it anew (`revise` trials). */
  readonly feedback?: string
}

/** The answer to one request. */
export interface Proposed<Action> {
  readonly candidates: readonly Candidate<Action>[]
  /** Nothing else will ever be offered here: these, with the siblings, are all the actions. */
  readonly complete?: boolean
  /** Value of the state, from nets that give policy and value in one pass. */
  readonly value?: number
}

/** Suggests actions. One answer for each request, in order; an answer may be empty. */
export interface Proposer<State, Action> {
  readonly name: string
  /** All that changes what it proposes; goes into the run's fingerprint. */
  readonly settings?: Json
  readonly reproducible?: Reproducible
  /** It lists `environment.actions` with equal priors and nothing else, so that the engine may do so without calling it. */
  readonly lists?: boolean
  propose(requests: readonly ProposeRequest<State, Action>[], context: CallContext): Awaitable<readonly Proposed<Action>[]>
  /** The most that one request for `count` samples can draw; a trial's grant is cut by it. Absent: a fair share of what is left. */
  atMost?(count: number): Amounts
}
