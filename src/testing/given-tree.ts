// A tree that is written down: for tests of searchers whose every choice is computed by hand.

import type { Amounts } from '../core/common.ts'
import type { Environment } from '../core/environment.ts'
import type { Evaluator } from '../core/evaluator.ts'
import type { SearchResult } from '../core/options.ts'
import type { Proposer } from '../core/proposer.ts'
import { search } from '../core/search.ts'
import type { Searcher } from '../core/searcher.ts'

export interface GivenTreeOptions {
  readonly concurrency?: number
  readonly budget?: Amounts
}

export interface GivenTreeSearch {
  /** What was asked for, in order: the path and how many children, as `a×2`; `·` is the root, `(a b)` the judging of nodes. */
  readonly asked: readonly string[]
  /** The paths of each group that was judged, as `a b`. */
  readonly groups: readonly string[]
  /** The path of the best node. */
  readonly best: string | undefined
  readonly result: SearchResult<string, string, string>
}

/**
 * Searches a tree given by its nodes' values. A key is a path of letters; a path that no other goes on from is finished, and its answer is its
 * last letter, but for `x`, which gives up. Children are proposed in the order written, those not proposed before first come. Values 0 and 1 are certain.
 *
 * @example
 * const { asked } = await searchGivenTree(beam({ width: 1, branching: 2 }), { a: 0.2, b: 0.6, ba: 0.5 }) // ['·×2', 'b×2']
 */
export async function searchGivenTree(
  searcher: Searcher,
  values: Readonly<Record<string, number>>,
  options: GivenTreeOptions = {},
): Promise<GivenTreeSearch> {
  const asked: string[] = []
  const groups: string[] = []
  const letters = (path: string) =>
    Object.keys(values)
      .filter((key) => key.length === path.length + 1 && key.startsWith(path))
      .map((key) => key.at(-1)!)
  const environment: Environment<string, string, null, string> = {
    name: 'given-tree',
    initial: () => '',
    step: (path, letter) => ({ state: path + letter, reward: 0, terminal: letters(path + letter).length === 0 }),
    answer: (path) => (letters(path).length > 0 || path.endsWith('x') ? undefined : path.at(-1)),
    render: (path) => path,
  }
  const proposer: Proposer<string, string> = {
    name: 'in-order',
    reproducible: 'exact',
    propose: (requests) =>
      requests.map(({ node, siblings, count }) => ({
        candidates: letters(node.state)
          .filter((letter) => !siblings.includes(letter))
          .slice(0, count)
          .map((action) => ({ action })),
      })),
  }
  const evaluator: Evaluator<string, string> = {
    name: 'given',
    range: [0, 1],
    evaluate: (judged) => {
      groups.push(...judged.map((group) => group.map(({ state }) => state).join(' ')))
      return judged.map((group) =>
        group.map(({ state }) => ({ value: values[state]!, certain: values[state] === 0 || values[state] === 1 })),
      )
    },
  }
  const spied: Searcher = {
    ...searcher,
    ask(tree, memory, free, random) {
      const works = searcher.ask(tree, memory, free, random)
      const name = (node: number) => (tree.state(node) as string) || '·'
      for (const work of works) {
        if (work.kind === 'evaluate') asked.push(`(${work.nodes.map(name).join(' ')})`)
        else if (work.kind === 'expand') asked.push(`${name(work.node)}×${work.propose.count}`)
      }
      return works
    },
  }
  const result = await search({ budget: { expansions: 50 }, ...options, environment, task: null, proposer, evaluator, searcher: spied })
  return { asked, groups, best: result.state, result }
}
