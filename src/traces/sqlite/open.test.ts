import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { LogEvent } from '../../core/events.ts'
import { sampleLog } from '../../testing/sample-log.ts'
import { redactor } from '../redact.ts'
import { sqlite } from '../sqlite.ts'
import { emptyTally, summaryOf, tallied } from '../summary.ts'
import { openForWriting } from './open.ts'
import { schemaVersion } from './schema.ts'
import { SqliteStore } from './sqlite-store.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'banyan-open-'))
  path = join(folder, 'runs.db')
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

const code = (value: string) => expect.objectContaining({ code: value })
const raw = <Result>(work: (database: DatabaseSync) => Result): Result => {
  const database = new DatabaseSync(path)
  try {
    return work(database)
  } finally {
    database.close()
  }
}

describe('a file of version 1', () => {
  const long = `Once upon a time ${'and again '.repeat(100)}`
  const log: LogEvent[] = [
    ...sampleLog({ runId: 'old', trials: 20, parent: { runId: 'elder', relation: 'fork' } }),
    { type: 'call-end', trial: 99, index: 0, digest: 'd', result: [long, Number.NaN], usage: {} },
  ]

  /** As version 1 wrote it. These lines never change. */
  const writeVersion1 = (): void =>
    raw((database) => {
      database.exec(`
        CREATE TABLE runs (key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE) STRICT;
        CREATE TABLE events (run INTEGER NOT NULL REFERENCES runs (key), sequence INTEGER NOT NULL, marked INTEGER NOT NULL, body TEXT NOT NULL,
          PRIMARY KEY (run, sequence)) STRICT, WITHOUT ROWID;
        CREATE TABLE texts (id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, body TEXT NOT NULL) STRICT;
        CREATE TABLE writers (run INTEGER PRIMARY KEY REFERENCES runs (key), token TEXT NOT NULL, machine TEXT NOT NULL,
          process INTEGER NOT NULL, started TEXT NOT NULL, heartbeat INTEGER NOT NULL) STRICT;
        PRAGMA application_id = 0x424e594e; PRAGMA user_version = 1; PRAGMA journal_mode = WAL`)
      database.prepare('INSERT INTO runs VALUES (7, ?), (8, ?)').run('old', 'empty')
      database.prepare('INSERT INTO texts VALUES (3, ?, ?)').run(Buffer.from('digest of the text'), long)
      const add = database.prepare('INSERT INTO events VALUES (7, ?, ?, ?)')
      for (const [i, event] of log.entries()) {
        const last = i === log.length - 1
        add.run(i, last ? 1 : 0, last ? JSON.stringify({ ...event, result: [{ $text: 3 }, { $number: 'NaN' }] }) : JSON.stringify(event))
      }
    })

  it('is brought forward with all that is in it, and goes on from there', async () => {
    writeVersion1()
    await using store = sqlite(path)
    expect([...(await store.read('old'))].map((entry) => entry.event)).toEqual(log)
    expect(await store.summary('old')).toEqual(summaryOf('old', tallied(emptyTally, log), false))
    expect((await store.list()).map((run) => run.id)).toEqual(['old'])
    expect((await store.children('elder')).map((run) => run.id)).toEqual(['old'])
    const token = await store.acquire('old')
    expect(await store.append('old', token, log.length, sampleLog({ trials: 1 }))).toBe(log.length + sampleLog({ trials: 1 }).length)
    await store.release('old', token)
    await store.remove('old')
    await store.close()
    expect(
      raw((database) => database.prepare('SELECT (SELECT count(*) FROM texts) + (SELECT count(*) FROM run_texts) AS left').get()),
    ).toEqual({ left: 0 })
    expect(raw((database) => database.prepare('PRAGMA user_version').get())).toEqual({ user_version: schemaVersion })
  })

  it('has the same tables afterwards as a new file', async () => {
    const tables = () =>
      raw((database) =>
        database
          .prepare('SELECT name, type FROM sqlite_schema ORDER BY name')
          .all()
          .concat(database.prepare('SELECT * FROM pragma_table_info(?)').all('runs')),
      )
    writeVersion1()
    await sqlite(path).close()
    const brought = tables()
    rmSync(path)
    await sqlite(path).close()
    expect(brought).toEqual(tables())
  })

  it('stays as it is when it is only looked at, or when it cannot be brought forward', () => {
    writeVersion1()
    const before = readFileSync(path)
    expect(() => sqlite(path, { readOnly: true })).toThrow(code('E_STORE_VERSION'))
    expect(readFileSync(path).equals(before)).toBe(true)
    raw((database) => database.exec("UPDATE events SET body = '{' WHERE sequence = 5"))
    expect(() => sqlite(path)).toThrow(code('E_STORE_DAMAGED'))
    expect(raw((database) => database.prepare('PRAGMA user_version').get())).toEqual({ user_version: 1 })
  })
})

describe('a file that is not ours', () => {
  it('of a newer version is refused and left as it is', async () => {
    await sqlite(path).close()
    raw((database) => database.exec(`PRAGMA user_version = ${schemaVersion + 1}`))
    const before = readFileSync(path)
    for (const readOnly of [false, true]) expect(() => sqlite(path, { readOnly })).toThrow(code('E_STORE_VERSION'))
    expect(readFileSync(path).equals(before)).toBe(true)
  })

  it('of another program is refused and left as it is', () => {
    raw((database) => database.exec('CREATE TABLE runs (id TEXT)'))
    const before = readFileSync(path)
    for (const readOnly of [false, true]) expect(() => sqlite(path, { readOnly })).toThrow(code('E_STORE_FOREIGN'))
    expect(readFileSync(path).equals(before)).toBe(true)
  })

  it('that is no database at all is refused and left as it is', () => {
    writeFileSync(path, 'Dear diary, '.repeat(100))
    for (const readOnly of [false, true]) expect(() => sqlite(path, { readOnly })).toThrow(code('E_STORE_FOREIGN'))
    expect(readFileSync(path, 'utf8')).toBe('Dear diary, '.repeat(100))
  })

  it('that is a folder, or empty, is told apart', async () => {
    expect(() => sqlite(folder)).toThrow(code('E_STORE_WRITE'))
    expect(() => sqlite(folder, { readOnly: true })).toThrow(code('E_STORE_WRITE'))
    writeFileSync(path, '')
    expect(() => sqlite(path, { readOnly: true })).toThrow(code('E_STORE_FOREIGN'))
    await using store = sqlite(path)
    expect(await store.list()).toEqual([])
  })

  it('with views or triggers in the place of tables is not even looked at', async () => {
    await sqlite(path).close()
    for (const trap of [
      'CREATE VIEW trap AS SELECT 1',
      'CREATE TRIGGER trap AFTER INSERT ON runs BEGIN DELETE FROM runs; END',
      'CREATE VIRTUAL TABLE trap USING fts5(x)',
    ]) {
      raw((database) => database.exec(trap))
      expect(() => sqlite(path, { readOnly: true })).toThrow(code('E_STORE_FOREIGN'))
      raw((database) => database.exec(trap.replace(/^CREATE (VIRTUAL )?(\w+) trap.*$/, 'DROP $2 trap')))
    }
    await sqlite(path, { readOnly: true }).close()
  })
})

describe('damage', () => {
  const marker = 'x'.repeat(400)
  const count = 2000
  const fill = async (): Promise<void> => {
    await using store = sqlite(path)
    const token = await store.acquire('run')
    await store.append('run', token, 0, events(count))
  }
  const events = (length: number): LogEvent[] =>
    Array.from({ length }, (_, trial) => ({ type: 'call-end', trial, index: 0, digest: 'd', result: marker, usage: {} }))
  /** Reads until it breaks. */
  const readable = (store: { read(run: string): unknown }): { count: number; error: unknown } => {
    let read = 0
    try {
      for (const entry of store.read('run') as Iterable<{ sequence: number }>) {
        expect(entry.sequence).toBe(read)
        read++
      }
      return { count: read, error: undefined }
    } catch (error) {
      return { count: read, error }
    }
  }

  it('in the middle of the file: what lies before it can be read, then a clear error', async () => {
    await fill()
    const bytes = readFileSync(path)
    bytes.fill(0x5a, bytes.length / 2, bytes.length / 2 + 8192)
    writeFileSync(path, bytes)
    await using store = sqlite(path)
    expect((await store.list()).map((run) => run.id)).toEqual(['run'])
    const { count: read, error } = readable(store)
    expect(error).toEqual(code('E_STORE_DAMAGED'))
    expect(read).toBeGreaterThan(100)
    expect(read).toBeLessThan(count)
  })

  it('a file that was cut', async () => {
    await fill()
    truncateSync(path, Math.floor(statSync(path).size / 2 / 4096) * 4096)
    const cut = (): unknown => {
      const store = sqlite(path)
      try {
        return readable(store).error
      } finally {
        store.close()
      }
    }
    let error: unknown
    try {
      error = cut()
    } catch (thrown) {
      error = thrown
    }
    expect(error).toEqual(code('E_STORE_DAMAGED'))
  })

  it('events that are missing or broken, and texts that are gone', async () => {
    await fill()
    raw((database) => database.exec('DELETE FROM events WHERE sequence = 700'))
    {
      await using store = sqlite(path)
      expect(readable(store)).toEqual({ count: 700, error: code('E_STORE_DAMAGED') })
    }
    raw((database) =>
      database.exec(
        `UPDATE events SET body = '{"$text":1}', marked = 1 WHERE sequence = 600; UPDATE events SET body = '[' WHERE sequence = 500`,
      ),
    )
    await using store = sqlite(path)
    expect(readable(store)).toEqual({ count: 500, error: code('E_STORE_DAMAGED') })
    raw((database) => database.exec("UPDATE events SET body = '{}' WHERE sequence = 500"))
    expect(readable(store)).toEqual({ count: 600, error: code('E_STORE_DAMAGED') })
  })

  it('a first page of zeros', async () => {
    await fill()
    const bytes = readFileSync(path)
    writeFileSync(path, bytes.fill(0, 0, 4096))
    expect(() => sqlite(path)).toThrow(code('E_STORE_FOREIGN'))
  })
})

describe('a full file', () => {
  it('says so, keeps what was committed, and goes on when there is space again', async () => {
    const database = openForWriting(path)
    await using store = new SqliteStore(database, { path, readOnly: false, redactor })
    const token = store.acquire('run')
    const batch = (first: number): LogEvent[] =>
      Array.from({ length: 50 }, (_, i) => ({
        type: 'call-end',
        trial: first + i,
        index: 0,
        digest: 'd',
        result: `${first + i} ${'y'.repeat(300)}`,
        usage: {},
      }))
    database.exec('PRAGMA max_page_count = 60')
    let next = 0
    const fill = (): void => {
      for (;;) next = store.append('run', token, next, batch(next))
    }
    expect(fill).toThrow(code('E_STORE_FULL'))
    expect(next).toBeGreaterThan(100)
    expect([...store.read('run')].map((entry) => entry.event)).toEqual(Array.from({ length: next / 50 }, (_, i) => batch(50 * i)).flat())
    expect(store.summary('run')?.events).toBe(next)
    database.exec('PRAGMA max_page_count = 100000')
    expect(store.append('run', token, next, batch(next))).toBe(next + 50)
  })
})
