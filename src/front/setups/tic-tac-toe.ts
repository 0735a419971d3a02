// The setup of tic-tac-toe. It knows no perfect play.
import { type TicTacToeState, type TicTacToeTask, ticTacToe, ticTacToeTask } from '../../environments/tic-tac-toe.ts'
import { boardGame } from './board-game.ts'

/** The game with random playouts as values. */
export const ticTacToeSetup = boardGame<TicTacToeState, TicTacToeTask>(ticTacToe(), {
  summary: 'three in a row; the answer is the cell to take',
  task: ticTacToeTask,
  example: { moves: '519' },
  searchers: { gumbel: { simulations: 200, considered: 9, noise: 0, scale: 0.03, rounds: null } },
})
