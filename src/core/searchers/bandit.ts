// A bandit over named proposers: best-of-n where each answer is sampled by the proposer (the model, the prompt, the temperature) that brought the best
// ones so far, so that several models share one budget.
import type { Random } from '../random.ts'
import type { Searcher } from '../searcher.ts'
import type { Tree } from '../tree.ts'
import type { Work } from '../trial.ts'
import { armNames, highest, ucb1 } from './ab-mcts/arms.ts'
import { type PosteriorOptions, posteriorOf } from './ab-mcts/posterior.ts'
import { Sums } from './ab-mcts/sums.ts'
import { BestNodes } from './best.ts'
import { Chains } from './chain.ts'
import { patience } from './patience.ts'
import { checkSettings, oneOf } from './settings.ts'

/** Options of `bandit`. */
export interface BanditOptions extends PosteriorOptions {
  /** Names of the proposers. Default `default`. */
  readonly propose?: string | readonly string[]
  /** How the next proposer is chosen. Default `thompson`. */
  readonly among?: 'thompson' | 'ucb'
  /** c, weight of the exploration term of UCB1, at least 0. Default √2, for values in [0, 1]. */
  readonly exploration?: number
  /** Unit of what an answer costs, as `usd` or `tokens`: scores are then divided by the mean cost of the proposer's answers. Default: costs do not count. */
  readonly cost?: string
  /** How many answers; null: until the budget ends. Default null. */
  readonly n?: number | null
  /** Name of the evaluator. Default `default`. */
  readonly evaluate?: string
  /** Go on after the first certain answer. Default false. */
  readonly continueWhenSolved?: boolean
}

/** An answer in the making. */
interface Pull {
  readonly arm: number
  readonly chains: Chains
  cost: number
  underWay: number
}

interface BanditMemory {
  readonly best: BestNodes
  /** The first end, for when none is judged. */
  first: number | undefined
  /** By number; those that are not at their end. */
  readonly pulls: Map<number, Pull>
  pulled: number
  /** By proposer: values of its answers, what they cost, how many are in the making, how many in a row came to nothing. */
  readonly values: Sums
  readonly costs: Sums
  readonly pending: Int32Array
  readonly barren: Int32Array
}

/**
 * Samples answers one after the other, each from the root to its end by one proposer, and returns the best by the evaluator. The proposer is
 * the one with the highest score:
 *
 *   `thompson`: a draw from the posterior of its answers' mean value (see `posterior`)
 *   `ucb`: x̄ + c · √(ln N / n), n its answers and N those of all (Auer, Cesa-Bianchi and Fischer 2002)
 *
 * With `cost`, scores are divided by the mean cost of an answer (those below 0 are multiplied), so that a cheap proposer that is nearly as good is
 * asked more often (as in budgeted bandits, Tran-Thanh et al. 2012); before its first answer a proposer is taken to cost what the others do on average.
 *
 * @throws `E_SEARCHER_SETTING` for a setting that is unknown or out of range; `E_SEARCHER_SCORE` for a value outside [0, 1] with a beta posterior.
 *
 * @example
 * await search({ environment, task, proposer: { default: small, small, large }, evaluator, searcher: bandit({ propose: ['small', 'large'], cost: 'usd' }), budget: { usd: 0.1 } })
 */
export function bandit(options: BanditOptions = {}): Searcher<BanditMemory> {
  checkSettings('bandit', options, {
    propose: oneOf('string', 'object'),
    among: oneOf('thompson', 'ucb'),
    posterior: oneOf('gaussian', 'beta'),
    prior: 'object',
    exploration: 'number>=0',
    cost: 'string',
    n: 'integer>=1|null',
    evaluate: 'string',
    continueWhenSolved: 'boolean',
  })
  const { among = 'thompson', exploration = Math.SQRT2, cost, n = null, evaluate = 'default', continueWhenSolved = false } = options
  const names = armNames('bandit', options.propose)
  const posterior = posteriorOf('bandit', options)

  function chosen({ values, costs, pending, barren }: BanditMemory, random: Random): number {
    const known = names.map((_, arm) => arm).filter((arm) => costs.counted(arm) > 0)
    const price = (arm: number): number => costs.sum[arm]! / costs.counted(arm)
    const usual = known.reduce((sum, arm) => sum + price(arm), 0) / known.length
    return highest(names.length, (arm) => {
      if (barren[arm]! >= patience) return Number.NEGATIVE_INFINITY
      const score = among === 'ucb' ? ucb1(values, arm, pending, names.length, exploration) : posterior.draw(random, values, arm)
      if (cost === undefined || !(usual > 0)) return score
      const relative = Math.max(1e-9, costs.counted(arm) === 0 ? 1 : price(arm) / usual)
      return score >= 0 ? score / relative : score * relative
    })
  }

  function begin(memory: BanditMemory, random: Random): boolean {
    if (n !== null && memory.pulled >= n) return false
    const arm = chosen(memory, random)
    if (memory.barren[arm]! >= patience) return false
    memory.pending[arm]!++
    memory.pulls.set(memory.pulled++, { arm, chains: new Chains({ chains: 1, propose: names[arm], evaluate }), cost: 0, underWay: 0 })
    return true
  }

  /** Takes in an answer that is at its end, or a pull that came to nothing. */
  function settle(tree: Tree, memory: BanditMemory, number: number, cancelled: boolean): void {
    const { arm, chains, cost: used } = memory.pulls.get(number)!
    memory.pulls.delete(number)
    memory.pending[arm]!--
    memory.first ??= chains.answer
    if (cancelled) return
    const [end] = chains.ends
    memory.barren[arm] = end === undefined ? memory.barren[arm]! + 1 : 0
    memory.costs.add(arm, used)
    if (end === undefined) return
    memory.best.consider(tree, end.node, end.value)
    if (Number.isNaN(end.value)) return
    posterior.check(end.value)
    memory.values.add(arm, end.value)
  }

  return {
    name: 'bandit',
    settings: {
      ...posterior.settings,
      propose: names.length === 1 ? names[0]! : names,
      among,
      exploration,
      cost: cost ?? null,
      n,
      evaluate,
      continueWhenSolved,
    },
    twins: false,
    start: () => ({
      best: new BestNodes(),
      first: undefined,
      pulls: new Map(),
      pulled: 0,
      values: new Sums(),
      costs: new Sums(),
      pending: new Int32Array(names.length),
      barren: new Int32Array(names.length),
    }),
    ask(tree, memory, free, random) {
      const works: Work[] = []
      for (;;) {
        for (const [number, pull] of memory.pulls) {
          const asked = pull.underWay === 0 ? pull.chains.ask(tree, Math.min(1, free - works.length)) : []
          pull.underWay += asked.length
          for (const work of asked) works.push({ ...work, tag: number })
        }
        if (works.length >= free || !begin(memory, random)) return works
      }
    },
    tell(tree, memory, outcome) {
      const number = outcome.trial.tag as number
      const pull = memory.pulls.get(number)!
      pull.underWay--
      pull.cost += cost === undefined ? 0 : (outcome.usage[cost] ?? 0)
      const { tag: _, ...trial } = outcome.trial
      pull.chains.tell(tree, { ...outcome, trial })
      const begun = outcome.trial.kind === 'expand' && outcome.trial.node === tree.root
      const over = pull.chains.ends.length > 0 || (begun && outcome.nodes.length === 0) || outcome.status === 'cancelled'
      if (over) settle(tree, memory, number, outcome.status === 'cancelled')
    },
    done: (tree, { best }) => (!continueWhenSolved && best.solved(tree) ? 'solved' : undefined),
    best: (_tree, { best, first, pulls }) => best.node ?? first ?? firstEnd(pulls),
    answers: (tree, { best }, count) => best.answers(tree, count),
  }
}

/** What an answer that is not judged yet ended in. */
function firstEnd(pulls: ReadonlyMap<number, Pull>): number | undefined {
  for (const { chains } of pulls.values()) if (chains.answer !== undefined) return chains.answer
  return undefined
}
