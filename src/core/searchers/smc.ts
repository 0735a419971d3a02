// Sequential Monte Carlo: a population of particles grows step by step; the promising are copied, the hopeless die out.
// As in twisted SMC (Zhao et al. 2024, arXiv:2404.17546) and particle filtering for language models (Puri et al. 2025, arXiv:2502.01618).
import type { Json, NodeId } from '../common.ts'
import type { Random } from '../random.ts'
import type { Searcher } from '../searcher.ts'
import type { Tree } from '../tree.ts'
import type { Outcome, Work } from '../trial.ts'
import { BestNodes } from './best.ts'
import { patience } from './patience.ts'
import { forOnePlayer } from './players.ts'
import { effectiveSize, multinomial, systematic } from './resample.ts'
import { checkSettings, oneOf } from './settings.ts'
import { heaviest } from './tally.ts'

/** Options of `smc`. */
export interface SmcOptions {
  /** Particles n. Default 8. */
  readonly particles?: number
  /** What a value v means: `value`, ψ = max(v, 0), for chances of success; `softmax`, ψ = exp(v / temperature). Default `value`. */
  readonly potential?: 'value' | 'softmax'
  /** Above 0, for `softmax`; in the unit of the values. Default 0.1. */
  readonly temperature?: number
  /** A step's factor of a weight: `ratio`, ψ_t / ψ_{t-1}; `each`, ψ_t, at every step again, of finished particles too. Default `ratio`. */
  readonly increment?: 'ratio' | 'each'
  /** Resamples when the effective sample size falls below this part of n, in [0, 1]. 0: never; 1: whenever weights differ. Default 0.5. */
  readonly resampleBelow?: number
  /** Default `systematic`, which adds the least noise. */
  readonly resampling?: 'systematic' | 'multinomial'
  /**
   * `single`: each particle samples for itself. `together`: particles at one state share a request for as many samples as they are, which
   * costs one call; proposers then leave out what they offered there before. Best for proposers that list moves. Default `single`.
   */
  readonly samples?: 'single' | 'together'
  /** The answer: the one with the greatest sum of `weight`s, or the one of the best `value`. Default `weight`. */
  readonly choose?: 'weight' | 'value'
  /** Most steps of a particle. Default: no limit. */
  readonly depth?: number | null
  /** How often to begin again with a new population; null: until the budget ends. Default 0. */
  readonly restarts?: number | null
  /** Name of the proposer. Default `default`. */
  readonly propose?: string
  /** Name of the evaluator. Default `default`. */
  readonly evaluate?: string
  /** Go on after the first certain answer. Default false. */
  readonly continueWhenSolved?: boolean
}

/** One particle: where it stands, and what it weighs. */
export interface Particle {
  node: NodeId
  /** ln of the weight; -Infinity: dead. */
  logWeight: number
  /** ln ψ of the state it stands at; 0 at the root. */
  logPotential: number
  /** Nothing follows for it. */
  ended: boolean
}

/** Particles that wait for one trial's children. */
interface Group {
  readonly members: readonly Particle[]
  /** The children that they may move to. */
  nodes: readonly NodeId[]
  /** They stay: the trial failed, and is tried again with the next generation. */
  failed: boolean
  /** Where in [0, 1) drawing among several children begins. Drawn when asking, because what was told must settle without another `ask`. */
  readonly offset: number
}

/** What smc works with. */
export interface SmcMemory {
  readonly best: BestNodes
  /** Ends of finished populations. */
  readonly ends: Particle[]
  particles: Particle[]
  /** The generation that is growing, and its work that was not handed out yet. */
  groups: Group[]
  queue: Work[]
  underWay: number
  /** Of this population: whether it asked for anything, and moved. */
  asked: boolean
  moved: boolean
  /** Generations in a row that moved no particle. */
  barren: number
  restarts: number
  /** Populations in a row that asked for nothing, or brought nothing. */
  idle: number
  over: boolean
}

/** By chance a population may pass through states that are known alone; so many in a row do when all is known. */
const mostIdle = 32

/**
 * Sequential Monte Carlo (a particle filter over the proposer's samples).
 *
 * A generation moves every particle one step, drawn from the proposer, and multiplies its weight by ψ_t / ψ_{t-1}, so that populations
 * approach p(x) · ψ(x): with values that are chances of success, the proposer's samples given success. When weights become too unequal
 * (Σ w)² / Σ w² < resampleBelow · n, the population is drawn anew in proportion to its weights, each with the mean weight: so weights stay
 * comparable between populations, and their mean estimates the evidence. Generations work in lock step: all their steps are asked at once,
 * and the next begins when all are told; the tree does not depend on concurrency.
 *
 * @throws `E_SEARCHER_SETTING` for a setting that is unknown or out of range; `E_SEARCHER_PLAYERS` in a game for two.
 *
 * @example
 * await search({ environment: writing(), task, proposer, evaluator, searcher: smc({ particles: 8, restarts: null }), concurrency: 8 })
 */
export function smc(options: SmcOptions = {}): Searcher<SmcMemory> {
  checkSettings('smc', options, {
    particles: 'integer>=1',
    potential: oneOf('value', 'softmax'),
    temperature: 'number>=1e-9',
    increment: oneOf('ratio', 'each'),
    resampleBelow: 'number>=0',
    resampling: oneOf('systematic', 'multinomial'),
    samples: oneOf('single', 'together'),
    choose: oneOf('weight', 'value'),
    depth: 'integer>=1|null',
    restarts: 'integer>=0|null',
    propose: 'string',
    evaluate: 'string',
    continueWhenSolved: 'boolean',
  })
  const {
    particles: n = 8,
    potential = 'value',
    temperature = 0.1,
    increment = 'ratio',
    resampleBelow = 0.5,
    resampling = 'systematic',
    samples = 'single',
    choose = 'weight',
    depth = null,
    restarts = 0,
    evaluate = 'default',
    continueWhenSolved = false,
  } = options
  const by = options.propose === undefined ? {} : { by: options.propose }

  /** Weighs and resamples the particles of a generation that is complete, and asks for the next. */
  function advance(tree: Tree, memory: SmcMemory, random: Random): void {
    while (!memory.over && memory.queue.length === 0) {
      const open = memory.particles.some((particle) => !particle.ended && particle.logWeight > Number.NEGATIVE_INFINITY)
      if (open) resample(memory, random)
      else restart(tree, memory)
      askNext(tree, memory, random)
      if (memory.queue.length === 0) move(tree, memory)
    }
  }

  /** Moves the particles to the children that their trials brought. */
  function move(tree: Tree, memory: SmcMemory): void {
    if (memory.groups.length === 0) return
    let moved = false
    for (const { members, nodes, failed, offset } of memory.groups) {
      if (nodes.length === 0) {
        // A particle that cannot go on ends where it is.
        if (!failed && members[0]!.node !== tree.root) for (const particle of members) particle.ended = true
        continue
      }
      moved = true
      const priors = nodes.map((node) => tree.prior(node))
      const known = priors.some((prior) => prior > 0) ? priors : priors.map(() => 1)
      const drawn = nodes.length === 1 ? members.map(() => 0) : systematic(known, members.length, offset)
      for (const [i, particle] of members.entries()) place(tree, particle, nodes[drawn[i]!]!)
    }
    if (increment === 'each' && moved) for (const particle of memory.particles) particle.logWeight += particle.logPotential
    memory.groups = []
    memory.moved ||= moved
    memory.barren = moved ? 0 : memory.barren + 1
    if (memory.barren >= patience) for (const particle of memory.particles) particle.ended = true
  }

  function place(tree: Tree, particle: Particle, node: NodeId): void {
    const value = tree.mean(node)
    const before = particle.logPotential
    particle.node = node
    particle.ended = tree.closed(node) || (depth !== null && tree.depth[node]! - tree.depth[tree.root]! >= depth)
    if (tree.dead(node)) particle.logPotential = Number.NEGATIVE_INFINITY
    else if (!Number.isNaN(value)) particle.logPotential = potential === 'value' ? Math.log(Math.max(0, value)) : value / temperature
    if (increment === 'ratio') particle.logWeight += particle.logPotential - before
  }

  function resample(memory: SmcMemory, random: Random): void {
    const logs = memory.particles.map(({ logWeight }) => logWeight)
    const highest = Math.max(...logs)
    const weights = logs.map((log) => Math.exp(log - highest))
    // A hair below, so that rounding does not make equal weights unequal.
    if (!(effectiveSize(weights) < resampleBelow * weights.length * (1 - 1e-9))) return
    const count = weights.length
    const drawn = resampling === 'systematic' ? systematic(weights, count, random.unit()) : multinomial(weights, count, random)
    const logWeight = highest + Math.log(weights.reduce((sum, weight) => sum + weight, 0) / count)
    memory.particles = drawn.map((index) => ({ ...memory.particles[index]!, logWeight }))
  }

  /** Work for every particle that can go on; particles below whose state all is known move without any. */
  function askNext(tree: Tree, memory: SmcMemory, random: Random): void {
    const byNode = Map.groupBy(
      memory.particles.filter((particle) => !particle.ended && particle.logWeight > Number.NEGATIVE_INFINITY),
      (particle) => particle.node,
    )
    for (const [node, members] of byNode) {
      const known = tree.complete(node) ? tree.children(node) : []
      const groups = known.length > 0 || samples === 'together' ? [members] : members.map((particle) => [particle])
      for (const group of groups) {
        const tag: Json = memory.groups.length
        memory.groups.push({ members: group, nodes: known, failed: false, offset: group.length > 1 ? random.unit() : 0 })
        if (known.length > 0) continue
        memory.asked = true
        memory.queue.push({ kind: 'expand', node, propose: { ...by, count: group.length }, step: true, evaluate: [evaluate], tag })
      }
    }
  }

  /** Keeps what a population ended in, and begins the next one, unless the last ones found nothing new. */
  function restart(tree: Tree, memory: SmcMemory): void {
    memory.ends.push(...memory.particles.filter(({ node }) => node !== tree.root))
    const begun = memory.particles.length > 0
    memory.idle = memory.asked && memory.moved ? 0 : memory.idle + 1
    memory.over = begun && ((restarts !== null && memory.restarts >= restarts) || memory.idle > mostIdle)
    if (begun) memory.restarts++
    memory.asked = memory.moved = false
    memory.barren = 0
    memory.particles = memory.over
      ? []
      : Array.from({ length: n }, () => ({ node: tree.root, logWeight: 0, logPotential: 0, ended: false }))
  }

  function tell(tree: Tree, memory: SmcMemory, outcome: Outcome): void {
    memory.underWay--
    for (const [i, node] of outcome.nodes.entries()) {
      const value = outcome.evaluations[i]?.value
      if (value !== undefined) {
        tree.visits[node]!++
        tree.valueSum[node]! += value
      }
      memory.best.consider(tree, node, value ?? Number.NEGATIVE_INFINITY)
    }
    const group = memory.groups[outcome.trial.tag as number]
    if (group === undefined) return
    group.nodes = outcome.nodes.length === 0 && tree.complete(outcome.node) ? tree.children(outcome.node) : outcome.nodes
    group.failed = outcome.status !== 'ok'
    if (memory.underWay === 0 && memory.queue.length === 0) move(tree, memory)
  }

  function ranked(tree: Tree, { ends, particles, best }: SmcMemory, count: number): readonly NodeId[] {
    if (choose === 'value') return best.answers(tree, count)
    const finished = [...ends, ...particles.filter(({ ended, node }) => ended && node !== tree.root)]
    const highest = finished.reduce((most, { logWeight }) => Math.max(most, logWeight), Number.NEGATIVE_INFINITY)
    const weighed = finished.map(({ node, logWeight }) => ({
      node,
      weight: highest === Number.NEGATIVE_INFINITY ? 0 : Math.exp(logWeight - highest),
    }))
    return heaviest(tree, weighed).slice(0, count)
  }

  return {
    name: 'smc',
    settings: {
      particles: n,
      potential,
      temperature,
      increment,
      resampleBelow,
      resampling,
      samples,
      choose,
      depth,
      restarts,
      propose: options.propose ?? 'default',
      evaluate,
      continueWhenSolved,
    },
    twins: false,
    start(tree) {
      forOnePlayer(tree, 'smc')
      return {
        best: new BestNodes(),
        ends: [],
        particles: [],
        groups: [],
        queue: [],
        underWay: 0,
        asked: false,
        moved: false,
        barren: 0,
        restarts: 0,
        idle: 0,
        over: false,
      }
    },
    ask(tree, memory, free, random) {
      if (memory.queue.length === 0 && memory.underWay === 0) advance(tree, memory, random)
      const works = memory.queue.splice(0, free)
      memory.underWay += works.length
      return works
    },
    tell,
    done: (tree, memory) => (!continueWhenSolved && memory.best.solved(tree) ? 'solved' : undefined),
    best: (tree, memory) => (memory.best.solved(tree) ? memory.best.node : (ranked(tree, memory, 1)[0] ?? memory.best.node)),
    answers: (tree, memory, count) => ranked(tree, memory, count),
  }
}

/**
 * Where the particles of all finished populations stand, with their weights, which sum to 1: samples of p(x) · ψ(x). Those that died have 0.
 * Several may stand at one node.
 *
 * @param memory as `start` of the searcher gave it.
 */
export function weightedEnds({ ends }: SmcMemory): readonly { readonly node: NodeId; readonly weight: number }[] {
  const highest = ends.reduce((most, { logWeight }) => Math.max(most, logWeight), Number.NEGATIVE_INFINITY)
  const weights = ends.map(({ logWeight }) => (highest === Number.NEGATIVE_INFINITY ? 1 : Math.exp(logWeight - highest)))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return ends.map(({ node }, at) => ({ node, weight: weights[at]! / total }))
}
