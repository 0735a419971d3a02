// The setup of connect four. It knows no perfect play.
import { type ConnectFourState, type ConnectFourTask, connectFour, connectFourTask } from '../../environments/connect-four.ts'
import { uniform } from '../../environments/moves/uniform.ts'
import { rollout } from '../../evaluators/rollout.ts'
import { setup } from '../setup.ts'

const environment = connectFour()

/** The game with random playouts as values. */
export const connectFourSetup = setup<ConnectFourState, number, ConnectFourTask, number>({
  name: 'connect-four',
  summary: 'four in a row; the answer is the column to play',
  task: connectFourTask,
  example: { moves: '44' },
  environment: () => environment,
  proposers: { uniform: () => uniform(environment) },
  evaluators: { rollout: () => rollout(environment) },
  searchers: { mcts: { exploration: 1.4 }, gumbel: { simulations: 400, considered: 7, noise: 0, scale: 0.03, rounds: null } },
  searcher: 'mcts',
  show: (answer) => String(answer),
})
