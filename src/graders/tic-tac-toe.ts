// Grades moves of tic-tac-toe against perfect play, found by searching the whole game.
import { type TicTacToeState, type TicTacToeTask, ticTacToe } from '../environments/tic-tac-toe.ts'
import type { Grader } from './grader.ts'

/**
 * A move is right when it keeps the position's value (win, draw or loss): no slower and no faster win is asked for.
 * @example
 * ticTacToeGrader().grade({ moves: '1425' }, 3, undefined) // { correct: true }: the top row is complete
 */
export function ticTacToeGrader() {
  const environment = ticTacToe()
  const values = new Map<string, number>()

  /** 1, 0 or -1 for the side to move, in a game that is not over. */
  const gameValue = (state: TicTacToeState): number => {
    const key = environment.key(state)
    const known = values.get(key)
    if (known !== undefined) return known
    const value = Math.max(...environment.actions(state).map((cell) => afterMove(state, cell)))
    values.set(key, value)
    return value
  }
  /** The same after a move, for the side that makes it. */
  const afterMove = (state: TicTacToeState, cell: number): number => {
    const { state: next, reward, terminal } = environment.step(state, cell)
    return terminal ? reward : 0 - gameValue(next)
  }

  return {
    name: 'tic-tac-toe',
    grade: (task, answer) => {
      const state = environment.initial(task)
      if (answer === undefined || !environment.actions(state).includes(answer)) return { correct: false, reason: 'not a legal move' }
      const [kept, possible] = [afterMove(state, answer), gameValue(state)]
      return kept === possible ? { correct: true } : { correct: false, reason: `${outcomeName(possible)} becomes ${outcomeName(kept)}` }
    },
  } satisfies Grader<TicTacToeTask, number>
}

/** A game value in words. */
export function outcomeName(value: number): string {
  return value > 0 ? 'a win' : value < 0 ? 'a loss' : 'a draw'
}
