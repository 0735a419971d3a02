// What the driver adds to the waiting: a search that keeps 256 calls of a model in flight, against the time that the calls alone would take.

import { join } from 'node:path'
import type { Proposer } from '../src/core/proposer.ts'
import { search } from '../src/core/search.ts'
import { vote } from '../src/core/searchers/index.ts'
import { generate } from '../src/models/model.ts'
import { scripted } from '../src/models/scripted.ts'
import { type LettersState, letters } from '../src/testing/letters.ts'
import { sqlite } from '../src/traces/sqlite.ts'
import { type Entry, wallSeconds } from './entry.ts'
import { inTemporaryFolder } from './temporary.ts'

const concurrency = 256
const delay = 200
const steps = 4
/** Enough that the beginning, when all calls come back at once, hardly counts. */
const chains = 10 * concurrency

/** Wall time above that of the calls alone, in per cent. Every call and outcome is kept in a file, as in real use. */
function overhead(): Promise<number> {
  const model = scripted({ answers: ['a', 'b', 'c', 'd'], delay })
  const proposer: Proposer<LettersState, string> = {
    name: 'model',
    atMost: (count) => ({ calls: 1, tokens: count }),
    propose: (requests, context) =>
      Promise.all(
        requests.map(async ({ node, count }) => {
          const messages = [{ role: 'user' as const, content: `Go on: ${node.state.text}` }]
          const samples = await generate(model, { messages, count, maxTokens: 1, temperature: 1 }, context)
          return { candidates: samples.map(({ text }) => ({ action: text })) }
        }),
      ),
  }
  return inTemporaryFolder(async (folder) => {
    const store = sqlite(join(folder, 'runs.db'))
    const task = { length: steps }
    const spent = await wallSeconds(() =>
      search({ environment: letters(), task, proposer, searcher: vote({ n: chains }), concurrency, store }),
    )
    await store.close()
    if (model.calls !== chains * steps) throw new Error(`${model.calls} calls were made`)
    const ideal = ((chains * steps) / concurrency) * (delay / 1000)
    return (spent / ideal - 1) * 100
  })
}

export const entries: readonly Entry[] = [{ name: 'driver-overhead/256', unit: '%', better: 'lower', measure: overhead }]
