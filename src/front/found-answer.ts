// Runs a search of the front door, and turns a run without an answer into an error that says why and what to do.
import { BanyanError, type ErrorRecord } from '../core/errors.ts'
import type { LogEvent } from '../core/events.ts'
import type { SearchOptions, SearchResult } from '../core/options.ts'
import { evaluatorsOf } from '../core/work.ts'
import { memory } from '../traces/memory.ts'
import { search } from './search.ts'

/** A result whose answer is there. */
export type Found<State, Action, Answer> = SearchResult<State, Action, Answer> & { readonly answer: Answer; readonly state: State }

/**
 * Searches until an answer is found.
 *
 * Where trials fail again and again, the best answer from before is returned with `stopped: 'failed'`.
 *
 * @throws `E_SEARCH_FAILING` (with the last failure as `cause`) when trials failed and none brought an answer that could be judged; `E_SEARCH_ABORTED` when it was
 * stopped before the first answer; `E_ANSWER_NONE` when nothing that was tried is an answer; what `search` throws.
 */
export async function foundAnswer<State, Action, Task, Answer>(
  options: SearchOptions<State, Action, Task, Answer>,
): Promise<Found<State, Action, Answer>> {
  const { store = memory() } = options
  let failure: ErrorRecord | undefined
  let unjudged = false
  let runId = options.runId
  const observe = (event: LogEvent): void => {
    if (event.type === 'run-start') runId = event.runId
    if (event.type === 'trial-end' && event.status === 'failed') {
      failure = event.error ?? failure
      unjudged ||= evaluatorsOf(event.trial).length > 0
    }
    options.observe?.(event)
  }
  let result: SearchResult<State, Action, Answer>
  try {
    result = await search<State, Action, Task, Answer>({ ...options, store, observe })
  } catch (error) {
    if (!BanyanError.isInstance(error) || error.code !== 'E_SEARCH_FAILING' || failure === undefined || runId === undefined) throw error
    // What was found before the failures began is in the log, and still the best answer so far.
    const kept = await search<State, Action, Task, Answer>({ ...options, store, runId, replayOnly: true })
    result = { ...kept, stopped: 'failed' }
  }
  const { answer, state } = result
  // An answer that nobody could judge, because judging failed each time, is not passed off as the best one.
  if (failure !== undefined && unjudged && Number.isNaN(result.value)) throw failing(failure, result)
  if (answer !== undefined && state !== undefined) return { ...result, answer, state }
  const [next] = result.answers(1)
  if (next !== undefined) return { ...result, ...next, state: result.tree.state(next.node) }
  throw failure !== undefined && result.stopped !== 'aborted' ? failing(failure, result) : none(result, options.signal)
}

type Ended = Pick<SearchResult<never, never, never>, 'runId' | 'stopped' | 'unit' | 'usage' | 'trials'>

function failing(failure: ErrorRecord, { usage }: Ended): BanyanError {
  return new BanyanError('E_SEARCH_FAILING', 'no answer was found and judged, because trials kept failing', {
    seen: `${failure.code}: ${failure.message}`,
    hint: 'Put that right and search again.',
    cause: new BanyanError(failure.code, failure.message),
    usage,
  })
}

function none({ runId, stopped, unit, usage, trials }: Ended, signal: AbortSignal | undefined): BanyanError {
  if (stopped === 'aborted')
    return new BanyanError('E_SEARCH_ABORTED', 'the search was stopped before it had an answer', {
      hint: `With a store, the run ${runId} goes on when it is asked for again by its runId.`,
      cause: signal?.reason,
      usage,
    })
  const [why, hint] =
    stopped === 'budget'
      ? [
          `the budget of ${unit} ended first`,
          `Raise the limit of ${unit}, lower maxTokens, or use the preset fast, which asks for whole answers.`,
        ]
      : [
          'nothing that the model wrote is an answer',
          'Look at what it wrote (`store`, `banyan runs`), raise maxTokens, or say in the prompt how to answer.',
        ]
  return new BanyanError('E_ANSWER_NONE', `no answer was found: ${why}`, { seen: `${trials} trials`, hint, usage })
}
