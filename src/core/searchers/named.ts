// The searchers by name, for users who name one in a command or a file.
import type { Json } from '../common.ts'
import { unknownName } from '../names.ts'
import type { Searcher } from '../searcher.ts'
import { aStar } from './a-star.ts'
import { beam } from './beam.ts'
import { bestFirst } from './best-first.ts'
import { bestOfN } from './best-of-n.ts'
import { greedy } from './greedy.ts'
import { mcts } from './mcts.ts'
import { smc } from './smc.ts'
import { vote } from './vote.ts'

const byName: Readonly<Record<string, (settings: never) => Searcher>> = {
  greedy,
  'best-of-n': bestOfN,
  vote,
  beam,
  'best-first': bestFirst,
  'a-star': aStar,
  mcts,
  smc,
}

export const searcherNames: readonly string[] = Object.keys(byName)

/**
 * A searcher by its name.
 * @param settings checked by the searcher: an unknown one, or one out of range, is an error that names it.
 * @throws `E_SEARCHER_UNKNOWN`, `E_SEARCHER_SETTING`.
 */
export function searcherNamed(name: string, settings: Readonly<Record<string, Json>> = {}): Searcher {
  const make = byName[name]
  if (make === undefined) throw unknownName('E_SEARCHER_UNKNOWN', 'searcher', name, searcherNames)
  return make(settings as never)
}
