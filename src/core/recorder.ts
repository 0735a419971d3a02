// Writes a run's events to its log, in batches, in order. Knows nothing of what they mean.
import type { LogEvent } from './events.ts'
import type { Log } from './log.ts'
import { pause } from './pause.ts'

/** The one writer of a run. */
export class Recorder {
  readonly #log: Log
  readonly #runId: string
  readonly #token: string
  readonly #observe: ((event: LogEvent) => void) | undefined
  #sequence: number
  #buffer: LogEvent[] = []
  #writing: Promise<unknown> = Promise.resolve()
  /** The store's error, once writing has failed; the run cannot go on. */
  error: unknown

  constructor(log: Log, runId: string, token: string, sequence: number, observe?: (event: LogEvent) => void) {
    this.#log = log
    this.#runId = runId
    this.#token = token
    this.#sequence = sequence
    this.#observe = observe
  }

  /** Adds an event; it is written together with others of the same turn of the event loop, when that ends or enough have gathered. */
  record(event: LogEvent): void {
    this.#buffer.push(event)
    this.#observe?.(event)
    if (this.#buffer.length === 1) void pause().then(() => this.#write())
    else if (this.#buffer.length >= batchSize) this.#write()
  }

  /** Returns when everything recorded so far is kept. Throws the store's error. */
  async flush(): Promise<void> {
    this.#write()
    await this.#writing
  }

  #write(): void {
    if (this.#buffer.length === 0) return
    const events = this.#buffer
    const first = this.#sequence
    this.#buffer = []
    this.#sequence += events.length
    // Once an append has failed, this promise stays rejected and no later batch is written.
    this.#writing = this.#writing.then(() => this.#log.append(this.#runId, this.#token, first, events))
    this.#writing.catch((error: unknown) => {
      this.error = error
    })
  }
}

const batchSize = 512
