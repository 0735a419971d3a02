// The driver: asks the searcher for work, carries it out, tells it what came of it, in the order asked, and logs everything once.
// It knows no algorithm, no model and no particular environment.
import type { Grant } from './budget.ts'
import type { Json, NodeId } from './common.ts'
import { canonical } from './digest.ts'
import { BanyanError, fatalError, runDiverged } from './errors.ts'
import type { TrialEnd } from './events.ts'
import { type Executed, emptyEnd, execute } from './execute.ts'
import { grow } from './grow.ts'
import { needOf, trialKey } from './need.ts'
import type { Stop } from './options.ts'
import { Random } from './random.ts'
import { interruption, type Run } from './run.ts'
import { sameData } from './same.ts'
import { type Tree, underWay, untried } from './tree.ts'
import type { Trial, Work } from './trial.ts'
import { trialContext } from './trial-context.ts'
import { nodesOf, slotOf } from './work.ts'

interface Running<State> {
  readonly trial: Trial
  readonly grant: Grant
  /** What it brought, once it has. */
  executed?: Executed<State>
  /** Settles when nothing more will come; never rejects. */
  done?: Promise<void>
}

/**
 * Grows the tree until the searcher is done, the budget ends, or the run is stopped.
 *
 * A run that is opened again is told its log first: the searcher is asked as before, and trials whose end is in the log are not carried out.
 */
export async function drive<State, Action, Task, Answer>(run: Run<State, Action, Task, Answer>): Promise<Stop> {
  const { options, parts, desk, ledger, memory, stopping } = run
  const { searcher, order, concurrency, seed, replayOnly, runId, maxFailures, observe, watch } = options
  const { history, recorder } = desk
  /** Nothing is carried out: the log is all there is to tell. */
  const over = replayOnly || history.end !== undefined
  const tree = run.tree as Tree
  const random = new Random(seed, 'searcher')
  const logged = new Map(history.outcomes.map((end) => [end.trial.id, end]))
  const occurrences = new Map<string, number>()
  const waiting: Trial[] = []
  const running: Running<State>[] = []
  let told = 0
  let failures = 0
  let fatal: unknown
  /** Resolved when a trial has arrived, or none is to be waited for. */
  let arrival = Promise.withResolvers<void>()
  /** What stops each trial that is carried out: a signal that hundreds listen to takes longer for each of them. */
  const stops = new Set<AbortController>()
  stopping.signal.addEventListener('abort', () => {
    for (const stop of stops) stop.abort(stopping.signal.reason)
    arrival.resolve()
  })

  for (;;) {
    const recorded = history.outcomes[told]
    run.reading = recorded !== undefined
    if (recorder.error !== undefined) throw recorder.error
    if (fatal !== undefined) {
      await drain(fatal)
      throw fatal
    }
    const interrupted = recorded === undefined ? interruption(stopping) : undefined
    if (interrupted?.stopped === 'aborted') {
      await drain()
      return interrupted
    }
    if (interrupted !== undefined) return giveUp(interrupted)
    // Trials that the log gave up are told as given up before anything else happens.
    const givenUp = recorded?.status === 'cancelled'
    const done = givenUp ? undefined : searcher.done?.(tree, memory)
    if (done !== undefined) return giveUp({ stopped: done })
    if (recorded === undefined && over) return history.end ?? { stopped: 'aborted' }
    const exhausted = ledger.exhausted()
    if (exhausted === undefined && !givenUp) ask()
    startWaiting()
    if (running.length === 0) {
      release()
      return exhausted === undefined ? { stopped: 'exhausted' } : { stopped: 'budget', unit: exhausted }
    }
    const one = recorded === undefined ? await arrived() : running.find(({ trial }) => trial.id === recorded.trial.id)
    if (one !== undefined) running.splice(running.indexOf(one), 1)
    if (recorded !== undefined) {
      if (one === undefined) throw diverged(recorded.trial, waiting[0] ?? running[0]?.trial)
      told++
      await tell(one, recorded)
    } else if (one?.executed !== undefined) {
      const end = isStale(one.trial, tree) ? emptyEnd(one.trial, 'stale') : one.executed.end
      await tell(one, Object.assign(end, { usage: { ...one.grant.drawn } }), one.executed.steps)
      countFailure(end)
    }
  }

  /** Fills what is free with work; none where nothing is. */
  function ask(): void {
    const free = concurrency - running.length - waiting.length
    if (free <= 0) return
    for (const work of searcher.ask(tree, memory, free, random)) {
      checkWork(work, tree)
      const slot = slotOf(tree, work)
      if (slot >= 0) tree.childOf[slot] = underWay
      waiting.push({ ...work, id: run.trials++ })
    }
  }

  /** Starts trials in the order asked, as long as there are grants for them. */
  function startWaiting(): void {
    for (let trial = waiting[0]; trial !== undefined; trial = waiting[0]) {
      const grant = ledger.grant(needOf(trial, parts.proposers, parts.evaluators), waiting.length, running.length > 0)
      if (grant === undefined) return
      waiting.shift()
      running.push(start(trial, grant))
    }
  }

  function start(trial: Trial, grant: Grant): Running<State> {
    const one: Running<State> = { trial, grant }
    const recorded = logged.get(trial.id)
    if (recorded !== undefined && !sameData(recorded.trial as unknown as Json, trial as unknown as Json))
      throw diverged(recorded.trial, trial)
    if (over) return one
    const key = trialKey(trial, tree)
    const occurrence = occurrences.get(key) ?? 0
    occurrences.set(key, occurrence + 1)
    if (recorded === undefined) one.done = carryOut(one, `${key}#${occurrence}`)
    return one
  }

  async function carryOut(one: Running<State>, name: string): Promise<void> {
    const { trial, grant } = one
    let stop: AbortController | undefined
    const signal = (): AbortSignal => {
      if (stop === undefined) {
        stop = new AbortController()
        stops.add(stop)
        if (stopping.signal.aborted) stop.abort(stopping.signal.reason)
      }
      return stop.signal
    }
    try {
      one.executed = await execute(trial, run.tree, parts, trialContext(desk, trial.id, name, grant, signal))
    } catch (error) {
      fatal ??= error
    }
    if (stop !== undefined) stops.delete(stop)
    arrival.resolve()
  }

  /** The trial to be told next, once it has arrived; undefined when the search is stopped first. */
  async function arrived(): Promise<Running<State> | undefined> {
    for (;;) {
      const one = order === 'asked' ? running[0] : running.find(({ executed }) => executed !== undefined)
      if (one?.executed !== undefined) return one
      if (fatal !== undefined || stopping.signal.aborted) return undefined
      arrival = Promise.withResolvers()
      await arrival.promise
    }
  }

  /** Grows the tree by what came of a trial, and tells the searcher. Without `steps` the end is in the log already. */
  async function tell({ trial, grant }: Running<State>, end: TrialEnd, steps?: Executed<State>['steps']): Promise<void> {
    ledger.settle(grant, end.usage)
    const growing = grow(run.tree, parts.environment, parts.evaluators, end, steps)
    const outcome = growing instanceof Promise ? await growing : growing
    if (logged.has(trial.id)) observe?.(end)
    else recorder.record(end)
    searcher.tell(tree, memory, outcome)
    watch?.(run.tree, searcher.best(tree, memory))
  }

  function countFailure({ status, error }: Pick<TrialEnd, 'status' | 'error'>): void {
    if (status === 'ok') failures = 0
    if (status !== 'failed' || ++failures < maxFailures) return
    fatal = new BanyanError('E_SEARCH_FAILING', `${failures} trials failed in a row`, {
      seen: `${error?.code}: ${error?.message}`,
      hint: `Put that right and resume the run ${runId}; what was found is kept.`,
    })
  }

  /** Stops the work under way and tells that it was given up, a decision that the log keeps. */
  async function giveUp(stop: Stop): Promise<Stop> {
    await drain()
    for (const one of running) await tell(one, { ...emptyEnd(one.trial, 'cancelled'), usage: { ...one.grant.drawn } }, [])
    release()
    return stop
  }

  /** Stops the work under way and waits until it has noticed, but not for ever. */
  async function drain(reason: unknown = new BanyanError('E_SEARCH_OVER', 'the search is over')): Promise<void> {
    stopping.abort(reason)
    const patience = Promise.withResolvers<void>()
    const timer = setTimeout(patience.resolve, drainMilliseconds)
    await Promise.race([Promise.all(running.map(({ done }) => done)), patience.promise])
    clearTimeout(timer)
  }

  /** Candidates that were asked for and never begun can be asked for again. */
  function release(): void {
    for (const trial of waiting) {
      const slot = slotOf(tree, trial)
      if (tree.childOf[slot] === underWay) tree.childOf[slot] = untried
    }
  }
}

/** Longest wait for stopped work that does not notice the stop. */
const drainMilliseconds = 5000

function checkWork(work: Work, tree: Tree): void {
  const nodes = nodesOf(work)
  const known = nodes.length > 0 && nodes.every((node) => node >= 0 && node < tree.size)
  const free = (node: NodeId, candidate: number): boolean =>
    candidate < 0 || (candidate < tree.blockSize[node]! && tree.child(node, candidate) < 0)
  if (known && (work.kind !== 'visit' || free(work.node, work.candidate))) return
  const wanted = `nodes below ${tree.size} and a candidate that has no child`
  throw fatalError('E_SEARCHER_TRIAL', 'the searcher asked for work that cannot be done', work, wanted)
}

/** Whether a node of the trial was rewritten, or left behind by a commit, while it was under way. */
function isStale(trial: Trial, tree: Tree): boolean {
  return nodesOf(trial).some((node) => !tree.attached(node)) || (trial.kind === 'visit' && trial.candidate >= tree.blockSize[trial.node]!)
}

function diverged(recorded: Trial, asked: Trial | undefined): BanyanError {
  return runDiverged(
    'the searcher asks for something other than the log says',
    asked ?? 'nothing',
    canonical(recorded as unknown as Json),
    'The searcher was changed, or it depends on something beside the tree and what it was told.',
  )
}
