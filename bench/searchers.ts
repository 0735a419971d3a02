// What the searchers themselves cost: whole searches, through the public `search`, over a task whose parts cost nothing.
import { search } from '../src/core/search.ts'
import { searcherNamed, searcherNames } from '../src/core/searchers/index.ts'
import type { Entry } from './entry.ts'
import { typicalSeconds } from './micro.ts'
import { nullParts } from './null-task.ts'
import { treeQuest } from './peers/peers.ts'

/** Processor seconds of one search that makes so many nodes. */
async function seconds(name: string, nodes: number, settings: Parameters<typeof searcherNamed>[1]): Promise<number> {
  let seed = 0
  return typicalSeconds(async () => {
    const { tree, stopped } = await search({ ...nullParts, searcher: searcherNamed(name, settings), budget: { nodes }, seed: seed++ })
    if (tree.size !== nodes + 1) throw new Error(`${name} stopped (${stopped}) with ${tree.size} nodes`)
  })
}

const searches = [
  { name: 'ab-mcts-a', nodes: [50, 500], settings: {} },
  { name: 'ab-mcts-m', nodes: [10, 50], settings: {} },
  { name: 'mcts', nodes: [2000], settings: { branching: 4 } },
  { name: 'tot-bfs', nodes: [2000], settings: { keep: 5, branching: 5, rootBranching: 5 } },
  { name: 'best-first', nodes: [2000], settings: { branching: 4 } },
] as const

export const entries: readonly Entry[] = searches
  .filter(({ name }) => searcherNames.includes(name))
  .flatMap(({ name, nodes, settings }) =>
    nodes.map((count): Entry => {
      const entry = { name: `${name}/${count}`, unit: 's', better: 'lower', measure: () => seconds(name, count, settings) } as const
      // TreeQuest's sampler needs ten seconds a node.
      return name === 'ab-mcts-m' && count > 10 ? entry : { ...entry, peer: treeQuest(name, count) }
    }),
  )
