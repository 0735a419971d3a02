// The budget of a search that was given none.
import type { Amounts } from '../core/common.ts'
import type { Model } from '../models/model.ts'

export interface DefaultBudget {
  readonly budget: Amounts
  readonly note: string
}

export function defaultBudget(model: Model | undefined): DefaultBudget {
  if (model === undefined) return { budget: { expansions: 10_000 }, note: 'no budget was given: expansions=10000' }
  const { price } = model
  if (price !== undefined && price.input === 0 && price.output === 0)
    return { budget: { tokens: 1000 }, note: 'no budget was given: tokens=1000' }
  const why = price === undefined ? 'its price is not known' : 'it is paid for'
  return { budget: { calls: 32 }, note: `no budget was given for ${model.name}, and ${why}: calls=32` }
}
