// The trials of a pure search, one after the other: asked for, carried out at once, told. All of it functions of the module over one record: code
// that V8 compiled for functions made anew in each search would be lost between two searches.
import type { Amounts, NodeId } from './common.ts'
import type { Environment, Step, StepContext } from './environment.ts'
import { BanyanError } from './errors.ts'
import type { Evaluation, Evaluator } from './evaluator.ts'
import type { Stop } from './options.ts'
import { evaluatorNamed } from './parts.ts'
import { impure, pureContext } from './pure-context.ts'
import { Random } from './random.ts'
import type { Run } from './run.ts'
import type { Place, Searcher, Visits } from './searcher.ts'
import { type Tree, underWay } from './tree.ts'
import type { Outcome, Trial, Work } from './trial.ts'
import { evaluatorsOf, slotOf } from './work.ts'

/** The units that a pure search counts. */
export const pureUnits = ['expansions', 'steps', 'nodes'] as const

export type Used = Record<(typeof pureUnits)[number], number>

/** A pure search under way. */
export interface PureRun {
  readonly run: Run<unknown, unknown, unknown, unknown>
  readonly tree: Tree
  /** Of the run's options and parts: here, because code for objects that are put together in other ways is compiled again and again. */
  readonly environment: Environment<unknown, unknown>
  readonly searcher: Searcher
  readonly memory: unknown
  readonly concurrency: number
  readonly seed: number
  readonly used: Used
  readonly limits: Readonly<Used>
  /** The searcher's draws, and those of the trial under way. */
  readonly asking: Random
  readonly random: Random
  readonly context: StepContext
  /** Whether nodes get keys, and turns. */
  readonly keyed: boolean
  readonly turns: boolean
  /** The searcher's fast path, where it has one for this search; its evaluator, and the candidate that it chose. */
  readonly visits: Visits | undefined
  readonly judge: Evaluator<unknown, unknown> | undefined
  readonly place: Place
  /** The evaluators of the last trial: searchers ask for the same ones again and again. */
  names: readonly string[]
  evaluators: readonly Evaluator<unknown, unknown>[]
}

export function pureRun(run: PureRun['run'], limits: Readonly<Used>): PureRun {
  const { searcher, concurrency, seed } = run.options
  const { environment } = run.parts
  const { visits: all } = searcher
  const visits = all !== undefined && all.ask === searcher.ask && all.tell === searcher.tell && concurrency === 1 ? all : undefined
  return {
    run,
    tree: run.tree as Tree,
    environment,
    searcher,
    memory: run.memory,
    concurrency,
    seed,
    used: { expansions: 0, steps: 0, nodes: 0 },
    limits,
    asking: new Random(seed, 'searcher'),
    random: new Random(seed),
    context: pureContext('search'),
    keyed: searcher.twins !== false && environment.key !== undefined,
    turns: environment.turn !== undefined,
    visits,
    judge: visits === undefined ? undefined : evaluatorNamed(run.parts, visits.evaluate),
    place: { node: 0, candidate: 0 },
    names: noNames,
    evaluators: [],
  }
}

/** Trials until there were `enough` or the search stops. */
export function trialsUpTo(pure: PureRun, enough: number): Stop | undefined {
  const { run, tree, searcher, memory, concurrency, seed, used, limits, asking, random, visits, judge, place } = pure
  while (run.trials < enough) {
    if (used.expansions >= limits.expansions || used.steps >= limits.steps || used.nodes >= limits.nodes)
      return { stopped: 'budget', unit: pureUnits.find((unit) => used[unit] >= limits[unit])! }
    if (visits?.next(tree, memory, asking, place)) {
      random.reseed(seed, run.trials++)
      const node = make(pure, place.node, place.candidate)
      const value = judge!.value!(tree.view(node), random)
      if (!tree.closed(node)) list(pure, node)
      visits.told(tree, memory, node, value)
    } else {
      const works = searcher.ask(tree, memory, Math.min(concurrency, limits.expansions - used.expansions), asking)
      // What is asked alone is told before anybody looks.
      if (works.length > 1) {
        for (const work of works) {
          const slot = slotOf(tree, work)
          if (slot >= 0) tree.childOf[slot] = underWay
        }
      }
      for (const work of works) {
        const id = run.trials++
        random.reseed(seed, id)
        searcher.tell(tree, memory, outcomeOf(pure, numbered(work, id)))
      }
      if (works.length === 0) return { stopped: 'exhausted' }
    }
    const done = searcher.done?.(tree, memory)
    if (done !== undefined) return { stopped: done }
  }
  return undefined
}

/** The work as a trial. */
function numbered(work: Work, id: number): Trial {
  if (work.id !== -1) return { ...work, id }
  work.id = id
  return work as Trial
}

function make({ environment, tree, used, context, keyed, turns }: PureRun, parent: NodeId, index: number): NodeId {
  const step = environment.step(tree.state(parent), tree.actions(parent)[index], context) as Step<unknown>
  if (typeof step.terminal !== 'boolean') throw impure('answered a step with a promise, or without saying whether it is the end')
  used.steps++
  used.nodes++
  const { state } = step
  return tree.addChild(parent, index, step, keyed ? environment.key!(state) : undefined, turns ? environment.turn!(state) : undefined)
}

function list({ environment, tree, used }: PureRun, node: NodeId): number {
  const actions = environment.actions!(tree.state(node))
  tree.offerListed(node, actions, true)
  used.expansions++
  return actions.length
}

/** Carries out a trial. */
function outcomeOf(pure: PureRun, trial: Trial): Outcome {
  if (trial.kind === 'visit') return visited(pure, trial)
  let nodes: readonly NodeId[] = noNodes
  let node: NodeId
  let offered = 0
  let evaluations: readonly Evaluation[]
  if (trial.kind === 'expand') {
    node = trial.node
    const before = pure.tree.blockSize[node]!
    if (before === 0) offered = list(pure, node)
    if (trial.step) nodes = Array.from({ length: offered }, (_, index) => make(pure, node, before + index))
    evaluations = evaluated(pure, nodes, evaluatorsOf(trial))
  } else if (trial.kind === 'evaluate') {
    node = trial.nodes[0]!
    evaluations = evaluated(pure, trial.nodes, [trial.by])
  } else {
    throw new BanyanError('E_SEARCHER_TRIAL', `pure searches do not do ${trial.kind} trials`, {
      hint: "Search with `detail: 'events'`.",
      fatal: true,
    })
  }
  return { trial, status: 'ok', node, nodes, offered, evaluations, value: evaluations[0]?.value ?? Number.NaN, usage: noUsage }
}

/** What nearly all trials are. */
function visited(pure: PureRun, trial: Trial & { readonly kind: 'visit' }): Outcome {
  const fresh = trial.candidate >= 0
  const node = fresh ? make(pure, trial.node, trial.candidate) : trial.node
  const nodes = [node]
  const evaluations = evaluated(pure, nodes, trial.evaluate ?? noNames)
  const offered = trial.propose !== undefined && !pure.tree.closed(node) ? list(pure, node) : 0
  const value = evaluations.length === 0 ? Number.NaN : evaluations[0]!.value
  return { trial, status: 'ok', node, nodes: fresh ? nodes : noNodes, offered, evaluations, value, usage: noUsage }
}

function evaluated(pure: PureRun, nodes: readonly NodeId[], names: readonly string[]): Evaluation[] {
  const { run, tree, random } = pure
  if (names !== pure.names) {
    pure.evaluators = names.map((name) => evaluatorNamed(run.parts, name))
    pure.names = names
  }
  const { evaluators } = pure
  if (nodes.length === 1 && evaluators.length === 1) return [{ value: evaluators[0]!.value!(tree.view(nodes[0]!), random) }]
  return nodes.flatMap((node) => evaluators.map((evaluator) => ({ value: evaluator.value!(tree.view(node), random) })))
}

const noNames: readonly string[] = []
const noNodes: readonly NodeId[] = []
const noUsage: Amounts = Object.freeze({})
