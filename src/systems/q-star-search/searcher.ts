// Q* as a setting of A* over edges: batch-weighted, with reopening.
import type { Searcher } from '../../core/searcher.ts'
import { type AStarOptions, aStar } from '../../core/searchers/a-star.ts'

/** Options of `qStarSearch`; those of {@link aStar} but for the two that make it what it is. */
export type QStarSearchOptions = Omit<AStarOptions, 'expansion' | 'heuristic'>

/**
 * Q* search: pops the `batch` edges (s, a) with the least f = λ · g(s) + q(s, a), makes the one state that each leads to, and asks the evaluator once
 * there, whose `vector` says q for all of its actions (see `actionCosts`). It ends when no open edge is below λ times the cost of the cheapest
 * goal. With λ = 1 and q nowhere above the true cost, the path is the cheapest there is. Without vectors, edges have their parent's estimate.
 *
 * @param options `pathWeight` is λ: 1 unless given, 0 is greedy; `batch`: default 1.
 * @throws `E_SEARCHER_SETTING` for settings that it has not.
 * @example
 * const evaluator = actionCosts({ costs: (states) => states.map(({ board }) => myNet(board)) })
 * await search({ environment: puzzle(rules), task: { scramble: 20 }, evaluator, searcher: qStarSearch({ pathWeight: 0.6, batch: 8 }), concurrency: 8 })
 */
export function qStarSearch(options: QStarSearchOptions = {}): Searcher {
  return aStar({ top: 0, ...options, expansion: 'edges' })
}
