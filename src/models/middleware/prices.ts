// What hosted models cost: a small dated table, and a middleware that states a price. Only flat list prices are in it: no tiers by
// length, no batch or cache discounts. What is not in it is unknown, never free.
import { BanyanError } from '../../core/errors.ts'
import type { Model, Price } from '../model.ts'
import { ModelError, restated } from '../model-error.ts'
import { amountsOf, costOf, usageOf } from '../model-usage.ts'
import { aroundModel, type ModelMiddleware } from './wrap-model.ts'

/** List prices in US dollars for a million tokens, by `provider/model`. */
export const prices: Readonly<Record<string, Price>> = {
  'openai/gpt-4o': { input: 2.5, output: 10, asOf: '2026-03-21' },
  'openai/gpt-4o-mini': { input: 0.15, output: 0.6, asOf: '2026-03-21' },
  'openai/gpt-4.1': { input: 2, output: 8, asOf: '2026-03-21' },
  'openai/gpt-4.1-mini': { input: 0.4, output: 1.6, asOf: '2026-03-21' },
  'openai/gpt-4.1-nano': { input: 0.1, output: 0.4, asOf: '2026-03-21' },
  'openai/gpt-5': { input: 1.25, output: 10, asOf: '2026-03-21' },
  'openai/gpt-5-mini': { input: 0.25, output: 2, asOf: '2026-03-21' },
  'openai/gpt-5-nano': { input: 0.05, output: 0.4, asOf: '2026-03-21' },
  'openai/o3': { input: 2, output: 8, asOf: '2026-03-21' },
  'openai/o4-mini': { input: 1.1, output: 4.4, asOf: '2026-03-21' },
  'anthropic/claude-haiku-4-5': { input: 1, output: 5, asOf: '2026-01-24' },
  'anthropic/claude-sonnet-4-5': { input: 3, output: 15, asOf: '2026-01-24' },
  'anthropic/claude-opus-4-5': { input: 5, output: 25, asOf: '2026-01-24' },
  'google/gemini-2.5-flash': { input: 0.3, output: 2.5, asOf: '2026-01-24' },
  'google/gemini-2.5-flash-lite': { input: 0.1, output: 0.4, asOf: '2026-01-24' },
}

/** The list price of a model, by its exact `provider/model`; undefined when it is not known. */
export function priceOf(id: string): Price | undefined {
  return Object.hasOwn(prices, id) ? prices[id] : undefined
}

/**
 * The price of a model, for a budget in money.
 * @throws `E_MODEL_PRICE` when it is not known.
 */
export function requirePrice(model: Model): Price {
  if (model.price !== undefined) return model.price
  throw new ModelError('E_MODEL_PRICE', `the price of ${model.name} is not known, so a budget in usd cannot be kept`, {
    wanted: 'a model with a price',
    hint: "State it with the model's option `price: { input, output, asOf }` (US dollars for a million tokens) or with `withPrice(...)`; or limit tokens instead.",
  })
}

/**
 * States a price; every call then reports what it cost.
 * @param price US dollars for a million tokens, both finite and at least 0.
 * @throws `E_MODEL_PRICE` for a price that is none.
 *
 * @example
 * const model = wrapModel(aiSdkModel(provider('my-model')), withPrice({ input: 0.2, output: 0.8, asOf: '2026-01-31' }))
 */
export function withPrice(price: Price): ModelMiddleware {
  for (const field of ['input', 'output'] as const) {
    if (!(Number.isFinite(price[field]) && price[field] >= 0)) {
      throw new ModelError('E_MODEL_PRICE', `the ${field} price cannot be used`, {
        seen: price[field],
        wanted: 'US dollars for a million tokens, at least 0',
      })
    }
  }
  return (model) =>
    aroundModel(
      model,
      async (call, ask) => {
        try {
          const result = await ask(call.signal)
          return { ...result, usage: { ...result.usage, usd: costOf(result.usage, price) } }
        } catch (error) {
          if (!BanyanError.isInstance(error) || error.usage === undefined) throw error
          const used = usageOf(error)
          throw restated(error, { usage: amountsOf({ ...used, usd: costOf(used, price) }) })
        }
      },
      { price },
    )
}
