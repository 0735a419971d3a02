// A* (Hart, Nilsson and Raphael 1968) with its weighted and batched forms, and over edges instead of nodes (Q*, Agostinelli et al. 2021).
// It knows costs and estimates; where they come from is the business of `path-cost.ts`.
import type { NodeId } from '../common.ts'
import type { Evaluation } from '../evaluator.ts'
import type { Searcher } from '../searcher.ts'
import { type Tree, untried } from '../tree.ts'
import type { Outcome, Work } from '../trial.ts'
import { BestNodes } from './best.ts'
import { Heap } from './heap.ts'
import { following, heuristics, stepCost, stepCosts } from './path-cost.ts'
import { Barren } from './patience.ts'
import { forOnePlayer } from './players.ts'
import { checkSettings, oneOf } from './settings.ts'

/** Options of `aStar`. */
export interface AStarOptions {
  /** w, the weight of the estimate, at least 0. Default 1. Above 1: faster, and at most w times as dear as the cheapest path. */
  readonly weight?: number
  /** λ, the weight of the path so far, at least 0. Default 1. 0: greedy. DeepCubeA and Q* weigh this one. */
  readonly pathWeight?: number
  /** B: how many of the best are expanded together; the next batch begins when all are told. Default 1. */
  readonly batch?: number
  /**
   * `children`: expanding a state makes and evaluates all its children. `edges`: what is expanded is one candidate, so that one state is made
   * and evaluated at a time, whatever the number of actions; its priority is the entry of the parent's `vector`, the cost of the step and of
   * all that follows (Q*), or, without vectors, the parent's own estimate (deferred evaluation). Default `children`.
   */
  readonly expansion?: 'children' | 'edges'
  /** How a value v becomes the cost h that is left. `shortfall` (default): scale · max(0, top - v); `log`: -scale · ln v; `cost`: scale · v; `none`: 0. */
  readonly heuristic?: keyof typeof heuristics
  /** Cost for each unit of value (for `log`, of each nat), at least 0. Default 1. */
  readonly scale?: number
  /** The value at which nothing is left to pay, for `shortfall`. Default 1; 0 for values that are minus the cost. */
  readonly top?: number
  /** `path-cost` (default): as the environment's steps say, else 1 each; `log-prob`: minus the action's log-probability; `evaluated`: the evaluator's `values.cost`. */
  readonly stepCost?: keyof typeof stepCosts
  /** What is a goal: a state that a verifier is certain of (`solved`), or also every finished state that is no dead end (`terminal`). Default `solved`; `terminal` where `heuristic` is `none`. */
  readonly goal?: 'solved' | 'terminal'
  /** `proven` (default): when nothing open could be cheaper than the cheapest goal; `first`: at the first goal that is made. */
  readonly stop?: 'proven' | 'first'
  /** A state that was seen before: `reopen` (default) goes on from it when the path is cheaper; `prune` never; `ignore` always. */
  readonly twins?: 'reopen' | 'prune' | 'ignore'
  /** Children proposed at each state. Default 4; proposers that list moves give them all. */
  readonly branching?: number
  /** Deepest level. Default: no limit. */
  readonly depth?: number | null
  /** Name of the proposer. Default `default`. */
  readonly propose?: string
  /** Name of the evaluator. Default `default`. None is asked over children with `heuristic: 'none'` and `goal: 'terminal'`. */
  readonly evaluate?: string
}

/** What is open: a node (candidate -1), or, over edges, one of its candidates, the next in the order of their costs. */
interface Edge {
  readonly node: NodeId
  readonly candidate: number
}

interface AStarMemory {
  readonly open: Heap<Edge>
  /** Of the batch: not handed out yet, and how many trials are under way. */
  batch: Edge[]
  underWay: number
  /** Over edges: nodes whose candidates are known, with what each costs together with all that follows, where a vector says so. */
  readonly edges: Map<NodeId, Float64Array | undefined>
  /** By the first node of a state: cost of the cheapest path to it. */
  readonly cheapest: Map<NodeId, number>
  readonly best: BestNodes
  readonly barren: Barren
  /** The cheapest goal. */
  goal: NodeId | undefined
  started: boolean
  /** Nothing open can be cheaper. */
  settled: boolean
}

/**
 * A* search: expands the states with the least f = λ · g + w · h, g being the cost of the path so far and h the estimate of the rest.
 *
 * With λ = 1 and an admissible estimate (h never above the true rest; over edges, no entry of a vector above the true cost of the step and the
 * rest), the first goal that is proven is the cheapest for w ≤ 1, and at most w times as dear for w > 1, whatever the batch. That needs all
 * actions to be offered and no trial to fail. Estimates need not be consistent: a state that is reached again by a cheaper path is reopened
 * through its twin. Among equal f the longer path (greater g) goes first, then what was found first. Batches work in lock step: the tree
 * does not depend on concurrency.
 *
 * @throws `E_SEARCHER_SETTING` for a setting that is unknown or out of range; `E_SEARCHER_PLAYERS` in a game for two;
 *   `E_SEARCHER_STEP_COST`, while searching, for a cost that is negative or missing.
 *
 * @example
 * await search({ environment, task, evaluator, searcher: aStar({ weight: 1.5, batch: 16 }), concurrency: 16 })
 */
export function aStar(options: AStarOptions = {}): Searcher<AStarMemory> {
  checkSettings('a-star', options, {
    weight: 'number>=0',
    pathWeight: 'number>=0',
    batch: 'integer>=1',
    expansion: oneOf('children', 'edges'),
    heuristic: oneOf(...Object.keys(heuristics)),
    scale: 'number>=0',
    top: 'number',
    stepCost: oneOf(...Object.keys(stepCosts)),
    goal: oneOf('solved', 'terminal'),
    stop: oneOf('proven', 'first'),
    twins: oneOf('reopen', 'prune', 'ignore'),
    branching: 'integer>=1',
    depth: 'integer>=1|null',
    propose: 'string',
    evaluate: 'string',
  })
  const {
    weight = 1,
    pathWeight = 1,
    batch = 1,
    expansion = 'children',
    heuristic = 'shortfall',
    scale = 1,
    top = 1,
    stepCost: costBy = 'path-cost',
    goal = heuristic === 'none' ? 'terminal' : 'solved',
    stop = 'proven',
    twins = 'reopen',
    branching = 4,
    depth = null,
  } = options
  const propose = { count: branching, ...(options.propose === undefined ? {} : { by: options.propose }) }
  const judged = heuristic !== 'none' || goal === 'solved' || costBy === 'evaluated' || expansion === 'edges'
  const evaluate = judged ? [options.evaluate ?? 'default'] : []

  const costs = (tree: Tree): Float64Array => tree.column('a-star cost').values
  const estimates = (tree: Tree): Float64Array => tree.column('a-star estimate').values

  function open(tree: Tree, memory: AStarMemory, node: NodeId, h = estimates(tree)[node]!, candidate = -1): void {
    const g = costs(tree)[node]!
    if (h < Number.POSITIVE_INFINITY) memory.open.push({ node, candidate }, -(pathWeight * g + weight * h), g)
  }

  /** Opens the candidate that comes after another in the order of costs; one at a time, so that a node costs memory for one. */
  function openEdge(tree: Tree, memory: AStarMemory, node: NodeId, after: number): void {
    const known = memory.edges.get(node)
    const candidate = following(known, tree.blockSize[node]!, after)
    if (candidate < 0) memory.edges.set(node, undefined)
    else open(tree, memory, node, known?.[candidate], candidate)
  }

  /** Cost of the cheapest path to the state whose first node this is. */
  function cheapest(memory: AStarMemory, first: NodeId): number {
    return memory.cheapest.get(first) ?? Number.POSITIVE_INFINITY
  }

  /** A cheaper path to the same state is known. */
  function superseded(tree: Tree, memory: AStarMemory, node: NodeId): boolean {
    return twins === 'reopen' && cheapest(memory, tree.twin(node) ?? node) < costs(tree)[node]!
  }

  /** The best that is open. */
  function next(tree: Tree, memory: AStarMemory): Edge | undefined {
    for (let edge = memory.open.pop(); edge !== undefined; edge = memory.open.pop()) {
      const { node, candidate } = edge
      if (superseded(tree, memory, node)) continue
      if (candidate < 0) return edge
      openEdge(tree, memory, node, candidate)
      if (tree.child(node, candidate) === untried) return edge
    }
    return undefined
  }

  function workFor(tree: Tree, { node, candidate }: Edge): Work {
    if (candidate >= 0 || (expansion === 'edges' && node === tree.root)) return { kind: 'visit', node, candidate, propose, evaluate }
    return expansion === 'children'
      ? { kind: 'expand', node, propose, step: true, evaluate }
      : { kind: 'expand', node, propose, step: false }
  }

  /** Opens what follows a node that was made or asked again. */
  function goOn(tree: Tree, memory: AStarMemory, node: NodeId, vector: readonly number[] | undefined): void {
    if (expansion === 'children' || tree.blockSize[node] === 0) {
      if (expansion === 'children' || !tree.complete(node)) open(tree, memory, node)
      return
    }
    memory.edges.set(node, vector === undefined ? undefined : Float64Array.from(vector))
    openEdge(tree, memory, node, -1)
  }

  function arrive(tree: Tree, memory: AStarMemory, node: NodeId, evaluation: Evaluation | undefined): void {
    const parent = tree.parent[node]!
    const step = stepCost(costBy, tree, node, evaluation)
    const g = costs(tree)[parent]! + step
    costs(tree)[node] = g
    if (evaluation !== undefined) {
      tree.visits[node]!++
      tree.valueSum[node]! += evaluation.value
    }
    const reached = tree.solved(node) || (goal === 'terminal' && tree.terminal(node) && !tree.dead(node))
    // What was not judged costs what its parent was estimated at, less the step.
    const h = reached
      ? 0
      : evaluation === undefined
        ? Math.max(0, estimates(tree)[parent]! - step)
        : heuristics[heuristic](evaluation.value, scale, top)
    estimates(tree)[node] = h
    // What ended without an answer is none.
    if (!tree.terminal(node) || reached || tree.answer(node) !== undefined) memory.best.consider(tree, node, -(pathWeight * g + weight * h))
    if (reached && (memory.goal === undefined || g < costs(tree)[memory.goal]!)) memory.goal = node
    const first = tree.twin(node) ?? node
    if (twins === 'prune' && first !== node) return
    if (twins === 'reopen') {
      if (g >= cheapest(memory, first)) return
      memory.cheapest.set(first, g)
    }
    if (reached || tree.closed(node) || (depth !== null && tree.depth[node]! - tree.depth[tree.root]! >= depth)) return
    goOn(tree, memory, node, evaluation?.vector)
  }

  /** Whether no open path can be cheaper than the cheapest goal. */
  function isSettled(tree: Tree, memory: AStarMemory): boolean {
    if (memory.goal === undefined) return false
    if (stop === 'first') return true
    while (memory.open.first !== undefined && superseded(tree, memory, memory.open.first.node)) memory.open.pop()
    const lowest = memory.open.priority
    return lowest === undefined || -lowest >= pathWeight * costs(tree)[memory.goal]!
  }

  function tell(tree: Tree, memory: AStarMemory, outcome: Outcome): void {
    const { trial, nodes, evaluations } = outcome
    memory.underWay--
    // What a failed evaluator left without a cost is passed over.
    for (const [i, node] of nodes.entries())
      if (costBy !== 'evaluated' || outcome.status === 'ok' || evaluations[i] !== undefined) arrive(tree, memory, node, evaluations[i])
    const atRoot = trial.kind === 'visit' && trial.candidate < 0
    if (atRoot && evaluations[0] !== undefined) estimates(tree)[trial.node] = heuristics[heuristic](evaluations[0].value, scale, top)
    if (atRoot || trial.kind === 'expand') {
      const { node } = trial
      // What brought nothing is asked again, for a while.
      if (outcome.offered === 0 && nodes.length === 0) {
        if (!memory.barren.note(tree, node, outcome)) open(tree, memory, node)
      } else if (expansion === 'edges') goOn(tree, memory, node, evaluations[0]?.vector)
    }
    if (memory.batch.length === 0 && memory.underWay === 0) memory.settled = isSettled(tree, memory)
  }

  return {
    name: 'a-star',
    settings: {
      weight,
      pathWeight,
      batch,
      expansion,
      heuristic,
      scale,
      top,
      stepCost: costBy,
      goal,
      stop,
      twins,
      branching,
      depth,
      propose: options.propose ?? 'default',
      evaluate,
    },
    twins: twins !== 'ignore',
    start(tree) {
      forOnePlayer(tree, 'a-star')
      return {
        open: new Heap(),
        batch: [],
        underWay: 0,
        edges: new Map(),
        cheapest: new Map(),
        best: new BestNodes(),
        barren: new Barren(),
        goal: undefined,
        started: false,
        settled: false,
      }
    },
    ask(tree, memory, free) {
      if (!memory.started) {
        memory.cheapest.set(tree.root, 0)
        open(tree, memory, tree.root)
        memory.started = true
      }
      if (memory.batch.length === 0 && memory.underWay === 0 && !memory.settled) {
        for (let edge = next(tree, memory); edge !== undefined; edge = memory.batch.length < batch ? next(tree, memory) : undefined)
          memory.batch.push(edge)
      }
      const works = memory.batch.splice(0, free).map((edge) => workFor(tree, edge))
      memory.underWay += works.length
      return works
    },
    tell,
    done(tree, memory) {
      if (memory.goal === undefined || !(memory.settled || stop === 'first')) return undefined
      return tree.solved(memory.goal) ? 'solved' : 'converged'
    },
    best: (_tree, memory) => memory.goal ?? memory.best.node,
    answers: (tree, memory, count) => memory.best.answers(tree, count),
  }
}
