// What a builder tells of its work beside the rows: what was read, what was left out and why. Plain numbers, for manifests and people.
import type { Amounts } from '../../core/common.ts'

/** Counts of the latest pass over a builder's rows. */
export interface BuildReport {
  /** Rows given so far. */
  readonly rows: number
  /** Runs that were read, by id: the digest of the tree where the run has ended, else `unfinished`. */
  readonly runs: ReadonlyMap<string, string>
  /** Runs that were not read to their end because they have none yet; what was recorded was used. */
  readonly unfinished: number
  /** Runs that were left out, by reason: `running`, `damaged`, `held-out`, `computed` (kept as checkpoints, parts unknown), `empty`. */
  readonly skipped: Readonly<Record<string, number>>
  /** The first twenty runs that could not be used, with what is wrong. */
  readonly damaged: readonly { readonly runId: string; readonly reason: string }[]
  /** What could have been a row and is none, by reason: `margin`, `duplicate`, `no-verdict` … */
  readonly left: Readonly<Record<string, number>>
  /** What the runs that were read had used; what further rollouts used comes under `rollouts`. */
  readonly usage: Amounts
  /** Tokens of rollouts that the builder itself made. */
  readonly rolloutTokens: number
  /** Some row was made with the reference answer. */
  readonly oracle: boolean
}

/** The report while it is written. */
export class ReportDraft implements BuildReport {
  rows = 0
  readonly runs = new Map<string, string>()
  unfinished = 0
  readonly skipped: Record<string, number> = {}
  readonly damaged: { runId: string; reason: string }[] = []
  readonly left: Record<string, number> = {}
  readonly usage: Record<string, number> = {}
  rolloutTokens = 0
  oracle = false

  skip(reason: string, runId?: string, why?: string): void {
    this.skipped[reason] = (this.skipped[reason] ?? 0) + 1
    if (runId !== undefined && why !== undefined && this.damaged.length < 20) this.damaged.push({ runId, reason: why })
  }

  leave(reason: string, count = 1): void {
    if (count > 0) this.left[reason] = (this.left[reason] ?? 0) + count
  }

  spend(amounts: Amounts): void {
    for (const [unit, amount] of Object.entries(amounts)) this.usage[unit] = (this.usage[unit] ?? 0) + amount
  }
}
