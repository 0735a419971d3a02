// The synchronous fast path: searches whose parts are all pure and exact. No calls, no promises, no growth records;
// the log keeps seed and checkpoints. It gives way regularly, so that it can be aborted.
import type { NodeId } from './common.ts'
import type { Environment, Step, StepContext } from './environment.ts'
import { BanyanError } from './errors.ts'
import type { Evaluation, Evaluator } from './evaluator.ts'
import type { StopReason } from './events.ts'
import { evaluatorNames } from './grow.ts'
import { Random } from './random.ts'
import type { Searcher } from './searcher.ts'
import { type Tree, underWay } from './tree.ts'
import type { Outcome, Trial, Work } from './trial.ts'

export interface PureSearch<State, Action> {
  readonly tree: Tree<State, Action>
  readonly environment: Environment<State, Action, never, unknown>
  readonly evaluators: Readonly<Record<string, Evaluator<State, Action>>>
  readonly searcher: Searcher
  readonly memory: unknown
  readonly concurrency: number
  readonly seed: number
  /** Limits of expansions, steps and nodes; `Infinity` where there is none. */
  readonly limits: { readonly expansions: number; readonly steps: number; readonly nodes: number }
  /** Asked every so many trials; a reason ends the search. */
  readonly interrupted: () => StopReason | undefined
  readonly checkpoint: (trials: number) => void
}

export interface PureResult {
  readonly stopped: StopReason
  readonly unit?: string
  readonly trials: number
  readonly used: { readonly expansions: number; readonly steps: number; readonly nodes: number }
}

const trialsBetweenPauses = 1000
const trialsBetweenCheckpoints = 100_000

/** Runs a pure search to its end. Throws what the parts throw. */
export async function runPure<State, Action>(search: PureSearch<State, Action>): Promise<PureResult> {
  const { tree, searcher, memory, concurrency, limits } = search
  const asking = new Random(search.seed, 'searcher')
  const random = new Random(search.seed)
  const used = { expansions: 0, steps: 0, nodes: 0 }
  const worker = new PureWorker(search, random, used)
  let trials = 0
  let lastPause = 0
  let stopped: StopReason | undefined
  let unit: string | undefined
  while (stopped === undefined) {
    unit =
      used.expansions >= limits.expansions
        ? 'expansions'
        : used.steps >= limits.steps
          ? 'steps'
          : used.nodes >= limits.nodes
            ? 'nodes'
            : undefined
    if (unit !== undefined) {
      stopped = 'budget'
      break
    }
    const works = searcher.ask(tree, memory, Math.min(concurrency, limits.expansions - used.expansions), asking)
    if (works.length === 0) {
      stopped = 'exhausted'
      break
    }
    for (const work of works)
      if (work.kind === 'visit' && work.candidate >= 0) tree.childOf[tree.blockStart[work.node]! + work.candidate] = underWay
    for (const work of works) {
      random.reseed(search.seed, trials)
      searcher.tell(tree, memory, worker.outcome(work, trials++))
    }
    stopped = searcher.done?.(tree, memory)
    if (stopped !== undefined || trials - lastPause < trialsBetweenPauses) continue
    if (Math.floor(trials / trialsBetweenCheckpoints) !== Math.floor(lastPause / trialsBetweenCheckpoints)) search.checkpoint(trials)
    lastPause = trials
    stopped = search.interrupted()
    if (stopped === undefined) await pause()
  }
  return { stopped, ...(unit === undefined ? {} : { unit }), trials, used }
}

class PureWorker<State, Action> {
  readonly #search: PureSearch<State, Action>
  readonly #random: Random
  readonly #used: { expansions: number; steps: number; nodes: number }
  readonly #outcome: { -readonly [Field in keyof Outcome]: Outcome[Field] }
  readonly #nodes: NodeId[] = []
  readonly #keyed: boolean

  constructor(search: PureSearch<State, Action>, random: Random, used: { expansions: number; steps: number; nodes: number }) {
    this.#search = search
    this.#keyed = search.searcher.twins !== false
    this.#random = random
    this.#used = used
    this.#outcome = {
      trial: undefined as unknown as Trial,
      status: 'ok',
      node: 0,
      nodes: this.#nodes,
      offered: 0,
      evaluations: none,
      value: Number.NaN,
      usage: nothing,
    }
  }

  /** Carries out one piece of work. The object returned is used again for the next. */
  outcome(work: Work, id: number): Outcome {
    const trial = work as Work & { id: number }
    trial.id = id
    const outcome = this.#outcome
    outcome.trial = trial
    outcome.status = 'ok'
    outcome.offered = 0
    outcome.evaluations = none
    outcome.value = Number.NaN
    this.#nodes.length = 0
    if (work.kind === 'visit') this.#visit(work.node, work.candidate, work.propose !== undefined, work.evaluate, outcome)
    else if (work.kind === 'expand') this.#expand(work.node, work.step, work.evaluate, outcome)
    else if (work.kind === 'evaluate') this.#evaluateAll(work.nodes, evaluatorNames(trial), outcome)
    else
      throw new BanyanError('E_SEARCHER_TRIAL', `pure searches do not do ${work.kind} trials`, {
        hint: "Search with `detail: 'events'`.",
        fatal: true,
      })
    return outcome
  }

  #visit(
    parent: NodeId,
    index: number,
    propose: boolean,
    evaluate: readonly string[] | undefined,
    outcome: { node: NodeId; value: number; offered: number; evaluations: readonly Evaluation[] },
  ): void {
    const { tree } = this.#search
    const node = index < 0 ? parent : this.#make(parent, index)
    outcome.node = node
    if (evaluate !== undefined) this.#evaluate(node, evaluate, outcome)
    if (propose && !tree.closed(node)) outcome.offered = this.#list(node)
  }

  #expand(
    node: NodeId,
    step: boolean,
    evaluate: readonly string[] | undefined,
    outcome: { node: NodeId; value: number; offered: number; evaluations: readonly Evaluation[] },
  ): void {
    const before = this.#search.tree.blockSize[node]!
    outcome.node = node
    outcome.offered = before > 0 ? 0 : this.#list(node)
    if (!step) return
    for (let index = before; index < before + outcome.offered; index++) this.#make(node, index)
    if (evaluate !== undefined) this.#evaluateAll([...this.#nodes], evaluate, outcome)
  }

  #make(parent: NodeId, index: number): NodeId {
    const { tree, environment } = this.#search
    const step = environment.step(tree.state(parent), tree.actions(parent)[index] as Action, pureContext) as Step<State>
    if (step instanceof Promise) throw impure(environment.name)
    const node = tree.addChild(parent, index, step, this.#keyed ? environment.key?.(step.state) : undefined, environment.turn?.(step.state))
    this.#nodes.push(node)
    this.#used.steps++
    this.#used.nodes++
    return node
  }

  #list(node: NodeId): number {
    const { tree, environment } = this.#search
    const actions = environment.actions!(tree.state(node))
    tree.offerListed(node, actions)
    this.#used.expansions++
    return actions.length
  }

  #evaluate(node: NodeId, names: readonly string[], outcome: { value: number; evaluations: readonly Evaluation[] }): void {
    const { tree, evaluators } = this.#search
    for (let n = 0; n < names.length; n++) {
      const evaluator = evaluators[names[n]!]!
      const value = evaluator.value!(tree.view(node), this.#random)
      if (n === 0) outcome.value = value
      if (names.length > 1) outcome.evaluations = [...outcome.evaluations, { value }]
    }
  }

  #evaluateAll(nodes: readonly NodeId[], names: readonly string[], outcome: { value: number; evaluations: readonly Evaluation[] }): void {
    const { tree, evaluators } = this.#search
    const evaluations: Evaluation[] = []
    for (const node of nodes) for (const name of names) evaluations.push({ value: evaluators[name]!.value!(tree.view(node), this.#random) })
    outcome.evaluations = evaluations
    outcome.value = evaluations[0]?.value ?? Number.NaN
  }
}

/** A turn of the event loop, by the fastest means at hand. */
function pause(): Promise<void> {
  if (typeof setImmediate === 'function') return new Promise((resolve) => setImmediate(resolve))
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(undefined)
  })
}

function impure(name: string): BanyanError {
  return new BanyanError('E_ENVIRONMENT_IMPURE', `the environment ${name} answered a step with a promise in a pure search`, {
    hint: "Search with `detail: 'events'`, or declare the environment `reproducible: 'recorded'`.",
    fatal: true,
  })
}

const none: readonly Evaluation[] = Object.freeze([])
const nothing = Object.freeze({})
const pureContext: StepContext = {
  purpose: 'search',
  random: new Random(0),
  signal: new AbortController().signal,
  run: { runId: '', units: [], remaining: () => Infinity, spend: () => {}, signal: new AbortController().signal },
  remaining: () => Infinity,
  spend: () => {},
  call: () => {
    throw impure('of this search')
  },
}
