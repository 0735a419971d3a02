// The searchers by name, for users who name one in a command or a file.
import type { Json } from '../common.ts'
import { unknownName } from '../names.ts'
import type { Searcher } from '../searcher.ts'
import { aStar } from './a-star.ts'
import { abMctsA } from './ab-mcts-a.ts'
import { abMctsM } from './ab-mcts-m.ts'
import { bandit } from './bandit.ts'
import { beam } from './beam.ts'
import { bestFirst } from './best-first.ts'
import { bestOfN } from './best-of-n.ts'
import { converged } from './converged.ts'
import { dfsdt } from './dfsdt.ts'
import { dvts } from './dvts.ts'
import { greedy } from './greedy.ts'
import { gumbel } from './gumbel.ts'
import { lats } from './lats.ts'
import { mcts } from './mcts.ts'
import { portfolio } from './portfolio.ts'
import { rebase } from './rebase.ts'
import { restarts } from './restarts.ts'
import { outOfRange } from './settings.ts'
import { smc } from './smc.ts'
import { softBellman } from './soft-bellman.ts'
import { totBfs } from './tot-bfs.ts'
import { totDfs } from './tot-dfs.ts'
import { vote } from './vote.ts'

type Settings = Readonly<Record<string, Json>>

const byName: Readonly<Record<string, (settings: never) => Searcher>> = {
  greedy,
  'best-of-n': bestOfN,
  bandit,
  vote,
  beam,
  dvts,
  rebase,
  'tot-bfs': totBfs,
  'tot-dfs': totDfs,
  dfsdt,
  'best-first': bestFirst,
  'a-star': aStar,
  mcts,
  gumbel,
  lats,
  'ab-mcts-a': abMctsA,
  'ab-mcts-m': abMctsM,
  smc,
  'soft-bellman': softBellman,
  restarts: ({ searcher = 'beam', ...options }: Settings) => restarts(inner('restarts', searcher), options),
  converged: ({ searcher = 'beam', ...options }: Settings) => converged(inner('converged', searcher), options),
  portfolio: ({ searchers = ['best-of-n', 'beam'], ...options }: Settings) => {
    if (!Array.isArray(searchers)) throw outOfRange('portfolio', 'searchers', searchers, `a list, each ${innerForm}`)
    return portfolio(
      searchers.map((one) => inner('portfolio', one)),
      options,
    )
  },
}

/** Names of all searchers that `searcherNamed` knows. */
export const searcherNames: readonly string[] = Object.keys(byName)

/**
 * A searcher by its name. The wrappers `restarts` and `converged` take the searcher inside as the setting `searcher`, and `portfolio` a list
 * `searchers`; each is a name, or an object of a `name` and its settings.
 * @param settings checked by the searcher: an unknown one, or one out of range, is an error that names it.
 * @throws `E_SEARCHER_UNKNOWN`, `E_SEARCHER_SETTING`.
 */
export function searcherNamed(name: string, settings: Settings = {}): Searcher {
  const make = Object.hasOwn(byName, name) ? byName[name] : undefined
  if (make === undefined) throw unknownName('E_SEARCHER_UNKNOWN', 'searcher', name, searcherNames)
  return make(settings as never)
}

const innerForm = 'the name of a searcher, or { name, …its settings }'

/** The searcher inside a wrapper. */
function inner(wrapper: string, given: Json): Searcher {
  const { name, ...settings } = (typeof given === 'string' ? { name: given } : (given ?? {})) as Settings
  if (typeof name !== 'string') throw outOfRange(wrapper, 'searcher', given, innerForm)
  return searcherNamed(name, settings)
}
