// The setup of connect four. It knows no perfect play.
import { type ConnectFourState, type ConnectFourTask, connectFour, connectFourTask } from '../../environments/connect-four.ts'
import { boardGame } from './board-game.ts'

/** The game with random playouts as values. */
export const connectFourSetup = boardGame<ConnectFourState, ConnectFourTask>(connectFour(), {
  summary: 'four in a row; the answer is the column to play',
  task: connectFourTask,
  example: { moves: '44' },
  searchers: { gumbel: { simulations: 400, considered: 7, noise: 0, scale: 0.03, rounds: null } },
})
