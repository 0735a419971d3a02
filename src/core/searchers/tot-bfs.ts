// Tree of Thoughts, breadth first (Yao et al. 2023, arXiv:2305.10601, algorithm 1): at each step, thoughts are proposed for every kept state, all
// of them judged, and the best kept.
import type { Searcher } from '../searcher.ts'
import { mostPromising, open } from './children.ts'
import { type Choose, Levels } from './levels.ts'
import { forOnePlayer } from './players.ts'
import { checkSettings, oneOf } from './settings.ts'

/** Options of `totBfs`. */
export interface TotBfsOptions {
  /** States kept at each step (b). Default 5, as in the paper's game of 24. */
  readonly keep?: number
  /** Thoughts proposed for each of them (k). Default 5; proposers that list moves give them all. */
  readonly branching?: number
  /** Thoughts proposed at the root. Default `branching`. */
  readonly rootBranching?: number
  /** Steps (T). Default: no limit. */
  readonly depth?: number | null
  /**
   * `value`: states are judged by themselves, with their siblings at hand. `vote`: all candidates of a step are judged as one group, for
   * evaluators that compare; finished states that are kept are judged again with the next step's, because such values compare within a
   * group alone. Default `value`.
   */
  readonly judge?: 'value' | 'vote'
  /** How often to begin again from the root when nothing is left to go on from; null: until the budget ends. Default 0. */
  readonly restarts?: number | null
  /** Name of the proposer. Default `default`. */
  readonly propose?: string
  /** Name of the evaluator. Default `default`. */
  readonly evaluate?: string
  /** Go on after the first certain answer. Default false. */
  readonly continueWhenSolved?: boolean
}

/**
 * Tree of Thoughts, breadth first: S_t = the `keep` best of { [s, z] : s in S_{t-1}, z in G(s, k) } by V. Dead ends and repeated states are dropped.
 *
 * @example
 * await search({ environment: game24(), task, evaluator, searcher: totBfs({ keep: 5, depth: 3 }) })
 * await search({ environment, task, proposer, evaluator: siblingVote({ model, environment }), searcher: totBfs({ keep: 1, judge: 'vote' }) })
 *
 * @throws `E_SEARCHER_SETTING` for a setting that is unknown or out of range.
 */
export function totBfs(options: TotBfsOptions = {}): Searcher<Levels> {
  checkSettings('tot-bfs', options, {
    keep: 'integer>=1',
    branching: 'integer>=1',
    rootBranching: 'integer>=1',
    depth: 'integer>=1|null',
    judge: oneOf('value', 'vote'),
    restarts: 'integer>=0|null',
    propose: 'string',
    evaluate: 'string',
    continueWhenSolved: 'boolean',
  })
  const { keep = 5, branching = 5, depth = null, judge = 'value', restarts = 0, evaluate = 'default', continueWhenSolved = false } = options
  const rootBranching = options.rootBranching ?? branching
  const together = judge === 'vote'

  const choose: Choose = (tree, found, level) => {
    if (depth !== null && level >= depth) return []
    // Finished states stand for a place only where they are to be compared with what comes.
    const standing = mostPromising(tree, found).filter(
      ({ node }) => open(tree, node) || (together && tree.terminal(node) && !tree.dead(node)),
    )
    return standing.slice(0, keep).map(({ node }) => ({ node, count: tree.terminal(node) ? 0 : branching }))
  }

  return {
    name: 'tot-bfs',
    settings: {
      keep,
      branching,
      rootBranching,
      depth,
      judge,
      restarts,
      propose: options.propose ?? 'default',
      evaluate,
      continueWhenSolved,
    },
    start(tree) {
      forOnePlayer(tree, 'tot-bfs')
      return new Levels({ propose: options.propose, evaluate, together, rootCount: rootBranching, restarts, round: () => choose })
    },
    ask: (tree, levels, free) => levels.ask(tree, free),
    tell: (tree, levels, outcome) => levels.tell(tree, outcome),
    done: (tree, levels) => (!continueWhenSolved && levels.best.solved(tree) ? 'solved' : undefined),
    best: (_tree, levels) => levels.best.node,
    answers: (tree, levels, count) => levels.best.answers(tree, count),
  }
}
