// The driver: asks the searcher for work, carries it out, tells it what came of it, in the order asked, and logs everything once.
// It knows no algorithm, no model and no particular environment. Longer than most files because it is the one loop under everything.
import { checkBudget, Grant, Ledger } from './budget.ts'
import type { Amounts, Json, NodeId } from './common.ts'
import { canonical, digest, treeDigest } from './digest.ts'
import { BanyanError } from './errors.ts'
import type { Evaluator } from './evaluator.ts'
import {
  type CallEnd,
  type Fingerprint,
  type LogDetail,
  type LogEvent,
  logVersion,
  type RunEnd,
  type StopReason,
  type TrialEnd,
} from './events.ts'
import { type Executed, execute } from './execute.ts'
import { grow } from './grow.ts'
import { checkFingerprint, History } from './history.ts'
import { LivePool } from './live.ts'
import { needOf, trialKey } from './need.ts'
import type { SearchOptions, SearchResult } from './options.ts'
import type { Parts } from './parts.ts'
import type { Proposer } from './proposer.ts'
import { runPure } from './pure.ts'
import { Random } from './random.ts'
import { Recorder } from './recorder.ts'
import { Tree, underWay } from './tree.ts'
import type { Outcome, Trial, Work } from './trial.ts'
import { type CallDesk, trialContext } from './trial-context.ts'

/**
 * Searches: grows a tree for `task` until the searcher is done or the budget ends, and returns the best answer found.
 *
 * With a `store` and a `runId` that it knows, the run goes on from what was recorded, or its recorded result is returned.
 *
 * @example
 * const result = await search({ environment: ticTacToe(), task: {}, searcher: mcts(), evaluator: rollout(), budget: { expansions: 1000 } })
 *
 * @throws `E_BUDGET_UNIT`, `E_BUDGET_AMOUNT`, `E_SEARCH_OPTION` before it starts; `E_RUN_FINGERPRINT` when the run was started with other options;
 * `E_RUN_BUSY` when another process is writing it; `E_SEARCH_FAILING` when trials keep failing; the error of a part that is fatal.
 * Whatever it throws, the log keeps what was found, and the run can be resumed.
 */
export async function search<State, Action, Task, Answer>(
  options: SearchOptions<State, Action, Task, Answer>,
): Promise<SearchResult<State, Action, Answer>> {
  const checked = checkOptions(options)
  const driver = new Driver(options, checked)
  return driver.run()
}

interface Checked<State, Action> {
  readonly runId: string
  readonly seed: number
  readonly concurrency: number
  readonly detail: LogDetail
  readonly proposers: Readonly<Record<string, Proposer<State, Action>>>
  readonly evaluators: Readonly<Record<string, Evaluator<State, Action>>>
  readonly fingerprint: Fingerprint
}

interface Running<State> {
  readonly trial: Trial
  readonly grant: Grant
  readonly executed: Promise<Executed<State>>
  settled: boolean
}

class Driver<State, Action, Task, Answer> {
  readonly #options: SearchOptions<State, Action, Task, Answer>
  readonly #checked: Checked<State, Action>
  readonly #tree = new Tree<State, Action>()
  readonly #ledger: Ledger
  readonly #parts: Parts<State, Action, Task, Answer>
  readonly #stop = new AbortController()
  readonly #occurrences = new Map<string, number>()
  readonly #calls = { made: 0, reused: 0, askedAgain: 0 }
  readonly #started = performance.now()
  #desk!: CallDesk
  #recorder!: Recorder
  #memory: unknown
  #trials = 0
  #failures = 0
  #fatal: unknown
  #timedOut = false

  constructor(options: SearchOptions<State, Action, Task, Answer>, checked: Checked<State, Action>) {
    this.#options = options
    this.#checked = checked
    this.#ledger = new Ledger(options.budget ?? {}, options.parent)
    this.#parts = {
      environment: options.environment,
      proposers: checked.proposers,
      evaluators: checked.evaluators,
      guard: options.guard,
      lives:
        options.environment.open === undefined
          ? undefined
          : new LivePool(options.environment, () => options.environment.open!(options.task), options.lives ?? 1),
    }
  }

  async run(): Promise<SearchResult<State, Action, Answer>> {
    const { store, replayOnly = false } = this.#options
    const { runId } = this.#checked
    const token = store === undefined || replayOnly ? '' : await store.acquire(runId)
    let timer: ReturnType<typeof setTimeout> | undefined
    const outer = [this.#options.signal, this.#options.parent?.signal].filter((signal) => signal !== undefined)
    const forward = (): void => this.#stop.abort(new BanyanError('E_SEARCH_ABORTED', 'the search was stopped'))
    for (const signal of outer) signal.addEventListener('abort', forward, { once: true })
    if (outer.some((signal) => signal.aborted)) forward()
    try {
      const history = await this.#open(token)
      const seconds = this.#options.budget?.seconds
      if (seconds !== undefined && !replayOnly) timer = setTimeout(() => this.#timeOut(), seconds * 1000)
      await this.#plant()
      const stopped = this.#checked.detail === 'checkpoints' ? await this.#runPure() : await this.#loop(history)
      return await this.#finish(stopped, history)
    } catch (error) {
      await this.#recorder?.flush().catch(() => undefined)
      throw error
    } finally {
      clearTimeout(timer)
      for (const signal of outer) signal.removeEventListener('abort', forward)
      await this.#parts.lives?.close()
      if (token !== '') await store?.release(runId, token)
    }
  }

  /** Reads what the log knows of the run, or begins it. */
  async #open(token: string): Promise<History> {
    const { store = nowhere, observe, replayOnly = false, forkOf, task, spec, parent } = this.#options
    const { runId, fingerprint, detail, evaluators } = this.#checked
    const history = new History(await store.read(runId))
    if (replayOnly && history.header === undefined) throw new BanyanError('E_RUN_UNKNOWN', 'there is no such run', { seen: runId })
    this.#recorder = new Recorder(replayOnly ? nowhere : store, runId, token, history.events, observe)
    if (history.header !== undefined) {
      checkFingerprint(history.header.fingerprint, fingerprint, runId)
      if (history.end === undefined && !replayOnly) {
        const askedAgain = history.unanswered().length
        this.#recorder.record({ type: 'run-resume', at: new Date().toISOString(), askedAgain })
      }
    } else {
      const oracle = Object.values(evaluators).some((evaluator) => evaluator.oracle !== undefined)
      this.#recorder.record({
        type: 'run-start',
        version: logVersion,
        runId,
        created: new Date().toISOString(),
        detail,
        fingerprint,
        task: task as Json,
        ...(spec === undefined ? {} : { spec }),
        ...(forkOf !== undefined
          ? { parent: { runId: forkOf, relation: 'fork' } }
          : parent !== undefined
            ? { parent: { runId: parent.runId, relation: 'child' } }
            : {}),
        ...(oracle ? { oracle: 'training-label' } : {}),
      })
    }
    const reusable: Map<string, CallEnd[]> = forkOf === undefined ? new Map() : new History(await store.read(forkOf)).results()
    this.#desk = { runId, seed: this.#checked.seed, recorder: this.#recorder, history, reusable, counts: this.#calls }
    return history
  }

  /** Makes the root. Where the environment is recorded or live, its first state is read from the log when it is there. */
  async #plant(): Promise<void> {
    const { environment, task } = this.#options
    const { lives } = this.#parts
    let state: State
    if (environment.reproducible === 'recorded' || lives !== undefined) {
      const context = trialContext(this.#desk, -1, 'root', new Grant({}), this.#stop.signal)
      const initial = async (): Promise<State> =>
        lives === undefined ? environment.initial(task) : lives.use(async (lease) => lease.start())
      const json = await context.call({
        kind: 'initial',
        by: environment.name,
        request: task as Json,
        run: async () => ({ result: environment.encode!(await initial()), usage: {} }),
      })
      state = environment.decode!(json)
    } else state = await environment.initial(task)
    this.#tree.addRoot(state, environment.key?.(state), environment.turn?.(state))
    this.#tree.readAnswer = (state) => {
      const answer = environment.answer(state)
      return answer === undefined ? undefined : canonical(loggable(answer))
    }
    this.#memory = this.#options.searcher.start(this.#tree as Tree)
  }

  async #loop(history: History): Promise<{ reason: StopReason; unit?: string }> {
    const { searcher, order = 'asked', replayOnly = false } = this.#options
    const { concurrency, seed } = this.#checked
    const random = new Random(seed, 'searcher')
    const waiting: Trial[] = []
    const running: Running<State>[] = []
    const logged = new Map(history.outcomes.map((end) => [end.trial.id, end]))
    let told = 0
    const next = (): TrialEnd | undefined => history.outcomes[told]
    for (;;) {
      if (this.#recorder.error !== undefined) throw this.#recorder.error
      if (this.#fatal !== undefined) throw await this.#drain(running, this.#fatal)
      if (this.#stop.signal.aborted && next() === undefined) {
        await this.#drain(running, undefined)
        if (!this.#timedOut) return { reason: 'aborted' }
        await this.#cancel([...running, ...waiting])
        return { reason: 'budget', unit: 'seconds' }
      }
      const done = searcher.done?.(this.#tree, this.#memory)
      if (done !== undefined && next()?.status !== 'cancelled') {
        this.#stop.abort(new BanyanError('E_SEARCH_DONE', 'the search is over'))
        await this.#drain(running, undefined)
        await this.#cancel([...running, ...waiting])
        return { reason: done }
      }
      if ((replayOnly || history.end !== undefined) && next() === undefined)
        return { reason: history.end?.stopped ?? 'aborted', ...(history.end?.unit === undefined ? {} : { unit: history.end.unit }) }
      const exhausted = this.#ledger.exhausted()
      const free = concurrency - running.length - waiting.length
      if (free > 0 && exhausted === undefined && next()?.status !== 'cancelled') this.#ask(free, random, waiting)
      while (waiting.length > 0) {
        const trial = waiting[0]!
        const recorded = logged.get(trial.id)
        const grant =
          recorded?.status === 'cancelled' ? new Grant({}) : this.#ledger.grant(this.#need(trial), waiting.length, running.length > 0)
        if (grant === undefined) break
        waiting.shift()
        running.push(this.#start(trial, grant, recorded))
      }
      if (running.length === 0) {
        if (waiting.length === 0 && exhausted === undefined) return { reason: 'exhausted' }
        for (const trial of waiting) this.#release(trial)
        return { reason: 'budget', unit: exhausted ?? this.#shortOf(waiting[0]!) }
      }
      const recorded = next()
      const position =
        recorded !== undefined
          ? running.findIndex((one) => one.trial.id === recorded.trial.id)
          : order === 'arrival'
            ? await this.#arrival(running)
            : 0
      if (position < 0) throw diverged(recorded!.trial, waiting[0] ?? running[0]?.trial)
      const [one] = running.splice(position, 1) as [Running<State>]
      const executed = recorded === undefined ? await this.#orAborted(one) : undefined
      if (recorded === undefined && executed === undefined) {
        running.splice(position, 0, one)
        continue
      }
      if (recorded !== undefined) told++
      await this.#tell(one, executed, recorded)
    }
  }

  #ask(free: number, random: Random, waiting: Trial[]): void {
    const tree = this.#tree
    for (const work of this.#options.searcher.ask(tree as Tree, this.#memory, free, random)) {
      checkWork(work, tree as Tree)
      const trial: Trial = { ...work, id: this.#trials++ }
      if (trial.kind === 'visit' && trial.candidate >= 0) tree.childOf[tree.blockStart[trial.node]! + trial.candidate] = underWay
      waiting.push(trial)
    }
  }

  #start(trial: Trial, grant: Grant, recorded: TrialEnd | undefined): Running<State> {
    const key = trialKey(trial, this.#tree as Tree)
    const occurrence = this.#occurrences.get(key) ?? 0
    this.#occurrences.set(key, occurrence + 1)
    if (recorded !== undefined) {
      if (canonical(recorded.trial as unknown as Json) !== canonical(trial as unknown as Json)) throw diverged(recorded.trial, trial)
      return { trial, grant, executed: Promise.resolve({ end: recorded, steps: [] }), settled: true }
    }
    const context = trialContext(this.#desk, trial.id, `${key}#${occurrence}`, grant, this.#stop.signal)
    const executed = execute(trial, this.#tree, this.#parts, context)
    const one: Running<State> = { trial, grant, executed, settled: false }
    executed.then(
      () => {
        one.settled = true
      },
      (error: unknown) => {
        this.#fatal ??= error
      },
    )
    return one
  }

  /** What a trial brought, or undefined when the search is stopped or a fatal error comes first. */
  async #orAborted(one: Running<State>): Promise<Executed<State> | undefined> {
    const stopped = Promise.withResolvers<undefined>()
    const stop = (): void => stopped.resolve(undefined)
    this.#stop.signal.addEventListener('abort', stop, { once: true })
    if (this.#stop.signal.aborted) stop()
    try {
      return await Promise.race([one.executed, stopped.promise])
    } catch (error) {
      this.#fatal ??= error
      return undefined
    } finally {
      this.#stop.signal.removeEventListener('abort', stop)
    }
  }

  async #arrival(running: readonly Running<State>[]): Promise<number> {
    await Promise.race(running.map((one) => this.#orAborted(one)))
    return Math.max(
      0,
      running.findIndex((one) => one.settled),
    )
  }

  async #tell(one: Running<State>, executed: Executed<State> | undefined, recorded: TrialEnd | undefined): Promise<void> {
    const { environment, searcher, watch } = this.#options
    const stale = executed !== undefined && executed.end.status !== 'cancelled' && isStale(one.trial, this.#tree as Tree)
    const end: TrialEnd =
      recorded ??
      ({
        ...(stale ? { ...executed!.end, status: 'stale', growth: [], evaluated: [], evaluations: [] } : executed!.end),
        usage: { ...one.grant.drawn },
      } as TrialEnd)
    this.#ledger.settle(one.grant, end.usage)
    const outcome = await grow(this.#tree, environment, this.#checked.evaluators, end, stale ? undefined : executed?.steps)
    if (recorded === undefined) this.#recorder.record(end)
    else this.#options.observe?.(end)
    searcher.tell(this.#tree as Tree, this.#memory, outcome)
    watch?.(this.#tree, searcher.best(this.#tree as Tree, this.#memory))
    this.#countFailure(outcome)
  }

  #countFailure(outcome: Outcome): void {
    this.#failures = outcome.status === 'failed' ? this.#failures + 1 : outcome.status === 'ok' ? 0 : this.#failures
    const { maxFailures = 16 } = this.#options
    if (this.#failures < maxFailures) return
    this.#fatal = new BanyanError('E_SEARCH_FAILING', `${this.#failures} trials failed in a row`, {
      seen: `${outcome.error?.code}: ${outcome.error?.message}`,
      hint: `Put that right and resume the run ${this.#checked.runId}; what was found is kept.`,
    })
    this.#failures = 0
  }

  /** Tells the searcher that trials under way were given up, as a decision that the log keeps. */
  async #cancel(left: readonly (Running<State> | Trial)[]): Promise<void> {
    for (const one of left) {
      if (!('trial' in one)) {
        this.#release(one)
        continue
      }
      const node = 'nodes' in one.trial ? (one.trial.nodes[0] ?? 0) : one.trial.node
      const end: TrialEnd = {
        type: 'trial-end',
        trial: one.trial,
        status: 'cancelled',
        growth: [],
        evaluated: [],
        evaluations: [],
        node,
        usage: { ...one.grant.drawn },
      }
      await this.#tell(one, { end, steps: [] }, undefined)
    }
  }

  /** Waits until the work under way has noticed the stop, but not for ever. */
  async #drain(running: readonly Running<State>[], error: unknown): Promise<unknown> {
    this.#stop.abort(error ?? new BanyanError('E_SEARCH_ABORTED', 'the search was stopped'))
    const patience = Promise.withResolvers<void>()
    const timer = setTimeout(patience.resolve, drainMilliseconds)
    await Promise.race([Promise.allSettled(running.map((one) => one.executed)), patience.promise])
    clearTimeout(timer)
    return error
  }

  #release(trial: Trial): void {
    if (trial.kind !== 'visit' || trial.candidate < 0) return
    const slot = this.#tree.blockStart[trial.node]! + trial.candidate
    if (this.#tree.childOf[slot] === underWay) this.#tree.childOf[slot] = -1
  }

  #need(trial: Trial): Amounts {
    return needOf(trial, this.#checked.proposers, this.#checked.evaluators)
  }

  #shortOf(trial: Trial): string {
    const need = this.#need(trial)
    return this.#ledger.units.find((unit) => (need[unit] ?? 1) > 0 && this.#ledger.available(unit) <= 0) ?? 'tokens'
  }

  #timeOut(): void {
    this.#timedOut = true
    this.#stop.abort(new BanyanError('E_SEARCH_TIME', 'the time of the budget is over'))
  }

  async #runPure(): Promise<{ reason: StopReason; unit?: string }> {
    const { searcher, budget = {} } = this.#options
    const limit = (unit: string): number => Math.min(budget[unit] ?? Infinity, this.#options.parent?.remaining(unit) ?? Infinity)
    const result = await runPure({
      tree: this.#tree,
      parts: this.#parts as never,
      searcher,
      memory: this.#memory,
      concurrency: this.#checked.concurrency,
      seed: this.#checked.seed,
      limits: { expansions: limit('expansions'), steps: limit('steps'), nodes: limit('nodes') },
      interrupted: () => {
        this.#options.watch?.(this.#tree, searcher.best(this.#tree as Tree, this.#memory))
        return this.#stop.signal.aborted ? { stopped: this.#timedOut ? 'budget' : 'aborted' } : undefined
      },
      checkpoint: (trials) =>
        this.#recorder.record({ type: 'checkpoint', trials, nodes: this.#tree.size, digest: treeDigest(this.#tree as Tree) }),
    })
    this.#trials = result.trials
    this.#ledger.settle(new Grant({}), result.used)
    const unit = result.unit ?? (this.#timedOut ? 'seconds' : undefined)
    return { reason: result.stopped, ...(unit === undefined ? {} : { unit }) }
  }

  async #finish(stopped: { reason: StopReason; unit?: string }, history: History): Promise<SearchResult<State, Action, Answer>> {
    const { environment, searcher, replayOnly = false } = this.#options
    const tree = this.#tree
    const best = searcher.best(tree as Tree, this.#memory)
    const answer = best === undefined ? undefined : environment.answer(tree.state(best))
    const seconds = (performance.now() - this.#started) / 1000
    const solved = best !== undefined && tree.solved(best)
    const shared = { solved, trials: this.#trials, digest: treeDigest(tree as Tree), usage: this.#ledger.used(), seconds }
    if (history.end !== undefined && history.end.digest !== shared.digest) {
      throw new BanyanError('E_RUN_DIVERGED', 'the tree read from the log is not the one that was recorded', {
        seen: shared.digest,
        wanted: history.end.digest,
        fatal: true,
      })
    }
    if (history.end === undefined && !replayOnly && stopped.reason !== 'aborted') {
      const end: RunEnd = {
        type: 'run-end',
        stopped: stopped.reason,
        ...(stopped.unit === undefined ? {} : { unit: stopped.unit }),
        ...(best === undefined ? {} : { best }),
        ...(answer === undefined ? {} : { answer: loggable(answer) }),
        ...(best === undefined || tree.visits[best] === 0 ? {} : { value: tree.mean(best) }),
        nodes: tree.size,
        ...shared,
      }
      this.#recorder.record(end)
    } else if (history.end !== undefined) this.#options.observe?.(history.end)
    await this.#recorder.flush()
    return {
      runId: this.#checked.runId,
      answer,
      node: best,
      state: best === undefined ? undefined : tree.state(best),
      value: best === undefined ? Number.NaN : tree.mean(best),
      stopped: history.end?.stopped ?? stopped.reason,
      unit: history.end === undefined ? stopped.unit : history.end.unit,
      overrun: this.#ledger.overrun(),
      calls: { ...this.#calls },
      tree,
      ...shared,
      answers: (count) => this.#answers(count),
    }
  }

  #answers(count: number): { node: NodeId; answer: Answer }[] {
    const { environment, searcher } = this.#options
    const random = new Random(this.#checked.seed, 'answers')
    const nodes = searcher.answers?.(this.#tree as Tree, this.#memory, count, random) ?? [searcher.best(this.#tree as Tree, this.#memory)]
    return nodes.flatMap((node) => {
      const answer = node === undefined ? undefined : environment.answer(this.#tree.state(node))
      return node === undefined || answer === undefined ? [] : [{ node, answer }]
    })
  }
}

/** Longest wait for stopped work that does not notice the stop. */
const drainMilliseconds = 5000

/** A log that keeps nothing. */
const nowhere = {
  acquire: () => '',
  release: () => {},
  append: (_runId: string, _token: string, sequence: number, events: readonly LogEvent[]) => sequence + events.length,
  read: () => [],
}

function checkOptions<State, Action, Task, Answer>(options: SearchOptions<State, Action, Task, Answer>): Checked<State, Action> {
  const { environment, searcher, concurrency = 1, seed = 0, budget = {}, order = 'asked', guard, task } = options
  checkBudget(budget, options.units)
  if (!Number.isSafeInteger(seed) || seed < 0) throw optionError('seed', seed, 'a whole number from 0 to 2^53 - 1')
  if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > 4096)
    throw optionError('concurrency', concurrency, 'a whole number from 1 to 4096')
  if (options.runId !== undefined && !/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(options.runId))
    throw optionError('runId', options.runId, '1 to 64 letters, digits, dots, dashes and underscores')
  const recorded = environment.reproducible === 'recorded' || environment.open !== undefined
  if (recorded && (environment.encode === undefined || environment.decode === undefined))
    throw optionError('environment', environment.name, '`encode` and `decode`, since its states can only be read from the log')
  const proposers = byName<Proposer<State, Action>>(options.proposer, 'propose') ?? { default: everyAction(options) }
  const evaluators = byName<Evaluator<State, Action>>(options.evaluator, 'evaluate') ?? {}
  const pure = isPure(options, proposers, evaluators)
  const detail = options.detail ?? (pure ? 'checkpoints' : 'events')
  if (detail === 'checkpoints' && !pure) throw optionError('detail', detail, 'parts that are all pure and exact')
  const describe = (parts: Readonly<Record<string, { name: string; settings?: Json }>>): Json =>
    Object.fromEntries(
      Object.entries(parts).map(([name, part]) => [
        name,
        { name: part.name, ...(part.settings === undefined ? {} : { settings: part.settings }) },
      ]),
    )
  const fingerprint: Fingerprint = {
    environment: `${environment.name}@${environment.version ?? '1'}`,
    task: digest(task as Json),
    searcher: { name: searcher.name, settings: searcher.settings ?? null },
    proposer: describe(proposers),
    evaluator: describe(evaluators),
    guard: guard?.name ?? null,
    budget: { ...budget },
    concurrency,
    order,
    seed,
    detail,
  }
  return { runId: options.runId ?? randomRunId(), seed, concurrency, detail, proposers, evaluators, fingerprint }
}

function isPure<State, Action, Task, Answer>(
  options: SearchOptions<State, Action, Task, Answer>,
  proposers: Readonly<Record<string, Proposer<State, Action>>>,
  evaluators: Readonly<Record<string, Evaluator<State, Action>>>,
): boolean {
  const { environment, guard, budget = {} } = options
  const engineUnits = Object.keys(budget).every(
    (unit) => unit === 'expansions' || unit === 'steps' || unit === 'nodes' || unit === 'seconds',
  )
  return (
    engineUnits &&
    guard === undefined &&
    environment.open === undefined &&
    environment.effect === undefined &&
    environment.reproducible !== 'recorded' &&
    environment.actions !== undefined &&
    Object.values(proposers).every((proposer) => proposer.lists === true) &&
    Object.values(evaluators).every((evaluator) => evaluator.value !== undefined)
  )
}

function everyAction<State, Action, Task, Answer>(options: SearchOptions<State, Action, Task, Answer>): Proposer<State, Action> {
  const { environment } = options
  if (environment.actions === undefined)
    throw optionError('proposer', undefined, `a proposer, since the environment ${environment.name} does not list its actions`)
  return {
    name: 'uniform',
    lists: true,
    reproducible: 'exact',
    propose: (requests) =>
      requests.map(({ node, siblings }) => ({
        candidates: siblings.length > 0 ? [] : environment.actions!(node.state).map((action) => ({ action })),
      })),
  }
}

function byName<Part>(
  parts: Part | Readonly<Record<string, Part>> | undefined,
  method: string,
): Readonly<Record<string, Part>> | undefined {
  if (parts === undefined) return undefined
  if (typeof (parts as Record<string, unknown>)[method] === 'function') return { default: parts as Part }
  for (const [name, part] of Object.entries(parts as Readonly<Record<string, Part>>)) {
    if (typeof (part as Record<string, unknown> | undefined)?.[method] !== 'function')
      throw optionError(name, typeof part, `something with the method \`${method}\``)
  }
  return parts as Readonly<Record<string, Part>>
}

function checkWork(work: Work, tree: Tree): void {
  const nodes = 'nodes' in work ? work.nodes : [work.node]
  const bad = nodes.find((node) => !(node >= 0 && node < tree.size))
  const candidate = work.kind === 'visit' ? work.candidate : -1
  const size = work.kind === 'visit' && bad === undefined ? tree.blockSize[work.node]! : 0
  if (bad === undefined && candidate < Math.max(size, 0) && nodes.length > 0) {
    if (candidate < 0 || tree.child(nodes[0]!, candidate) < 0) return
  }
  if (bad === undefined && candidate === -1 && nodes.length > 0) return
  throw new BanyanError('E_SEARCHER_TRIAL', `the searcher asked for work that cannot be done`, {
    seen: work,
    wanted: `nodes below ${tree.size} and a candidate that has no child`,
    fatal: true,
  })
}

/** Whether the trial's node was rewritten, or left behind by a commit, while the trial was under way. */
function isStale(trial: Trial, tree: Tree): boolean {
  const nodes = 'nodes' in trial ? trial.nodes : [trial.node]
  return nodes.some((node) => !tree.attached(node)) || (trial.kind === 'visit' && trial.candidate >= tree.blockSize[trial.node]!)
}

function diverged(recorded: Trial, asked: Trial | undefined): BanyanError {
  return new BanyanError('E_RUN_DIVERGED', 'the searcher asks for something other than the log says', {
    seen: asked ?? 'nothing',
    wanted: canonical(recorded as unknown as Json),
    hint: 'The searcher was changed, or it depends on something beside the tree and what it was told.',
    fatal: true,
  })
}

function optionError(option: string, seen: unknown, wanted: string): BanyanError {
  return new BanyanError('E_SEARCH_OPTION', `the option ${JSON.stringify(option)} cannot be used`, { seen, wanted })
}

function loggable(answer: unknown): Json {
  return JSON.parse(JSON.stringify(answer) ?? 'null') as Json
}

/** 16 letters and digits, 80 random bits. */
function randomRunId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => '0123456789abcdefghjkmnpqrstvwxyz'[byte & 31]).join('')
}
