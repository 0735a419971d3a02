// The search that users call: the engine's, with a log in memory where none is given.
import type { SearchOptions, SearchResult } from '../core/options.ts'
import { search as searchLogged } from '../core/search.ts'
import { memory } from '../traces/memory.ts'

/**
 * Searches: grows a tree for `task` until the searcher is done or the budget ends, and returns the best answer found.
 *
 * The run is logged to `store`, by default one in memory that is forgotten afterwards. With a `store` and a `runId` that it knows,
 * the run goes on from what was recorded, or its recorded result is returned.
 *
 * @example
 * const result = await search({ environment: game24(), task: { numbers: [4, 9, 10, 13] }, evaluator, searcher: bestFirst(), budget: { expansions: 100 } })
 *
 * @throws `E_BUDGET_UNIT`, `E_BUDGET_AMOUNT`, `E_SEARCH_OPTION` before it starts; `E_RUN_FINGERPRINT` when the run was started with other
 * options; `E_RUN_BUSY` when another process is writing it; `E_SEARCH_FAILING` when trials keep failing; the error of a part that is fatal.
 */
export async function search<State, Action, Task, Answer>(
  options: SearchOptions<State, Action, Task, Answer>,
): Promise<SearchResult<State, Action, Answer>> {
  return searchLogged({ ...options, store: options.store ?? memory() })
}
