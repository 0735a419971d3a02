// Choosing among arms that are known by the scores they brought: named proposers, for searches with several models. It knows no tree.
import { BanyanError } from '../../errors.ts'
import { checkSettings } from '../settings.ts'
import type { Sums } from './sums.ts'

/** The names that a setting gives, as a list; `default` where it gives none. @throws `E_SEARCHER_SETTING` */
export function armNames(searcher: string, propose: string | readonly string[] | undefined): readonly string[] {
  const names = propose === undefined ? ['default'] : typeof propose === 'string' ? [propose] : propose
  const right = Array.isArray(names) && names.every((name) => typeof name === 'string') && new Set(names).size === names.length
  if (right && names.length > 0) return names
  throw new BanyanError('E_SEARCHER_SETTING', `the setting "propose" of ${searcher} cannot be used`, {
    seen: propose,
    wanted: 'the name of a proposer, or a list of different names',
  })
}

/** The place with the highest score; the first among equals, -1 for none. */
export function highest(count: number, score: (at: number) => number): number {
  let best = -1
  let value = Number.NEGATIVE_INFINITY
  for (let at = 0; at < count; at++) {
    const own = score(at)
    if (best >= 0 && !(own > value)) continue
    best = at
    value = own
  }
  return best
}

/**
 * UCB1 (Auer, Cesa-Bianchi and Fischer 2002): mean + c · √(ln N / n). An arm that was never tried comes before all others. Tries under way are
 * counted among n and N, so that many at once do not all go to one arm.
 */
export function ucb1(sums: Sums, at: number, pending: ArrayLike<number>, arms: number, exploration: number): number {
  const tries = sums.counted(at) + pending[at]!
  if (tries === 0) return Number.POSITIVE_INFINITY
  let all = 0
  for (let arm = 0; arm < arms; arm++) all += sums.counted(arm) + pending[arm]!
  const known = sums.counted(at)
  const mean = known === 0 ? 0 : sums.sum[at]! / known
  return mean + exploration * Math.sqrt(Math.log(all) / tries)
}

/** A number for each name, where one is given. @throws `E_SEARCHER_SETTING` for other names, and for what is no number. */
export function expectedMeans(searcher: string, names: readonly string[], means: Readonly<Record<string, number>>): (number | undefined)[] {
  checkSettings(`${searcher}'s proposers`, means, Object.fromEntries(names.map((name) => [name, 'number'])))
  return names.map((name) => means[name])
}
