// Leases on live environments: one trial at a time holds one. Coming back to an old state loads a snapshot, else resets and replays;
// replayed steps are counted, guarded, and compared with what was seen before.
import type { Json } from './common.ts'
import { canonical } from './digest.ts'
import type { Environment, Live, Snapshot, Step } from './environment.ts'
import { BanyanError } from './errors.ts'
import type { NodeView } from './node-view.ts'

/** Thrown when a replayed step shows something other than before; becomes the outcome `diverged`. */
export class DivergedError extends BanyanError {
  constructor(seen: Json, wanted: Json) {
    super('E_LIVE_DIVERGED', 'a replayed step showed something other than before', { seen: canonical(seen), wanted: canonical(wanted) })
  }
}

/** Executes one action for a lease: guarded and counted by the trial that holds it. */
export type LiveStep<State, Action> = (
  live: Live<State, Action>,
  state: State,
  action: Action,
  purpose: 'search' | 'replay' | 'commit',
) => Promise<Step<State>>

export class LivePool<State, Action, Task> {
  readonly #environment: Environment<State, Action, Task>
  readonly #task: Task
  readonly #size: number
  readonly #free: Lease<State, Action>[] = []
  readonly #waiting: ((lease: Lease<State, Action>) => void)[] = []
  #opened = 0
  #all: Lease<State, Action>[] = []

  constructor(environment: Environment<State, Action, Task>, task: Task, size: number) {
    this.#environment = environment
    this.#task = task
    this.#size = size
  }

  /** Does some work with a lease; others wait in the order in which they came. */
  async use<Result>(work: (lease: Lease<State, Action>) => Promise<Result>): Promise<Result> {
    const lease = await this.#take()
    try {
      return await work(lease)
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#free.push(lease)
      else next(lease)
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.map((lease) => lease.live.close()))
  }

  async #take(): Promise<Lease<State, Action>> {
    const free = this.#free.pop()
    if (free !== undefined) return free
    if (this.#opened >= this.#size) return new Promise((resolve) => this.#waiting.push(resolve))
    this.#opened++
    try {
      const open = this.#environment.open?.bind(this.#environment)
      if (open === undefined)
        throw new BanyanError('E_ENVIRONMENT_LIVE', 'the environment cannot be opened', { seen: this.#environment.name, fatal: true })
      const lease = new Lease(this.#environment, await open(this.#task))
      this.#all.push(lease)
      return lease
    } catch (error) {
      this.#opened--
      throw error
    }
  }
}

/** A live environment and where it stands: the actions since its start. */
export class Lease<State, Action> {
  readonly live: Live<State, Action>
  readonly #environment: Environment<State, Action, never>
  #at: readonly string[] | undefined
  #committed: readonly string[] = []
  readonly #snapshots = new Map<string, Snapshot>()

  constructor(environment: Environment<State, Action, never>, live: Live<State, Action>) {
    this.#environment = environment
    this.live = live
  }

  /** Resets it, for the first state of a run. */
  async start(): Promise<State> {
    const state = await this.live.reset()
    this.#at = []
    return state
  }

  /** Brings the live environment to the state of `view`. */
  async moveTo(view: NodeView<State, Action>, step: LiveStep<State, Action>): Promise<void> {
    const views = wholePath(view)
    const target = views.slice(1).map((node) => canonical(node.action as Json))
    if (this.#at !== undefined && startsWith(target, this.#at)) return this.#replay(views, this.#at.length, step)
    for (let length = target.length; length >= this.#committed.length; length--) {
      const snapshot = this.#snapshots.get(target.slice(0, length).join('\n'))
      if (snapshot === undefined || this.live.load === undefined) continue
      this.#at = undefined
      this.#compare(await this.live.load(snapshot), views[length]!.state)
      this.#at = target.slice(0, length)
      return this.#replay(views, length, step)
    }
    if (this.#committed.length > 0) {
      throw new BanyanError('E_LIVE_COMMITTED', 'the live environment cannot go back behind a committed action', {
        hint: 'Give it `save` and `load`, or search on from where it stands.',
      })
    }
    this.#at = undefined
    this.#compare(await this.live.reset(), views[0]!.state)
    this.#at = []
    return this.#replay(views, 0, step)
  }

  /** One step on from where it stands. */
  async step(
    view: NodeView<State, Action>,
    action: Action,
    purpose: 'search' | 'commit',
    step: LiveStep<State, Action>,
  ): Promise<Step<State>> {
    await this.moveTo(view, step)
    const before = this.#at
    this.#at = undefined
    const result = await step(this.live, view.state, action, purpose)
    this.#at = [...(before ?? []), canonical(action as Json)]
    if (purpose === 'commit') {
      this.#committed = this.#at
      this.#snapshots.clear()
    }
    if (this.live.save !== undefined) this.#snapshots.set(this.#at.join('\n'), await this.live.save())
    return result
  }

  async #replay(views: readonly NodeView<State, Action>[], from: number, step: LiveStep<State, Action>): Promise<void> {
    for (let depth = from; depth < views.length - 1; depth++) {
      const next = views[depth + 1]!
      const before = this.#at
      this.#at = undefined
      const observed = await step(this.live, views[depth]!.state, next.action as Action, 'replay')
      this.#compare(observed.state, next.state)
      this.#at = [...(before ?? []), canonical(next.action as Json)]
    }
  }

  #compare(observed: State, expected: State): void {
    const look = (state: State): Json => this.#environment.encode?.(state) ?? (this.#environment.render(state) as unknown as Json)
    if (canonical(look(observed)) !== canonical(look(expected))) throw new DivergedError(look(observed), look(expected))
  }
}

/** From the first root, before any commit. */
function wholePath<State, Action>(view: NodeView<State, Action>): NodeView<State, Action>[] {
  const path: NodeView<State, Action>[] = []
  for (let at: NodeView<State, Action> | undefined = view; at !== undefined; at = at.parent) path.push(at)
  return path.reverse()
}

function startsWith(path: readonly string[], prefix: readonly string[]): boolean {
  return prefix.length <= path.length && prefix.every((action, index) => path[index] === action)
}
