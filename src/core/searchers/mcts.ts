// Monte Carlo tree search: select, visit, back up. Selection, initial value and backup are pieces; papers differ exactly there.
import type { NodeId } from '../common.ts'
import { keep } from '../keep.ts'
import type { Random } from '../random.ts'
import type { Place, Searcher } from '../searcher.ts'
import { failed, proof, type Tree } from '../tree.ts'
import type { Ask, Outcome, Work } from '../trial.ts'
import { type Backup, backups } from './backup.ts'
import { BestNodes } from './best.ts'
import { bestMove } from './best-move.ts'
import { Edges } from './edges.ts'
import { addPending } from './pending.ts'
import { proofOf, prove, provenByChildren } from './prove.ts'
import { type Selection, selections } from './select.ts'
import { checkSettings, oneOf } from './settings.ts'

/** Options of `mcts`. */
export interface MctsOptions {
  /** How a child is chosen. Default `uct`, or `puct` where `priors` matter. */
  readonly selection?: 'uct' | 'puct' | 'max-ucb' | Selection
  /** Weight c of the exploration term, at least 0. Default 1.4 for UCT, 1.25 for the others. */
  readonly exploration?: number
  /** How values are carried up. Default `mean`. */
  readonly backup?: 'mean' | 'max' | 'min-max' | 'children' | Backup
  /** Value of a candidate that was not tried, for selections that do not try all first: a number, or the parent's value. Default `parent`. */
  readonly initialValue?: number | 'parent'
  /** `one-child`: each trial makes and evaluates one child, and proposes there. `all-children`: expanding a node makes and evaluates all its children at once. Default `one-child`. */
  readonly expansion?: 'one-child' | 'all-children'
  /** Candidates asked for at a node. Default 4; proposers that list moves give them all. */
  readonly branching?: number
  /** Progressive widening: a node visited N times has room for `base · N^power` candidates. Default: no more than `branching`. */
  readonly widening?: { readonly base: number; readonly power: number }
  /** `prune`: a state that was seen before counts as nothing left to try. Default `ignore`. */
  readonly twins?: 'ignore' | 'prune'
  /**
   * Virtual loss, at least 0: until it is told, each trial under way at or below a child counts as a visit worth `-virtualLoss` to the side
   * that chooses, so that trials in flight spread. 1 is a lost game where values are in [-1, 1]. Default 0: they count as visits that leave
   * the mean as it is. Without concurrency it changes nothing. Chaslot et al., "Parallel Monte-Carlo Tree Search", CG 2008; Segal, "On the
   * Scalability of Parallel UCT", CG 2010.
   */
  readonly virtualLoss?: number
  /** Go on after the first certain answer. Default false. */
  readonly continueWhenSolved?: boolean
  /** Names of the parts. Default `default`. */
  readonly propose?: string
  readonly evaluate?: string
}

interface MctsMemory {
  /** What is chosen from. */
  readonly edges: Edges
  /** The last work asked for, as long as nothing was asked or told since: what is told at once need not be marked in between. */
  asked: Work | undefined
  /** What the fast path came upon that is no visit, until it is asked for. */
  found: { readonly work: Work | undefined } | undefined
  readonly best: BestNodes
  /** Nodes at which a proposal is under way. */
  readonly expanding: Set<NodeId>
  /** How often asking for more candidates brought none. */
  readonly barren: Map<NodeId, number>
}

/**
 * Monte Carlo tree search.
 *
 * For one player the best answer is the best finished state; for two it is the move at the root: a proven win, else the most visited.
 *
 * @example
 * await search({ environment: connectFour(), task: { moves: '44' }, searcher: mcts({ exploration: 2 }), evaluator: rollout(), budget: { expansions: 10_000 } })
 *
 * @throws `E_SEARCHER_SETTING` for a setting that is unknown or out of range.
 */
export function mcts(options: MctsOptions = {}): Searcher<MctsMemory> {
  checkSettings('mcts', options, {
    selection: oneOf(...Object.keys(selections), 'object'),
    exploration: 'number>=0',
    backup: oneOf(...Object.keys(backups), 'object'),
    initialValue: oneOf('parent', 'number'),
    expansion: oneOf('one-child', 'all-children'),
    branching: 'integer>=1',
    widening: 'object',
    twins: oneOf('ignore', 'prune'),
    virtualLoss: 'number>=0',
    continueWhenSolved: 'boolean',
    propose: 'string',
    evaluate: 'string',
  })
  const named = options.selection ?? 'uct'
  const exploration = options.exploration ?? (named === 'uct' ? 1.4 : 1.25)
  const selection = typeof named === 'object' ? named : selections[named](exploration)
  const backup = typeof options.backup === 'object' ? options.backup : backups[options.backup ?? 'mean']
  const {
    initialValue = 'parent',
    expansion = 'one-child',
    branching = 4,
    widening,
    twins = 'ignore',
    virtualLoss = 0,
    continueWhenSolved = false,
  } = options
  const propose: Ask = { count: branching, ...(options.propose === undefined ? {} : { by: options.propose }) }
  const evaluate = [options.evaluate ?? 'default']

  /** The next work below the root, or undefined when there is none now. */
  function descend(tree: Tree, memory: MctsMemory, random: Random): Work | undefined {
    const place: Place = { node: 0, candidate: 0 }
    const other = goDown(tree, memory, random, place)
    return other === visit ? { kind: 'visit', ...place, propose, evaluate, id: -1 } : other
  }

  /** Goes down to a candidate that has no node and writes it to `place`; or finds other work, or none. */
  function goDown(tree: Tree, memory: MctsMemory, random: Random, place: Place): typeof visit | Work | undefined {
    let node = tree.root
    memory.edges.begin(random)
    for (;;) {
      // Only the root can be closed or busy here: below it such nodes are not chosen.
      if (node === tree.root && (tree.proven(node) !== proof.open || memory.expanding.has(node))) return undefined
      const size = tree.blockSize[node]!
      if (size === 0) return expand(tree, memory, node, branching)
      if (widening !== undefined && !tree.complete(node)) {
        const room = Math.ceil(widening.base * Math.max(1, tree.visits[node]! + tree.pending[node]!) ** widening.power)
        if (size < room) return expand(tree, memory, node, room - size)
      }
      const slot = memory.edges.descend(node, widening === undefined ? allTheWay : 1)
      node = memory.edges.last
      if (slot < 0) {
        const follows = provenByChildren(tree, node)
        if (follows !== proof.open) {
          memory.edges.refreshPath(node, prove(tree, node, follows))
          memory.edges.begin(random)
          node = tree.root
          continue
        }
        return spent(tree, node) ? expand(tree, memory, node, branching) : undefined
      }
      const child = tree.childOf[slot]!
      if (child < 0) {
        place.node = node
        place.candidate = slot - tree.blockStart[node]!
        return visit
      }
      node = child
    }
  }

  function expand(tree: Tree, memory: MctsMemory, node: NodeId, count: number): Work {
    memory.expanding.add(node)
    if (node === tree.root && tree.visits[node] === 0 && expansion === 'one-child')
      return { kind: 'visit', node, candidate: -1, propose, evaluate, id: -1 }
    const asked = { ...propose, count }
    return expansion === 'all-children'
      ? { kind: 'expand', node, propose: asked, step: true, evaluate }
      : { kind: 'expand', node, propose: asked, step: false }
  }

  /** @param alone whether the way chosen last leads there, and nothing else is under way. */
  function arrive(tree: Tree, memory: MctsMemory, node: NodeId, value: number, alone: boolean): void {
    if (twins === 'prune' && tree.twin(node) !== undefined) {
      prove(tree, node, proof.loss)
      memory.edges.refreshPath(node)
      return
    }
    const known = Number.isNaN(value) ? ownValue(tree, node) : value
    if (alone) memory.edges.backUpChosen(node, known, backup)
    else memory.edges.backUp(node, known, backup)
    if (tree.turn === undefined && node !== tree.root) memory.best.consider(tree, node, known)
    if (tree.closed(node)) memory.edges.refreshPath(node, prove(tree, node, proofOf(tree, node, known)))
  }

  const searcher: Searcher<MctsMemory> = {
    name: 'mcts',
    settings: {
      selection: selection.name,
      exploration,
      backup: backup.name,
      initialValue,
      expansion,
      branching,
      widening: widening === undefined ? null : { ...widening },
      twins,
      // Runs from before it could be set keep their identity.
      ...(virtualLoss === 0 ? {} : { virtualLoss }),
      continueWhenSolved,
      propose: propose.by ?? 'default',
      evaluate,
    },
    twins: twins !== 'ignore',
    start(tree) {
      const expanding = new Set<NodeId>()
      return {
        edges: new Edges(tree, selection, initialValue, expanding, virtualLoss),
        asked: undefined,
        found: undefined,
        best: new BestNodes(),
        expanding,
        barren: new Map(),
      }
    },
    ask(tree, memory, free, random) {
      const works: Work[] = []
      while (works.length < free) {
        if (memory.asked !== undefined) mark(tree, memory, memory.asked)
        const { work } = memory.found ?? { work: descend(tree, memory, random) }
        memory.found = undefined
        memory.asked = work
        if (work === undefined) break
        if (free === 1) return [work]
        works.push(work)
      }
      return works
    },
    tell(tree, memory, outcome) {
      const { trial } = outcome
      const node = nodeOf(trial)
      const alone = memory.asked !== undefined && memory.edges.underWay === 0
      if (!alone) {
        if (memory.asked !== undefined) mark(tree, memory, memory.asked)
        addPending(tree, node, -1)
        memory.edges.underWay--
      }
      memory.asked = undefined
      const expanded = memory.expanding.size > 0 && memory.expanding.delete(node)
      if (outcome.nodes.length === 0) {
        if (trial.kind === 'visit' && trial.candidate >= 0) memory.edges.refresh(node, tree.slot(node, trial.candidate))
        memory.edges.refreshPath(node)
      }
      if (outcome.status !== 'ok' && outcome.nodes.length === 0 && !expanded) return
      if (trial.kind === 'visit') {
        if (outcome.nodes.length > 0 || trial.candidate < 0) arrive(tree, memory, outcome.node, outcome.value, alone)
      } else
        for (const [i, child] of outcome.nodes.entries()) arrive(tree, memory, child, outcome.evaluations[i]?.value ?? Number.NaN, false)
      if (expanded) settleExpansion(tree, memory, node, outcome)
    },
    done(tree, memory) {
      if (tree.turn !== undefined) return tree.proven(tree.root) === proof.open ? undefined : 'solved'
      return !continueWhenSolved && memory.best.solved(tree) ? 'solved' : undefined
    },
    best: (tree, memory) => (tree.turn === undefined ? memory.best.node : bestMove(tree)),
    answers: (tree, memory, count) => memory.best.answers(tree, count),
  }
  return {
    ...searcher,
    visits: {
      ask: searcher.ask,
      tell: searcher.tell,
      evaluate: evaluate[0]!,
      next(tree, memory, random, place) {
        const work = goDown(tree, memory, random, place)
        if (work === visit) return true
        memory.found = { work }
        return false
      },
      told: (tree, memory, node, value) => arrive(tree, memory, node, value, true),
    },
  }
}

keep(mcts())

/** More choices than a way down can have. */
const allTheWay = 2 ** 20

/** Stands for the visit of a candidate. */
const visit = true

/** A node that keeps bringing no candidates has nothing left to try. */
function settleExpansion(tree: Tree, memory: MctsMemory, node: NodeId, outcome: Outcome): void {
  if (outcome.offered > 0 || outcome.status === 'cancelled' || outcome.status === 'starved' || tree.closed(node)) return
  const times = (memory.barren.get(node) ?? 0) + 1
  memory.barren.set(node, times)
  if (times < patience && !tree.complete(node)) return
  tree.setComplete(node)
  const follows = provenByChildren(tree, node)
  if (follows !== proof.open) memory.edges.refreshPath(node, prove(tree, node, follows))
}

const patience = 3

/** Value of a state that no evaluator judged: its reward where it is the end, else 0. */
function ownValue(tree: Tree, node: NodeId): number {
  if (!tree.terminal(node)) return 0
  const parent = tree.parent[node]!
  const opposed = tree.turn !== undefined && parent >= 0 && tree.turn[node] !== tree.turn[parent]
  return opposed ? -tree.reward(node) : tree.reward(node)
}

/** Whether every candidate was tried, and none is under way. */
function spent(tree: Tree, node: NodeId): boolean {
  if (tree.complete(node)) return false
  const end = tree.blockStart[node]! + tree.blockSize[node]!
  for (let slot = tree.blockStart[node]!; slot < end; slot++) {
    const child = tree.childOf[slot]!
    if (child === failed) continue
    if (child < 0 || tree.proven(child) === proof.open) return false
  }
  return true
}

/** Makes work under way show in what is chosen next. */
function mark(tree: Tree, memory: MctsMemory, work: Work): void {
  const node = nodeOf(work)
  memory.edges.underWay++
  addPending(tree, node, 1)
  memory.edges.refreshPath(node)
  // Not chosen again until its outcome is told.
  if (work.kind === 'visit' && work.candidate >= 0) memory.edges.hide(tree.slot(node, work.candidate))
}

function nodeOf(work: Work): NodeId {
  return 'nodes' in work ? work.nodes[0]! : work.node
}
