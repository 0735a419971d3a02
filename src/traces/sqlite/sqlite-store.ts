// A store over an open database: transactions, the writer's token, pages of events. It knows neither where the file is nor how it was made.
import type { DatabaseSync } from 'node:sqlite'
import type { Json } from '../../core/common.ts'
import { BanyanError } from '../../core/errors.ts'
import type { LogEvent } from '../../core/events.ts'
import type { LogEntry } from '../../core/log.ts'
import { outOfStep, runBusy, runLost, storeClosed } from '../conflicts.ts'
import { fromExactJson, toExactJson, unmarked } from '../exact-json.ts'
import type { Redactor } from '../redact.ts'
import { newRunId, requireRunId } from '../run-id.ts'
import type { ListOptions, Store } from '../store.ts'
import { emptyTally, type RunSummary, summaryOf, type Tally, tallied } from '../summary.ts'
import { storeDamaged, storeFailure } from './failures.ts'
import { claim, disclaim, lives, type Writer } from './liveness.ts'
import { type PackedTrial, packTrial, unpackTrial } from './packed-trial.ts'
import { markedForm, packedForm } from './schema.ts'
import { type Statements, statements } from './statements.ts'
import { type Texts, texts } from './texts.ts'

export interface SqliteStoreOptions {
  /** For messages. */
  readonly path: string
  readonly readOnly: boolean
  /** Makes the function that takes secrets out; called whenever a run is acquired, so that it knows the secrets of that moment. */
  readonly redactor: () => Redactor
}

/** How often writers show that they live, in milliseconds; well below `silence`. */
const pulse = 5_000
/** Events read at a time, so that no statement stays open while a reader thinks. */
const pageSize = 256

interface Held {
  readonly key: number
  readonly token: string
  readonly redact: Redactor
  tally: Tally
  heartbeat: number
}

type RunRow = {
  readonly id: string
  readonly key: number
  readonly next: number
  readonly tally: string
  readonly token: string | null
} & Writer

export class SqliteStore implements Store {
  readonly name = 'sqlite'
  readonly #database: DatabaseSync
  readonly #options: SqliteStoreOptions
  readonly #sql: Statements
  readonly #texts: Texts
  readonly #held = new Map<string, Held>()
  #pulse: ReturnType<typeof setInterval> | undefined
  #closed = false

  constructor(database: DatabaseSync, options: SqliteStoreOptions) {
    this.#database = database
    this.#options = options
    this.#sql = statements(database)
    this.#texts = texts(database)
  }

  acquire(runId: string): string {
    requireRunId(runId)
    const now = Date.now()
    const token = newRunId()
    const held = this.#write(() => {
      this.#sql.addRun.run(runId)
      const row = this.#sql.run.get(runId) as unknown as RunRow
      if (row.token !== null && lives(row, now)) throw runBusy(runId, `process ${row.process} on ${row.machine.split('/')[0]}`)
      const { machine, process, started } = claim(token, now)
      this.#sql.hold.run(row.key, token, machine, process, started, now)
      return { key: row.key, token, redact: this.#options.redactor(), tally: tallyOf(row), heartbeat: now }
    })
    this.#held.set(runId, held)
    this.#pulse ??= setInterval(() => this.#showLife(), pulse).unref()
    return held.token
  }

  release(runId: string, token: string): void {
    if (this.#held.get(runId)?.token !== token) return
    // First here, then in the file: a file that is full may refuse, and the run is free all the same.
    disclaim(token)
    this.#held.delete(runId)
    if (this.#held.size === 0) this.#stopPulse()
    this.#write(() => {
      this.#sql.letGo.run(token)
      this.#sql.dropEmptyRun.run(runId)
    })
  }

  append(runId: string, token: string, expectedSequence: number, events: readonly LogEvent[]): number {
    // What cannot be taken back must survive a power cut too, not only a killed process.
    const careful = events.some((event) => event.type === 'call-start' && event.once === true)
    const held = this.#held.get(runId)
    if (held?.token !== token) throw this.#closed ? storeClosed() : runLost(runId)
    const kept = events.map(held.redact)
    const tally = tallied(held.tally, kept)
    const heartbeat = Date.now()
    this.#write(() => {
      const row = this.#sql.position.get(runId) as { next: number; token: string | null } | undefined
      if (row?.token !== token) throw runLost(runId)
      if (row.next !== expectedSequence) throw outOfStep(runId, expectedSequence, row.next)
      const keep = (text: string): number | undefined => this.#texts.keep(held.key, text)
      for (const [i, event] of kept.entries()) {
        const packed = packTrial(event)
        const { json, marked } = toExactJson(packed ?? event, keep)
        this.#sql.addEvent.run(held.key, expectedSequence + i, (marked ? markedForm : 0) | (packed === undefined ? 0 : packedForm), json)
      }
      const parent = tally.header?.parent
      this.#sql.moveOn.run(tally.events, toExactJson(tally).json, parent?.runId ?? null, parent?.relation ?? null, held.key)
      if (heartbeat - held.heartbeat > pulse) this.#sql.beat.run(heartbeat, token)
    }, careful)
    held.tally = tally
    if (heartbeat - held.heartbeat > pulse) held.heartbeat = heartbeat
    return tally.events
  }

  read(runId: string, from = 0): Iterable<LogEntry> {
    const row = this.#try(() => this.#sql.run.get(runId)) as RunRow | undefined
    return row === undefined ? [] : this.#entries(row.key, from, row.next)
  }

  list({ limit = 50, parts = false }: ListOptions = {}): readonly RunSummary[] {
    return this.#summaries(() => this.#sql.list.all(parts ? 1 : 0, limit))
  }

  summary(runId: string): RunSummary | undefined {
    return this.#summaries(() => this.#sql.run.all(runId)).find(({ events }) => events > 0)
  }

  children(runId: string): readonly RunSummary[] {
    return this.#summaries(() => this.#sql.children.all(runId))
  }

  remove(runId: string): readonly string[] {
    const removed = this.#write(() => {
      const rows = this.#sql.withParts.all(runId) as unknown as RunRow[]
      const now = Date.now()
      for (const row of rows) if (row.token !== null && lives(row, now)) throw runBusy(row.id, `process ${row.process}`)
      for (const { key } of rows) {
        this.#sql.dropEvents.run(key)
        this.#sql.dropWriter.run(key)
        this.#texts.drop(key)
        this.#sql.dropRun.run(key)
      }
      return rows.map((row) => row.id)
    })
    if (removed.length > 0) this.#erase()
    return removed
  }

  close(): void {
    if (this.#closed) return
    try {
      for (const [runId, { token }] of [...this.#held]) this.release(runId, token)
    } finally {
      for (const { token } of this.#held.values()) disclaim(token)
      this.#held.clear()
      this.#stopPulse()
      this.#closed = true
      this.#database.close()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
  }

  *#entries(key: number, from: number, end: number): Generator<LogEntry> {
    for (let sequence = from; sequence < end; sequence += pageSize) {
      if (this.#closed) throw storeClosed()
      const until = Math.min(end, sequence + pageSize)
      yield* this.#page(key, sequence, until) ?? this.#rows(key, sequence, until)
    }
  }

  /** The events of a page, read as one text; undefined where something is wrong with one of them. */
  #page(key: number, from: number, until: number): LogEntry[] | undefined {
    try {
      const { page } = this.#sql.page.get(key, from, until) as { page: string }
      const found = JSON.parse(page) as [number, number, Json][]
      const whole = found.length === until - from && found.every(([sequence], i) => sequence === from + i)
      return whole ? found.map(([sequence, form, body]) => ({ sequence, event: this.#event(form, body) })) : undefined
    } catch {
      return undefined
    }
  }

  /** The events of a page one by one: those before the damage, then the error that says what is damaged. */
  *#rows(key: number, from: number, until: number): Generator<LogEntry> {
    const page: LogEntry[] = []
    let damage: unknown
    try {
      for (const row of this.#sql.rows.iterate(key, from, until)) {
        const { sequence, form, body } = row as { sequence: number; form: number; body: string }
        if (sequence !== from + page.length) break
        page.push({ sequence, event: this.#readable(sequence, form, body) })
      }
      if (page.length < until - from) throw storeDamaged(this.#options.path, undefined, `event ${from + page.length} of a run is missing`)
    } catch (error) {
      damage = error
    }
    yield* page
    if (damage !== undefined) throw storeFailure(damage, this.#options.path)
  }

  #readable(sequence: number, form: number, body: string): LogEvent {
    try {
      return this.#event(form, JSON.parse(body) as Json)
    } catch (error) {
      if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error
      throw storeDamaged(this.#options.path, error, `event ${sequence} of a run cannot be read`)
    }
  }

  #event(form: number, body: Json): LogEvent {
    const json: unknown = (form & markedForm) === 0 ? body : unmarked(body, this.#texts.textOf)
    return (form & packedForm) === 0 ? (json as LogEvent) : unpackTrial(json as PackedTrial)
  }

  #summaries(rows: () => unknown[]): RunSummary[] {
    const now = Date.now()
    return (this.#try(rows) as RunRow[]).map((row) => summaryOf(row.id, tallyOf(row), row.token !== null && lives(row, now)))
  }

  /** Runs `work`; errors of SQLite get their meaning. */
  #try<Result>(work: () => Result): Result {
    if (this.#closed) throw storeClosed()
    try {
      return work()
    } catch (error) {
      throw storeFailure(error, this.#options.path)
    }
  }

  /** Runs `work` in one transaction that no other process can interrupt. `careful`: on disk when it returns, even after a power cut. */
  #write<Result>(work: () => Result, careful = false): Result {
    if (this.#options.readOnly) {
      throw new BanyanError('E_STORE_WRITE', `${this.#options.path} is open for reading only`, {
        hint: 'Open it without `readOnly` to write.',
      })
    }
    return this.#try(() => {
      if (careful) this.#database.exec('PRAGMA synchronous = FULL')
      try {
        this.#sql.begin.run()
        const result = work()
        this.#sql.commit.run()
        return result
      } catch (error) {
        if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
        throw error
      } finally {
        if (careful) this.#database.exec('PRAGMA synchronous = NORMAL')
      }
    })
  }

  /** Deleted rows were overwritten with zeros (`secure_delete`); now the file shrinks, and the write-ahead log, which still has them, is cut to nothing. */
  #erase(): void {
    const { busy } = this.#try(() => {
      this.#database.exec('PRAGMA incremental_vacuum')
      return this.#database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()
    }) as { busy: number }
    if (busy === 0) return
    throw new BanyanError(
      'E_STORE_BUSY',
      `the run was removed, but ${this.#options.path}-wal still holds it, because another process is reading`,
      {
        hint: 'It is erased for good when all processes have closed the file.',
      },
    )
  }

  #showLife(): void {
    const now = Date.now()
    for (const held of this.#held.values()) {
      try {
        this.#sql.beat.run(now, held.token)
        held.heartbeat = now
      } catch {
        // A locked or full file: the next pulse tries again, and `append` reports what lasts.
      }
    }
  }

  #stopPulse(): void {
    clearInterval(this.#pulse)
    this.#pulse = undefined
  }
}

function tallyOf(row: RunRow): Tally {
  return row.next === 0 ? emptyTally : (fromExactJson({ json: row.tally, marked: true }) as unknown as Tally)
}
