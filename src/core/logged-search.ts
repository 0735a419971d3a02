// The search of `banyan/core`: every trial goes through the driver and is recorded. The fast path for pure searches and live environments
// are in `banyan` itself, so that this entry stays small.
import type { SearchOptions, SearchResult } from './options.ts'
import { searchBy } from './search-by.ts'

/**
 * Searches: grows a tree for `task` until the searcher is done or the budget ends, and returns the best answer found.
 *
 * With a `store` and a `runId` that it knows, the run goes on from what was recorded, or its recorded result is returned.
 *
 * @example
 * const result = await search({ environment: ticTacToe(), task: {}, searcher: mcts(), evaluator: rollout(), budget: { expansions: 1000 } })
 *
 * @throws `E_BUDGET_UNIT`, `E_BUDGET_AMOUNT`, `E_SEARCH_OPTION`, `E_SEARCH_ORACLE` before it starts; `E_RUN_FINGERPRINT` when the run was
 * started with other options; `E_RUN_BUSY` when another process is writing it; `E_SEARCH_FAILING` when trials keep failing; the error of a
 * part that is fatal. Whatever it throws, the log keeps what was found, and the run can be resumed.
 */
export function search<State, Action, Task, Answer>(
  options: SearchOptions<State, Action, Task, Answer>,
): Promise<SearchResult<State, Action, Answer>> {
  return searchBy(options)
}
