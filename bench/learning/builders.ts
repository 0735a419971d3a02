// How many rows a second the builders make out of a store on disk: runs read, trees made, values found, texts written; and how much memory
// that takes. Processor time, compiler and garbage collector included.
import { join } from 'node:path'
import { search } from '../../src/core/search.ts'
import { mcts } from '../../src/core/searchers/index.ts'
import { banyanRows, type DatasetBuild, preferenceTrees, stepPairs, stepValues, writeDataset } from '../../src/learning/data/index.ts'
import { sqlite } from '../../src/traces/sqlite.ts'
import type { Store } from '../../src/traces/store.ts'
import { type Entry, processorSeconds } from '../entry.ts'
import { nullParts } from '../null-task.ts'
import { inTemporaryFolder } from '../temporary.ts'

const runs = 20
const nodes = 2_000

/** Works over a store with twenty runs of two thousand nodes each. */
function withRuns(work: (store: Store, folder: string) => Promise<number>): Promise<number> {
  return inTemporaryFolder(async (folder) => {
    await using store = sqlite(join(folder, 'runs.db'))
    const options = { ...nullParts, searcher: mcts({ branching: 4 }), budget: { nodes }, concurrency: 8, store }
    for (let seed = 0; seed < runs; seed++) await search({ ...options, seed, runId: `run-${seed}` })
    return await work(store, folder)
  })
}

function rowsPerSecond(build: (store: Store) => DatasetBuild): Promise<number> {
  return withRuns(async (store) => {
    let rows = 0
    const seconds = await processorSeconds(async () => {
      for await (const _ of build(store)) rows++
    })
    return rows / seconds
  })
}

function written(): Promise<number> {
  return withRuns(async (store, folder) => {
    let rows = 0
    const seconds = await processorSeconds(async () => {
      rows = (await writeDataset(stepValues(store), banyanRows, join(folder, 'values.jsonl'))).rows
    })
    return rows / seconds
  })
}

/** Heap in use while the rows of a run are at hand, at its highest over all runs, beyond what is in use when none are. */
function heap(): Promise<number> {
  return withRuns(async (store) => {
    const atRunStarts = async (see: () => void): Promise<void> => {
      let run = ''
      for await (const { source } of stepValues(store)) {
        if (source.runId !== run) see()
        run = source.runId
      }
    }
    const used = (): number => {
      globalThis.gc?.()
      return process.memoryUsage().heapUsed
    }
    // What is compiled and cached on the way is there afterwards.
    await atRunStarts(() => {})
    const before = used()
    let most = 0
    await atRunStarts(() => {
      most = Math.max(most, used() - before)
    })
    return most
  })
}

const rate = { unit: 'rows/s', better: 'higher' } as const

export const entries: readonly Entry[] = [
  { name: 'learning/builders/step-values', ...rate, measure: () => rowsPerSecond((store) => stepValues(store)) },
  {
    name: 'learning/builders/step-pairs',
    ...rate,
    measure: () => rowsPerSecond((store) => stepPairs(store, { margin: 0.01, pairs: 'all' })),
  },
  { name: 'learning/builders/preference-trees', ...rate, measure: () => rowsPerSecond((store) => preferenceTrees(store)) },
  { name: 'learning/builders/step-values-to-file', ...rate, measure: written },
  { name: 'learning/builders/heap', unit: 'bytes', better: 'lower', measure: heap },
]
