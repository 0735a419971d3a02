// The tasks of a seed, with all that is known of them: for those who grade, and for policies that are scripted.
import { Random } from '../../core/random.ts'
import type { Database } from './database.ts'
import { type Draft, drawFrom, families } from './families.ts'

export interface NamedDraft extends Draft {
  /** `dinner-0`. */
  readonly id: string
  readonly family: string
}

/** Tasks of a world, one family after another; drawn again where there is such a goal already. */
export function drafts(db: Database, { seed, count }: { readonly seed: number; readonly count: number }): NamedDraft[] {
  const names = Object.keys(families)
  const goals = new Set<string>()
  return Array.from({ length: count }, (_, at) => {
    const family = names[at % names.length]!
    for (let attempt = 0; ; attempt++) {
      const draft = families[family]!(drawFrom(db, new Random(seed, `errand:${at}:${attempt}`)))
      // Families with few goals run out of new ones in long lists.
      if (goals.has(draft.goal) && attempt < 20) continue
      goals.add(draft.goal)
      return { ...draft, id: `${family}-${at}`, family }
    }
  })
}
