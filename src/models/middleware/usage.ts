// Adds up what models use, over all runs in which they are used. A run's own usage is in its result; this is for a whole process.
import type { ModelUsage } from '../model.ts'
import { usageOf } from '../model-usage.ts'
import { aroundModel, type ModelCall, type ModelMiddleware } from './wrap-model.ts'

/** What one model used so far. */
export interface ModelTotals {
  /** Calls that were answered. */
  readonly calls: number
  /** Calls that failed. */
  readonly failures: number
  /** Calls whose tokens a provider did not report, so that they were estimated. */
  readonly estimated: number
  readonly generated: number
  readonly evaluated: number
  readonly billed: number
  readonly usd: number
}

/** Totals by model name. */
export interface UsageTotals {
  of(model: string): ModelTotals
  all(): Readonly<Record<string, ModelTotals>>
  add(model: string, usage: ModelUsage, failed: boolean): void
}

export interface UsageOptions {
  /** Where to add up; make it with `usageTotals()`. */
  readonly totals?: UsageTotals
  /** Told after every call, failed ones too. */
  readonly onUsage?: (call: {
    readonly model: string
    readonly kind: ModelCall['kind']
    readonly usage: ModelUsage
    readonly failed: boolean
  }) => void
}

/**
 * Counts what goes through it: put it inside a cache to see what is paid, outside to see what is asked.
 *
 * @example
 * const totals = usageTotals()
 * const model = wrapModel(scripted({ answers: ['one two'] }), usage({ totals }))
 * await model.generate({ messages: [], maxTokens: 9 }, { seed: 1, signal: new AbortController().signal })
 * totals.of('scripted').generated // 2
 */
export function usage(options: UsageOptions): ModelMiddleware {
  return (model) =>
    aroundModel(model, async (call, ask) => {
      const count = (used: ModelUsage, failed: boolean) => {
        options.totals?.add(model.name, used, failed)
        options.onUsage?.({ model: model.name, kind: call.kind, usage: used, failed })
      }
      try {
        const result = await ask(call.signal)
        count(result.usage, false)
        return result
      } catch (error) {
        count(usageOf(error), true)
        throw error
      }
    })
}

/** Totals that start at zero. */
export function usageTotals(): UsageTotals {
  const byModel = new Map<string, ModelTotals>()
  const of = (model: string): ModelTotals => byModel.get(model) ?? nothing
  return {
    of,
    all: () => Object.fromEntries(byModel),
    add(model, used, failed) {
      const before = of(model)
      byModel.set(model, {
        calls: before.calls + (failed ? 0 : 1),
        failures: before.failures + (failed ? 1 : 0),
        estimated: before.estimated + (used.estimated ? 1 : 0),
        generated: before.generated + used.generated,
        evaluated: before.evaluated + used.evaluated,
        billed: before.billed + (used.billed ?? 0),
        usd: before.usd + (used.usd ?? 0),
      })
    },
  }
}

const nothing: ModelTotals = { calls: 0, failures: 0, estimated: 0, generated: 0, evaluated: 0, billed: 0, usd: 0 }
