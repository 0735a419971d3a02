// The budget of a run: limits by unit, and each trial's part of them (its grant), cut in ask order before the trial starts.
// Because grants are cut in ask order and settled in the order told, what a trial may use never depends on timing.
import type { RunHandle } from './call.ts'
import type { Amounts } from './common.ts'
import { BanyanError } from './errors.ts'

/** The units that the engine counts itself. */
export const knownUnits = [
  'tokens',
  'evaluatedTokens',
  'billedTokens',
  'usd',
  'calls',
  'expansions',
  'steps',
  'replayedSteps',
  'nodes',
  'seconds',
] as const

/** Limits by unit, e.g. `{ tokens: 400, seconds: 60, usd: 0.10 }`. */
export type Budget = Amounts

/**
 * Checks a budget.
 * @param units units that the parts of this search count beside the engine's own.
 * @throws `E_BUDGET_UNIT` for an unknown unit, `E_BUDGET_AMOUNT` unless every amount is a finite number above 0.
 */
export function checkBudget(budget: Budget, units: readonly string[] = []): void {
  const names = [...knownUnits, ...units]
  for (const [unit, amount] of Object.entries(budget)) {
    if (!names.includes(unit)) {
      throw new BanyanError('E_BUDGET_UNIT', 'nobody counts this unit', { seen: unit, wanted: `one of ${names.join(', ')}` })
    }
    if (!(Number.isFinite(amount) && amount > 0)) {
      throw new BanyanError('E_BUDGET_AMOUNT', `the budget of ${unit} cannot be spent`, { seen: amount, wanted: 'a finite number above 0' })
    }
  }
}

/** Adds amounts to sums, so many times. */
export function addAmounts(sums: Record<string, number>, amounts: Amounts, times = 1): void {
  for (const unit in amounts) sums[unit] = (sums[unit] ?? 0) + amounts[unit]! * times
}

/** One trial's part of the budget. Units without a limit are unlimited. */
export class Grant {
  readonly granted: Readonly<Record<string, number>>
  /** What was drawn so far; may pass what was granted (overrun). */
  readonly drawn: Record<string, number> = {}
  readonly #reserved: Record<string, number> = {}

  constructor(granted: Readonly<Record<string, number>>) {
    this.granted = granted
  }

  remaining(unit: string): number {
    return Math.max(0, (this.granted[unit] ?? Infinity) - (this.drawn[unit] ?? 0) - (this.#reserved[unit] ?? 0))
  }

  /** Sets aside at most `wanted`, as much as there is; returns what was set aside. */
  reserve(wanted: Amounts): Record<string, number> {
    const reserved: Record<string, number> = {}
    for (const unit of Object.keys(wanted)) {
      reserved[unit] = Math.min(wanted[unit]!, this.remaining(unit))
    }
    addAmounts(this.#reserved, reserved)
    return reserved
  }

  unreserve(reserved: Amounts): void {
    addAmounts(this.#reserved, reserved, -1)
  }

  spend(amounts: Amounts): void {
    addAmounts(this.drawn, amounts)
  }
}

/** What a run has, has granted and has used. A child run draws on its parent's grant as well. */
export class Ledger {
  readonly limits: Budget
  readonly #parent: RunHandle | undefined
  readonly #used: Record<string, number> = {}
  readonly #outstanding: Record<string, number> = {}
  readonly units: readonly string[]

  constructor(limits: Budget, parent?: RunHandle) {
    this.limits = limits
    this.#parent = parent
    this.units = [...new Set([...Object.keys(limits), ...(parent?.units ?? [])])].filter((unit) => unit !== 'seconds')
  }

  /** What may still be granted. */
  available(unit: string): number {
    const own = (this.limits[unit] ?? Infinity) - (this.#used[unit] ?? 0)
    return Math.max(0, Math.min(own, this.#parent?.remaining(unit) ?? Infinity) - (this.#outstanding[unit] ?? 0))
  }

  /** A unit of which nothing is left, counting what is granted as used. */
  exhausted(): string | undefined {
    return this.units.find((unit) => this.available(unit) <= 0)
  }

  /**
   * Cuts a grant. Where the need is stated, it is that much; where it is not, a share of what is left.
   * @param need what the trial can draw at most, by unit.
   * @param shares among how many trials an unstated need is divided, this one included.
   * @param patient whether a later grant could be larger (other trials are under way): then a grant smaller than the need is refused.
   * @returns undefined when nothing, or while patient not enough, can be granted.
   */
  grant(need: Amounts, shares: number, patient: boolean): Grant | undefined {
    const granted: Record<string, number> = {}
    for (const unit of this.units) {
      const available = this.available(unit)
      const wanted = need[unit]
      if (wanted !== 0 && (available <= 0 || (patient && wanted !== undefined && wanted > available))) return undefined
      const share = unit === 'usd' ? available / shares : Math.max(1, Math.floor(available / shares))
      granted[unit] = Math.min(available, wanted ?? share)
    }
    addAmounts(this.#outstanding, granted)
    return new Grant(granted)
  }

  /** Takes a grant back: what was drawn counts as used, the rest may be granted again. */
  settle(grant: Grant, drawn: Amounts = grant.drawn): void {
    addAmounts(this.#outstanding, grant.granted, -1)
    addAmounts(this.#used, drawn)
    this.#parent?.spend(drawn)
  }

  used(): Amounts {
    return { ...this.#used }
  }

  /** What was used beyond the limits. */
  overrun(): Amounts {
    const beyond = this.units.map((unit) => [unit, (this.#used[unit] ?? 0) - (this.limits[unit] ?? Infinity)] as const)
    return Object.fromEntries(beyond.filter(([, amount]) => amount > 0))
  }
}
