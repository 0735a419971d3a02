// Opens the file: makes it when it is not there, knows whether it is ours, and brings it to the present version.
import { closeSync, existsSync, mkdirSync, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { BanyanError } from '../../core/errors.ts'
import { isBusy, storeDamaged, storeFailure, storeForeign } from './failures.ts'
import { applicationId, migrate, schemaVersion } from './schema.ts'

/** How long a statement waits for another process's lock, in milliseconds. */
const patience = 10_000

/** Opens `path` (absolute) for writing; the file is made with mode 0600 and its folders with 0700 when they are not there. */
export function openForWriting(path: string): DatabaseSync {
  return guarded(path, () => {
    create(path)
    const database = new DatabaseSync(path)
    try {
      database.exec(`PRAGMA busy_timeout = ${patience}; PRAGMA secure_delete = ON; PRAGMA foreign_keys = OFF; PRAGMA trusted_schema = OFF`)
      const version = versionOf(database, path)
      if (version === 0) database.exec('PRAGMA auto_vacuum = INCREMENTAL')
      useWriteAheadLog(database)
      database.exec('PRAGMA synchronous = NORMAL')
      if (version < schemaVersion) upgrade(database, path)
      return database
    } catch (error) {
      database.close()
      throw error
    }
  })
}

/** Opens `path` (absolute) for reading only. What stands in it is taken as data: no trusted schema, no extensions, no views, no triggers. */
export function openForReading(path: string): DatabaseSync {
  return guarded(path, () => {
    if (!existsSync(path)) {
      throw new BanyanError('E_STORE_MISSING', 'there is no such file', { seen: path, wanted: 'a file with runs' })
    }
    const database = readable(path)
    try {
      database.exec(`PRAGMA busy_timeout = ${patience}; PRAGMA trusted_schema = OFF; PRAGMA query_only = ON; PRAGMA cell_size_check = ON`)
      const version = versionOf(database, path)
      const odd = database
        .prepare("SELECT name FROM sqlite_schema WHERE type NOT IN ('table', 'index') OR sql LIKE 'CREATE VIRTUAL%'")
        .get()
      if (odd !== undefined) throw storeForeign(path, `it holds ${JSON.stringify((odd as { name: string }).name)}, which is no plain table`)
      if (version === 0) throw storeForeign(path, 'it is empty')
      if (version < schemaVersion) {
        throw new BanyanError('E_STORE_VERSION', `${path} was written by an earlier version of Banyan`, {
          seen: version,
          wanted: `version ${schemaVersion}`,
          hint: 'Copy it and open the copy for writing once: that brings it to the present version.',
        })
      }
      return database
    } catch (error) {
      database.close()
      throw error
    }
  })
}

/** Runs `work`, and gives its errors their meaning. */
export function guarded<Result>(path: string, work: () => Result): Result {
  try {
    return work()
  } catch (error) {
    throw storeFailure(error, path)
  }
}

/**
 * Makes the file with mode 0600 before SQLite does with another; its `-wal` and `-shm` files follow it.
 * A file that is there is never opened here: closing it would drop the locks of this process's other connections.
 */
function create(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  if (existsSync(path)) return
  try {
    closeSync(openSync(path, 'wx', 0o600))
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'EEXIST') throw error
  }
}

/** A write-ahead log in a folder that cannot be written needs files that cannot be made; such a file does not change, and is read as it is. */
function readable(path: string): DatabaseSync {
  // SQLite opens a folder as an immutable file, and only then fails to read it.
  if (statSync(path).isDirectory()) throw Object.assign(new Error('it is a folder'), { code: 'EISDIR' })
  const database = new DatabaseSync(path, { readOnly: true })
  try {
    database.prepare('SELECT 1 FROM sqlite_schema').get()
    return database
  } catch (error) {
    database.close()
    if ((error as { errcode?: number }).errcode === undefined || existsSync(`${path}-wal`)) throw error
    return new DatabaseSync(new URL(`${pathToFileURL(path).href}?immutable=1`), { readOnly: true })
  }
}

/** 0 for an empty file. @throws `E_STORE_FOREIGN`, `E_STORE_VERSION`. */
function versionOf(database: DatabaseSync, path: string): number {
  const numberOf = (pragma: string): number => Object.values(database.prepare(`PRAGMA ${pragma}`).get() ?? {})[0] as number
  const id = numberOf('application_id')
  const version = numberOf('user_version')
  const tables = (database.prepare('SELECT count(*) AS count FROM sqlite_schema').get() as { count: number }).count
  if (id === 0 && version === 0 && tables === 0) return 0
  if (id !== applicationId) throw storeForeign(path, 'it is a SQLite database of something else')
  if (version > schemaVersion) {
    throw new BanyanError('E_STORE_VERSION', `${path} was written by a newer version of Banyan`, {
      seen: version,
      wanted: `version ${schemaVersion} or lower`,
      hint: 'It was left as it is. Use the newer Banyan, or another file.',
      fatal: true,
    })
  }
  return version
}

/** Two processes that make the same file at once may meet in a deadlock that SQLite reports without waiting. */
function useWriteAheadLog(database: DatabaseSync): void {
  const until = Date.now() + patience
  for (;;) {
    try {
      database.exec('PRAGMA journal_mode = WAL')
      return
    } catch (error) {
      if (!isBusy(error) || Date.now() > until) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)
    }
  }
}

function upgrade(database: DatabaseSync, path: string): void {
  database.exec('BEGIN IMMEDIATE')
  try {
    // Asked again under the lock: another process may have been here first.
    const version = versionOf(database, path)
    if (version < schemaVersion) migrate(database, version)
    database.exec('COMMIT')
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    // Records that are no JSON, or marks that mean nothing.
    if (error instanceof SyntaxError || error instanceof RangeError) throw storeDamaged(path, error, 'it cannot be brought to this version')
    throw error
  }
}
