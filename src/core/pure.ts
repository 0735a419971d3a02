// The synchronous fast path: searches whose parts are all pure and exact. No calls, no promises, no growth records;
// the log keeps seed and checkpoints. It gives way regularly, so that it can be aborted.
import { Grant } from './budget.ts'
import type { NodeId } from './common.ts'
import type { Step } from './environment.ts'
import { BanyanError } from './errors.ts'
import type { Evaluation } from './evaluator.ts'
import type { Stop } from './options.ts'
import { evaluatorNamed } from './parts.ts'
import { pause } from './pause.ts'
import { impure, pureContext } from './pure-context.ts'
import { Random } from './random.ts'
import { interruption, type Run } from './run.ts'
import { type Tree, underWay } from './tree.ts'
import { treeDigest } from './tree-digest.ts'
import type { Outcome, Trial } from './trial.ts'
import { evaluatorsOf, slotOf } from './work.ts'

/** The units that a pure search counts. */
export const pureUnits = ['expansions', 'steps', 'nodes'] as const

const trialsBetweenPauses = 1000
const trialsBetweenCheckpoints = 100_000

/** Runs a pure search to its end. Throws what the parts throw. */
export async function runPure<State, Action, Task, Answer>(run: Run<State, Action, Task, Answer>): Promise<Stop> {
  const { options, desk, ledger, memory, stopping } = run
  const { searcher, concurrency, seed, watch } = options
  const tree = run.tree as Tree
  const asking = new Random(seed, 'searcher')
  const random = new Random(seed)
  const used = { expansions: 0, steps: 0, nodes: 0 }
  const limits = { expansions: ledger.available('expansions'), steps: ledger.available('steps'), nodes: ledger.available('nodes') }
  const outcomeOf = pureTrials(run, random, used)
  let lastPause = 0
  let stop: Stop | undefined
  while (stop === undefined) {
    const unit = pureUnits.find((unit) => used[unit] >= limits[unit])
    const works = unit === undefined ? searcher.ask(tree, memory, Math.min(concurrency, limits.expansions - used.expansions), asking) : []
    for (const work of works) {
      const slot = slotOf(tree, work)
      if (slot >= 0) tree.childOf[slot] = underWay
    }
    for (const work of works) {
      const id = run.trials++
      random.reseed(seed, id)
      searcher.tell(tree, memory, outcomeOf({ ...work, id }))
    }
    const done = searcher.done?.(tree, memory)
    if (unit !== undefined) stop = { stopped: 'budget', unit }
    else if (works.length === 0) stop = { stopped: 'exhausted' }
    else if (done !== undefined) stop = { stopped: done }
    else if (run.trials - lastPause >= trialsBetweenPauses) {
      if (Math.floor(run.trials / trialsBetweenCheckpoints) > Math.floor(lastPause / trialsBetweenCheckpoints))
        desk.recorder.record({ type: 'checkpoint', trials: run.trials, nodes: tree.size, digest: treeDigest(tree) })
      lastPause = run.trials
      watch?.(run.tree, searcher.best(tree, memory))
      stop = interruption(stopping)
      await pause()
    }
  }
  ledger.settle(new Grant({}), used)
  return stop
}

/** Carries out trials at once. */
function pureTrials<State, Action, Task, Answer>(
  { tree, parts, options }: Run<State, Action, Task, Answer>,
  random: Random,
  used: Record<(typeof pureUnits)[number], number>,
): (trial: Trial) => Outcome {
  const { environment } = parts
  const context = pureContext('search')
  const keyed = options.searcher.twins !== false

  function make(parent: NodeId, index: number): NodeId {
    const step = environment.step(tree.state(parent), tree.actions(parent)[index] as Action, context) as Step<State>
    if (step instanceof Promise) throw impure('answered a step with a promise')
    used.steps++
    used.nodes++
    return tree.addChild(parent, index, step, keyed ? environment.key?.(step.state) : undefined, environment.turn?.(step.state))
  }

  function list(node: NodeId): number {
    const actions = environment.actions!(tree.state(node))
    tree.offerListed(node, actions)
    used.expansions++
    return actions.length
  }

  function evaluate(nodes: readonly NodeId[], names: readonly string[]): Evaluation[] {
    const evaluations: Evaluation[] = []
    for (const node of nodes)
      for (const name of names) evaluations.push({ value: evaluatorNamed(parts, name).value!(tree.view(node), random) })
    return evaluations
  }

  return (trial) => {
    const nodes: NodeId[] = []
    let node: NodeId
    let offered = 0
    let evaluations: readonly Evaluation[] = []
    if (trial.kind === 'visit') {
      node = trial.node
      if (trial.candidate >= 0) {
        node = make(node, trial.candidate)
        nodes.push(node)
      }
      evaluations = evaluate([node], evaluatorsOf(trial))
      if (trial.propose !== undefined && !tree.closed(node)) offered = list(node)
    } else if (trial.kind === 'expand') {
      node = trial.node
      const before = tree.blockSize[node]!
      if (before === 0) offered = list(node)
      if (trial.step) {
        for (let index = before; index < before + offered; index++) nodes.push(make(node, index))
        evaluations = evaluate(nodes, evaluatorsOf(trial))
      }
    } else if (trial.kind === 'evaluate') {
      node = trial.nodes[0]!
      evaluations = evaluate(trial.nodes, [trial.by])
    } else {
      throw new BanyanError('E_SEARCHER_TRIAL', `pure searches do not do ${trial.kind} trials`, {
        hint: "Search with `detail: 'events'`.",
        fatal: true,
      })
    }
    return { trial, status: 'ok', node, nodes, offered, evaluations, value: evaluations[0]?.value ?? Number.NaN, usage: {} }
  }
}
