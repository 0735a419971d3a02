// The errors with which every store refuses a writer. They say what was seen and what to do, and nothing of how a store works.
import { BanyanError } from '../core/errors.ts'

/** Another living writer holds the run. `holder` says who, where it is known. */
export function runBusy(runId: string, holder?: string): BanyanError {
  return new BanyanError('E_RUN_BUSY', `the run ${runId} is being written${holder === undefined ? '' : ` by ${holder}`}`, {
    hint: 'Wait until it has ended, or stop it first.',
  })
}

/** The writer's token no longer holds the run. */
export function runLost(runId: string): BanyanError {
  return new BanyanError('E_LOG_CONFLICT', `this writer does not hold the run ${runId}`, {
    hint: 'It was released, or taken over after its writer was thought dead. Acquire the run again and read what is in its log.',
    fatal: true,
  })
}

/** The writer is out of step with the log. */
export function outOfStep(runId: string, expected: number, next: number): BanyanError {
  return new BanyanError('E_LOG_CONFLICT', `the log of the run ${runId} is not where its writer thinks it is`, {
    seen: expected,
    wanted: `sequence ${next}`,
    hint: 'Read the log again from its beginning before writing to it.',
    fatal: true,
  })
}

/** Every use after `close`. */
export function storeClosed(): BanyanError {
  return new BanyanError('E_STORE_CLOSED', 'this store is closed', { hint: 'Open it again, or close it later.' })
}
