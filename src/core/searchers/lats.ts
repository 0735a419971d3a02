// Language agent tree search (Zhou et al., "Language Agent Tree Search Unifies Reasoning, Acting, and Planning in Language Models", ICML 2024,
// arXiv:2310.04406): UCT over sampled steps, valued by judge and self-consistency, simulated to an end, and reflection on ends that fail.
import type { NodeId } from '../common.ts'
import type { Evaluation } from '../evaluator.ts'
import type { Searcher } from '../searcher.ts'
import type { Tree } from '../tree.ts'
import type { Ask, Outcome, Trial, Work } from '../trial.ts'
import { backUp, backups } from './backup.ts'
import { BestNodes } from './best.ts'
import { ownValue } from './own-value.ts'
import { Barren } from './patience.ts'
import { addPending, lessened } from './pending.ts'
import { forOnePlayer } from './players.ts'
import { uct } from './select.ts'
import { checkSettings, oneOf } from './settings.ts'

/** Options of `lats`. */
export interface LatsOptions {
  /** n, children sampled when a state is expanded. Default 5, as in the paper. */
  readonly branching?: number
  /** w, weight of the exploration term of UCT, at least 0. Default 1. */
  readonly exploration?: number
  /** 1 - λ, the part of self-consistency in a child's value, in [0, 1]: λ · judge + (1 - λ) · share of the samples that were this step. Default 0.5. */
  readonly consistency?: number
  /**
   * How the best new child is followed to an end: `rollout`, one sample a step, judged at its end; `levels`, as in the paper, n samples a
   * step of which the best is followed; `none`, not at all. Searches whose parts are all pure need `levels` or `none`. Default `rollout`.
   */
  readonly simulation?: 'rollout' | 'levels' | 'none'
  /** Most steps of a simulation. Default 32. */
  readonly steps?: number
  /** How often one failed end is written anew after its evaluator's critique; 0: never. Needs a proposer that reads `feedback`. Default 1. */
  readonly reflections?: number
  /** Which ends count as failed: `unsolved`, all that no verifier accepts; `dead`, those that a verifier refuses for certain. Default `unsolved`. */
  readonly reflectOn?: 'unsolved' | 'dead'
  /** What each trial under way below a state counts as having lost, at least 0, as in `mcts`. Default 0: it counts as a visit alone. */
  readonly virtualLoss?: number
  /** Name of the proposer. Default `default`. */
  readonly propose?: string
  /** Name of the proposer that writes anew. Default: `propose`. */
  readonly revise?: string
  /** Name of the evaluator. Default `default`. */
  readonly evaluate?: string
  /** Go on after the first certain answer. Default false. */
  readonly continueWhenSolved?: boolean
}

/** A failed end, and what was said of it. */
interface Failure {
  readonly node: NodeId
  readonly feedback: string
}

interface LatsMemory {
  readonly best: BestNodes
  readonly barren: Barren
  /** Nodes whose children were sampled; nodes that trials are busy with; nodes below which nothing is left to try. */
  readonly expanded: Set<NodeId>
  readonly busy: Set<NodeId>
  readonly spent: Set<NodeId>
  /** Where simulations go on, and how many steps they have taken. */
  readonly simulations: { readonly node: NodeId; readonly taken: number }[]
  /** By node under way: the steps of its simulation. */
  readonly taken: Map<NodeId, number>
  failures: Failure[]
  /** By end: how often it was written anew, and its revision before that. */
  readonly rewritten: Map<NodeId, { times: number; revision: number }>
}

/**
 * LATS. Selection goes down by V + w · √(ln N(parent) / N); expansion samples n steps and has them judged together; a child's first value is
 * λ · judge + (1 - λ) · its share of the samples, the proposer's prior; the best child is simulated to an end, whose value is averaged into
 * all states above it: V ← (V · N + r) / (N + 1).
 *
 * Reflection: a failed end whose evaluation carries a critique is written anew with the critique as feedback (`revise` trials), and the new
 * end's value is averaged in as well. What it replaces is gone from the tree, so the best answer so far is kept as it is, unless a verifier is
 * certain that it is wrong. The paper shows its reflections to all later samples; here they are shown where they belong.
 *
 * @throws `E_SEARCHER_SETTING` for a setting that is unknown or out of range; `E_SEARCHER_PLAYERS` in a game for two.
 *
 * @example
 * await search({ environment: reasoning(), task, proposer, evaluator: judge, searcher: lats({ branching: 3, reflections: 2 }), budget: { calls: 60 } })
 */
export function lats(options: LatsOptions = {}): Searcher<LatsMemory> {
  checkSettings('lats', options, {
    branching: 'integer>=1',
    exploration: 'number>=0',
    consistency: 'number>=0',
    simulation: oneOf('rollout', 'levels', 'none'),
    steps: 'integer>=1',
    reflections: 'integer>=0',
    reflectOn: oneOf('unsolved', 'dead'),
    virtualLoss: 'number>=0',
    propose: 'string',
    revise: 'string',
    evaluate: 'string',
    continueWhenSolved: 'boolean',
  })
  const {
    branching = 5,
    exploration = 1,
    consistency = 0.5,
    simulation = 'rollout',
    steps = 32,
    reflections = 1,
    reflectOn = 'unsolved',
    virtualLoss = 0,
    continueWhenSolved = false,
  } = options
  const asked = (count: number, by = options.propose): Ask => ({ count, ...(by === undefined ? {} : { by }) })
  const evaluate = [options.evaluate ?? 'default']
  const selection = uct(exploration)

  /** The most promising state that can be expanded at or below a node; undefined when others are busy there; `spent` when there is none. */
  function select(tree: Tree, memory: LatsMemory, node: NodeId): NodeId | 'spent' | undefined {
    if (memory.busy.has(node)) return undefined
    if (tree.closed(node) || memory.spent.has(node)) return 'spent'
    if (!memory.expanded.has(node)) return node
    const term = selection.term(tree.visits[node]! + tree.pending[node]!)
    const score = (child: NodeId): number => {
      const visits = tree.visits[child]!
      const pending = tree.pending[child]!
      const mean = visits === 0 ? tree.mean(node) || 0 : tree.mean(child)
      const value = virtualLoss === 0 ? mean : lessened(mean * Math.max(1, visits), Math.max(1, visits), pending, virtualLoss)
      return selection.score(value, tree.prior(child), Math.max(1, visits + pending), term)
    }
    const ranked = tree
      .children(node)
      .map((child) => ({ child, score: score(child) }))
      .sort((a, b) => b.score - a.score || a.child - b.child)
    let waiting = false
    for (const { child } of ranked) {
      const found = select(tree, memory, child)
      if (typeof found === 'number') return found
      waiting ||= found === undefined
    }
    if (waiting) return undefined
    // All that was sampled is spent: more samples may bring more.
    if (!tree.complete(node)) return node
    memory.spent.add(node)
    return 'spent'
  }

  /** The next work: to write a failed end anew, to go on with a simulation, or to expand. */
  function next(tree: Tree, memory: LatsMemory): Exclude<Work, { nodes: unknown }> | undefined {
    const failure = memory.failures.findIndex(({ node }) => node !== memory.best.node || tree.dead(node))
    if (failure >= 0) {
      const [{ node, feedback }] = memory.failures.splice(failure, 1) as [Failure]
      memory.rewritten.set(node, { times: (memory.rewritten.get(node)?.times ?? 0) + 1, revision: tree.revision(node) })
      return { kind: 'revise', node, feedback, propose: asked(1, options.revise ?? options.propose), evaluate }
    }
    const going = memory.simulations.shift()
    if (going !== undefined) {
      memory.taken.set(going.node, going.taken)
      return simulation === 'rollout'
        ? { kind: 'rollout', node: going.node, steps, keep: true, propose: asked(1), evaluate }
        : { kind: 'expand', node: going.node, propose: asked(branching), step: true, evaluate }
    }
    const node = select(tree, memory, tree.root)
    return typeof node === 'number' ? { kind: 'expand', node, propose: asked(branching), step: true, evaluate } : undefined
  }

  /** Takes in an end: its value counts for all above it, and it may be written anew. */
  function end(tree: Tree, memory: LatsMemory, node: NodeId, evaluation: Evaluation | undefined): void {
    const value = evaluation?.value ?? ownValue(tree, node)
    backUp(tree, node, value, backups.mean)
    memory.best.consider(tree, node, value)
    const failed = tree.closed(node) && !tree.solved(node) && (reflectOn === 'unsolved' || tree.dead(node))
    if (!failed || evaluation?.critique === undefined || (memory.rewritten.get(node)?.times ?? 0) >= reflections) return
    memory.failures.push({ node, feedback: evaluation.critique })
  }

  /** Takes in an open state that was judged on its own: its value is its first visit, and counts for none above it yet. */
  function place(tree: Tree, memory: LatsMemory, node: NodeId, evaluation: Evaluation | undefined): number {
    const judged = evaluation?.value ?? ownValue(tree, node)
    const value = (1 - consistency) * judged + consistency * tree.prior(node)
    tree.visits[node] = 1
    tree.valueSum[node] = value
    memory.best.consider(tree, node, judged)
    return value
  }

  function tellExpanded(tree: Tree, memory: LatsMemory, node: NodeId, outcome: Outcome): void {
    memory.expanded.add(node)
    if (memory.barren.note(tree, node, outcome)) memory.spent.add(node)
    const taken = memory.taken.get(node) ?? 0
    memory.taken.delete(node)
    let ahead: NodeId | undefined
    for (const [i, child] of outcome.nodes.entries()) {
      const evaluation = outcome.evaluations[i]
      if (tree.closed(child)) end(tree, memory, child, evaluation)
      else {
        const value = place(tree, memory, child, evaluation)
        if (simulation === 'none') backUp(tree, tree.parent[child]!, value, backups.mean)
      }
      if (ahead === undefined || tree.mean(child) > tree.mean(ahead)) ahead = child
    }
    if (ahead === undefined || tree.closed(ahead) || simulation === 'none') return
    if (simulation === 'levels' && taken >= steps) backUp(tree, ahead, tree.mean(ahead), backups.mean)
    else memory.simulations.push({ node: ahead, taken: taken + 1 })
  }

  function tellSimulated(tree: Tree, memory: LatsMemory, start: NodeId, outcome: Outcome): void {
    memory.taken.delete(start)
    if (memory.barren.note(tree, start, outcome)) memory.spent.add(start)
    const [evaluation] = outcome.evaluations
    if (outcome.node !== start && (evaluation !== undefined || tree.terminal(outcome.node))) end(tree, memory, outcome.node, evaluation)
  }

  function tellRewritten(tree: Tree, memory: LatsMemory, node: NodeId, outcome: Outcome): void {
    if (tree.revision(node) <= (memory.rewritten.get(node)?.revision ?? 0)) return
    memory.best.forget(tree, node)
    memory.expanded.delete(node)
    const [evaluation] = outcome.evaluations
    if (tree.closed(node)) {
      end(tree, memory, node, evaluation)
      return
    }
    // It goes on now: nothing above it is spent any more.
    for (const above of tree.path(node)) memory.spent.delete(above)
    const value = place(tree, memory, node, evaluation)
    if (simulation === 'none') backUp(tree, tree.parent[node]!, value, backups.mean)
    else memory.simulations.push({ node, taken: 1 })
  }

  return {
    name: 'lats',
    settings: {
      branching,
      exploration,
      consistency,
      simulation,
      steps,
      reflections,
      reflectOn,
      ...(virtualLoss === 0 ? {} : { virtualLoss }),
      propose: options.propose ?? 'default',
      revise: options.revise ?? options.propose ?? 'default',
      evaluate,
      continueWhenSolved,
    },
    twins: false,
    start(tree) {
      forOnePlayer(tree, 'lats')
      return {
        best: new BestNodes(),
        barren: new Barren(),
        expanded: new Set(),
        busy: new Set(),
        spent: new Set(),
        simulations: [],
        taken: new Map(),
        failures: [],
        rewritten: new Map(),
      }
    },
    ask(tree, memory, free) {
      const works: Work[] = []
      while (works.length < free) {
        const work = next(tree, memory)
        if (work === undefined) break
        memory.busy.add(work.node)
        addPending(tree, work.node, 1)
        works.push(work)
      }
      return works
    },
    tell(tree, memory, outcome) {
      const { kind, node } = outcome.trial as Exclude<Trial, { nodes: unknown }>
      memory.busy.delete(node)
      addPending(tree, node, -1)
      if (kind === 'expand') tellExpanded(tree, memory, node, outcome)
      else if (kind === 'rollout') tellSimulated(tree, memory, node, outcome)
      else tellRewritten(tree, memory, node, outcome)
    },
    done: (tree, memory) => (!continueWhenSolved && memory.best.solved(tree) ? 'solved' : undefined),
    best: (_tree, memory) => memory.best.node,
    answers: (tree, memory, count) => memory.best.answers(tree, count),
  }
}
