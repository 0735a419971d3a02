// Levels whose width is shared out by rewards: what REBASE is, and what is made from it by leaving states out before the sharing.
import type { Json, NodeId } from '../common.ts'
import type { Searcher } from '../searcher.ts'
import type { Tree } from '../tree.ts'
import { balancedWidths } from './balance.ts'
import { type Found, open } from './children.ts'
import { type Choose, Levels } from './levels.ts'
import { forOnePlayer } from './players.ts'
import { heaviest } from './tally.ts'

export interface RewardBalancedSettings {
  /** Trajectories grown side by side. */
  readonly width: number
  /** Of the softmax of rewards, above 0. */
  readonly temperature: number
  /** Share of a depth's open states that is gone on from, the best ones, in (0, 1]. */
  readonly keep: number
  /** Deepest level; a state there counts as finished. Null: no limit. */
  readonly depth: number | null
  /** `best`: the finished state of the greatest value. `vote`: the answer with the greatest sum of values. */
  readonly answer: 'best' | 'vote'
  /** How often to begin again from the root; null: until the budget ends. */
  readonly restarts: number | null
  readonly propose: string | undefined
  readonly evaluate: string
  readonly continueWhenSolved: boolean
}

/** Which open states of a depth are gone on from. They come best first, with the width that each would get if all were; at least one is returned. */
export type Prune = (tree: Tree, states: readonly Found[], widths: readonly number[]) => readonly Found[]

/**
 * A searcher that shares its width out by rewards.
 * @param settings as they stand in the run's fingerprint.
 * @param prune default: all are gone on from.
 */
export function rewardBalanced(name: string, given: RewardBalancedSettings, settings: Json, prune?: Prune): Searcher<Levels> {
  const { width, temperature, keep, depth, answer, restarts, propose, evaluate, continueWhenSolved } = given
  const shared = (states: readonly Found[], left: number) =>
    balancedWidths(
      states.map(({ value }) => value),
      left,
      temperature,
    )

  /** One round from the root; its width shrinks as trajectories end. */
  function round(): Choose {
    let left = width
    return (tree, found, level) => {
      const limit = depth !== null && level >= depth
      left -= found.filter(({ node }) => tree.terminal(node) || (limit && !tree.dead(node))).length
      if (left <= 0 || limit) return []
      const going = found.filter(({ node }) => open(tree, node)).sort((a, b) => (a.value === b.value ? a.node - b.node : b.value - a.value))
      const best = going.slice(0, Math.ceil(going.length * keep))
      if (best.length === 0) return []
      const chosen = prune === undefined ? best : prune(tree, best, shared(best, left))
      const widths = shared(chosen, left)
      return chosen.map(({ node }, index) => ({ node, count: widths[index]! })).filter(({ count }) => count > 0)
    }
  }

  /** Answers by vote; none where they are not voted on. */
  const ranked = (tree: Tree, { ends }: Levels): NodeId[] =>
    answer === 'best'
      ? []
      : heaviest(
          tree,
          [...ends].map(([node, value]) => ({ node, weight: Math.max(0, value) })),
        )

  return {
    name,
    settings,
    start(tree) {
      forOnePlayer(tree, name)
      return new Levels({ propose, evaluate, together: false, rootCount: width, restarts, round })
    },
    ask: (tree, levels, free) => levels.ask(tree, free),
    tell: (tree, levels, outcome) => levels.tell(tree, outcome),
    done: (tree, levels) => (!continueWhenSolved && levels.best.solved(tree) ? 'solved' : undefined),
    best: (tree, levels) => ranked(tree, levels)[0] ?? levels.best.node,
    answers: (tree, levels, count) => {
      const votes = ranked(tree, levels)
      return votes.length > 0 ? votes.slice(0, count) : levels.best.answers(tree, count)
    },
  }
}
