// Leases on live environments: one trial at a time holds one. Coming back to an old state loads a snapshot, else resets and replays;
// replayed steps are counted, guarded, and compared with what was seen before.
import type { Awaitable, Json } from './common.ts'
import { canonical } from './digest.ts'
import type { Environment, Live, Snapshot, Step, StepContext } from './environment.ts'
import { BanyanError } from './errors.ts'
import { appearance } from './logged-step.ts'
import { type NodeView, wholePath } from './node-view.ts'

/** Executes one action for a lease: guarded and counted by the trial that holds it. */
export type LiveStep<State, Action> = (
  live: Live<State, Action>,
  state: State,
  action: Action,
  purpose: StepContext['purpose'],
) => Promise<Step<State>>

export class LivePool<State, Action> {
  readonly #open: () => Promise<Lease<State, Action>>
  readonly #leases: Lease<State, Action>[] = []
  /** Places of the pool that nobody holds; undefined where nothing is open yet. */
  readonly #free: (Lease<State, Action> | undefined)[]
  readonly #waiting: ((lease: Lease<State, Action> | undefined) => void)[] = []

  constructor(environment: Environment<State, Action, never>, open: () => Awaitable<Live<State, Action>>, size: number) {
    this.#open = async () => new Lease(environment, await open())
    this.#free = Array.from({ length: size })
  }

  /** Does some work with a lease; others wait in the order in which they came. */
  async use<Result>(work: (lease: Lease<State, Action>) => Promise<Result>): Promise<Result> {
    let lease =
      this.#free.length > 0
        ? this.#free.pop()
        : await new Promise<Lease<State, Action> | undefined>((resolve) => this.#waiting.push(resolve))
    try {
      if (lease === undefined) {
        lease = await this.#open()
        this.#leases.push(lease)
      }
      return await work(lease)
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#free.push(lease)
      else next(lease)
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#leases.map((lease) => lease.close()))
  }
}

/** A live environment and where it stands: the actions since its start; undefined when that is not known. */
export class Lease<State, Action> {
  readonly #environment: Environment<State, Action, never>
  readonly #live: Live<State, Action>
  readonly #snapshots = new Map<string, Snapshot>()
  #at: readonly string[] | undefined
  #committed = 0

  constructor(environment: Environment<State, Action, never>, live: Live<State, Action>) {
    this.#environment = environment
    this.#live = live
  }

  /** Resets it, for the first state of a run. */
  async start(): Promise<State> {
    const state = await this.#live.reset()
    this.#at = []
    return state
  }

  async close(): Promise<void> {
    await this.#live.close()
  }

  /** One step on from the state of `view`, to which it is brought first. */
  async step(
    view: NodeView<State, Action>,
    action: Action,
    purpose: 'search' | 'commit',
    step: LiveStep<State, Action>,
  ): Promise<Step<State>> {
    await this.#moveTo(view, step)
    const result = await this.#act(view.state, action, purpose, step)
    if (purpose === 'commit') {
      this.#committed = this.#at!.length
      this.#snapshots.clear()
    }
    if (this.#live.save !== undefined) this.#snapshots.set(this.#at!.join('\n'), await this.#live.save())
    return result
  }

  async #moveTo(view: NodeView<State, Action>, step: LiveStep<State, Action>): Promise<void> {
    const views = wholePath(view)
    const target = views.slice(1).map(({ action }) => canonical(action as Json))
    const onTheWay = this.#at?.every((action, index) => action === target[index])
    if (onTheWay !== true) await this.#goBack(views, target)
    for (let depth = this.#at!.length; depth < target.length; depth++) {
      const next = views[depth + 1]!
      const { state } = await this.#act(views[depth]!.state, next.action as Action, 'replay', step)
      this.#compare(state, next.state)
    }
  }

  /** To the last saved point on the way to `target`, else to the start. */
  async #goBack(views: readonly NodeView<State, Action>[], target: readonly string[]): Promise<void> {
    const { load } = this.#live
    for (let length = target.length; load !== undefined && length >= this.#committed; length--) {
      const snapshot = this.#snapshots.get(target.slice(0, length).join('\n'))
      if (snapshot === undefined) continue
      this.#at = undefined
      const state = await load.call(this.#live, snapshot)
      this.#at = target.slice(0, length)
      return this.#compare(state, views[length]!.state)
    }
    if (this.#committed > 0) {
      throw new BanyanError('E_LIVE_COMMITTED', 'the live environment cannot go back behind a committed action', {
        hint: 'Give it `save` and `load`, or search on from where it stands.',
      })
    }
    this.#at = undefined
    this.#compare(await this.start(), views[0]!.state)
  }

  async #act(state: State, action: Action, purpose: StepContext['purpose'], step: LiveStep<State, Action>): Promise<Step<State>> {
    const before = this.#at!
    this.#at = undefined
    const result = await step(this.#live, state, action, purpose)
    this.#at = [...before, canonical(action as Json)]
    return result
  }

  #compare(observed: State, expected: State): void {
    const seen = appearance(this.#environment, observed)
    const wanted = appearance(this.#environment, expected)
    if (seen === wanted) return
    this.#at = undefined
    throw new BanyanError('E_LIVE_DIVERGED', 'a replayed step showed something other than before', { seen, wanted })
  }
}
