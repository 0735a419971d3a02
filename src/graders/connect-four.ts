// Grades moves of connect four against perfect play, by the exact solver.
import type { ConnectFourTask } from '../environments/connect-four.ts'
import { connectFourSolver } from './connect-four-solver.ts'
import type { Grade, Grader } from './grader.ts'
import { outcomeName } from './tic-tac-toe.ts'

export interface ConnectFourGraderOptions {
  /** Also asks for the fastest win or the slowest loss. Default false: a move is right when it keeps the position's game value. */
  readonly exactScore?: boolean
}

/**
 * A move is right when it keeps the position's game value: after it, the mover still has the same of win, draw and loss as before. In a lost
 * position every move does. The task file's score, where it is given as the reference, saves solving the position itself.
 * @example
 * connectFourGrader().grade({ moves: '112233' }, 4, undefined) // { correct: true }: four in a row
 */
export function connectFourGrader({ exactScore = false }: ConnectFourGraderOptions = {}) {
  const solver = connectFourSolver()
  const gameValue = exactScore ? solver.score : solver.outcome

  return {
    name: 'connect-four',
    grade: ({ moves = '' }, answer, reference): Grade => {
      const possible = reference === undefined ? gameValue(moves) : exactScore ? reference : Math.sign(reference)
      const kept = answer === undefined ? undefined : valueAfter(moves, answer)
      if (kept === undefined) return { correct: false, reason: 'not a legal move' }
      if (kept === possible) return { correct: true }
      return {
        correct: false,
        reason: exactScore ? `score ${possible} becomes ${kept}` : `${outcomeName(possible)} becomes ${outcomeName(kept)}`,
      }
    },
  } satisfies Grader<ConnectFourTask, number, number>

  /** Value of a move for its maker; undefined for an illegal one. */
  function valueAfter(moves: string, column: number): number | undefined {
    if (!Number.isInteger(column) || column < 1 || column > 7) return undefined
    if ([...moves].filter((move) => Number(move) === column).length >= 6) return undefined
    const wins = solver.wins(moves, column)
    if (wins) return exactScore ? (43 - moves.length) >> 1 : 1
    return 0 - gameValue(`${moves}${column}`)
  }
}
