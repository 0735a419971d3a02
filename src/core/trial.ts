// Trials (pieces of work that a searcher asks for) and their outcomes.
import type { Amounts, Json, NodeId } from './common.ts'
import type { ErrorRecord } from './errors.ts'
import type { Evaluation } from './evaluator.ts'

/** Which proposer, and how many samples. */
export interface Ask {
  /** Default: `default`. */
  readonly by?: string
  readonly count: number
}

/** What a searcher asks for. */
export type Work = {
  readonly tag?: Json
  /** The driver's. Work that is a new object with -1 here is numbered in place, which spares searchers of millions of trials a copy of each. */
  id?: number
} & (
  | {
      /** Make the child of `node` from its candidate (step), then propose and evaluate there. The root's work is `candidate: -1`: nothing is stepped. */
      readonly kind: 'visit'
      readonly node: NodeId
      readonly candidate: number
      readonly propose?: Ask
      readonly evaluate?: readonly string[]
    }
  | {
      /** Propose more candidates at `node`; with `step` they become children at once, each evaluated by `evaluate` in one group. */
      readonly kind: 'expand'
      readonly node: NodeId
      readonly propose: Ask
      readonly step: boolean
      readonly evaluate?: readonly string[]
    }
  | {
      /** Go on from `node` for at most `steps` steps, one proposal each (random legal actions without `propose`), then evaluate the end. With `keep` the chain stays in the tree. */
      readonly kind: 'rollout'
      readonly node: NodeId
      readonly steps: number
      readonly keep: boolean
      readonly propose?: Ask
      readonly evaluate?: readonly string[]
    }
  | { readonly kind: 'evaluate'; readonly nodes: readonly NodeId[]; readonly by: string }
  | {
      /** Rewrite the node's action in place after `feedback`: its revision rises, statistics and subtree are dropped, the old text stays in the log. */
      readonly kind: 'revise'
      readonly node: NodeId
      readonly feedback: string
      readonly propose?: Ask
      readonly evaluate?: readonly string[]
    }
  | {
      /** Propose from several nodes together; the new candidates become children of the first. */
      readonly kind: 'combine'
      readonly nodes: readonly NodeId[]
      readonly propose: Ask
      readonly evaluate?: readonly string[]
    }
  | {
      /** Do the path to `node` for real, guarded; the observed state becomes the root. */
      readonly kind: 'commit'
      readonly node: NodeId
    }
)

/** Work with its number: trials are numbered from 0 in the order in which they were asked. */
export type Trial = Work & { readonly id: number }

/**
 * - `ok`: done, perhaps with fewer candidates than asked for.
 * - `failed`: a part threw; `error` says what.
 * - `denied`: the guard, or an irreversible action outside a commit; `error` says why.
 * - `starved`: its part of the budget was too small.
 * - `cancelled`: the run stopped first.
 * - `stale`: its node was revised, or left behind by a commit, while it was under way.
 * - `diverged`: a replayed live step showed something other than before.
 * - `unknown`: an irreversible action was begun and its result is missing; it is not tried again.
 */
export type Status = 'ok' | 'failed' | 'denied' | 'starved' | 'cancelled' | 'stale' | 'diverged' | 'unknown'

/** What came back. It is told after the tree has grown by it. */
export interface Outcome {
  readonly trial: Trial
  readonly status: Status
  /** Where the work ended: the child of a visit, the end of a kept rollout, the new root of a commit; otherwise the trial's node. */
  readonly node: NodeId
  /** Nodes made by this trial, in order. */
  readonly nodes: readonly NodeId[]
  /** How many candidates were added at `node`. */
  readonly offered: number
  /** One for each evaluated node and evaluator: nodes in order, evaluators within a node in the order asked. */
  readonly evaluations: readonly Evaluation[]
  /** Value of the first evaluation; NaN when there is none. */
  readonly value: number
  readonly usage: Amounts
  readonly error?: ErrorRecord
}
