// Waiting that can be stopped: a pause, and a bound on how long a piece of work may take.
import { abortedError, ModelError } from './model-error.ts'

/**
 * Waits `milliseconds`.
 * @throws `E_MODEL_ABORTED`, at once, when the signal stops it.
 */
export function pause(milliseconds: number, signal: AbortSignal, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(abortedError(name))
    const stop = () => {
      clearTimeout(timer)
      reject(abortedError(name))
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop)
      resolve()
    }, milliseconds)
    signal.addEventListener('abort', stop, { once: true })
  })
}

export interface Deadline {
  readonly signal: AbortSignal
  /** Milliseconds; `Infinity` for no bound. */
  readonly timeout: number
  /** Who works, for messages. */
  readonly name: string
}

/**
 * Does a piece of work with its own abort signal, which fires when the caller's does or when the time is up. Returns then, also
 * when the work takes no notice of it.
 * @throws `E_MODEL_TIMEOUT`, `E_MODEL_ABORTED`, or the work's own error.
 */
export async function withDeadline<Result>(work: (signal: AbortSignal) => Promise<Result>, deadline: Deadline): Promise<Result> {
  const { signal, timeout, name } = deadline
  if (signal.aborted) throw abortedError(name)
  const controller = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  let stop: () => void = () => {}
  const stopped = new Promise<never>((_, reject) => {
    const end = (error: ModelError) => {
      reject(error)
      controller.abort(error)
    }
    stop = () => end(abortedError(name))
    signal.addEventListener('abort', stop, { once: true })
    if (timeout <= longestTimer) {
      timer = setTimeout(() => end(new ModelError('E_MODEL_TIMEOUT', `${name} did not answer within ${timeout} ms`)), timeout)
    }
  })
  try {
    return await Promise.race([stopped, work(controller.signal)])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
  }
}

/** The longest wait that a timer can hold, in milliseconds (about 24 days); longer ones count as no bound. */
const longestTimer = 2 ** 31 - 1
