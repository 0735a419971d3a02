// Begins a searcher anew from the root: after it has ended, or after so many trials. What was found is kept; a searcher that was unlucky at its
// first steps gets another chance, which for heavy-tailed searches is worth more than going on (Gomes, Selman and Kautz 1998).
import type { NodeId } from '../common.ts'
import type { Random } from '../random.ts'
import type { Searcher } from '../searcher.ts'
import type { Tree } from '../tree.ts'
import type { Work } from '../trial.ts'
import { answersAmong, bestAmong } from './inner.ts'
import { asAsked, KnownChildren } from './known-children.ts'
import { patience } from './patience.ts'
import { schedules } from './schedule.ts'
import { checkSettings, oneOf } from './settings.ts'

/** Options of `restarts`. */
export interface RestartsOptions {
  /** How often it is begun again; null: until the budget ends. Default null. */
  readonly times?: number | null
  /** Trials of the first round; null: each goes on until its searcher has ended. Default null. */
  readonly trials?: number | null
  /**
   * How the trials of later rounds follow from the first's: `fixed`, as many; `luby`, times 1, 1, 2, 1, 1, 2, 4 … (Luby, Sinclair and Zuckerman
   * 1993); `geometric`, times `factor` each. Default `luby`.
   */
  readonly schedule?: keyof typeof schedules
  /** Of `geometric`, at least 1. Default 1.5. */
  readonly factor?: number
  /** New candidates that are proposed at the root before each new round, for searchers that go on with what is there, as mcts does. Default 0. */
  readonly fresh?: number
}

interface RestartsMemory {
  /** The searcher's memories, one for each round; the last is under way. */
  readonly rounds: unknown[]
  /** Of this round. */
  known: KnownChildren
  /** Trials that this round has asked for, and those under way. */
  asked: number
  pending: number
  /** New candidates are asked for at the root. */
  refreshing: boolean
  /** Nodes when this round began. */
  size: number
  /** Rounds in a row that made no node. */
  barren: number
}

/**
 * A searcher, begun again from the root when it is exhausted or converged, or its round is over. Samples differ from round to round, because
 * the same question asked again has another seed; and proposers that drop what is among the siblings offer new candidates.
 * A round begins when all work of the last has come back. The best answer of all rounds counts.
 *
 * Statistics that a searcher keeps in the tree (visits and values, as mcts does) stay; give it `fresh` candidates.
 *
 * @example
 * await search({ environment, task, proposer, evaluator, searcher: restarts(dvts({ n: 2 })), budget: { tokens: 2000 } })
 * restarts(totDfs(), { trials: 16, schedule: 'luby' })
 *
 * @throws `E_SEARCHER_SETTING` for a setting that is unknown or out of range.
 */
export function restarts(searcher: Searcher, options: RestartsOptions = {}): Searcher<RestartsMemory> {
  checkSettings('restarts', options, {
    times: 'integer>=0|null',
    trials: 'integer>=1|null',
    schedule: oneOf(...Object.keys(schedules)),
    factor: 'number>=1',
    fresh: 'integer>=0',
  })
  const { times = null, trials = null, schedule = 'luby', factor = 1.5, fresh = 0 } = options
  const inner = (memory: RestartsMemory): unknown => memory.rounds.at(-1)

  /** Trials that this round may still ask for. */
  function left({ rounds, asked }: RestartsMemory): number {
    return trials === null ? Number.POSITIVE_INFINITY : Math.ceil(trials * schedules[schedule](rounds.length - 1, factor)) - asked
  }

  /** Begins a round; false when there is none to begin. */
  function begin(tree: Tree, memory: RestartsMemory): boolean {
    memory.barren = tree.size === memory.size ? memory.barren + 1 : 0
    memory.size = tree.size
    if ((times !== null && memory.rounds.length > times) || memory.barren >= patience) return false
    memory.rounds.push(searcher.start(tree))
    memory.known = new KnownChildren()
    memory.asked = 0
    memory.refreshing = fresh > 0 && !tree.complete(tree.root)
    return true
  }

  /** The work that is left to do; none where what is there is told at once. */
  function todo(tree: Tree, memory: RestartsMemory, asked: Work): readonly Work[] {
    const one = memory.known.instead(tree, asked)
    if ('work' in one) return [one.work]
    searcher.tell(tree, inner(memory), one.outcome)
    return []
  }

  function ask(tree: Tree, memory: RestartsMemory, free: number, random: Random): readonly Work[] {
    for (;;) {
      if (memory.refreshing)
        return memory.pending > 0 ? [] : counted(memory, [{ kind: 'expand', node: tree.root, propose: { count: fresh }, step: false }])
      const room = Math.min(free, left(memory))
      const over = room <= 0 || searcher.done?.(tree, inner(memory)) === 'converged'
      const works = over ? [] : searcher.ask(tree, inner(memory), room, random)
      if (works.length > 0) {
        const left = works.flatMap((work) => todo(tree, memory, work))
        if (left.length > 0) return counted(memory, left)
        continue
      }
      if (memory.pending > 0 || !begin(tree, memory)) return []
    }
  }

  return {
    name: 'restarts',
    settings: { searcher: { name: searcher.name, settings: searcher.settings ?? null }, times, trials, schedule, factor, fresh },
    ...(searcher.twins === undefined ? {} : { twins: searcher.twins }),
    start: (tree) => ({
      rounds: [searcher.start(tree)],
      known: new KnownChildren(),
      asked: 0,
      pending: 0,
      refreshing: false,
      size: tree.size,
      barren: 0,
    }),
    ask,
    tell(tree, memory, outcome) {
      memory.pending--
      if (memory.refreshing) memory.refreshing = false
      else searcher.tell(tree, inner(memory), asAsked(outcome))
    },
    done: (tree, memory) => (searcher.done?.(tree, inner(memory)) === 'solved' ? 'solved' : undefined),
    best: (tree, memory) => bestAmong(tree, bests(tree, searcher, memory)),
    answers: (tree, memory, count, random) =>
      answersAmong(
        tree,
        memory.rounds.flatMap((round) => [searcher.best(tree, round), ...(searcher.answers?.(tree, round, count, random) ?? [])]),
        count,
      ),
  }
}

function bests(tree: Tree, searcher: Searcher, { rounds }: RestartsMemory): (NodeId | undefined)[] {
  return rounds.map((round) => searcher.best(tree, round))
}

function counted(memory: RestartsMemory, works: readonly Work[]): readonly Work[] {
  memory.asked += works.length
  memory.pending += works.length
  return works
}
