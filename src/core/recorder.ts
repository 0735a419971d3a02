// Writes a run's events to its log, in batches, in order. Knows nothing of what they mean.
import type { LogEvent } from './events.ts'
import type { Log } from './log.ts'

/** The one writer of a run. */
export class Recorder {
  readonly #log: Log
  readonly #runId: string
  readonly #token: string
  readonly #observe: ((event: LogEvent) => void) | undefined
  #sequence: number
  #buffer: LogEvent[] = []
  #writing: Promise<void> = Promise.resolve()
  #scheduled = false
  #error: unknown

  constructor(log: Log, runId: string, token: string, sequence: number, observe?: (event: LogEvent) => void) {
    this.#log = log
    this.#runId = runId
    this.#token = token
    this.#sequence = sequence
    this.#observe = observe
  }

  /** The store's error, once writing has failed; the run cannot go on. */
  get error(): unknown {
    return this.#error
  }

  /** Adds an event; it is written soon, together with others of the same tick. */
  record(event: LogEvent): void {
    this.#buffer.push(event)
    this.#observe?.(event)
    if (this.#buffer.length >= batchSize) this.#write()
    else if (!this.#scheduled) {
      this.#scheduled = true
      queueMicrotask(() => this.#write())
    }
  }

  /** Returns when everything recorded so far is kept. Throws the store's error. */
  async flush(): Promise<void> {
    this.#write()
    await this.#writing
    if (this.#error !== undefined) throw this.#error
  }

  async close(): Promise<void> {
    try {
      await this.flush()
    } finally {
      await this.#log.release(this.#runId, this.#token)
    }
  }

  #write(): void {
    this.#scheduled = false
    if (this.#buffer.length === 0 || this.#error !== undefined) return
    const events = this.#buffer
    this.#buffer = []
    const first = this.#sequence
    this.#sequence += events.length
    this.#writing = this.#writing.then(async () => {
      if (this.#error !== undefined) return
      try {
        await this.#log.append(this.#runId, this.#token, first, events)
      } catch (error) {
        this.#error = error
      }
    })
  }
}

const batchSize = 512
