// Several searchers on one tree and one budget: where it is not known which suits a task, a share of each costs little (Huberman, Lukose and Hogg
// 1997). Each has its own memory and is told what came of its own work alone; what all see is the tree.
import { BanyanError } from '../errors.ts'
import type { Random } from '../random.ts'
import type { Searcher } from '../searcher.ts'
import { proof, type Tree, underWay } from '../tree.ts'
import type { Outcome, Trial, Work } from '../trial.ts'
import { slotOf } from '../work.ts'
import { answersAmong, bestAmong } from './inner.ts'
import { asAsked, KnownChildren } from './known-children.ts'
import { proofOf, prove } from './prove.ts'
import { checkSettings, outOfRange } from './settings.ts'

/** Options of `portfolio`. */
export interface PortfolioOptions {
  /** What each gets in proportion, above 0. Default: all the same, in turns. */
  readonly shares?: readonly number[]
  /** What is shared out: `trials`, or a unit of the budget that trials use, as `tokens` or `calls`. Default `trials`. */
  readonly unit?: string
}

interface Member {
  readonly searcher: Searcher
  readonly memory: unknown
  readonly known: KnownChildren
  readonly share: number
  asked: number
  told: number
  /** Of the unit, by trials that were told. */
  used: number
  /** It has ended with `converged`. */
  over: boolean
}

/**
 * Several searchers in turns, or by shares. The next work is that of the searcher which has used the least for its share; one that has nothing to
 * ask for is passed over. The best answer of all counts; the search is solved when one has solved it.
 *
 * @example
 * await search({ environment, task, proposer, evaluator, searcher: portfolio([bestOfN({ n: null }), beam()], { unit: 'tokens' }), budget: { tokens: 2000 } })
 *
 * @throws `E_SEARCHER_SETTING` for fewer than one searcher, and for a setting that is unknown or out of range.
 */
export function portfolio(searchers: readonly Searcher[], options: PortfolioOptions = {}): Searcher<readonly Member[]> {
  checkSettings('portfolio', options, { shares: 'object', unit: 'string' })
  const { unit = 'trials' } = options
  const shares = options.shares ?? searchers.map(() => 1)
  if (searchers.length === 0) throw new BanyanError('E_SEARCHER_SETTING', 'a portfolio needs searchers', { wanted: 'at least one' })
  if (shares.length !== searchers.length || !shares.every((share) => Number.isFinite(share) && share > 0))
    throw outOfRange('portfolio', 'shares', shares, `${searchers.length} numbers above 0`)

  /** What a member has used for its share, work under way counted as its past work was on average. */
  function debt({ asked, told, used, share }: Member): number {
    return (unit === 'trials' ? asked : told === 0 ? asked : (used * asked) / told) / share
  }

  const members = (all: readonly Member[]): Member[] =>
    all
      .map((member, index) => ({ member, index }))
      .sort(
        (a, b) => debt(a.member) - debt(b.member) || a.member.asked / a.member.share - b.member.asked / b.member.share || a.index - b.index,
      )
      .map(({ member }) => member)

  return {
    name: 'portfolio',
    settings: {
      searchers: searchers.map(({ name, settings }) => ({ name, settings: settings ?? null })),
      shares: [...shares],
      unit,
    },
    twins: searchers.some(({ twins }) => twins !== false),
    start: (tree) =>
      searchers.map((searcher, index) => ({
        searcher,
        memory: searcher.start(tree),
        known: new KnownChildren(),
        share: shares[index]!,
        asked: 0,
        told: 0,
        used: 0,
        over: false,
      })),
    ask(tree, all, free, random) {
      const works: Work[] = []
      // One at a time, so that each sees what the others have taken.
      while (works.length < free) {
        const before = works.length
        for (const member of members(all)) {
          if (member.over) continue
          const work = next(tree, member, random)
          if (work === undefined) continue
          member.asked++
          const slot = slotOf(tree, work)
          if (slot >= 0) tree.childOf[slot] = underWay
          works.push({ ...work, tag: { member: all.indexOf(member), ...(work.tag === undefined ? {} : { tag: work.tag }) } })
          break
        }
        if (works.length === before) break
      }
      return works
    },
    tell(tree, all, outcome) {
      const { member: index, tag } = outcome.trial.tag as { member: number; tag?: Work['tag'] }
      const member = all[index]!
      member.told++
      member.used += outcome.usage[unit] ?? 0
      const { tag: _, ...trial } = outcome.trial
      const own = { ...outcome, trial: (tag === undefined ? trial : { ...trial, tag }) as Trial }
      member.searcher.tell(tree, member.memory, asAsked(own))
      proveClosed(tree, outcome)
      member.over = member.searcher.done?.(tree, member.memory) === 'converged'
    },
    done(tree, all) {
      if (all.some(({ searcher, memory }) => searcher.done?.(tree, memory) === 'solved')) return 'solved'
      return all.every(({ over }) => over) ? 'converged' : undefined
    },
    best: (tree, all) =>
      bestAmong(
        tree,
        all.map(({ searcher, memory }) => searcher.best(tree, memory)),
      ),
    answers: (tree, all, count, random) =>
      answersAmong(
        tree,
        all.flatMap(({ searcher, memory }) => [searcher.best(tree, memory), ...(searcher.answers?.(tree, memory, count, random) ?? [])]),
        count,
      ),
  }
}

/** What a member asks for, once it was told of all that is there. */
function next(tree: Tree, { searcher, memory, known }: Member, random: Random): Work | undefined {
  for (;;) {
    const [asked] = searcher.ask(tree, memory, 1, random)
    if (asked === undefined) return undefined
    const one = known.instead(tree, asked)
    if ('work' in one) return one.work
    searcher.tell(tree, memory, one.outcome)
  }
}

/** What one searcher found to be closed, those that go by proofs need not go on from. */
function proveClosed(tree: Tree, { nodes, evaluations, value }: Outcome): void {
  for (const [index, node] of nodes.entries()) {
    const known = evaluations[index]?.value ?? value
    if (tree.closed(node) && tree.proven(node) === proof.open && (tree.turn === undefined || !Number.isNaN(known)))
      prove(tree, node, proofOf(tree, node, known))
  }
}
