// Ctrl-C: the first one stops cleanly, so that what was found is kept; the second one ends the process at once.
import { remark } from './output.ts'

export interface Interrupt extends Disposable {
  readonly signal: AbortSignal
}

/** Exit codes of a run that was stopped: 128 and the signal's number. */
const codes = { SIGINT: 130, SIGTERM: 143 } as const

/**
 * Listens for Ctrl-C (and a request to terminate) until it is disposed of.
 * @example
 * using interrupt = untilInterrupted()
 * await search({ ...options, signal: interrupt.signal })
 */
export function untilInterrupted(): Interrupt {
  const controller = new AbortController()
  const stop = (signal: NodeJS.Signals): void => {
    const code = codes[signal as keyof typeof codes]
    if (controller.signal.aborted) process.exit(code)
    remark('stopping; what was found is kept (once more to leave at once)')
    process.exitCode = code
    controller.abort()
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      process.off('SIGINT', stop)
      process.off('SIGTERM', stop)
    },
  }
}
