// Every statement that the store runs, prepared once.
import type { DatabaseSync, StatementSync } from 'node:sqlite'

const runColumns = `
  SELECT runs.id, runs.key, runs.next, runs.tally,
    writers.token, writers.machine, writers.process, writers.started, writers.heartbeat
  FROM runs LEFT JOIN writers ON writers.run = runs.key`

const text = {
  begin: 'BEGIN IMMEDIATE',
  commit: 'COMMIT',

  run: `${runColumns} WHERE runs.id = ?`,
  list: `${runColumns} WHERE runs.next > 0 AND (?1 = 1 OR runs.relation IS NOT 'child') ORDER BY runs.key DESC LIMIT ?2`,
  children: `${runColumns} WHERE runs.parent = ? AND runs.next > 0 ORDER BY runs.key`,
  // UNION drops what was found before, so that a circle of parents ends.
  withParts: `
    WITH RECURSIVE part (key, id) AS (
      SELECT key, id FROM runs WHERE id = ? AND next > 0
      UNION SELECT runs.key, runs.id FROM runs JOIN part ON runs.parent = part.id AND runs.relation = 'child'
    )
    ${runColumns} JOIN part ON part.key = runs.key`,
  // A page as one JSON text, which is read several times faster than rows.
  page: `SELECT '[' || group_concat('[' || sequence || ',' || marked || ',' || body || ']') || ']' AS page
    FROM (SELECT sequence, marked, body FROM events WHERE run = ? AND sequence >= ? AND sequence < ? ORDER BY sequence)`,
  rows: 'SELECT sequence, marked AS form, body FROM events WHERE run = ? AND sequence >= ? AND sequence < ? ORDER BY sequence',

  addRun: 'INSERT OR IGNORE INTO runs (id) VALUES (?)',
  hold: 'INSERT OR REPLACE INTO writers (run, token, machine, process, started, heartbeat) VALUES (?, ?, ?, ?, ?, ?)',
  beat: 'UPDATE writers SET heartbeat = ? WHERE token = ?',
  letGo: 'DELETE FROM writers WHERE token = ?',
  dropEmptyRun: 'DELETE FROM runs WHERE id = ? AND next = 0 AND NOT EXISTS (SELECT 1 FROM writers WHERE run = key)',

  position: 'SELECT runs.next, writers.token FROM runs LEFT JOIN writers ON writers.run = runs.key WHERE runs.id = ?',
  addEvent: 'INSERT INTO events (run, sequence, marked, body) VALUES (?, ?, ?, ?)',
  moveOn: 'UPDATE runs SET next = ?, tally = ?, parent = ?, relation = ? WHERE key = ?',

  dropEvents: 'DELETE FROM events WHERE run = ?',
  dropWriter: 'DELETE FROM writers WHERE run = ?',
  dropRun: 'DELETE FROM runs WHERE key = ?',
}

export type Statements = { readonly [Name in keyof typeof text]: StatementSync }

/** Prepares all of them for a database of the present version. */
export function statements(database: DatabaseSync): Statements {
  return Object.fromEntries(Object.entries(text).map(([name, sql]) => [name, database.prepare(sql)])) as Statements
}
