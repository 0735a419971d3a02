// One seed, one tree: the same searches under random delays, with one and with eight trials in flight, must grow the same tree, and reading
// their logs again must need no call. Where the number in flight is a part of the algorithm (best-first, MCTS), each number has its tree.
//   npm run check:determinism -- --tries 10 --json
import { parseArgs } from 'node:util'
import { search } from '../src/core/search.ts'
import type { Searcher } from '../src/core/searcher.ts'
import { beam, bestFirst, bestOfN, greedy, mcts, vote } from '../src/core/searchers/index.ts'
import { letters, lettersProposer, lettersValue } from '../src/testing/letters.ts'
import { memory } from '../src/traces/memory.ts'

const { values } = parseArgs({
  options: {
    tries: { type: 'string', default: '10' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  process.stdout.write(
    'npm run check:determinism -- [--tries 10] [--json]\n\nExits 1 when a search of one seed grows more than one tree, or a replay makes a call.\n',
  )
  process.exit(0)
}

/** Searchers whose tree does not depend on how many trials are in flight, and those where that is a part of the algorithm. */
const independent = {
  greedy: () => greedy(),
  'best-of-n': () => bestOfN({ n: 8, continueWhenSolved: true }),
  vote: () => vote({ n: 8 }),
  beam: () => beam({ width: 3, continueWhenSolved: true }),
}
const dependent = { 'best-first': () => bestFirst({ continueWhenSolved: true }), mcts: () => mcts({ continueWhenSolved: true }) }

const searches: Record<string, number> = {}
let hashes = 0
let replayCalls = 0
for (const [name, create] of Object.entries({ ...independent, ...dependent })) {
  const groups = name in dependent ? [[1], [8]] : [[1, 8]]
  for (const concurrencies of groups) {
    const digests = new Set<string>()
    for (const concurrency of concurrencies) {
      for (let attempt = 0; attempt < Number(values.tries); attempt++) {
        const { digest, calls } = await once(create, concurrency)
        digests.add(digest)
        replayCalls += calls
      }
    }
    searches[`${name} at concurrency ${concurrencies.join(' and ')}`] = digests.size
    hashes = Math.max(hashes, digests.size)
  }
}
const report = { hashes, replayCalls, searches }
process.stdout.write(
  values.json
    ? `${JSON.stringify(report)}\n`
    : `hashes ${hashes}\nreplayCalls ${replayCalls}\n${Object.entries(searches)
        .map(([name, count]) => `  ${name}: ${count}`)
        .join('\n')}\n`,
)
process.exit(hashes === 1 && replayCalls === 0 ? 0 : 1)

/** One search under random delays, and its replay. */
async function once(create: () => Searcher, concurrency: number): Promise<{ digest: string; calls: number }> {
  let calls = 0
  const store = memory()
  const proposer = lettersProposer({ delay: () => Math.random() * 5, onCall: () => calls++ })
  const options = {
    environment: letters(),
    task: { length: 4 },
    proposer,
    evaluator: lettersValue(),
    searcher: create(),
    budget: { expansions: 60 },
    concurrency,
    seed: 11,
    store,
    runId: 'run',
  }
  const { digest } = await search(options)
  const made = calls
  const replay = await search({ ...options, searcher: create(), replayOnly: true })
  return { digest: replay.digest === digest ? digest : `${digest} but replayed ${replay.digest}`, calls: calls - made }
}
