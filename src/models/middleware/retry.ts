// Tries a failed call again, after a growing random wait. Retries happen inside one recorded call: the log sees one call, with the usage
// of all its attempts. It knows the codes of errors, not providers.
import { BanyanError } from '../../core/errors.ts'
import { Random } from '../../core/random.ts'
import type { ModelUsage } from '../model.ts'
import { restated, retryAfterOf } from '../model-error.ts'
import { addUsage, amountsOf, noUsage, usageOf } from '../model-usage.ts'
import { pause, withDeadline } from '../wait.ts'
import { aroundModel, type ModelMiddleware } from './wrap-model.ts'

export interface RetryOptions {
  /** Attempts in all, the first one included; at least 1. Default 5. */
  readonly attempts?: number
  /** Longest wait before the second attempt, in milliseconds; it doubles with each further one. Default 500. */
  readonly baseDelay?: number
  /** Longest wait, in milliseconds. A provider that asks for a longer one is not waited for. Default 60,000. */
  readonly maxDelay?: number
  /** Longest time for one attempt, in milliseconds, after which it counts as `E_MODEL_TIMEOUT`; `Infinity` for none. Default 120,000. */
  readonly timeout?: number
  /** Which errors are worth another attempt. Default: `E_MODEL_RATE`, `E_MODEL_SERVER`, `E_MODEL_TIMEOUT`. */
  readonly codes?: readonly string[]
  /** Told before each wait. */
  readonly onRetry?: (retry: {
    readonly model: string
    readonly attempt: number
    readonly delay: number
    readonly error: BanyanError
  }) => void
}

/**
 * Exponential backoff with full jitter: before attempt k + 1 it waits a uniform draw from [0, min(maxDelay, baseDelay · 2^(k-1))]
 * (Brooker, "Exponential Backoff And Jitter", 2015), or, where the provider asked for a wait, that long and up to `baseDelay` more.
 * The draws come from the call's seed. What an attempt used that was given up for its time is not known and counts as nothing.
 *
 * @throws `E_MODEL_REQUEST` for options that make no sense; `E_MODEL_ABORTED` as soon as the signal fires, also while waiting; otherwise
 * the last attempt's error, with the usage of all attempts.
 *
 * @example
 * const model = wrapModel(aiSdkModel(provider('gpt-4o-mini')), retry({ attempts: 3, maxDelay: 20_000 }))
 */
export function retry(options: RetryOptions = {}): ModelMiddleware {
  const { attempts = 5, baseDelay = 500, maxDelay = 60_000, timeout = 120_000, codes = defaultCodes } = options
  check('attempts', attempts, Number.isInteger(attempts) && attempts >= 1, 'a whole number of at least 1')
  check('baseDelay', baseDelay, baseDelay >= 0, 'milliseconds, at least 0')
  check('maxDelay', maxDelay, maxDelay >= 0, 'milliseconds, at least 0')
  check('timeout', timeout, timeout > 0, 'milliseconds above 0')

  return (model) =>
    aroundModel(model, async (call, ask) => {
      const random = new Random(call.seed, 'retry')
      let spent: ModelUsage = noUsage
      /** The error with what all attempts used, and a reason for giving up. */
      const final = (error: BanyanError, reason = '') => restated(error, { message: error.message + reason, usage: amountsOf(spent) })

      for (let attempt = 1; ; attempt++) {
        try {
          const result = await withDeadline(ask, { signal: call.signal, timeout, name: model.name })
          return { ...result, usage: addUsage(result.usage, spent) }
        } catch (error) {
          if (!BanyanError.isInstance(error)) throw error
          spent = addUsage(spent, usageOf(error))
          if (!codes.includes(error.code) || call.signal.aborted) throw final(error)
          if (attempt >= attempts) throw final(error, ` (after ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'})`)
          const asked = retryAfterOf(error)
          if (asked !== undefined && asked > maxDelay) {
            throw final(error, ` (it asks to wait ${asked} ms, more than the option maxDelay allows: ${maxDelay} ms)`)
          }
          const jitter = random.unit() * (asked === undefined ? Math.min(maxDelay, baseDelay * 2 ** (attempt - 1)) : baseDelay)
          const delay = Math.min(maxDelay, (asked ?? 0) + jitter)
          options.onRetry?.({ model: model.name, attempt, delay, error })
          await pause(delay, call.signal, model.name).catch((stopped: BanyanError) => {
            throw final(stopped)
          })
        }
      }
    })
}

const defaultCodes: readonly string[] = ['E_MODEL_RATE', 'E_MODEL_SERVER', 'E_MODEL_TIMEOUT']

function check(option: string, seen: number, right: boolean, wanted: string): void {
  if (!right) throw new BanyanError('E_MODEL_REQUEST', `the option ${option} of retry makes no sense`, { seen, wanted, fatal: true })
}
