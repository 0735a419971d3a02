// How fast a recorded run is read again: its file opened, every event read, the searcher asked and told as before, every step made again,
// and the tree's digest compared with the recorded one.
import { join } from 'node:path'
import { search } from '../src/core/search.ts'
import { bestFirst, mcts } from '../src/core/searchers/index.ts'
import { sqlite } from '../src/traces/sqlite.ts'
import { type Entry, processorSeconds } from './entry.ts'
import { nullParts } from './null-task.ts'
import { inTemporaryFolder } from './temporary.ts'

const nodes = 50_000

/** Nodes replayed in a processor second. */
function replay(searcher: () => ReturnType<typeof mcts> | ReturnType<typeof bestFirst>): Promise<number> {
  return inTemporaryFolder(async (folder) => {
    const path = join(folder, 'runs.db')
    const run = { ...nullParts, searcher: searcher(), budget: { nodes }, concurrency: 8, runId: 'replayed' }
    let store = sqlite(path)
    const { digest } = await search({ ...run, store })
    await store.close()
    let size = 0
    const seconds = await processorSeconds(async () => {
      store = sqlite(path, { readOnly: true })
      const result = await search({ ...run, store, replayOnly: true })
      if (result.digest !== digest) throw new Error('another tree')
      size = result.tree.size
      await store.close()
    })
    return size / seconds
  })
}

export const entries: readonly Entry[] = [
  // Each event holds one node and four candidates.
  { name: 'replay/mcts', unit: 'nodes/s', better: 'higher', measure: () => replay(() => mcts({ branching: 4 })) },
  // Each event holds four nodes.
  { name: 'replay/best-first', unit: 'nodes/s', better: 'higher', measure: () => replay(() => bestFirst({ branching: 4 })) },
]
