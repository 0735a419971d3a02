// The failures that a scripted model can be told to have, as the errors that a real one would throw.
import type { ModelUsage } from './model.ts'
import { abortedError, codeOfStatus, ModelError } from './model-error.ts'
import { amountsOf } from './model-usage.ts'

/**
 * - `{ status, retryAfter? }`: what a provider answers, e.g. 401, 429 (with the wait that it asks for, in milliseconds) or 500.
 * - `timeout`: it gave up by itself.
 * - `hang`: it never answers; only the caller's signal ends it.
 * - `cut`: the connection breaks in the middle of the answer; half of its tokens were used.
 * - `broken`: an answer that cannot be read; all of its tokens were used.
 * - an `Error`: thrown as it is.
 */
export type ScriptedFailure = { readonly status: number; readonly retryAfter?: number } | 'timeout' | 'hang' | 'cut' | 'broken' | Error

export interface FailureContext {
  /** The model's name. */
  readonly name: string
  readonly signal: AbortSignal
  /** What the call would have used. */
  readonly usage: () => ModelUsage
}

/** Fails as told; never returns. */
export async function throwFailure(failure: ScriptedFailure, context: FailureContext): Promise<never> {
  const { name, signal } = context
  if (failure instanceof Error) throw failure
  if (failure === 'hang') {
    return new Promise((_, reject) => {
      if (signal.aborted) reject(abortedError(name))
      signal.addEventListener('abort', () => reject(abortedError(name)), { once: true })
    })
  }
  if (failure === 'timeout') throw new ModelError('E_MODEL_TIMEOUT', `${name} timed out, as scripted`)
  if (failure === 'cut') {
    const usage = context.usage()
    const generated = Math.ceil(usage.generated / 2)
    const half = { ...usage, generated, billed: usage.evaluated + generated }
    throw new ModelError('E_MODEL_SERVER', `the connection to ${name} broke, as scripted`, { usage: amountsOf(half) })
  }
  if (failure === 'broken') {
    throw new ModelError('E_MODEL_OUTPUT', `the answer of ${name} cannot be read, as scripted`, { usage: amountsOf(context.usage()) })
  }
  throw new ModelError(codeOfStatus(failure.status), `${name} answered ${failure.status}, as scripted`, { retryAfter: failure.retryAfter })
}
