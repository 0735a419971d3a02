// What a reproduction prints and keeps: arms, claims with their verdicts, and what made them. Plain data.
import type { Amounts, Json } from '../../core/common.ts'
import type { Scale } from '../experiment.ts'

/** `contradicted`: the whole interval lies where the claim says that it does not. `not shown`: neither. */
export type ClaimVerdict = 'shown' | 'not shown' | 'contradicted'

/** The answer to one question. */
export interface Answered {
  readonly first: string
  /** Null: the first arm's own value. */
  readonly second: string | null
  readonly metric: string
  readonly by: 'difference' | 'ratio'
  /** Difference, or ratio. Null where there is nothing to compare. */
  readonly difference: number | null
  /** At 95 %; null bounds are infinite. */
  readonly interval: readonly [number | null, number | null]
  /** `above 0` … */
  readonly wanted: string
  /** Means over seeds: how much of the unit each arm had used where they are compared. */
  readonly budget: { readonly unit: string; readonly first: number; readonly second: number }
  readonly verdict: ClaimVerdict
}

/** A claim, and what was found of it. */
export interface ClaimResult extends Answered {
  readonly text: string
  readonly main: boolean
  /** Its other questions; the claim is shown when all are. */
  readonly also: readonly Answered[]
}

/** One metric over all seeds. */
export interface MetricSummary {
  /** Null: not a number. */
  readonly mean: number | null
  /** Student's t over seeds, at 95 %; null bounds are infinite (one seed). */
  readonly interval: readonly [number | null, number | null]
  readonly perSeed: readonly (number | null)[]
}

/** One arm over all seeds. */
export interface ArmSummary {
  readonly name: string
  readonly text: string
  readonly metrics: Readonly<Record<string, MetricSummary>>
  /** Means over seeds. */
  readonly spent: Amounts
  /** Point of the grid that was taken. */
  readonly rate?: number
  /** By metric: [amount of the unit, mean over seeds]. */
  readonly curves: Readonly<Record<string, readonly (readonly [number, number])[]>>
}

/** What `banyan reproduce --json` prints. */
export interface Reproduction {
  readonly slug: string
  readonly scale: Scale
  readonly seeds: readonly number[]
  readonly claims: readonly ClaimResult[]
  readonly arms: readonly ArmSummary[]
  /** The main claim's. */
  readonly verdict: ClaimVerdict
  /** What a reference answer was used for. */
  readonly oracle: string
  /** Of processor and wall, of the cells that are in it, whenever they were run. */
  readonly seconds: number
  readonly versions: Readonly<Record<string, Json>>
}
