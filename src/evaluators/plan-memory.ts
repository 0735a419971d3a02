// What earlier plans say of a plan in the making: how much of it they have in common, and how far along in them a call stands (ToolChain*, Zhuang
// et al. 2024, arXiv:2310.13227: long-term memory). A plan is a list of words, one for each call; what makes two calls the same word is the caller's business.

/** Plans that were solved, as far as they are remembered. */
export interface PlanMemory {
  /** All of them, in the order in which they came. */
  readonly plans: readonly (readonly string[])[]
  /** Remembers one more; an empty one is passed over. */
  add(plan: readonly string[]): void
  /**
   * g₁: max over plans m of |LCS(path, m)| / min(|path|, |m|), in [0, 1]; 0 without plans, or for an empty path.
   * LCS is the longest common subsequence: calls in the same order, others between them.
   */
  likeness(path: readonly string[]): number
  /**
   * h₁: mean over the plans that have the call of its place in them, pos / |m|, in (0, 1]: the first of four stands at 0.25, the last of any at 1.
   * Where a plan has it several times, the first counts. 0 where no plan has it.
   */
  place(call: string): number
}

/**
 * A memory of plans. It grows by what it is told between searches; while a search is under way it must stay as it is.
 *
 * @example
 * const memory = planMemory([['find', 'book', 'pay']])
 * memory.likeness(['find', 'pay']) // 1
 * memory.place('book') // 2/3
 */
export function planMemory(plans: readonly (readonly string[])[] = []): PlanMemory {
  const known: (readonly string[])[] = []
  const places = new Map<string, { sum: number; plans: number }>()
  const memory: PlanMemory = {
    plans: known,
    add(plan) {
      if (plan.length === 0) return
      known.push([...plan])
      for (const call of new Set(plan)) {
        const place = places.get(call) ?? { sum: 0, plans: 0 }
        place.sum += (plan.indexOf(call) + 1) / plan.length
        place.plans++
        places.set(call, place)
      }
    },
    likeness(path) {
      if (path.length === 0) return 0
      return known.reduce((most, plan) => Math.max(most, commonLength(path, plan) / Math.min(path.length, plan.length)), 0)
    },
    place(call) {
      const found = places.get(call)
      return found === undefined ? 0 : found.sum / found.plans
    },
  }
  for (const plan of plans) memory.add(plan)
  return memory
}

/**
 * Length of the longest common subsequence, by the table of Wagner and Fischer (1974), one row at a time.
 *
 * @example
 * commonLength(['a', 'b', 'c', 'd'], ['b', 'x', 'd']) // 2
 */
export function commonLength(one: readonly string[], other: readonly string[]): number {
  let row = new Array<number>(other.length + 1).fill(0)
  for (const word of one) {
    const next = [0]
    for (const [at, otherWord] of other.entries()) next.push(word === otherWord ? row[at]! + 1 : Math.max(row[at + 1]!, next[at]!))
    row = next
  }
  return row[other.length]!
}
