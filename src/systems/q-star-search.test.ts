// The system, and Q* with exact costs beside breadth-first search.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Random } from '../core/random.ts'
import { search } from '../core/search.ts'
import type { Searcher } from '../core/searcher.ts'
import { aStar } from '../core/searchers/a-star.ts'
import {
  boardKey,
  exactCosts,
  isGoal,
  lightsOut,
  type Puzzle,
  type PuzzleState,
  pocketCube,
  possibleMoves,
  puzzle,
  scrambled,
  slidingTiles,
  withMacroMoves,
} from '../environments/puzzles.ts'
import { testSystem } from '../experiments/testing/test-system.ts'
import { actionCosts, partialExpansion, qStarSearch, qStarSearchSystem, stateCosts } from './q-star-search.ts'

testSystem(qStarSearchSystem, new URL('./q-star-search.ts', import.meta.url))

/** Puzzles with the exact cost of each board that matters. */
const known = (
  [
    [slidingTiles({ size: 3 }), 14],
    [withMacroMoves(slidingTiles({ size: 3 }), 3), 14],
    [withMacroMoves(lightsOut({ size: 3 }), 2), 11],
    [withMacroMoves(pocketCube(), 2), 6],
  ] as const
).map(([rules, most]) => ({ rules, exact: exactCosts(rules, most) }))

type Known = (typeof known)[number]
const movesCost = ({ rules, exact }: Known, { board }: PuzzleState, share: (key: string) => number) =>
  possibleMoves(rules, board).map((move) => {
    const key = boardKey(rules.move(board, move))
    return rules.costs[move]! + share(key) * (exact.get(key) ?? 20)
  })
const exactly = () => 1

async function solved(
  rules: Puzzle,
  board: readonly number[],
  parts: { evaluator: ReturnType<typeof actionCosts<PuzzleState>>; searcher: Searcher },
  concurrency = 1,
) {
  const environment = puzzle(rules)
  const { answer, usage } = await search({
    ...{ environment, task: { board: [...board] }, ...parts },
    ...{ units: ['netEvaluations'], concurrency },
  })
  const cost = answer?.reduce((sum, move) => sum + rules.costs[rules.moves.indexOf(move)]!, 0)
  return { cost, evaluations: usage.netEvaluations }
}

describe('Q*', () => {
  it('finds the cheapest path with λ = 1 and the exact q, with one evaluation for each board on it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...known), fc.nat(), async (one, seed) => {
        const board = scrambled(one.rules, 1 + (seed % 3), new Random(seed))
        fc.pre(!isGoal(one.rules, board))
        const evaluator = actionCosts<PuzzleState>({ costs: (states) => states.map((state) => movesCost(one, state, exactly)) })
        const { cost, evaluations } = await solved(one.rules, board, { evaluator, searcher: qStarSearch() })
        expect(cost).toBe(one.exact.get(boardKey(board)))
        expect(evaluations ?? 0).toBeLessThanOrEqual(cost! + 1)
      }),
      { numRuns: 40 },
    )
  })

  it('finds it with any q that is never too great, whatever the batch: boards that are reached more cheaply are reopened', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(known[0]!, known[2]!), fc.nat(), fc.integer({ min: 1, max: 5 }), async (one, seed, batch) => {
        const board = scrambled(one.rules, 4, new Random(seed))
        fc.pre(!isGoal(one.rules, board))
        const share = (key: string) => new Random(seed, key).unit()
        const evaluator = actionCosts<PuzzleState>({ costs: (states) => states.map((state) => movesCost(one, state, share)) })
        const { cost } = await solved(one.rules, board, { evaluator, searcher: qStarSearch({ batch }) }, batch)
        expect(cost).toBe(one.exact.get(boardKey(board)))
      }),
      { numRuns: 20 },
    )
  })

  it('asks for far fewer evaluations than A* with the exact costs of the same boards', async () => {
    const one = known[3]!
    const board = one.rules.move(one.rules.move(one.rules.goal, 20), 40)
    const q = actionCosts<PuzzleState>({ costs: (states) => states.map((state) => movesCost(one, state, exactly)) })
    const h = stateCosts<PuzzleState>({ costs: (states) => states.map((state) => one.exact.get(boardKey(state.board)) ?? 20) })
    const [first, second] = [
      await solved(one.rules, board, { evaluator: q, searcher: qStarSearch() }),
      await solved(one.rules, board, { evaluator: h, searcher: aStar({ top: 0 }) }),
    ]
    expect(first.cost).toBe(second.cost)
    expect(second.evaluations! / first.evaluations!).toBeGreaterThan(20)
  })
})

describe('costs as evaluators', () => {
  it('ask about a board once where they have a key, and not about goals', async () => {
    const asked: string[] = []
    const rules = slidingTiles({ size: 2 })
    const evaluator = stateCosts<PuzzleState>({
      key: ({ board }) => boardKey(board),
      costs(states) {
        asked.push(...states.map(({ board }) => board.join('')))
        return states.map(() => 0)
      },
    })
    const { cost } = await solved(rules, scrambled(rules, 5, new Random(1)), { evaluator, searcher: aStar({ top: 0 }) })
    expect(cost).toBe(exactCosts(rules).get(boardKey(scrambled(rules, 5, new Random(1)))))
    expect(new Set(asked).size).toBe(asked.length)
    expect(asked).not.toContain('1230')
  })
})

describe('partial expansion', () => {
  it('finds the cheapest path too, and evaluates children again each time it comes back', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(known[0]!, known[2]!), fc.nat(), fc.integer({ min: 1, max: 3 }), async (one, seed, batch) => {
        const board = scrambled(one.rules, 4, new Random(seed))
        fc.pre(!isGoal(one.rules, board))
        const share = (key: string) => new Random(seed, key).unit()
        const costs = (states: readonly PuzzleState[]) =>
          states.map(({ board: at }) => share(boardKey(at)) * (one.exact.get(boardKey(at)) ?? 20))
        const { cost } = await solved(one.rules, board, { evaluator: stateCosts({ costs }), searcher: partialExpansion({ batch }) }, batch)
        expect(cost).toBe(one.exact.get(boardKey(board)))
      }),
      { numRuns: 20 },
    )
    expect(() => partialExpansion({ width: 1 } as never)).toThrow(expect.objectContaining({ code: 'E_SEARCHER_SETTING' }))
  })
})
