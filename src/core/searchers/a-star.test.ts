// A* on graphs computed by hand, and against brute-force Dijkstra on random ones.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Table, tableTree } from '../../testing/table-tree.ts'
import type { Environment } from '../environment.ts'
import type { Evaluator } from '../evaluator.ts'
import { search } from '../search.ts'
import { type AStarOptions, aStar } from './a-star.ts'

/** A directed graph: nodes 0 … n - 1, the last is the goal; by node its edges as [to, cost]. States are nodes. */
type Graph = readonly (readonly (readonly [number, number])[])[]

function graphParts(graph: Graph, rest: readonly number[], vector = false) {
  const goal = graph.length - 1
  const environment: Environment<number, number, null, number> = {
    name: 'graph',
    initial: () => 0,
    step: (node, edge) => {
      const [to, cost] = graph[node]![edge]!
      return { state: to, reward: 0, terminal: to === goal || graph[to]!.length === 0, pathCost: cost }
    },
    actions: (node) => graph[node]!.map((_, edge) => edge),
    answer: (node) => (node === goal ? node : undefined),
    render: String,
    key: String,
  }
  const evaluator: Evaluator<number, number> = {
    name: 'minus-rest',
    reproducible: 'exact',
    range: [-1e6, 0],
    evaluate: (groups) =>
      groups.map((group) =>
        group.map(({ state }) => ({
          // Unreachable goals: a cost that is finite, and dearer than any path.
          value: state === goal ? 0 : Math.max(-1e6, -rest[state]!),
          ...(state === goal ? { certain: true } : {}),
          ...(vector ? { vector: graph[state]!.map(([to, cost]) => Math.min(1e6, cost + rest[to]!)) } : {}),
        })),
      ),
  }
  return { environment, evaluator, task: null }
}

/** The cheapest cost from each node to the last, by relaxing all edges until nothing changes. */
function restCosts(graph: Graph): number[] {
  const rest = graph.map((_, node) => (node === graph.length - 1 ? 0 : Number.POSITIVE_INFINITY))
  for (let round = 0; round < graph.length; round++)
    for (const [node, edges] of graph.entries()) for (const [to, cost] of edges) rest[node] = Math.min(rest[node]!, cost + rest[to]!)
  return rest
}

async function pathCost(graph: Graph, rest: readonly number[], options: AStarOptions): Promise<number> {
  const { tree, node, answer } = await search({
    ...graphParts(graph, rest, options.expansion === 'edges'),
    searcher: aStar({ top: 0, ...options }),
    budget: { nodes: 20_000 },
  })
  if (answer === undefined || node === undefined) return Number.POSITIVE_INFINITY
  return tree.path(node).reduce((sum, one) => sum + (one === 0 ? 0 : tree.column('pathCost', 1).values[one]!), 0)
}

const graphs = fc.integer({ min: 2, max: 8 }).chain((size) =>
  fc.array(fc.array(fc.tuple(fc.integer({ min: 0, max: size - 1 }), fc.integer({ min: 0, max: 9 })), { maxLength: 4 }), {
    minLength: size,
    maxLength: size,
  }),
)
/** Parts of the true rest, one for each node: estimates that are admissible, and mostly not consistent. */
const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 8, maxLength: 8 })
const settings = fc.record({
  batch: fc.integer({ min: 1, max: 4 }),
  expansion: fc.constantFrom('children' as const, 'edges' as const),
  weight: fc.constantFrom(1, 1.5, 3),
})

describe('A*', () => {
  it('finds the cheapest path where the estimate never says too much, and at most w times as dear with weight w', async () => {
    await fc.assert(
      fc.asyncProperty(graphs, shares, settings, async (graph, part, options) => {
        const rest = restCosts(graph)
        const estimate = rest.map((cost, node) => (cost === Number.POSITIVE_INFINITY ? cost : Math.floor(cost * part[node]!)))
        const found = await pathCost(graph, estimate, options)
        // The search starts beyond its goal only when they are the same state.
        if (rest[0] === Number.POSITIVE_INFINITY) expect(found).toBe(Number.POSITIVE_INFINITY)
        else {
          expect(found).toBeGreaterThanOrEqual(rest[0]!)
          expect(found).toBeLessThanOrEqual(options.weight * rest[0]! + 1e-9)
        }
      }),
      { numRuns: 200 },
    )
  })

  it('without an estimate is uniform-cost search, and asks no evaluator', async () => {
    await fc.assert(
      fc.asyncProperty(graphs, async (graph) => {
        // Only the goal is an end here, so that every end is a goal.
        const { environment } = graphParts(
          graph.map((edges, node) => (edges.length === 0 ? [[node, 1]] : edges)),
          [],
        )
        const { tree, answer, node } = await search({ environment, task: null, searcher: aStar({ heuristic: 'none' }), detail: 'events' })
        const cost = answer === undefined ? Number.POSITIVE_INFINITY : tree.column('a-star cost').values[node!]
        expect(cost).toBe(restCosts(graph)[0])
      }),
      { numRuns: 50 },
    )
  })

  // 0 → 1 costs 1, 0 → 2 costs 3; 1 → 3 costs 4, 2 → 3 costs 1, 3 → 4 (goal) costs 5. Rests: 9, 9, 6, 5, 0.
  const diamond: Graph = [
    [
      [1, 1],
      [2, 3],
    ],
    [[3, 4]],
    [[3, 1]],
    [[4, 5]],
    [],
  ]

  it('expands by f: with exact estimates 0 (f 9), 2 (3 + 6 = 9), 3 (4 + 5 = 9), and never 1 (1 + 9 = 10)', async () => {
    const { tree, usage } = await search({ ...graphParts(diamond, [9, 9, 6, 5, 0]), searcher: aStar({ top: 0 }) })
    expect(usage.expansions).toBe(3)
    expect(tree.children(0).map((node) => tree.blockSize[node])).toEqual([0, 1])
  })

  it('reopens a state that is reached by a cheaper path', async () => {
    // The estimate of 2 is 6, of 1 is 0: so 1 first (f 1), then 3 by it (g 5, f 5), then 2 (f 9), which finds 3 again for 4.
    const rest = [0, 0, 6, 0, 0]
    const reopened = await search({ ...graphParts(diamond, rest), searcher: aStar({ top: 0 }) })
    expect(reopened.tree.column('a-star cost').values[reopened.node!]).toBe(9)
    expect(reopened.usage.expansions).toBe(5)
    const pruned = await search({ ...graphParts(diamond, rest), searcher: aStar({ top: 0, twins: 'prune' }) })
    expect(pruned.tree.column('a-star cost').values[pruned.node!]).toBe(10)
  })

  it('over edges makes one state for each step of the path when the vectors are exact', async () => {
    const { usage, tree, node } = await search({
      ...graphParts(diamond, restCosts(diamond), true),
      searcher: aStar({ top: 0, expansion: 'edges' }),
      detail: 'events',
    })
    expect(usage.nodes).toBe(3)
    expect(tree.column('a-star cost').values[node!]).toBe(9)
  })

  it('takes the longer path first among equals, then what was found first', async () => {
    // All three have f = 3; b has the greatest g.
    const table: Table = {
      a: { cost: 1, value: -2 },
      b: { cost: 2, value: -1 },
      c: { cost: 1, value: -2 },
      ax: { value: -9 },
      bx: { value: -9 },
      cx: { value: -9 },
    }
    const grown = async (expansions: number) => {
      const { tree } = await search({ ...tableTree(table, { range: [-10, 0] }), searcher: aStar({ top: 0 }), budget: { expansions } })
      return tree
        .children(0)
        .filter((node) => tree.blockSize[node]! > 0)
        .map((node) => tree.action(node))
    }
    expect(await grown(2)).toEqual(['b'])
    expect(await grown(3)).toEqual(['a', 'b'])
  })

  it('expands the best two at once with a batch of two, and stops when nothing open is cheaper', async () => {
    const table: Table = {
      a: { value: 0.9 },
      b: { value: 0.8 },
      c: { value: 0.1 },
      ax: { value: 1, certain: true, cost: 3 },
      bx: { value: 1, certain: true, cost: 1 },
      cx: { value: 0.2 },
    }
    const { answer, usage, stopped } = await search({ ...tableTree(table), searcher: aStar({ batch: 2 }), concurrency: 2 })
    // f(a) = 1.1 and f(b) = 1.2 go together; the goals cost 4 and 2; then c, f 1.9, is still cheaper than 2, and cx, f 2.8, is not.
    expect({ answer, expansions: usage.expansions, stopped }).toEqual({ answer: 'bx', expansions: 4, stopped: 'solved' })
  })

  it('reads costs from log-probabilities and from the evaluator', async () => {
    const table: Table = {
      a: { score: -2, values: { cost: 1 } },
      b: { score: -1, values: { cost: 2 } },
    }
    const ends = { goal: 'terminal', heuristic: 'none' } as const
    expect((await search({ ...tableTree(table), searcher: aStar({ ...ends, stepCost: 'log-prob' }) })).answer).toBe('b')
    expect((await search({ ...tableTree(table), searcher: aStar({ ...ends, stepCost: 'evaluated' }) })).answer).toBe('a')
  })

  it('grows the same tree whatever the number of trials in flight', async () => {
    const grown = (concurrency: number) =>
      search({ ...graphParts(diamond, [0, 0, 0, 0, 0]), searcher: aStar({ batch: 3 }), concurrency, detail: 'events' })
    expect((await grown(8)).digest).toBe((await grown(1)).digest)
  })

  it('says what is wrong with a cost, a setting, a game for two', async () => {
    const negative = search({ ...tableTree({ a: { cost: -1 } }), searcher: aStar() })
    await expect(negative).rejects.toMatchObject({ code: 'E_SEARCHER_STEP_COST' })
    const missing = search({ ...tableTree({ a: {} }), searcher: aStar({ stepCost: 'evaluated' }) })
    await expect(missing).rejects.toMatchObject({ code: 'E_SEARCHER_STEP_COST' })
    expect(() => aStar({ weight: -1 })).toThrow(expect.objectContaining({ code: 'E_SEARCHER_SETTING' }))
    await expect(search({ ...tableTree({ a: {} }, { players: 2 }), searcher: aStar() })).rejects.toMatchObject({
      code: 'E_SEARCHER_PLAYERS',
    })
  })
})
