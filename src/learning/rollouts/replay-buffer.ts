// Rollouts of past updates, the newest so many, drawn again by key. It knows no policy; how old is too old is the caller's affair.
import { BanyanError } from '../../core/errors.ts'
import { Random } from '../../core/random.ts'

/** The newest items, to be drawn again. */
export interface ReplayBuffer<Item> {
  readonly size: number
  /** What it holds, the oldest first. */
  readonly items: readonly Item[]
  /** Adds at the end; the oldest give way. */
  add(items: readonly Item[]): void
  /** Keeps only these, and says how many went. */
  keep(wanted: (item: Item) => boolean): number
  /**
   * Different items, in random order; fewer where it holds fewer. The same for the same contents, seed and step.
   * @throws BanyanError E_ROLLOUT_OPTION for a count that is not possible.
   */
  sample(count: number, key: { readonly seed: number; readonly step: number }): Item[]
}

/**
 * A bounded buffer.
 *
 * @param most items that it holds, from 1.
 * @throws BanyanError E_ROLLOUT_OPTION for a bound that is not possible.
 * @example
 * const buffer = replayBuffer<Rollout>(4096)
 * buffer.add(rollouts)
 * buffer.keep(({ policyVersion }) => version - policyVersion <= 4)
 * const batch = buffer.sample(64, { seed: 7, step })
 */
export function replayBuffer<Item>(most: number): ReplayBuffer<Item> {
  wantCount('replayBuffer: the bound', most, 1)
  let items: Item[] = []
  return {
    get size() {
      return items.length
    },
    get items() {
      return items
    },
    add(more) {
      items = [...items, ...more].slice(-most)
    },
    keep(wanted) {
      const before = items.length
      items = items.filter(wanted)
      return before - items.length
    },
    sample(count, { seed, step }) {
      wantCount('replayBuffer: the count', count, 0)
      return new Random(seed, `replay ${step}`).shuffled(items).slice(0, count)
    },
  }
}

function wantCount(what: string, seen: number, least: number): void {
  if (Number.isInteger(seen) && seen >= least) return
  throw new BanyanError('E_ROLLOUT_OPTION', `${what} is out of range`, { seen, wanted: `a whole number from ${least}` })
}
