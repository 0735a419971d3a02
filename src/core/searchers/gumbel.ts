// Gumbel AlphaZero's search (Danihelka, Guez, Schrittwieser and Silver, "Policy improvement by planning with Gumbel", ICLR 2022): at the root
// few actions are drawn without replacement and halved again and again; below it visits follow the improved policy.
import type { NodeId } from '../common.ts'
import { Random } from '../random.ts'
import type { Searcher } from '../searcher.ts'
import { failed, type Tree, underWay } from '../tree.ts'
import type { Outcome, Work } from '../trial.ts'
import { flyingAt, statisticsOf } from './action-statistics.ts'
import { backUp, backups } from './backup.ts'
import { BestNodes } from './best.ts'
import { completedValues, improvedPolicy, mostLacking, type Sigma, transformed } from './improved-policy.ts'
import { ownValue } from './own-value.ts'
import { Barren } from './patience.ts'
import { addPending } from './pending.ts'
import { type Arm, Round } from './round.ts'
import { checkSettings, oneOf } from './settings.ts'

/** Options of `gumbel`. */
export interface GumbelOptions {
  /** n, simulations of a round, at least 1. The schedule needs to know them: take what the budget pays for. Default 64. */
  readonly simulations?: number
  /** m, actions that are considered at the root, at least 1. Default 16. */
  readonly considered?: number
  /** Rounds, each with new noise on the same tree; null: until the budget ends. Default 1. */
  readonly rounds?: number | null
  /** Weight of the Gumbel noise at the root, at least 0. Default 1: an action is drawn as the improved policy says; 0: the best is taken. */
  readonly noise?: number
  /** c_visit, at least 0. Default 50. */
  readonly visitOffset?: number
  /**
   * c_scale, at least 0: how values weigh against log-priors, for values about 1 apart. Default 0.1. The paper's board games have 1, for
   * values of a trained net; the noisier values are, the less they should weigh: 0.03 for single random playouts.
   */
  readonly scale?: number
  /** Stretch a state's values to [0, 1] first, for evaluators of other ranges. Default false. */
  readonly rescale?: boolean
  /** Candidates asked for below the root. Default 4; proposers that list moves give them all. At the root `considered` are asked for. */
  readonly branching?: number
  /** What is searched for: the action at the root (`move`), or the best finished state (`end`). Default `move` for two players, `end` for one. */
  readonly answer?: 'move' | 'end'
  /** Name of the proposer. Default `default`. */
  readonly propose?: string
  /** Name of the evaluator. Default `default`. */
  readonly evaluate?: string
  /** Go on after the first certain answer, for one player. Default false. */
  readonly continueWhenSolved?: boolean
}

/** The work of one simulation. */
type Simulated = Extract<Work, { kind: 'visit' | 'expand' }>

interface GumbelMemory {
  readonly best: BestNodes
  readonly barren: Barren
  /** Nodes at which nothing is left to try, and nodes that are being asked for candidates. */
  readonly spent: Set<NodeId>
  readonly expanding: Set<NodeId>
  /** Made in the first `ask`; what is told draws from it too. */
  random: Random | undefined
  round: Round | undefined
  /** Simulations under way. */
  flying: number
  rounds: number
  /** Whether this round asked for anything. */
  asked: boolean
  over: boolean
}

/**
 * Gumbel root selection with sequential halving.
 *
 * A round draws noise g for the root's actions, considers the m with the greatest g + log π, visits them by {@link halving}, and after each
 * phase keeps the better half by g + log π + σ(q), q completed by v_mix. The action with the greatest sum is chosen. With exact values it is
 * never worse than a draw from the prior, whatever the number of simulations (theorem of section 3). Below the root the action with the
 * greatest π'(a) - N(a) / (1 + Σ N) is visited. Values are carried up as means; in a game for two they change sign with the side to move.
 * A phase begins when the one before is told, so up to `considered` trials can be in flight.
 *
 * For one player the answer is the best finished state, as in other searchers; with `answer: 'move'` it is the chosen action's state.
 *
 * @throws `E_SEARCHER_SETTING` for a setting that is unknown or out of range.
 *
 * @example
 * await search({ environment: connectFour(), task: { moves: '44' }, evaluator, searcher: gumbel({ simulations: 200, noise: 0 }) })
 */
export function gumbel(options: GumbelOptions = {}): Searcher<GumbelMemory> {
  checkSettings('gumbel', options, {
    simulations: 'integer>=1',
    considered: 'integer>=1',
    rounds: 'integer>=1|null',
    noise: 'number>=0',
    visitOffset: 'number>=0',
    scale: 'number>=0',
    rescale: 'boolean',
    branching: 'integer>=1',
    answer: oneOf('move', 'end'),
    propose: 'string',
    evaluate: 'string',
    continueWhenSolved: 'boolean',
  })
  const {
    simulations = 64,
    considered = 16,
    rounds = 1,
    noise = 1,
    visitOffset = 50,
    scale = 0.1,
    rescale = false,
    branching = 4,
    answer = null,
    evaluate: evaluator = 'default',
    continueWhenSolved = false,
  } = options
  const sigma: Sigma = { visitOffset, scale, rescale }
  const by = options.propose === undefined ? {} : { by: options.propose }
  const evaluate = [evaluator]
  const own = (tree: Tree): Float64Array => tree.column('gumbel value').values
  const wantsMove = (tree: Tree): boolean => (answer ?? (tree.turn === undefined ? 'end' : 'move')) === 'move'

  /** g + log π + σ(q) by the root's candidates that are arms. */
  function ranked(tree: Tree, arms: readonly Arm[]): Arm[] {
    const statistics = statisticsOf(tree, tree.root)
    const shifts = transformed(completedValues(own(tree)[tree.root]!, statistics), statistics.visits, sigma)
    const score = ({ candidate, bonus }: Arm): number => bonus + shifts[candidate]!
    return [...arms].sort((a, b) => score(b) - score(a) || a.candidate - b.candidate)
  }

  function startRound(tree: Tree, memory: GumbelMemory): void {
    const { root } = tree
    const arms: Arm[] = []
    for (const [candidate, prior] of statisticsOf(tree, root).priors.entries()) {
      const uniform = ((memory.random?.integer() ?? 0) + 0.5) / 4294967296
      const bonus = Math.log(prior) - noise * Math.log(-Math.log(uniform))
      if (tree.child(root, candidate) !== failed) arms.push({ candidate, bonus, begun: 0 })
    }
    arms.sort((a, b) => b.bonus - a.bonus || a.candidate - b.candidate)
    memory.round = new Round(arms.slice(0, Math.min(considered, simulations)), simulations)
    memory.rounds++
    memory.asked = false
    memory.over = arms.length === 0
  }

  /** Carries on as far as that needs no trial: ends phases and rounds, repeats visits of states whose value is known. */
  function advance(tree: Tree, memory: GumbelMemory): void {
    while (!memory.over) {
      const { round } = memory
      const [arm] = round?.next() ?? []
      if (round === undefined) {
        memory.over = memory.spent.has(tree.root)
        if (tree.blockSize[tree.root] === 0) return
        startRound(tree, memory)
      } else if (arm === undefined) {
        if (memory.flying > 0) return
        if (!round.halve((arms) => ranked(tree, arms))) endRound(tree, memory)
      } else {
        const end = descend(tree, memory, arm)
        if (typeof end !== 'number') return
        round.begin(arm)
        if (end >= 0) backUp(tree, end, own(tree)[end]!, backups.mean)
      }
    }
  }

  /** Begins another round. One that asked for nothing would be followed by others like it. */
  function endRound(tree: Tree, memory: GumbelMemory): void {
    memory.over = (rounds !== null && memory.rounds >= rounds) || !memory.asked
    if (!memory.over) startRound(tree, memory)
  }

  /** Where a simulation leads: to work; to a node whose value is known (-1: to nothing); undefined: to what others are busy with. */
  function descend(tree: Tree, memory: GumbelMemory, { candidate: first }: Arm): Simulated | NodeId | undefined {
    let node = tree.root
    let candidate = first
    for (;;) {
      const child = tree.child(node, candidate)
      if (child === failed) return -1
      if (child === underWay) return undefined
      if (child < 0) return { kind: 'visit', node, candidate, propose: { ...by, count: branching }, evaluate }
      node = child
      if (tree.closed(node) || memory.spent.has(node)) return node
      if (memory.expanding.has(node)) return undefined
      if (tree.blockSize[node] === 0)
        return tree.complete(node) ? node : { kind: 'expand', node, propose: { ...by, count: branching }, step: false }
      const statistics = statisticsOf(tree, node)
      const counts = statistics.visits.map((visits, index) => visits + flyingAt(tree, node, index))
      candidate = mostLacking(improvedPolicy(own(tree)[node]!, statistics, sigma), counts)
      if (candidate < 0) return node
    }
  }

  function arrive(tree: Tree, memory: GumbelMemory, node: NodeId, value: number): void {
    const known = Number.isNaN(value) ? ownValue(tree, node) : value
    own(tree)[node] = known
    backUp(tree, node, known, backups.mean)
    if (tree.turn === undefined && node !== tree.root) memory.best.consider(tree, node, known)
  }

  function tell(tree: Tree, memory: GumbelMemory, outcome: Outcome): void {
    const { trial, nodes, node } = outcome
    if (trial.kind !== 'visit' && trial.kind !== 'expand') return
    addPending(tree, trial.node, -1)
    memory.flying--
    const atRoot = trial.kind === 'visit' && trial.candidate < 0
    if (trial.kind === 'expand' || atRoot) {
      memory.expanding.delete(trial.node)
      if (memory.barren.note(tree, trial.node, outcome)) memory.spent.add(trial.node)
    }
    if (atRoot ? outcome.evaluations.length > 0 : nodes.length > 0) arrive(tree, memory, node, outcome.value)
    advance(tree, memory)
  }

  /** The arm that is ahead: of those left the most visited, and of these the one with the greatest sum. */
  function chosen(tree: Tree, { round }: GumbelMemory): NodeId | undefined {
    if (round === undefined) return undefined
    const nodes = ranked(tree, round.arms)
      .map(({ candidate }) => tree.child(tree.root, candidate))
      .filter((node) => node >= 0)
    const most = Math.max(...nodes.map((node) => tree.visits[node]!))
    return nodes.find((node) => tree.visits[node] === most)
  }

  return {
    name: 'gumbel',
    settings: {
      simulations,
      considered,
      rounds,
      noise,
      visitOffset,
      scale,
      rescale,
      branching,
      answer,
      propose: options.propose ?? 'default',
      evaluate,
      continueWhenSolved,
    },
    twins: false,
    start: () => ({
      best: new BestNodes(),
      barren: new Barren(),
      spent: new Set(),
      expanding: new Set(),
      random: undefined,
      round: undefined,
      flying: 0,
      rounds: 0,
      asked: false,
      over: false,
    }),
    ask(tree, memory, free, random) {
      memory.random ??= new Random(random.integer(), 'gumbel')
      const works: Work[] = []
      const take = (work: Simulated): void => {
        memory.asked = true
        addPending(tree, work.node, 1)
        memory.flying++
        works.push(work)
      }
      const { root } = tree
      const { round } = memory
      if (memory.over) return works
      if (round === undefined) {
        if (memory.expanding.has(root) || tree.blockSize[root]! > 0) return works
        memory.expanding.add(root)
        const propose = { ...by, count: considered }
        take(
          tree.visits[root] === 0
            ? { kind: 'visit', node: root, candidate: -1, propose, evaluate }
            : { kind: 'expand', node: root, propose, step: false },
        )
        return works
      }
      for (let arms = round.next(); works.length < free && arms.length > 0; ) {
        const arm = arms.shift()!
        const work = descend(tree, memory, arm)
        if (work === undefined || typeof work === 'number') continue
        // Marked at once, so that it is not chosen again before it is told.
        if (work.kind === 'visit') tree.childOf[tree.blockStart[work.node]! + work.candidate] = underWay
        else memory.expanding.add(work.node)
        round.begin(arm)
        take(work)
        arms = round.next()
      }
      return works
    },
    tell,
    done(tree, memory) {
      if (memory.over) return 'converged'
      return tree.turn === undefined && !continueWhenSolved && memory.best.solved(tree) ? 'solved' : undefined
    },
    best: (tree, memory) => (wantsMove(tree) ? chosen(tree, memory) : memory.best.node),
    answers: (tree, memory, count) =>
      wantsMove(tree) ? [chosen(tree, memory)].filter((node) => node !== undefined) : memory.best.answers(tree, count),
  }
}
