// Searchers for one player refuse games for two, whose values change sign from move to move.
import { BanyanError } from '../errors.ts'
import type { Tree } from '../tree.ts'

/** @throws `E_SEARCHER_PLAYERS` where the environment has `turn`. */
export function forOnePlayer(tree: Tree, searcher: string): void {
  if (tree.turn === undefined) return
  throw new BanyanError('E_SEARCHER_PLAYERS', `${searcher} is for one player`, {
    wanted: 'an environment without `turn`',
    hint: 'For two players use mcts or gumbel.',
    fatal: true,
  })
}
