// The store on disk: one SQLite file for many runs, by the `node:sqlite` that comes with Node.
import { resolve } from 'node:path'
import { type RedactOptions, redactor } from './redact.ts'
import { guarded, openForReading, openForWriting } from './sqlite/open.ts'
import { SqliteStore } from './sqlite/sqlite-store.ts'
import type { Store } from './store.ts'

/** Options of `sqlite`. */
export interface SqliteOptions {
  /** Only look: for traces that come from elsewhere. Nothing in the file is trusted, and nothing is written. Default false. */
  readonly readOnly?: boolean
  /** Secrets to mask beside those of the environment (see `redact.ts`). */
  readonly secrets?: NonNullable<RedactOptions['secrets']>
}

/**
 * Opens a file of runs, and makes it (mode 0600, with its folders) when it is not there.
 *
 * What `append` has written survives a killed process; intents of irreversible actions survive a power cut too.
 * Several processes may use the same file on one machine; not over a network file system.
 *
 * @throws `E_STORE_FOREIGN` when the file is something else; `E_STORE_VERSION` when a newer Banyan wrote it; `E_STORE_DAMAGED`; `E_STORE_FULL`;
 * `E_STORE_WRITE` when file or folder cannot be written; `E_STORE_BUSY` when another process locks it for more than ten seconds;
 * `E_STORE_MISSING` for `readOnly` without a file.
 * @example
 * await using store = sqlite('.banyan/runs.db')
 * await improve({ model, prompt, store, runId: 'nightly-42' })
 */
export function sqlite(path: string, options: SqliteOptions = {}): Store {
  // Absolute, so that no path is taken for an address or for SQLite's `:memory:`.
  const file = resolve(path)
  const { readOnly = false, secrets = [] } = options
  const database = readOnly ? openForReading(file) : openForWriting(file)
  try {
    return guarded(file, () => new SqliteStore(database, { path: file, readOnly, redactor: () => redactor({ secrets }) }))
  } catch (error) {
    database.close()
    throw error
  }
}
