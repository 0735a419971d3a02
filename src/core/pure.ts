// The synchronous fast path: searches whose parts are all pure and exact. No calls, no promises, no growth records;
// the log keeps seed and checkpoints. It gives way regularly, so that it can be aborted.
import { Grant } from './budget.ts'
import type { Amounts, NodeId } from './common.ts'
import type { Step } from './environment.ts'
import { BanyanError } from './errors.ts'
import type { Evaluation, Evaluator } from './evaluator.ts'
import { keep } from './keep.ts'
import type { Stop } from './options.ts'
import { evaluatorNamed } from './parts.ts'
import { pause } from './pause.ts'
import { impure, pureContext } from './pure-context.ts'
import { Random } from './random.ts'
import { interruption, type Run } from './run.ts'
import type { Place } from './searcher.ts'
import { Tree, underWay } from './tree.ts'
import { treeDigest } from './tree-digest.ts'
import type { Outcome, Trial, Work } from './trial.ts'
import { evaluatorsOf, slotOf } from './work.ts'

/** The units that a pure search counts. */
export const pureUnits = ['expansions', 'steps', 'nodes'] as const

const trialsBetweenPauses = 1000
/** Trials before the first checkpoint. Each further one comes after four times as many, since it costs as much as the tree is large. */
const firstCheckpoint = 100_000

/** Runs a pure search to its end. Throws what the parts throw. */
export async function runPure<State, Action, Task, Answer>(run: Run<State, Action, Task, Answer>): Promise<Stop> {
  const { options, desk, ledger, memory, stopping } = run
  const { searcher, watch } = options
  const tree = run.tree as Tree
  const used = { expansions: 0, steps: 0, nodes: 0 }
  const limits = { expansions: ledger.available('expansions'), steps: ledger.available('steps'), nodes: ledger.available('nodes') }
  tree.expected = expectedNodes(limits)
  const trials = visitTrials(run, used, limits) ?? pureTrials(run, used, limits)
  let nextCheckpoint = firstCheckpoint
  let stop: Stop | undefined
  while (stop === undefined) {
    stop = trials(run.trials + trialsBetweenPauses)
    if (stop !== undefined) break
    if (run.trials >= nextCheckpoint) {
      desk.recorder.record({ type: 'checkpoint', trials: run.trials, nodes: tree.size, digest: treeDigest(tree) })
      nextCheckpoint *= 4
    }
    watch?.(run.tree, searcher.best(tree, memory))
    stop = interruption(stopping)
    await pause()
  }
  ledger.settle(new Grant({}), used)
  return stop
}

type Used = Record<(typeof pureUnits)[number], number>

/** Trials, one after the other: asked for, carried out, told; until there were `enough` or the search stops. */
function pureTrials<State, Action, Task, Answer>(
  run: Run<State, Action, Task, Answer>,
  used: Used,
  limits: Readonly<Used>,
): (enough: number) => Stop | undefined {
  const { memory } = run
  const { searcher, concurrency, seed } = run.options
  const tree = run.tree as Tree
  const asking = new Random(seed, 'searcher')
  const random = new Random(seed)
  const outcomeOf = outcomes(run, random, growth(run, used))
  return (enough) => {
    while (run.trials < enough) {
      if (used.expansions >= limits.expansions || used.steps >= limits.steps || used.nodes >= limits.nodes)
        return { stopped: 'budget', unit: pureUnits.find((unit) => used[unit] >= limits[unit])! }
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
        searcher.tell(tree, memory, outcomeOf(numbered(work, id)))
      }
      const done = searcher.done?.(tree, memory)
      if (works.length === 0) return { stopped: 'exhausted' }
      if (done !== undefined) return { stopped: done }
    }
    return undefined
  }
}

/** The same for searchers that mostly visit candidates, one at a time; undefined for others. Other work that they ask for is done as for all. */
function visitTrials<State, Action, Task, Answer>(
  run: Run<State, Action, Task, Answer>,
  used: Used,
  limits: Readonly<Used>,
): ((enough: number) => Stop | undefined) | undefined {
  const { memory } = run
  const { searcher, concurrency, seed } = run.options
  const { visits } = searcher
  if (visits === undefined || visits.ask !== searcher.ask || visits.tell !== searcher.tell || concurrency > 1) return undefined
  const tree = run.tree as Tree
  const evaluator = evaluatorNamed(run.parts, visits.evaluate)
  const asking = new Random(seed, 'searcher')
  const random = new Random(seed)
  const grown = growth(run, used)
  const outcomeOf = outcomes(run, random, grown)
  const place: Place = { node: 0, candidate: 0 }
  return (enough) => {
    while (run.trials < enough) {
      if (used.expansions >= limits.expansions || used.steps >= limits.steps || used.nodes >= limits.nodes)
        return { stopped: 'budget', unit: pureUnits.find((unit) => used[unit] >= limits[unit])! }
      if (visits.next(tree, memory, asking, place)) {
        random.reseed(seed, run.trials++)
        const node = grown.make(place.node, place.candidate)
        const value = evaluator.value!(run.tree.view(node), random)
        if (!tree.closed(node)) grown.list(node)
        visits.told(tree, memory, node, value)
      } else {
        const works = searcher.ask(tree, memory, 1, asking)
        for (const work of works) {
          const id = run.trials++
          random.reseed(seed, id)
          searcher.tell(tree, memory, outcomeOf(numbered(work, id)))
        }
        if (works.length === 0) return { stopped: 'exhausted' }
      }
      const done = searcher.done?.(tree, memory)
      if (done !== undefined) return { stopped: done }
    }
    return undefined
  }
}

/** How many nodes a budget allows, so that the tree's arrays need not be longer; ends of games are nodes without an expansion. */
function expectedNodes({ expansions, steps, nodes }: Readonly<Used>): number {
  const most = Math.ceil(Math.min(expansions * 1.05, steps, nodes)) + 1
  return most < mostExpected ? most : 0
}

/** Larger trees grow as they need, since the search may end long before. */
const mostExpected = 2 ** 24

/** The work as a trial. */
function numbered(work: Work, id: number): Trial {
  if (work.id !== -1) return { ...work, id }
  work.id = id
  return work as Trial
}

/** How nodes are made and their actions listed. */
function growth<State, Action, Task, Answer>({ tree, parts, options }: Run<State, Action, Task, Answer>, used: Used) {
  const { environment } = parts
  const context = pureContext('search')
  const keyed = options.searcher.twins !== false && environment.key !== undefined
  const turns = environment.turn !== undefined
  function make(parent: NodeId, index: number): NodeId {
    const step = environment.step(tree.state(parent), tree.actions(parent)[index] as Action, context) as Step<State>
    if (typeof step.terminal !== 'boolean') throw impure('answered a step with a promise, or without saying whether it is the end')
    used.steps++
    used.nodes++
    const { state } = step
    return tree.addChild(parent, index, step, keyed ? environment.key!(state) : undefined, turns ? environment.turn!(state) : undefined)
  }

  function list(node: NodeId): number {
    const actions = environment.actions!(tree.state(node))
    tree.offerListed(node, actions, true)
    used.expansions++
    return actions.length
  }

  return { make, list }
}

/** Carries out trials at once. */
function outcomes<State, Action, Task, Answer>(
  { tree, parts }: Run<State, Action, Task, Answer>,
  random: Random,
  { make, list }: { make(parent: NodeId, index: number): NodeId; list(node: NodeId): number },
): (trial: Trial) => Outcome {
  /** The evaluators of the last trial: searchers ask for the same ones again and again. */
  let names: readonly string[] = noNames
  let evaluators: readonly Evaluator<State, Action>[] = []

  function choose(asked: readonly string[]): void {
    if (asked === names) return
    evaluators = asked.map((name) => evaluatorNamed(parts, name))
    names = asked
  }

  function evaluate(nodes: readonly NodeId[], asked: readonly string[]): Evaluation[] {
    choose(asked)
    return nodes.flatMap((node) => evaluators.map((evaluator) => ({ value: evaluator.value!(tree.view(node), random) })))
  }

  /** What nearly all trials are. */
  function visit(trial: Trial & { readonly kind: 'visit' }): Outcome {
    const fresh = trial.candidate >= 0
    const node = fresh ? make(trial.node, trial.candidate) : trial.node
    choose(trial.evaluate ?? noNames)
    const nodes = [node]
    const evaluations = evaluators.length === 1 ? [{ value: evaluators[0]!.value!(tree.view(node), random) }] : evaluate(nodes, names)
    const offered = trial.propose !== undefined && !tree.closed(node) ? list(node) : 0
    const value = evaluations.length === 0 ? Number.NaN : evaluations[0]!.value
    return { trial, status: 'ok', node, nodes: fresh ? nodes : noNodes, offered, evaluations, value, usage: noUsage }
  }

  return (trial) => {
    if (trial.kind === 'visit') return visit(trial)
    let nodes: readonly NodeId[] = noNodes
    let node: NodeId
    let offered = 0
    let evaluations: readonly Evaluation[]
    if (trial.kind === 'expand') {
      node = trial.node
      const before = tree.blockSize[node]!
      if (before === 0) offered = list(node)
      if (trial.step) nodes = Array.from({ length: offered }, (_, index) => make(node, before + index))
      evaluations = evaluate(nodes, evaluatorsOf(trial))
    } else if (trial.kind === 'evaluate') {
      node = trial.nodes[0]!
      evaluations = evaluate(trial.nodes, [trial.by])
    } else {
      throw new BanyanError('E_SEARCHER_TRIAL', `pure searches do not do ${trial.kind} trials`, {
        hint: "Search with `detail: 'events'`.",
        fatal: true,
      })
    }
    return { trial, status: 'ok', node, nodes, offered, evaluations, value: evaluations[0]?.value ?? Number.NaN, usage: noUsage }
  }
}

/** A tree as searches make it, with a view of it. */
const tree = new Tree<unknown, unknown>()
tree.readAnswer = () => undefined
tree.addRoot(undefined)
for (const one of [tree, tree.view(0), new Random(0)]) keep(one)

const noNames: readonly string[] = []
const noNodes: readonly NodeId[] = []
const noUsage: Amounts = Object.freeze({})
