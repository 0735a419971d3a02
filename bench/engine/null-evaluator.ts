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

/**
 * Bytes of a tree of eight actions, on the heap and in buffers: of its arrays by candidate, and of all else. The states are small numbers
 * and the actions one shared list, so nothing of the environment's is counted but the places that hold them. The search around it, its
 * searcher's memory included, is gone when they are counted; what MCTS keeps beside the candidates is in the tree.
 */
async function bytes(): Promise<{ readonly node: number; readonly candidate: number }> {
  const before = used()
  const { tree } = await grow(8, 200_000, 0)
  await new Promise((resolve) => setImmediate(resolve))
  const total = used() - before
  const byCandidate = [tree.childOf, ...['value 0', 'uct weight'].map((name) => tree.candidateColumn(name, 0).values)]
  const candidates = byCandidate.reduce((sum, { byteLength }) => sum + byteLength, 0)
  return { node: (total - candidates) / tree.size, candidate: candidates / (8 * tree.size) }
}

function used(): number {
  // Buffers are given back by a second collection.
  for (let i = 0; i < 3; i++) globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

export const entries: readonly Entry[] = [
  ...['1e3', '1e4', '1e5', '1e6'].map(
    (size): Entry => ({ name: `null-evaluator/${size}`, unit: 'simulations/s', better: 'higher', measure: () => rate(Number(size)) }),
  ),
  { name: 'memory/node', unit: 'bytes', better: 'lower', measure: async () => (await bytes()).node },
  { name: 'memory/candidate', unit: 'bytes', better: 'lower', measure: async () => (await bytes()).candidate },
]
