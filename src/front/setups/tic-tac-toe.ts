// The setup of tic-tac-toe. It knows no perfect play.

import { uniform } from '../../environments/moves/uniform.ts'
import { type TicTacToeState, type TicTacToeTask, ticTacToe, ticTacToeTask } from '../../environments/tic-tac-toe.ts'
import { rollout } from '../../evaluators/rollout.ts'
import { setup } from '../setup.ts'

const environment = ticTacToe()

/** The game with random playouts as values. */
export const ticTacToeSetup = setup<TicTacToeState, number, TicTacToeTask, number>({
  name: 'tic-tac-toe',
  summary: 'three in a row; the answer is the cell to take',
  task: ticTacToeTask,
  example: { moves: '519' },
  environment: () => environment,
  proposers: { uniform: () => uniform(environment) },
  evaluators: { rollout: () => rollout(environment) },
  searchers: { mcts: { exploration: 1.4 }, gumbel: { simulations: 200, considered: 9, noise: 0, scale: 0.03, rounds: null } },
  searcher: 'mcts',
  show: (answer) => String(answer),
})
