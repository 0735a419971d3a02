// Diffusion tree sampling (Jain et al. 2025, arXiv:2506.20701): a tree of samples whose values follow the soft Bellman equation, so that going
// down by exp(v / temperature) samples p(x) · exp(reward / temperature), and the more so the more the tree has grown. Nothing in it is about
// diffusion: any proposer that samples will do.
import type { NodeId } from '../common.ts'
import { BanyanError } from '../errors.ts'
import type { Random } from '../random.ts'
import type { Searcher } from '../searcher.ts'
import type { Tree } from '../tree.ts'
import type { Work } from '../trial.ts'
import { backUp, max, soft } from './backup.ts'
import { BestNodes } from './best.ts'
import { ownValue } from './own-value.ts'
import { Barren } from './patience.ts'
import { addPending } from './pending.ts'
import { forOnePlayer } from './players.ts'
import { uct } from './select.ts'
import { checkSettings, oneOf, outOfRange } from './settings.ts'

/** Options of `softBellman`. */
export interface SoftBellmanOptions {
  /** 1 / λ, above 0, in the unit of the values: how much a value is worth against what the proposer finds likely. Default 1. */
  readonly temperature?: number
  /** `boltzmann` (DTS, which samples): a child in proportion to exp(v / temperature). `uct` (DTS*, which looks for the best): v + c · √(ln N / n). Default `boltzmann`. */
  readonly selection?: 'boltzmann' | 'uct'
  /**
   * Of `boltzmann`, while the tree grows; what is drawn from it does not change in the limit. The paper has the same as `temperature`, the
   * default. Children whose first chain was unlucky are then hardly seen again, while lucky ones are put right: higher is fairer to them.
   */
  readonly selectionTemperature?: number
  /** c of `uct`, at least 0. Default 1. */
  readonly exploration?: number
  /** `soft`: temperature · ln of the mean of exp(v / temperature) over the children; `max`: the best child's, its limit at temperature 0. Default `soft`. */
  readonly backup?: 'soft' | 'max'
  /** A node through which N - 1 chains went has room for base · N^power children. Default 2 and 0.8. */
  readonly widening?: { readonly base: number; readonly power: number }
  /** Most steps from the root to an end, at least 1. Default 256. */
  readonly depth?: number
  /** Name of the proposer, which samples. Default `default`. */
  readonly propose?: string
  /** Name of the evaluator of ends; null: rewards of the environment count. Default `default`. */
  readonly evaluate?: string | null
  /** Go on after the first certain answer. Default false. */
  readonly continueWhenSolved?: boolean
}

interface SoftBellmanMemory {
  readonly best: BestNodes
  readonly barren: Barren
  /** Nodes at which nothing more can be sampled, and those below which there is nothing more to do. */
  readonly full: Set<NodeId>
  readonly exhausted: Set<NodeId>
  /** Chains under way, by the node from which they go on. */
  readonly growing: Map<NodeId, number>
}

/**
 * Grows a tree of samples. Each trial goes down from the root, past nodes that have all the children they have room for, and from the first
 * that has room samples a chain to an end; all states of the chain join the tree. Then every node above takes the soft value of its children,
 *
 *   v(x) = temperature · ln( 1/|C| · Σ exp(v(child) / temperature) ),
 *
 * an estimate of the soft value of the proposer's own distribution: children were drawn from it, so that no prior enters again. A finished
 * state has its reward. Where a visit could only end in finished states, it would do no more than make room above them: the room is taken.
 *
 * {@link boltzmannDescent} draws samples from the tree that was grown. The answer is the best end.
 *
 * @throws `E_SEARCHER_SETTING` for a setting that is unknown or out of range; `E_SEARCHER_PLAYERS` in a game for two.
 *
 * @example
 * const { tree } = await search({ environment, task, proposer, evaluator, searcher: softBellman({ temperature: 0.1 }), budget: { calls: 1000 } })
 */
export function softBellman(options: SoftBellmanOptions = {}): Searcher<SoftBellmanMemory> {
  checkSettings('soft-bellman', options, {
    temperature: 'number>=1e-9',
    selection: oneOf('boltzmann', 'uct'),
    selectionTemperature: 'number>=1e-9',
    exploration: 'number>=0',
    backup: oneOf('soft', 'max'),
    widening: 'object',
    depth: 'integer>=1',
    propose: 'string',
    evaluate: 'string|null',
    continueWhenSolved: 'boolean',
  })
  const { temperature = 1, selection = 'boltzmann', exploration = 1, widening = { base: 2, power: 0.8 } } = options
  const { selectionTemperature = temperature, depth = 256, evaluate = 'default', continueWhenSolved = false } = options
  if (!(widening.base > 0 && widening.power >= 0))
    throw outOfRange('soft-bellman', 'widening', widening, 'base above 0, power of at least 0')
  const backup = options.backup === 'max' ? max : soft(temperature)
  const propose = { count: 1, ...(options.propose === undefined ? {} : { by: options.propose }) }
  const rule = uct(exploration)

  /** From where a chain goes on; undefined when there is nothing to do. */
  function descend(tree: Tree, memory: SoftBellmanMemory, random: Random): NodeId | undefined {
    const { full, exhausted, growing } = memory
    if (exhausted.has(tree.root)) return undefined
    for (let node = tree.root; ; ) {
      const visits = 1 + tree.visits[node]! + tree.pending[node]!
      const room = tree.blockSize[node]! + (growing.get(node) ?? 0) < widening.base * visits ** widening.power
      const child = room && !full.has(node) ? undefined : choose(tree, memory, node, random)
      if (child === undefined) return full.has(node) ? undefined : node
      node = child
    }
  }

  /** A child below which there is something to do. */
  function choose(tree: Tree, { exhausted }: SoftBellmanMemory, node: NodeId, random: Random): NodeId | undefined {
    const open = tree.children(node).filter((child) => !exhausted.has(child))
    if (open.length === 0) return undefined
    if (selection === 'boltzmann') return open[random.weighted(weightsOf(tree, open, selectionTemperature))]
    const term = rule.term(1 + tree.visits[node]! + tree.pending[node]!)
    const scores = open.map((child) => rule.score(valueAt(tree, child), 1, Math.max(1, tree.visits[child]! + tree.pending[child]!), term))
    return open[scores.indexOf(scores.reduce((most, score) => Math.max(most, score)))]
  }

  /** Notes which nodes above have nothing left to do below them. */
  function exhaust(tree: Tree, { full, exhausted }: SoftBellmanMemory, from: NodeId): void {
    for (let node = from; node >= 0; node = tree.parent[node]!) {
      const over = tree.closed(node) || (full.has(node) && tree.children(node).every((child) => exhausted.has(child)))
      if (over) exhausted.add(node)
      if (!over || node === tree.root) return
    }
  }

  return {
    name: 'soft-bellman',
    settings: {
      ...{ temperature, selection, selectionTemperature, exploration, backup: backup.name, widening: { ...widening }, depth },
      ...{ propose: propose.by ?? 'default', evaluate, continueWhenSolved },
    },
    twins: false,
    start(tree) {
      forOnePlayer(tree, 'soft-bellman')
      return { best: new BestNodes(), barren: new Barren(), full: new Set(), exhausted: new Set(), growing: new Map() }
    },
    ask(tree, memory, free, random) {
      const works: Work[] = []
      while (works.length < free) {
        const node = descend(tree, memory, random)
        if (node === undefined) break
        addPending(tree, node, 1)
        memory.growing.set(node, (memory.growing.get(node) ?? 0) + 1)
        const steps = Math.max(1, depth - (tree.depth[node]! - tree.depth[tree.root]!))
        works.push({ kind: 'rollout', node, steps, keep: true, propose, ...(evaluate !== null && { evaluate: [evaluate] }) })
      }
      return works
    },
    tell(tree, memory, outcome) {
      const from = 'node' in outcome.trial ? outcome.trial.node : tree.root
      addPending(tree, from, -1)
      memory.growing.set(from, memory.growing.get(from)! - 1)
      const end = outcome.node
      if (outcome.nodes.length > 0) {
        const value = Number.isNaN(outcome.value) && evaluate === null ? ownValue(tree, end) : outcome.value
        if (!Number.isNaN(value)) backUp(tree, end, value, backup)
        memory.best.consider(tree, end, value)
        if (tree.depth[end]! - tree.depth[tree.root]! >= depth) memory.full.add(end)
      }
      if (memory.barren.note(tree, from, outcome)) memory.full.add(from)
      exhaust(tree, memory, end)
      exhaust(tree, memory, from)
    },
    done: (tree, memory) => (!continueWhenSolved && memory.best.solved(tree) ? 'solved' : undefined),
    best: (_tree, memory) => memory.best.node,
    answers: (tree, memory, count) => memory.best.answers(tree, count),
  }
}

/**
 * Draws samples from a tree that {@link softBellman} has grown, without a call: from the root, again and again a child in proportion to
 * exp(v / temperature), to an end. The same end may come more than once. The tree may not grow meanwhile.
 *
 * @throws `E_TREE_EMPTY` when nothing in the tree has a value.
 * @example
 * const draw = boltzmannDescent(tree)
 * const random = new Random(1)
 * const samples = Array.from({ length: 1000 }, () => tree.state(draw(random)))
 */
export function boltzmannDescent(tree: Tree, temperature = 1): (random: Random) => NodeId {
  const known = new Map<NodeId, { readonly nodes: readonly NodeId[]; readonly upTo: Float64Array }>()
  const below = (node: NodeId) => {
    let found = known.get(node)
    if (found === undefined) {
      const nodes = tree.children(node).filter((child) => tree.visits[child]! > 0)
      const upTo = weightsOf(tree, nodes, temperature)
      for (let at = 1; at < upTo.length; at++) upTo[at]! += upTo[at - 1]!
      found = { nodes, upTo }
      known.set(node, found)
    }
    return found
  }
  if (below(tree.root).nodes.length === 0)
    throw new BanyanError('E_TREE_EMPTY', 'nothing in this tree has a value', {
      wanted: 'a tree in which at least one chain came to its end',
    })
  return (random) => {
    for (let node = tree.root; ; ) {
      const { nodes, upTo } = below(node)
      if (nodes.length === 0) return node
      node = nodes[firstAbove(upTo, random.unit() * upTo.at(-1)!)]!
    }
  }
}

/** exp(value / temperature) of nodes, the greatest being 1. */
function weightsOf(tree: Tree, nodes: readonly NodeId[], temperature: number): Float64Array {
  const weights = new Float64Array(nodes.length)
  let highest = Number.NEGATIVE_INFINITY
  for (let at = 0; at < nodes.length; at++) {
    weights[at] = valueAt(tree, nodes[at]!)
    highest = Math.max(highest, weights[at]!)
  }
  for (let at = 0; at < nodes.length; at++) weights[at] = Math.exp((weights[at]! - highest) / temperature)
  return weights
}

/** The first place of a rising list that is above a number; else the last. */
function firstAbove(rising: Float64Array, point: number): number {
  let [low, high] = [0, rising.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if (rising[middle]! > point) high = middle
    else low = middle + 1
  }
  return low
}

/** Its value; its parent's while it has none, because its chain was cut off. */
function valueAt(tree: Tree, node: NodeId): number {
  if (tree.visits[node]! > 0) return tree.mean(node)
  const parent = tree.parent[node]!
  return parent >= 0 && tree.visits[parent]! > 0 ? tree.mean(parent) : 0
}
