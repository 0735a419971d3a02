// Puzzles: the contract of environments, known counts of boards, and recorded puzzles with their solutions.
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Random } from '../core/random.ts'
import { search } from '../core/search.ts'
import { aStar } from '../core/searchers/a-star.ts'
import { requirement, sharedData } from '../testing/requirements.ts'
import { testEnvironment } from '../testing/test-environment.ts'
import {
  exactCosts,
  featureCount,
  isGoal,
  lightsOut,
  type Puzzle,
  pocketCube,
  possibleMoves,
  puzzle,
  puzzleTask,
  scrambled,
  slidingTiles,
  withMacroMoves,
  writeFeatures,
} from './puzzles.ts'

const some: readonly Puzzle[] = [
  slidingTiles({ size: 3 }),
  lightsOut({ size: 3 }),
  pocketCube(),
  withMacroMoves(slidingTiles({ size: 3 }), 3),
  withMacroMoves(lightsOut({ size: 3 }), 2),
]

for (const rules of some)
  testEnvironment({
    ...{ name: rules.name, create: () => puzzle(rules), illegal: 'nowhere' },
    tasks: [{ scramble: 7, seed: 1 }, { scramble: 3 }, { board: [...scrambled(rules, 5, new Random(2))] }],
  })

/** How many boards there are at each cost. */
function counts(rules: Puzzle, most?: number): number[] {
  const found: number[] = []
  for (const cost of exactCosts(rules, most).values()) found[cost] = (found[cost] ?? 0) + 1
  return found
}

describe('puzzles', () => {
  it('are solved at the least cost, and the answer is the moves', async () => {
    const { answer } = await search({
      ...{ environment: puzzle(slidingTiles({ size: 3 })), task: { board: [1, 2, 3, 4, 5, 6, 0, 7, 8] } },
      searcher: aStar({ heuristic: 'none' }),
    })
    expect(answer).toEqual(['L', 'L'])
  })

  it('have as many boards as is known: 9!/2 at most 31 moves away, 2^9 at most 9, and 1, 9, 54, 321, 1847 of the cube', () => {
    const tiles = counts(slidingTiles({ size: 3 }))
    expect(tiles.reduce((sum, count) => sum + count, 0)).toBe(181_440)
    expect(tiles).toHaveLength(32)
    expect(counts(lightsOut({ size: 3 }))).toEqual([1, 9, 36, 84, 126, 126, 84, 36, 9, 1])
    expect(counts(pocketCube(), 4)).toEqual([1, 9, 54, 321, 1847])
  })

  it('refuse boards and sizes that cannot be', () => {
    for (const board of [[1, 2, 3], [1, 1, 2, 3, 4, 5, 6, 7, 8], []])
      expect(() => puzzle(slidingTiles({ size: 3 })).initial({ board })).toThrow(expect.objectContaining({ code: 'E_PUZZLE_BOARD' }))
    const { goal } = slidingTiles({ size: 3 })
    expect(() => puzzle(slidingTiles({ size: 3 })).initial({ board: [...goal] })).toThrow(
      expect.objectContaining({ code: 'E_PUZZLE_SOLVED' }),
    )
    expect(() => puzzle(pocketCube()).initial({ board: [1, 3, 6, 9, 12, 15, 18] })).toThrow(/board/)
    expect(() => slidingTiles({ size: 1 })).toThrow(expect.objectContaining({ code: 'E_PUZZLE_SIZE' }))
    expect(() => withMacroMoves(pocketCube(), 0)).toThrow(expect.objectContaining({ code: 'E_PUZZLE_SIZE' }))
    expect(puzzleTask.safeParse({ scramble: 0 }).success).toBe(false)
    expect(puzzleTask.safeParse({ board: [1, 0] }).success).toBe(true)
  })

  it('are features for nets: one 1 for each cell', () => {
    fc.assert(
      fc.property(fc.constantFrom(...some), fc.nat(), (rules, seed) => {
        const board = scrambled(rules, 9, new Random(seed))
        const out = new Float32Array(1 + featureCount(rules)).fill(7)
        writeFeatures(rules, board, out, 1)
        const sum = out.subarray(1).reduce((total, one) => total + one, 0)
        expect(sum).toBe(rules.pieces === 2 ? board.filter((light) => light === 1).length : board.length)
      }),
    )
  })
})

describe('macro-moves', () => {
  it('are all the places that so many moves lead to', () => {
    expect([1, 2, 3].map((length) => withMacroMoves(pocketCube(), length).moves.length)).toEqual([9, 9 + 54, 9 + 54 + 321])
    expect(withMacroMoves(lightsOut({ size: 5 }), 2).moves.length).toBe(25 + (25 * 24) / 2)
    // Each board of the 8-puzzle is left in as many ways as there are ways of the gap.
    const tiles = withMacroMoves(slidingTiles({ size: 3 }), 2)
    const corner = possibleMoves(tiles, tiles.goal).map((move) => tiles.moves[move])
    expect(corner).toEqual(['D', 'R', 'D D', 'D R', 'R D', 'R R'])
  })

  it('cost as much as their moves, and leave the cheapest costs as they are', () => {
    const macro = withMacroMoves(slidingTiles({ size: 2 }), 4)
    expect(macro.costs[macro.moves.indexOf('D R')]).toBe(2)
    expect(exactCosts(macro)).toEqual(exactCosts(slidingTiles({ size: 2 })))
  })
})

const data = requirement('shared-data')

describe.skipIf(!data.available)('recorded puzzles', () => {
  const read = (name: string) =>
    readFileSync(sharedData('puzzles-deepcubea', 'dev', `${name}.jsonl`), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { tiles: number[]; solution: string; lights: number[] })

  it.each([
    ['puzzle15', 4],
    ['puzzle24', 5],
  ] as const)('%s: all solutions lead to the goal', (name, size) => {
    const environment = puzzle(slidingTiles({ size }))
    for (const { tiles, solution } of read(name)) {
      let state = environment.initial({ board: tiles })
      for (const move of solution) state = environment.step(state, move).state
      expect(environment.answer(state)).toEqual([...solution])
    }
  })

  it('lightsout7: lights that presses of the first row, chased down row by row, put out', () => {
    const rules = lightsOut({ size: 7 })
    for (const { lights } of read('lightsout7').slice(0, 50)) {
      const solved = Array.from({ length: 128 }, (_, first) => {
        let board: readonly number[] = lights
        for (let cell = 0; cell < 7; cell++) if ((first >> cell) & 1) board = rules.move(board, cell)
        for (let cell = 7; cell < 49; cell++) if (board[cell - 7] === 1) board = rules.move(board, cell)
        return isGoal(rules, board)
      })
      expect(solved).toContain(true)
    }
  })
})
