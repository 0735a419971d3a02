// The tables, and the way to them from every earlier version. A migration that was released is never changed; a new one is added.
import type { DatabaseSync } from 'node:sqlite'
import type { Json } from '../../core/common.ts'
import type { LogEvent } from '../../core/events.ts'
import { fromExactJson } from '../exact-json.ts'
import { emptyTally, type Tally, tallied } from '../summary.ts'

/** Marks a SQLite file as ours: "BNYN". */
export const applicationId = 0x424e594e

/** `migrations[n]` leads from version n to n + 1. */
const migrations: readonly ((database: DatabaseSync) => void)[] = [createTables, keepTallies, allowPackedTrials]

/** What the column `marked` says of a body, as a sum: it holds marks (exact-json.ts); it is a packed trial (packed-trial.ts), since version 3. */
export const markedForm = 1
export const packedForm = 2

/** The version that this code writes. */
export const schemaVersion = migrations.length

/** Brings a database, new or old, to `version`. Call it in a transaction. */
export function migrate(database: DatabaseSync, from: number, version: number = schemaVersion): void {
  for (const migration of migrations.slice(from, version)) migration(database)
  database.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${version}`)
}

/** Version 1: runs, their events, long texts once each, and who is writing. */
function createTables(database: DatabaseSync): void {
  database.exec(`
    CREATE TABLE runs (
      key INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE
    ) STRICT;

    -- body is exact JSON (exact-json.ts); marked says whether it holds marks, such as {"$text": 7} for a long text.
    CREATE TABLE events (
      run INTEGER NOT NULL REFERENCES runs (key),
      sequence INTEGER NOT NULL,
      marked INTEGER NOT NULL,
      body TEXT NOT NULL,
      PRIMARY KEY (run, sequence)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE texts (
      id INTEGER PRIMARY KEY,
      digest BLOB NOT NULL UNIQUE,
      body TEXT NOT NULL
    ) STRICT;

    -- heartbeat is in milliseconds since 1970; started tells a process from a later one of the same number.
    CREATE TABLE writers (
      run INTEGER PRIMARY KEY REFERENCES runs (key),
      token TEXT NOT NULL,
      machine TEXT NOT NULL,
      process INTEGER NOT NULL,
      started TEXT NOT NULL,
      heartbeat INTEGER NOT NULL
    ) STRICT;
  `)
}

/** Version 2: a tally beside each run, so that lists need not read events; parents; which run uses which text, so that erasing is exact. */
function keepTallies(database: DatabaseSync): void {
  database.exec(`
    ALTER TABLE runs ADD COLUMN next INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE runs ADD COLUMN tally TEXT NOT NULL DEFAULT '{}';
    ALTER TABLE runs ADD COLUMN parent TEXT;
    ALTER TABLE runs ADD COLUMN relation TEXT;
    CREATE INDEX runs_by_parent ON runs (parent) WHERE parent IS NOT NULL;

    CREATE TABLE run_texts (
      run INTEGER NOT NULL REFERENCES runs (key),
      text INTEGER NOT NULL REFERENCES texts (id),
      PRIMARY KEY (run, text)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX run_texts_by_text ON run_texts (text);
  `)
  const textBody = database.prepare('SELECT body FROM texts WHERE id = ?')
  const use = database.prepare('INSERT OR IGNORE INTO run_texts (run, text) VALUES (?, ?)')
  const events = database.prepare('SELECT marked, body FROM events WHERE run = ? ORDER BY sequence')
  const update = database.prepare('UPDATE runs SET next = ?, tally = ?, parent = ?, relation = ? WHERE key = ?')
  for (const { key } of database.prepare('SELECT key FROM runs').all() as { key: number }[]) {
    let tally: Tally = emptyTally
    for (const row of events.iterate(key) as Iterable<{ marked: number; body: string }>) {
      const event = fromExactJson({ json: row.body, marked: row.marked === 1 }, (id) => {
        use.run(key, id)
        return (textBody.get(id) as { body: string } | undefined)?.body
      }) as Json & LogEvent
      tally = tallied(tally, [event])
    }
    update.run(tally.events, JSON.stringify(tally), tally.header?.parent?.runId ?? null, tally.header?.parent?.relation ?? null, key)
  }
}

/** Version 3: bodies may be packed trials. The tables stay as they are; the number keeps earlier programs from misreading them. */
function allowPackedTrials(): void {}
