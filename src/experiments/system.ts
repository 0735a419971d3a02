// The contract of a system: a published method as an assembly of Banyan's parts. It holds data and factories, never a loop of its own.
import type { Awaitable, Json } from '../core/common.ts'
import type { SystemSearch } from '../front/system-search.ts'
import type { AnyExperiment } from './experiment.ts'

/** What kind of method a system is. */
export type Family = 'search' | 'preference-learning' | 'policy-optimization' | 'agent' | 'guardrail' | 'other-learning'

/** What a reader wants to know first. Texts are plain sentences in our own words. */
export interface Card {
  /** Its name in `src/systems/` and on the command line: `rest-mcts`. */
  readonly slug: string
  /** What its authors call it. */
  readonly name: string
  /** Title of the paper. */
  readonly title: string
  readonly authors: readonly string[]
  readonly year: number
  readonly link: string
  readonly family: Family
  /** What the paper says that it does, in one sentence. */
  readonly claim: string
  /** How it works, for a newcomer: five lines. */
  readonly mechanism: readonly [string, string, string, string, string]
  /** What is here as it is in the paper. */
  readonly faithful: readonly string[]
  /** What is smaller or other than in the paper, and why. */
  readonly smaller: readonly string[]
  /** What a reference answer is used for; `nothing` when it is not used but for grading afterwards. */
  readonly oracle: string
  /** On which seeds and tasks constants were chosen; they are never those that are reported. */
  readonly tuned: string
}

/** A system that learns from users' own runs: `banyan train --system`. Says how `banyan train` is to be called; what it says, users may change. */
export interface SystemTraining {
  /** Builder of rows and its options, as in `banyan dataset build`. */
  readonly rows: { readonly builder: string; readonly options: Readonly<Record<string, Json>> }
  /** Objective and its options, as in `banyan train`. */
  readonly objective: { readonly name: string; readonly options: Readonly<Record<string, Json>> }
}

/** A published system: what it says, how it is used, and how it is reproduced. */
export interface System {
  readonly card: Card
  /** It searches on users' own tasks: `banyan solve --system`. Loads what that needs. */
  readonly search?: () => Awaitable<SystemSearch>
  readonly training?: SystemTraining
  /** It guards actions: `banyan guard`. */
  readonly guard?: true
  /** Reproduces the paper's comparison: `banyan reproduce`. */
  readonly experiment: AnyExperiment
}

/** Gives a system its checked type. */
export function system(given: System): System {
  return given
}
