// Errors of models: a `BanyanError` that can say how long the provider asks to wait. Knows nothing of any provider.
import { BanyanError, type ErrorDetails } from '../core/errors.ts'

/** Codes that a model may throw; see `Model`. `E_MODEL_ABORTED`: the caller's signal stopped the call. */
export type ModelErrorCode =
  | 'E_MODEL_ABORTED'
  | 'E_MODEL_AUTH'
  | 'E_MODEL_CAPABILITY'
  | 'E_MODEL_CONTEXT'
  | 'E_MODEL_OUTPUT'
  | 'E_MODEL_PRICE'
  | 'E_MODEL_RATE'
  | 'E_MODEL_REQUEST'
  | 'E_MODEL_SERVER'
  | 'E_MODEL_TIMEOUT'

/** Codes after which the run cannot go on: every further call would fail in the same way. */
const fatalCodes: readonly string[] = ['E_MODEL_AUTH', 'E_MODEL_REQUEST', 'E_MODEL_CAPABILITY', 'E_MODEL_PRICE']

export interface ModelErrorDetails extends ErrorDetails {
  /** How long the provider asks to wait before the next try, in milliseconds. */
  readonly retryAfter?: number | undefined
}

/** An error of a model. Fatal by its code, unless `details.fatal` says otherwise. */
export class ModelError extends BanyanError {
  /** How long the provider asks to wait before the next try, in milliseconds; undefined when it did not say. */
  readonly retryAfter: number | undefined

  constructor(code: ModelErrorCode, message: string, details: ModelErrorDetails = {}) {
    super(code, message, { ...details, fatal: details.fatal ?? fatalCodes.includes(code) })
    this.retryAfter = details.retryAfter
  }
}

/** The stated wait of an error, in milliseconds; also of errors from another copy of the package. */
export function retryAfterOf(error: unknown): number | undefined {
  const wait = BanyanError.isInstance(error) ? (error as Partial<ModelError>).retryAfter : undefined
  return typeof wait === 'number' && wait >= 0 ? wait : undefined
}

/** The same error with another message or other usage. */
export function restated(
  error: BanyanError,
  change: { readonly message?: string; readonly usage?: Readonly<Record<string, number>> },
): ModelError {
  const usage = change.usage ?? error.usage
  return new ModelError(error.code as ModelErrorCode, change.message ?? error.message, {
    cause: error,
    fatal: error.fatal,
    retryAfter: retryAfterOf(error),
    ...(usage === undefined ? {} : { usage }),
  })
}

/** The error of a call that its caller stopped. */
export function abortedError(name: string): ModelError {
  return new ModelError('E_MODEL_ABORTED', `the call of ${name} was stopped`)
}

/** The error code for an HTTP status; 0 for a connection that failed. */
export function codeOfStatus(status: number): ModelErrorCode {
  if (status === 401 || status === 402 || status === 403) return 'E_MODEL_AUTH'
  if (status === 429) return 'E_MODEL_RATE'
  if (status === 408) return 'E_MODEL_TIMEOUT'
  if (status === 409 || status >= 500 || status === 0) return 'E_MODEL_SERVER'
  return status >= 400 ? 'E_MODEL_REQUEST' : 'E_MODEL_OUTPUT'
}
