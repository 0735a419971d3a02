// A search from beginning to end: opens the run, makes the root, has the tree grown, and returns the best answer.
// It is given the fast path and live environments, so that whoever does not need them does not carry them.
import { Grant, Ledger } from './budget.ts'
import { type CheckedOptions, checkOptions, optionError } from './check-options.ts'
import type { Json } from './common.ts'
import { defined } from './defined.ts'
import { canonical } from './digest.ts'
import { drive } from './drive.ts'
import { BanyanError } from './errors.ts'
import type { Evaluator } from './evaluator.ts'
import { type Fingerprint, logVersion } from './events.ts'
import { finish, loggable } from './finish.ts'
import { checkFingerprint, History, unreadable } from './history.ts'
import type { LivePool } from './live.ts'
import { type LogEntry, nowhere } from './log.ts'
import { onlyLogged } from './logged-step.ts'
import type { SearchOptions, SearchResult, Stop } from './options.ts'
import type { Parts } from './parts.ts'
import type { Proposer } from './proposer.ts'
import { Recorder } from './recorder.ts'
import { type Run, stopReason } from './run.ts'
import { Tree } from './tree.ts'
import { type CallDesk, trialContext } from './trial-context.ts'

/** How searches whose parts are all pure are run without records of each step. */
export interface FastPath {
  /** Whether the run can be computed again from its seed alone, without calls. */
  suits(
    options: SearchOptions<unknown, unknown, unknown, unknown>,
    proposers: Readonly<Record<string, Proposer<unknown, unknown>>>,
    evaluators: Readonly<Record<string, Evaluator<unknown, unknown>>>,
  ): boolean
  run(run: Run<unknown, unknown, unknown, unknown>): Promise<Stop>
}

/** What not every user of the engine carries. */
export interface Extensions {
  readonly fast?: FastPath
  readonly live?: typeof LivePool
}

/** Searches, with what it is given where that suits. Everything else is said at `search`. */
export async function searchBy<State, Action, Task, Answer>(
  given: SearchOptions<State, Action, Task, Answer>,
  { fast, live }: Extensions = {},
): Promise<SearchResult<State, Action, Answer>> {
  const started = performance.now()
  const options = checkOptions(given, fast?.suits)
  const { environment, task, searcher, store, runId, budget, detail, guard, parent, proposers, evaluators, replayOnly } = options
  if (environment.open && live === undefined)
    throw optionError('environment', environment.name, 'one without `open`, or the search of `banyan`')
  const lives = environment.open && new live!(environment, () => environment.open!(task), options.lives)
  const parts = { environment, proposers, evaluators, guard, lives }
  const stopping = new AbortController()
  const stop = (): void => stopping.abort(stopReason('caller'))
  const signals = [options.signal, parent?.signal]
  const token = replayOnly ? '' : await store.acquire(runId)
  let timer: ReturnType<typeof setTimeout> | undefined
  let desk: CallDesk | undefined
  let run: Run<State, Action, Task, Answer> | undefined
  try {
    for (const signal of signals) {
      if (signal?.aborted) stop()
      signal?.addEventListener('abort', stop)
    }
    desk = await openRun(options, token)
    if (budget.seconds !== undefined && !replayOnly) {
      timer = setTimeout(() => stopping.abort(stopReason('time')), Math.min(budget.seconds * 1000, longestTimer))
    }
    const tree = await plant(parts, task, desk, stopping.signal)
    const memory = searcher.start(tree as Tree)
    run = { options, parts, desk, tree, memory, stopping, ledger: new Ledger(budget, parent), trials: 0, reading: detail === 'events' }
    const end = detail === 'checkpoints' ? await fast!.run(run as unknown as Run<unknown, unknown, unknown, unknown>) : await drive(run)
    return await finish(run, end, (performance.now() - started) / 1000)
  } catch (error) {
    // The error itself says more than a failing store would.
    await desk?.recorder.flush().catch(() => undefined)
    throw run?.reading === true && desk?.history.header !== undefined ? unreadable(runId, error) : error
  } finally {
    clearTimeout(timer)
    for (const signal of signals) signal?.removeEventListener('abort', stop)
    await lives?.close()
    if (!replayOnly) await store.release(runId, token)
  }
}

/** Milliseconds, about 25 days: a longer timer would fire at once. */
const longestTimer = 2 ** 31 - 1

/** Reads what the log knows of the run, or begins it. */
async function openRun<State, Action, Task, Answer>(
  options: CheckedOptions<State, Action, Task, Answer>,
  token: string,
): Promise<CallDesk> {
  const { store, runId, seed, replayOnly, fingerprint, forkOf, parent, detail, task, spec, evaluators, observe } = options
  const history = known(runId, await store.read(runId), fingerprint)
  const reusable = forkOf === undefined ? new Map() : new History(await store.read(forkOf)).results()
  const recorder = new Recorder(replayOnly ? nowhere : store, runId, token, history.events, observe)
  if (history.header !== undefined) {
    if (history.end === undefined && !replayOnly)
      recorder.record({ type: 'run-resume', at: new Date().toISOString(), askedAgain: history.unanswered().length })
  } else {
    if (replayOnly) throw new BanyanError('E_RUN_UNKNOWN', 'there is no such run', { seen: runId })
    const relation = forkOf !== undefined ? 'fork' : 'child'
    const from = forkOf ?? parent?.runId
    const oracle = Object.values(evaluators).some((evaluator) => evaluator.oracle !== undefined)
    recorder.record({
      type: 'run-start',
      version: logVersion,
      runId,
      created: new Date().toISOString(),
      detail,
      fingerprint,
      task: task as Json,
      ...defined({
        spec,
        parent: from === undefined ? undefined : ({ runId: from, relation } as const),
        oracle: oracle ? ('training-label' as const) : undefined,
      }),
    })
  }
  return { runId, seed, recorder, history, reusable, counts: { made: 0, reused: 0, askedAgain: 0 } }
}

/** What the log says of the run, when it is one of this fingerprint. */
function known(runId: string, entries: Iterable<LogEntry>, fingerprint: Fingerprint): History {
  try {
    const history = new History(entries)
    if (history.header !== undefined) checkFingerprint(history.header.fingerprint, fingerprint, runId)
    return history
  } catch (cause) {
    throw unreadable(runId, cause)
  }
}

/** Makes the root. Where only the log knows the environment's states, the first one is read from there once it is recorded. */
async function plant<State, Action, Task, Answer>(
  { environment, lives }: Parts<State, Action, Task, Answer>,
  task: Task,
  desk: CallDesk,
  signal: AbortSignal,
): Promise<Tree<State, Action>> {
  const initial = async (): Promise<State> => (lives === undefined ? environment.initial(task) : lives.use((lease) => lease.start()))
  let state: State
  if (onlyLogged(environment)) {
    const recorded = await trialContext(desk, -1, 'root', new Grant({}), () => signal).call({
      kind: 'initial',
      by: environment.name,
      request: task as Json,
      run: async () => ({ result: environment.encode!(await initial()), usage: {} }),
    })
    state = environment.decode!(recorded)
  } else state = await initial()
  const tree = new Tree<State, Action>()
  tree.addRoot(state, environment.key?.(state), environment.turn?.(state))
  tree.readAnswer = (state) => {
    const answer = environment.answer(state)
    return answer === undefined ? undefined : canonical(loggable(answer))
  }
  return tree
}
