// Builders over real searches in both stores: everything a row says can be found again in the store.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Json } from '../../core/common.ts'
import { mcts } from '../../core/searchers/index.ts'
import { ticTacToe } from '../../environments/tic-tac-toe.ts'
import { rollout } from '../../evaluators/rollout.ts'
import { assemble, completeSpec } from '../../front/assemble.ts'
import { search } from '../../front/search.ts'
import { memory } from '../../traces/memory.ts'
import { nodesOf, treeOf } from '../../traces/query.ts'
import { sqlite } from '../../traces/sqlite.ts'
import type { Store } from '../../traces/store.ts'
import { outcomeLabels } from './outcome-labels.ts'
import { stepPairs } from './step-pairs.ts'
import { stepValues } from './step-values.ts'
import { rowsIn } from './testing/given-run.ts'
import { verifiedTraces } from './verified-traces.ts'

const folder = mkdtempSync(join(tmpdir(), 'banyan-data-'))
const stores: Record<string, Store> = { memory: memory(), sqlite: sqlite(join(folder, 'runs.db')) }
const puzzles = [
  [4, 9, 10, 13],
  [1, 2, 3, 4],
]

async function puzzle(store: Store, numbers: readonly number[], seed: number): Promise<void> {
  const spec = completeSpec({
    environment: 'game24',
    task: { numbers },
    searcher: 'mcts',
    settings: { continueWhenSolved: true },
    budget: { expansions: 40 },
    seed,
  })
  await search({ ...assemble(spec), store, runId: `puzzle-${numbers.join('-')}-${seed}` })
}

beforeAll(async () => {
  for (const store of Object.values(stores)) {
    for (const [seed, numbers] of puzzles.entries()) await puzzle(store, numbers, seed)
    await search({ ...assemble(completeSpec({ environment: 'tic-tac-toe', task: {}, budget: { expansions: 200 } })), store, runId: 'game' })
  }
})
afterAll(async () => {
  for (const store of Object.values(stores)) await store.close()
  rmSync(folder, { recursive: true })
})

describe.each(Object.keys(stores))('rows of searches in the store %s', (name) => {
  const store = stores[name]!

  it('are of nodes that are in it, with positive margins and siblings on both sides', async () => {
    const pair = fc.record({
      margin: fc.double({ min: 0.001, max: 1, noNaN: true }),
      pairs: fc.constantFrom('all' as const, 'best-worst' as const),
      leastVisits: fc.integer({ min: 1, max: 4 }),
      value: fc.constantFrom('visit-mean' as const, 'monte-carlo' as const, 'inferred' as const),
    })
    await fc.assert(
      fc.asyncProperty(pair, async (options) => {
        for (const row of await rowsIn(stepPairs(store, { ...options, runs: (run) => run.environment === 'game24' }))) {
          expect(row.margin).toBeGreaterThanOrEqual(options.margin)
          expect(row.margin).toBeCloseTo(row.chosenValue - row.rejectedValue, 12)
          expect(Math.min(row.chosenVisits!, row.rejectedVisits!)).toBeGreaterThanOrEqual(options.leastVisits)
          expect(row.chosen).not.toBe(row.rejected)
          const { root } = treeOf(await store.read(row.source.runId))
          const nodes = new Map(Array.from(nodesOf(root!), (node) => [node.id, node]))
          const chosen = nodes.get(row.source.node)!
          expect(chosen.action).toBe(row.chosen)
          expect(nodes.get(chosen.parent)!.children.map(({ action }) => action)).toContain(row.rejected)
        }
      }),
      { numRuns: 10 },
    )
  })

  it('find right answers by the verdicts of the run, and can be replayed', async () => {
    const right = await rowsIn(verifiedTraces(store))
    expect(right.length).toBeGreaterThan(0)
    for (const { prompt, steps, answer } of right) {
      expect(prompt).toMatch(/^Make 24 from all the numbers/)
      expect(steps.at(-1)).toMatch(/= 24$/)
      expect(answer).toMatch(/ = 24$/)
    }
    expect((await rowsIn(outcomeLabels(store))).some(({ right }) => !right)).toBe(true)
  })

  it('are values from the side to move in games for two, computed again where the log has the seed alone', async () => {
    const build = stepValues(store, { runs: ['game'], root: true })
    const rows = await rowsIn(build)
    expect(rows[0]).toMatchObject({ steps: [], range: [-1, 1], visits: 200 })
    // What is good for O after a move is bad for X before it: but for the root's own playout the sums are each other's negative.
    const after = rows.filter(({ steps }) => steps.length === 1)
    expect(after).toHaveLength(9)
    expect(after.reduce((sum, { visits = 0 }) => sum + visits, 1)).toBe(200)
    const sum = after.reduce((sum, { value, visits = 0 }) => sum + value * visits, 0)
    expect(Math.abs(200 * rows[0]!.value + sum)).toBeLessThanOrEqual(1 + 1e-9)
    expect(build.report.runs.get('game')).toMatch(/^[0-9a-f]{32}$/)
  })

  it('come in the order of runs and nodes, the same every time', async () => {
    const build = stepValues(store)
    const first = await rowsIn(build)
    expect(await rowsIn(build)).toEqual(first)
    const places = first.map(({ source }) => [source.runId, source.node] as const)
    expect(places).toEqual([...places].sort(([a, i], [b, j]) => (a < b ? -1 : a > b ? 1 : i - j)))
  })
})

it('gives the same rows from both stores', async () => {
  const [first, second] = await Promise.all(Object.values(stores).map((store) => rowsIn(stepPairs(store))))
  expect(second).toEqual(first)
})

it('tells of runs whose tree is not in their log, and takes their search from a program', async () => {
  const store = memory()
  const options = {
    environment: ticTacToe(),
    task: { moves: '' },
    searcher: mcts(),
    evaluator: rollout(ticTacToe()),
    budget: { expansions: 30 },
  }
  await search({ ...options, store, runId: 'pure' })
  const alone = stepValues(store)
  expect(await rowsIn(alone)).toEqual([])
  expect(alone.report.skipped).toEqual({ computed: 1 })
  expect(await rowsIn(stepValues(store, { computeAgain: () => options }))).toHaveLength(29)
})

it('reads values of a two-player log with signs that change with the side', async () => {
  const store = memory()
  const options = {
    environment: ticTacToe(),
    task: { moves: '' },
    searcher: mcts(),
    evaluator: rollout(ticTacToe()),
    budget: { expansions: 60 },
  }
  const { tree } = await search({ ...options, store, runId: 'logged', detail: 'events' })
  for (const row of await rowsIn(stepValues(store))) {
    expect(row.value).toBeCloseTo(tree.mean(row.source.node), 9)
    expect(row.visits).toBe(tree.visits[row.source.node])
    expect(row.steps.at(-1)).toBe(String(tree.action(row.source.node) as Json))
  }
})

it('goes on after a run whose records were spoiled on the disk', async () => {
  const path = join(folder, 'spoiled.db')
  const store = sqlite(path)
  for (const [seed, numbers] of puzzles.entries()) await puzzle(store, numbers, seed)
  await store.close()
  const database = new DatabaseSync(path)
  const { key } = database.prepare('SELECT key FROM runs ORDER BY id LIMIT 1').get() as { key: number }
  database.prepare("UPDATE events SET body = '{]' WHERE run = ? AND sequence = 5").run(key)
  database.close()
  await using spoiled = sqlite(path, { readOnly: true })
  const build = stepValues(spoiled)
  const rows = await rowsIn(build)
  expect([...new Set(rows.map(({ source }) => source.runId))]).toEqual(['puzzle-4-9-10-13-0'])
  expect(build.report).toMatchObject({
    skipped: { damaged: 1 },
    damaged: [{ runId: 'puzzle-1-2-3-4-1', reason: expect.stringMatching(/^E_STORE_DAMAGED: .*event 5/) }],
  })
})
