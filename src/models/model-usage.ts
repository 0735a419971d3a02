// Sums and conversions of what model calls used.
import type { Amounts } from '../core/common.ts'
import { BanyanError } from '../core/errors.ts'
import type { ModelUsage, Price } from './model.ts'

export const noUsage: ModelUsage = { generated: 0, evaluated: 0 }

/** What two calls used together. A side that is not billed adds nothing; a side without a price leaves the money as it is. */
export function addUsage(first: ModelUsage, second: ModelUsage): ModelUsage {
  return {
    generated: first.generated + second.generated,
    evaluated: first.evaluated + second.evaluated,
    ...(first.billed === undefined && second.billed === undefined ? {} : { billed: (first.billed ?? 0) + (second.billed ?? 0) }),
    ...(first.usd === undefined && second.usd === undefined ? {} : { usd: (first.usd ?? 0) + (second.usd ?? 0) }),
    ...(first.estimated || second.estimated ? { estimated: true } : {}),
  }
}

/** What a failed call had used, from its error; nothing when it does not say. */
export function usageOf(error: unknown): ModelUsage {
  const amounts = BanyanError.isInstance(error) ? error.usage : undefined
  if (amounts === undefined) return noUsage
  return {
    generated: amounts.tokens ?? 0,
    evaluated: amounts.evaluatedTokens ?? 0,
    ...(amounts.billedTokens === undefined ? {} : { billed: amounts.billedTokens }),
    ...(amounts.usd === undefined ? {} : { usd: amounts.usd }),
  }
}

/** Usage in the engine's units, for the `usage` of an error. One call, however many attempts it took. */
export function amountsOf(usage: ModelUsage): Amounts {
  return {
    calls: 1,
    tokens: usage.generated,
    evaluatedTokens: usage.evaluated,
    ...(usage.billed === undefined ? {} : { billedTokens: usage.billed }),
    ...(usage.usd === undefined ? {} : { usd: usage.usd }),
  }
}

/**
 * What a call cost, in US dollars, when the provider did not say. Where the billed tokens are known, all that were not generated are
 * counted at the full input price: an upper bound where a provider gives a discount for cached prompts.
 */
export function costOf(usage: ModelUsage, price: Price): number {
  const input = usage.billed === undefined ? usage.evaluated : Math.max(0, usage.billed - usage.generated)
  return (input * price.input + usage.generated * price.output) / 1e6
}
