// Stops a searcher when its best answer has settled.
import { Random } from '../random.ts'
import type { Searcher } from '../searcher.ts'
import type { Tree } from '../tree.ts'
import { worth } from './inner.ts'
import { checkSettings } from './settings.ts'

/** Options of `converged`. */
export interface ConvergedOptions {
  /** Stops when the best answer has been the same for so many trials; null: never for that. Default 16. */
  readonly trials?: number | null
  /** Stops when the best answer is worth at least so much more than the second, another answer; null: never for that. Default null. */
  readonly gap?: number | null
  /** Trials before the gap counts. Default 8. */
  readonly least?: number
}

interface ConvergedMemory {
  readonly inner: unknown
  told: number
  /** The best answer, as JSON where there is one, and the trials since it became so. */
  best: string | undefined
  since: number
  gapped: boolean
}

/**
 * A searcher that ends with `converged` once its best answer has not changed for `trials` trials, or leads the second by `gap`.
 * Trials before there is any answer do not count. Equal answers of different nodes are the same answer.
 *
 * @example
 * await search({ environment, task, proposer, evaluator, searcher: converged(mcts(), { trials: 32 }), budget: { tokens: 10_000 } })
 *
 * @throws `E_SEARCHER_SETTING` for a setting that is unknown or out of range.
 */
export function converged(searcher: Searcher, options: ConvergedOptions = {}): Searcher<ConvergedMemory> {
  checkSettings('converged', options, { trials: 'integer>=1|null', gap: 'number>=0|null', least: 'integer>=0' })
  const { trials = 16, gap = null, least = 8 } = options

  /** Whether the best answer leads by the gap; a single answer leads nothing. */
  function leads(tree: Tree, memory: unknown): boolean {
    if (gap === null) return false
    // No answer of this search may depend on it, so that its stream is its own.
    const [first, second] = searcher.answers?.(tree, memory, 2, new Random(0, 'converged')) ?? []
    return first !== undefined && second !== undefined && worth(tree, first) - worth(tree, second) >= gap
  }

  return {
    name: 'converged',
    settings: { searcher: { name: searcher.name, settings: searcher.settings ?? null }, trials, gap, least },
    ...(searcher.twins === undefined ? {} : { twins: searcher.twins }),
    start: (tree) => ({ inner: searcher.start(tree), told: 0, best: undefined, since: 0, gapped: false }),
    ask: (tree, memory, free, random) => searcher.ask(tree, memory.inner, free, random),
    tell(tree, memory, outcome) {
      searcher.tell(tree, memory.inner, outcome)
      memory.told++
      const node = searcher.best(tree, memory.inner)
      const best = node === undefined ? undefined : tree.answer(node)
      memory.since = best !== undefined && best === memory.best ? memory.since + 1 : 0
      memory.best = best
      memory.gapped = best !== undefined && memory.told >= least && leads(tree, memory.inner)
    },
    done(tree, memory) {
      const done = searcher.done?.(tree, memory.inner)
      if (done !== undefined) return done
      return memory.gapped || (trials !== null && memory.since >= trials) ? 'converged' : undefined
    },
    best: (tree, memory) => searcher.best(tree, memory.inner),
    answers: (tree, memory, count, random) => {
      const best = searcher.best(tree, memory.inner)
      return searcher.answers?.(tree, memory.inner, count, random) ?? (best === undefined ? [] : [best])
    },
  }
}
