// Monte Carlo tree search: select, visit, back up. Selection, initial value and backup are pieces; papers differ exactly there.
import type { NodeId } from '../common.ts'
import type { Random } from '../random.ts'
import type { Searcher } from '../searcher.ts'
import { failed, proof, type Tree, untried } from '../tree.ts'
import type { Ask, Outcome, Work } from '../trial.ts'
import { type Backup, backUp, backups } from './backup.ts'
import { BestNodes } from './best.ts'
import { bestMove } from './best-move.ts'
import { proofOf, prove, provenByChildren } from './prove.ts'
import { type Selection, selections } from './select.ts'
import { checkSettings, oneOf } from './settings.ts'

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
  /** Go on after the first certain answer. Default false. */
  readonly continueWhenSolved?: boolean
  /** Names of the parts. Default `default`. */
  readonly propose?: string
  readonly evaluate?: string
}

interface MctsMemory {
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
    continueWhenSolved = false,
  } = options
  const propose: Ask = { count: branching, ...(options.propose === undefined ? {} : { by: options.propose }) }
  const evaluate = [options.evaluate ?? 'default']
  const wide = widening

  /** The next work below the root, or undefined when there is none now. */
  function descend(tree: Tree, memory: MctsMemory, random: Random): Work | undefined {
    let node = tree.root
    for (;;) {
      if (tree.proven(node) !== proof.open || memory.expanding.has(node)) return undefined
      const size = tree.blockSize[node]!
      const room =
        wide === undefined ? branching : Math.ceil(wide.base * Math.max(1, tree.visits[node]! + tree.pending[node]!) ** wide.power)
      if (size === 0 || (wide !== undefined && size < room && !tree.complete(node)))
        return expand(tree, memory, node, size === 0 ? branching : room - size)
      const slot = choose(tree, memory, node, random)
      if (slot < 0) {
        const follows = provenByChildren(tree, node)
        if (follows !== proof.open) {
          prove(tree, node, follows)
          node = tree.root
          continue
        }
        return spent(tree, node) ? expand(tree, memory, node, branching) : undefined
      }
      const child = tree.childOf[slot]!
      if (child < 0) return { kind: 'visit', node, candidate: slot - tree.blockStart[node]!, propose, evaluate }
      node = child
    }
  }

  function expand(tree: Tree, memory: MctsMemory, node: NodeId, count: number): Work {
    memory.expanding.add(node)
    if (node === tree.root && tree.visits[node] === 0 && expansion === 'one-child')
      return { kind: 'visit', node, candidate: -1, propose, evaluate }
    const asked = { ...propose, count }
    return expansion === 'all-children'
      ? { kind: 'expand', node, propose: asked, step: true, evaluate }
      : { kind: 'expand', node, propose: asked, step: false }
  }

  /** The slot of the most promising candidate or child; -1 when none can be chosen now. Ties fall to a random place to start from. */
  function choose(tree: Tree, memory: MctsMemory, node: NodeId, random: Random): number {
    const { childOf, priors, visits, pending, valueSum, turn } = tree
    const start = tree.blockStart[node]!
    const size = tree.blockSize[node]!
    const parentVisits = visits[node]! + pending[node]!
    const term = selection.term(parentVisits)
    const unknown = initialValue === 'parent' ? (visits[node]! > 0 ? valueSum[node]! / visits[node]! : 0) : initialValue
    const first = size > 1 ? random.below(size) : 0
    let chosen = -1
    let best = Number.NEGATIVE_INFINITY
    for (let i = 0; i < size; i++) {
      const slot = start + (first + i < size ? first + i : first + i - size)
      const child = childOf[slot]!
      let score: number
      if (child >= 0) {
        if (tree.proven(child) !== proof.open || (memory.expanding.size > 0 && memory.expanding.has(child))) continue
        const seen = visits[child]!
        const value = seen === 0 ? unknown : valueSum[child]! / seen
        score = selection.score(
          turn !== undefined && turn[child] !== turn[node] && seen > 0 ? -value : value,
          priors[slot]!,
          Math.max(1, seen + pending[child]!),
          term,
        )
      } else if (child === untried) {
        score = selection.triesAllFirst ? Number.MAX_VALUE * (0.5 + priors[slot]! / 2) : selection.score(unknown, priors[slot]!, 0, term)
      } else continue
      if (score > best) {
        best = score
        chosen = slot
      }
    }
    return chosen
  }

  function arrive(tree: Tree, memory: MctsMemory, node: NodeId, value: number): void {
    if (twins === 'prune' && tree.twin(node) !== undefined) {
      prove(tree, node, proof.loss)
      return
    }
    const known = Number.isNaN(value) ? ownValue(tree, node) : value
    backUp(tree, node, known, backup)
    if (tree.turn === undefined && node !== tree.root) memory.best.consider(tree, node, known)
    if (tree.closed(node)) prove(tree, node, proofOf(tree, node, known))
  }

  return {
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
      continueWhenSolved,
      propose: propose.by ?? 'default',
      evaluate,
    },
    twins: twins !== 'ignore',
    start: () => ({ best: new BestNodes(), expanding: new Set(), barren: new Map() }),
    ask(tree, memory, free, random) {
      const works: Work[] = []
      while (works.length < free) {
        const work = descend(tree, memory, random)
        if (work === undefined) break
        setPending(tree, nodeOf(work), 1)
        // Marked at once, so that one `ask` does not choose it twice.
        if (work.kind === 'visit' && work.candidate >= 0) tree.childOf[tree.blockStart[work.node]! + work.candidate] = -2
        works.push(work)
      }
      for (const work of works)
        if (work.kind === 'visit' && work.candidate >= 0) tree.childOf[tree.blockStart[work.node]! + work.candidate] = untried
      return works
    },
    tell(tree, memory, outcome) {
      const node = nodeOf(outcome.trial)
      setPending(tree, node, -1)
      const expanded = memory.expanding.delete(node)
      if (outcome.status !== 'ok' && outcome.nodes.length === 0 && !expanded) return
      if (outcome.trial.kind === 'visit') {
        if (outcome.nodes.length > 0 || outcome.trial.candidate < 0) arrive(tree, memory, outcome.node, outcome.value)
      } else for (const [i, child] of outcome.nodes.entries()) arrive(tree, memory, child, outcome.evaluations[i]?.value ?? Number.NaN)
      if (expanded) settleExpansion(tree, memory, node, outcome)
    },
    done(tree, memory) {
      if (tree.turn !== undefined) return tree.proven(tree.root) === proof.open ? undefined : 'solved'
      return !continueWhenSolved && memory.best.solved(tree) ? 'solved' : undefined
    },
    best: (tree, memory) => (tree.turn === undefined ? memory.best.node : bestMove(tree)),
    answers: (tree, memory, count) => memory.best.answers(tree, count),
  }
}

/** A node that keeps bringing no candidates has nothing left to try. */
function settleExpansion(tree: Tree, memory: MctsMemory, node: NodeId, outcome: Outcome): void {
  if (outcome.offered > 0 || outcome.status === 'cancelled' || outcome.status === 'starved' || tree.closed(node)) return
  const times = (memory.barren.get(node) ?? 0) + 1
  memory.barren.set(node, times)
  if (times < patience && !tree.complete(node)) return
  tree.setComplete(node)
  const follows = provenByChildren(tree, node)
  if (follows !== proof.open) prove(tree, node, follows)
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

function setPending(tree: Tree, from: NodeId, change: number): void {
  for (let node = from; ; node = tree.parent[node]!) {
    tree.pending[node]! += change
    if (node === tree.root || tree.parent[node]! < 0) return
  }
}

function nodeOf(work: Work): NodeId {
  return 'nodes' in work ? work.nodes[0]! : work.node
}
