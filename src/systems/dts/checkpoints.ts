// Looks at a tree while it grows, each time that so much of a unit is used, and lets no more be used than the last of these amounts. It knows no searcher.
import type { Searcher } from '../../core/searcher.ts'
import type { Tree } from '../../core/tree.ts'

export interface Checkpoints {
  readonly unit: string
  /** Amounts of the unit, rising. */
  readonly at: readonly number[]
  /** The most of the unit that one trial can use. */
  readonly trial: number
  /** Called once for each amount, before a trial is told that brings the use beyond it, or at the end. Its nodes are in the tree, and have no visits. */
  see(tree: Tree, amount: number, memory: unknown): void
}

/**
 * The searcher, seen at checkpoints. `end` is to be called when the search is over, and gives what was used.
 *
 * @example
 * const { searcher, end } = atCheckpoints(dts(), { unit: 'tokens', at: [100, 1000], trial: 20, see: (tree, amount) => … })
 * end((await search({ …, searcher })).tree)
 */
export function atCheckpoints(inner: Searcher, { unit, at, trial, see }: Checkpoints): { searcher: Searcher; end(tree: Tree): number } {
  const most = at.at(-1)!
  let used = 0
  let underWay = 0
  let next = 0
  let held: unknown
  return {
    searcher: {
      ...inner,
      start: (tree) => {
        held = inner.start(tree)
        return held
      },
      ask(tree, memory, free, random) {
        const works = inner.ask(tree, memory, Math.min(free, Math.floor((most - used) / trial) - underWay), random)
        underWay += works.length
        return works
      },
      tell(tree, memory, outcome) {
        underWay--
        const amount = outcome.usage[unit] ?? 0
        for (; next < at.length && used + amount > at[next]!; next++) see(tree, at[next]!, memory)
        used += amount
        inner.tell(tree, memory, outcome)
      },
    },
    end(tree) {
      for (; next < at.length; next++) see(tree, at[next]!, held)
      return used
    },
  }
}
