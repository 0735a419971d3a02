// The most that a search can use, before it starts. It runs nothing.
import type { Amounts } from '../core/common.ts'
import type { Model } from '../models/model.ts'

export interface Estimate {
  /** Limits by unit. What is not here has no limit. */
  readonly most: Amounts
  /** US dollars at most; undefined where neither budget nor price bounds them. */
  readonly usd: number | undefined
}

/**
 * What a budget allows at most. A call that is under way when a limit is reached may pass it; that is reported as overrun.
 * @example
 * estimate({ tokens: 400, usd: 0.1 }, model) // { most: { tokens: 400, usd: 0.1 }, usd: 0.1 }
 */
export function estimate(budget: Amounts, model: Model | undefined): Estimate {
  return { most: { ...budget }, usd: dollars(budget, model) }
}

function dollars(budget: Amounts, model: Model | undefined): number | undefined {
  if (model === undefined || (model.price?.input === 0 && model.price.output === 0)) return 0
  const bounds = [budget.usd]
  const { price, contextLength } = model
  if (price !== undefined) {
    // Prompt and answer of a call fill at most its context; output costs at least as much as input in every price list.
    if (budget.calls !== undefined && contextLength !== undefined)
      bounds.push((budget.calls * contextLength * Math.max(price.input, price.output)) / 1e6)
    if (budget.billedTokens !== undefined) bounds.push((budget.billedTokens * Math.max(price.input, price.output)) / 1e6)
  }
  const known = bounds.filter((bound) => bound !== undefined)
  return known.length === 0 ? undefined : Math.min(...known)
}
