// Draws the guide's pictures: the tree that each searcher grows on one toy, by the same exporter as `banyan runs export --format svg`.
//   npm run pictures
//   npm run pictures -- beam mcts
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Searcher } from '../src/core/index.ts'
import { search } from '../src/core/search.ts'
import * as searchers from '../src/core/searchers/index.ts'
import { exportSvg } from '../src/traces/export/tree-picture.ts'
import { memory } from '../src/traces/memory.ts'
import { drawn, nearness, toy } from './pictures/toy.ts'

interface Picture {
  readonly searcher: Searcher
  /** Moves drawn by chance, for searchers that sample. Default: all moves are listed. */
  readonly drawn?: boolean
  /** Default 14. */
  readonly expansions?: number
  readonly seed?: number
}

const {
  aStar,
  abMctsA,
  abMctsM,
  bandit,
  beam,
  bestFirst,
  bestOfN,
  converged,
  dfsdt,
  dvts,
  greedy,
  gumbel,
  lats,
  mcts,
  portfolio,
  rebase,
  restarts,
  smc,
  totBfs,
  totDfs,
  vote,
} = searchers
const pictures: Readonly<Record<string, Picture>> = {
  greedy: { searcher: greedy(), drawn: true },
  'best-of-n': { searcher: bestOfN({ n: 5 }), drawn: true, expansions: 30 },
  vote: { searcher: vote({ n: 5 }), drawn: true, expansions: 30 },
  beam: { searcher: beam({ width: 2, branching: 3 }) },
  dvts: { searcher: dvts({ n: 2, branching: 2 }), drawn: true },
  rebase: { searcher: rebase({ width: 6, temperature: 0.2 }), drawn: true, expansions: 30 },
  'tot-bfs': { searcher: totBfs({ keep: 2, branching: 3 }) },
  'tot-dfs': { searcher: totDfs({ branching: 3, threshold: 0.1 }) },
  dfsdt: { searcher: dfsdt({ branching: 2 }), drawn: true },
  'best-first': { searcher: bestFirst({ branching: 3 }) },
  'a-star': { searcher: aStar({ branching: 3, scale: 4 }) },
  mcts: { searcher: mcts({ exploration: 0.7 }), expansions: 20 },
  gumbel: { searcher: gumbel({ simulations: 16, considered: 3, branching: 3 }), expansions: 20 },
  'ab-mcts-a': { searcher: abMctsA({ twins: 'prune' }), drawn: true, expansions: 18 },
  'ab-mcts-m': { searcher: abMctsM({ twins: 'prune' }), drawn: true, expansions: 18 },
  bandit: { searcher: bandit({ n: 5 }), drawn: true, expansions: 30 },
  lats: { searcher: lats({ branching: 2, exploration: 0.3, reflections: 0 }), drawn: true, expansions: 18 },
  smc: { searcher: smc({ particles: 5 }), drawn: true, expansions: 30 },
  restarts: { searcher: restarts(greedy(), { times: 3 }), drawn: true, expansions: 30 },
  portfolio: { searcher: portfolio([bestOfN({ n: null }), bestFirst({ branching: 3 })]), drawn: true },
  converged: { searcher: converged(mcts({ continueWhenSolved: true }), { trials: 8 }), expansions: 60 },
}

const folder = fileURLToPath(new URL('../docs/guide/pictures', import.meta.url))
const wanted = process.argv.slice(2)
mkdirSync(folder, { recursive: true })
for (const [name, picture] of Object.entries(pictures)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  const svg = await draw(name, picture)
  writeFileSync(join(folder, `${name}.svg`), svg)
  process.stdout.write(`${name}: ${svg.length} bytes\n`)
}

async function draw(name: string, { searcher, expansions = 14, seed = 1, ...more }: Picture): Promise<string> {
  const store = memory()
  const runId = 'picture'
  const options = {
    environment: toy(),
    task: { target: 20, steps: 5 },
    evaluator: nearness,
    searcher,
    budget: { expansions },
    seed,
    store,
    runId,
  }
  await search(more.drawn ? { ...options, proposer: drawn } : { ...options, detail: 'events' })
  // The time that a run took would make every picture a new one.
  const entries = [...(await store.read(runId))].map(({ sequence, event }) => ({
    sequence,
    event: event.type === 'run-end' ? { ...event, seconds: 0 } : event,
  }))
  return exportSvg(entries, { title: `${name}: from 1 to 20 by +1, ×2, ×3`, most: 40 })
}
