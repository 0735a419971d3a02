// What the engine itself costs: MCTS over a pure environment of eight actions without end, with an evaluator that draws a number.
// Simulations a second at several sizes of the tree, and the bytes that a tree keeps for a node and for a candidate.
import type { Environment } from '../../src/core/environment.ts'
import type { Evaluator } from '../../src/core/evaluator.ts'
import { search } from '../../src/core/search.ts'
import { mcts } from '../../src/core/searchers/mcts.ts'
import { memory } from '../../src/traces/memory.ts'
import { type Entry, processorSeconds } from '../entry.ts'

/** States are depths. */
function endless(branching: number): Environment<number, number, null, number> {
  const actions = Array.from({ length: branching }, (_, action) => action)
  return {
    name: 'endless',
    initial: () => 0,
    step: (depth) => ({ state: depth + 1, reward: 0, terminal: false }),
    actions: () => actions,
    answer: (depth) => depth,
    render: (depth) => String(depth),
  }
}

const evaluator: Evaluator<number, number> = {
  name: 'drawn',
  range: [0, 1],
  reproducible: 'exact',
  evaluate: (groups, { random }) => groups.map((group) => group.map(() => ({ value: random.unit() }))),
  value: (_node, random) => random.unit(),
}

const grow = (branching: number, simulations: number, seed: number) =>
  search({
    environment: endless(branching),
    task: null,
    evaluator,
    searcher: mcts({ exploration: 2, branching }),
    budget: { expansions: simulations },
    store: memory(),
    seed,
  })

/** Simulations in a processor second; small searches are repeated until a second has passed. */
async function rate(simulations: number): Promise<number> {
  let done = 0
  let spent = 0
  for (let seed = 0; spent < 1; seed++) {
    spent += await processorSeconds(async () => {
      done += (await grow(8, simulations, seed)).trials
    })
  }
  return done / spent
}

/** Bytes of a tree, on the heap and in buffers. The search around it, its searcher's memory included, is gone when they are counted. */
async function bytes(branching: number): Promise<{ readonly total: number; readonly nodes: number; readonly candidates: number }> {
  const before = used()
  const { tree } = await grow(branching, 200_000, 0)
  await new Promise((resolve) => setImmediate(resolve))
  const total = used() - before
  return { total, nodes: tree.size, candidates: tree.size * branching }
}

function used(): number {
  // Buffers are given back by a second collection.
  for (let i = 0; i < 3; i++) globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/** Trees of the same nodes with few and with many candidates tell the two apart. */
async function perNodeAndCandidate(): Promise<{ readonly node: number; readonly candidate: number }> {
  const few = await bytes(4)
  const many = await bytes(12)
  const candidate = (many.total / many.nodes - few.total / few.nodes) / (many.candidates / many.nodes - few.candidates / few.nodes)
  return { candidate, node: (few.total - few.candidates * candidate) / few.nodes }
}

export const entries: readonly Entry[] = [
  ...['1e3', '1e4', '1e5', '1e6'].map(
    (size): Entry => ({ name: `null-evaluator/${size}`, unit: 'simulations/s', better: 'higher', measure: () => rate(Number(size)) }),
  ),
  { name: 'memory/node', unit: 'bytes', better: 'lower', measure: async () => (await perNodeAndCandidate()).node },
  { name: 'memory/candidate', unit: 'bytes', better: 'lower', measure: async () => (await perNodeAndCandidate()).candidate },
]
