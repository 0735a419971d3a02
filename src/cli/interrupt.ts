// Ctrl-C: the first one stops cleanly, so that what was found is kept; the second one ends the process at once.
import { remark } from './output.ts'

export interface Interrupt extends Disposable {
  readonly signal: AbortSignal
}

/** Exit code of a run that was stopped by Ctrl-C. */
const interruptedCode = 130

/**
 * Listens for Ctrl-C (and a request to terminate) until it is disposed of.
 * @example
 * using interrupt = untilInterrupted()
 * await search({ ...options, signal: interrupt.signal })
 */
export function untilInterrupted(): Interrupt {
  const controller = new AbortController()
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(interruptedCode)
    remark('stopping; what was found is kept (once more to leave at once)')
    process.exitCode = interruptedCode
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
