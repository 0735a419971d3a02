// A search that can be followed while it grows. Events are read from the run's log at the reader's own pace, so nothing piles up:
// a slow reader holds no queue, and a reader that leaves stops the search.

import type { z } from 'zod'
import type { LogEvent } from '../core/events.ts'
import type { Log } from '../core/log.ts'
import type { SearchOptions, SearchResult } from '../core/options.ts'
import { memory } from '../traces/memory.ts'
import { newRunId } from '../traces/run-id.ts'
import { foundAnswer } from './found-answer.ts'
import { type Improved, improved } from './improve.ts'
import { type AnswerKind, type AnswerOf, type ImproveOptions, improvement } from './improvement.ts'
import { search } from './search.ts'

/** A search under way. */
export interface SearchStream<Result> {
  /**
   * All events of the run from its first, each once it is kept in the log; those of earlier openings first. Ends with the run, and throws its
   * error. Leaving the loop early stops the search.
   */
  readonly events: AsyncIterable<LogEvent>
  /** Settles when the search has ended, whether or not anybody reads the events. */
  readonly result: Promise<Result>
  /** Known from the start, so that the run can be resumed or looked at. */
  readonly runId: string
  /** Stops the search; the result is the best answer by then. */
  abort(reason?: unknown): void
}

/**
 * Starts a search at once and gives its events while it grows.
 *
 * @throws as `search` does, from `result` and from the loop over `events`.
 *
 * @example
 * const { events, result } = streamSearch({ environment: game24(), task: { numbers: [4, 9, 10, 13] }, evaluator, searcher: bestFirst() })
 * for await (const event of events) if (event.type === 'trial-end') console.log(event.trial.kind, event.status)
 * const { answer } = await result
 */
export function streamSearch<State, Action, Task, Answer>(
  options: SearchOptions<State, Action, Task, Answer>,
): SearchStream<SearchResult<State, Action, Answer>> {
  return streamed(options, (followed) => search<State, Action, Task, Answer>({ ...options, ...followed }))
}

/**
 * `improve`, with its events while it runs.
 *
 * @throws wrong options at once; all else from `result` and from the loop over `events`.
 *
 * @example
 * const { events, result } = streamImprove({ model, prompt: 'Name a tree.' })
 */
export function streamImprove<Schema extends z.ZodType = z.ZodString, Kind extends AnswerKind = 'text'>(
  options: ImproveOptions<Schema, Kind>,
): SearchStream<Improved<AnswerOf<Schema, Kind>>> {
  const { options: asked, chosen } = improvement(options)
  return streamed(asked, async (followed) => improved(await foundAnswer({ ...asked, ...followed }), chosen))
}

interface Followed {
  readonly store: Log
  readonly runId: string
  readonly signal: AbortSignal
}

function streamed<Result>(
  { store = memory(), runId = newRunId(), signal }: Partial<Followed>,
  start: (followed: Followed) => Promise<Result>,
): SearchStream<Result> {
  const stopping = new AbortController()
  const bell = new Bell()
  let ended = false
  const result = start({
    store: { ...logOf(store), append: (...batch) => rung(bell, store.append(...batch)) },
    runId,
    signal: signal === undefined ? stopping.signal : AbortSignal.any([signal, stopping.signal]),
  }).finally(() => {
    ended = true
    bell.ring()
  })
  // Whoever reads either of the two learns of an error; nobody is told twice.
  result.catch(() => undefined)

  async function* follow(): AsyncGenerator<LogEvent, undefined> {
    let next = 0
    for (;;) {
      const last = ended
      const rings = bell.rings
      for (const { sequence, event } of await store.read(runId, next)) {
        next = sequence + 1
        yield event
      }
      if (last) break
      await bell.after(rings)
    }
    await result
  }

  /** A generator's own `return` would wait for the next event before it is heard; this one stops the search at once. */
  function reader(): AsyncIterator<LogEvent, undefined> {
    const following = follow()
    return {
      next: () => following.next(),
      return() {
        if (!ended) stopping.abort(new DOMException('the reader of the events has left', 'AbortError'))
        return following.return(undefined)
      },
    }
  }

  return { events: { [Symbol.asyncIterator]: reader }, result, runId, abort: (reason) => stopping.abort(reason) }
}

/** Wakes readers that wait for more. */
class Bell {
  rings = 0
  #waiting = Promise.withResolvers<void>()

  ring(): void {
    this.rings++
    this.#waiting.resolve()
    this.#waiting = Promise.withResolvers()
  }

  /** Resolved as soon as it has rung more often than `rings` times. */
  async after(rings: number): Promise<void> {
    if (this.rings === rings) await this.#waiting.promise
  }
}

async function rung<Result>(bell: Bell, appended: Result | Promise<Result>): Promise<Result> {
  try {
    return await appended
  } finally {
    bell.ring()
  }
}

/** A store's methods as a log of their own: a class keeps them on its prototype. */
function logOf(store: Log): Log {
  return {
    acquire: (...given) => store.acquire(...given),
    release: (...given) => store.release(...given),
    append: (...given) => store.append(...given),
    read: (...given) => store.read(...given),
  }
}
