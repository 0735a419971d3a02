// Drives all evaluations that are under way in lock step: in each round every active piece of work gets one decode, and the library
// gathers them into one batch. New work joins at the next round, finished work leaves, and what finds no free lane waits its turn.
// It knows nothing of texts, sampling or requests.
import { abortedError, ModelError } from '../model-error.ts'
import type { Decoder } from './decoder.ts'
import type { Lane, LanePool } from './lane-pool.ts'
import type { Logits } from './logits.ts'

/** A text to be evaluated, which may grow while it is read. */
export interface Work {
  /** The text so far. `read` may add to it; the work is done when all of it is evaluated and read. */
  readonly tokens: number[]
  /** Index of the first token behind which the distribution is read. */
  readonly readFrom: number
  /** Called once for each index from `readFrom` on, in order, with the distribution of the token after it. */
  read(index: number, logits: Logits): Promise<void>
  /** Told how many tokens were evaluated, from which index on. */
  evaluated(from: number, count: number): void
  readonly signal: AbortSignal
}

/** Runs a round of so many tokens, perhaps with other settings than the last. */
export type RunRound = <Result>(tokens: number, round: () => Promise<Result>) => Promise<Result>

interface Waiting {
  readonly work: Work
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}
interface Active extends Waiting {
  readonly lane: Lane
}

/** The scheduler of one pool. */
export class LockStep {
  readonly #pool: LanePool
  readonly #decoder: Decoder
  readonly #name: string
  readonly #runRound: RunRound
  readonly #waiting: Waiting[] = []
  #active: Active[] = []
  #driving = false
  #closed = false
  #rounds = 0
  #widest = 0

  constructor(pool: LanePool, decoder: Decoder, name: string, runRound: RunRound = (_, round) => round()) {
    this.#pool = pool
    this.#decoder = decoder
    this.#name = name
    this.#runRound = runRound
  }

  get counts(): { readonly rounds: number; readonly widest: number } {
    return { rounds: this.#rounds, widest: this.#widest }
  }

  /**
   * Evaluates a piece of work. `next`: before all that waits, for work that goes on from what has just been evaluated.
   * @throws `E_MODEL_ABORTED` at the next round after the signal; `E_MODEL_SERVER` when llama.cpp fails; what `read` throws.
   */
  run(work: Work, order: 'last' | 'next' = 'last'): Promise<void> {
    if (this.#closed) return Promise.reject(new ModelError('E_MODEL_REQUEST', `${this.#name} is closed`))
    return new Promise((resolve, reject) => {
      const waiting = { work, resolve, reject }
      if (order === 'next') this.#waiting.unshift(waiting)
      else this.#waiting.push(waiting)
      if (!this.#driving) {
        this.#driving = true
        void this.#drive()
      }
    })
  }

  /** Stops all work and waits for the round that is under way. */
  async close(): Promise<void> {
    this.#closed = true
    while (this.#driving) await breath()
  }

  async #drive(): Promise<void> {
    while (true) {
      // One turn of the event loop, so that all who were waiting for the last round can ask for more before the next.
      await breath()
      this.#dropAborted()
      await this.#admit()
      if (this.#active.length === 0) {
        if (this.#waiting.length === 0) break
        continue
      }
      this.#rounds++
      this.#widest = Math.max(this.#widest, this.#active.length)
      const tokens = this.#active.reduce((sum, { work, lane }) => sum + Math.min(chunk, work.tokens.length - lane.tokens.length), 0)
      const going = await this.#runRound(tokens, () => Promise.all(this.#active.map((active) => this.#step(active))))
      this.#active = this.#active.filter((_, index) => going[index])
    }
    this.#driving = false
  }

  #dropAborted(): void {
    const stopped = (work: Work) => this.#closed || work.signal.aborted
    for (const active of this.#active.filter(({ work }) => stopped(work))) this.#leave(active, abortedError(this.#name))
    this.#active = this.#active.filter(({ work }) => !stopped(work))
    const kept = this.#waiting.filter(({ work }) => !stopped(work))
    for (const { work, reject } of this.#waiting.splice(0)) if (stopped(work)) reject(abortedError(this.#name))
    this.#waiting.push(...kept)
  }

  async #admit(): Promise<void> {
    while (this.#waiting.length > 0 && this.#active.length < this.#pool.size) {
      const waiting = this.#waiting.shift()!
      try {
        const lane = await this.#pool.lease(waiting.work.tokens, waiting.work.readFrom)
        if (lane === undefined) {
          this.#waiting.unshift(waiting)
          break
        }
        this.#active.push({ ...waiting, lane })
      } catch (cause) {
        waiting.reject(this.#failure(cause))
      }
    }
    await this.#pool.settle()
  }

  /** One decode for one piece of work; false when it is done, well or badly. */
  async #step(active: Active): Promise<boolean> {
    const { work, lane } = active
    const start = lane.tokens.length
    const fed = work.tokens.slice(start, start + chunk)
    let readFailure: { error: unknown } | undefined
    try {
      await this.#decoder.decode(lane.sequence, fed, work.readFrom - start, async (index, logits) => {
        if (readFailure !== undefined) return
        await work.read(start + index, logits).catch((error: unknown) => {
          readFailure = { error }
        })
      })
    } catch (cause) {
      await this.#pool.reset(lane).catch(() => {})
      this.#leave(active, this.#failure(cause))
      return false
    }
    this.#pool.advance(lane, fed)
    work.evaluated(start, fed.length)
    if (readFailure === undefined && lane.tokens.length < work.tokens.length) return true
    this.#leave(active, readFailure?.error)
    return false
  }

  #leave({ lane, resolve, reject }: Active, error?: unknown): void {
    this.#pool.release(lane)
    if (error === undefined) resolve()
    else reject(error)
  }

  #failure(cause: unknown): ModelError {
    return new ModelError(
      'E_MODEL_SERVER',
      `llama.cpp failed in ${this.#name}: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    )
  }
}

function breath(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** Most tokens of one piece of work in a round, so that a long prompt neither holds the others up for long nor delays an abort. */
const chunk = 256
