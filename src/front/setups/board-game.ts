// What the setups of board games for two have in common: every legal move offered, random playouts as values, MCTS. It knows no game.
import type { Environment } from '../../core/environment.ts'
import { uniform } from '../../environments/moves/uniform.ts'
import { rollout } from '../../evaluators/rollout.ts'
import { type Setup, setup } from '../setup.ts'

/**
 * The setup of a game whose moves are numbers.
 * @param about what is the game's own; `searchers` stand beside the settings of MCTS, which all games share.
 */
export function boardGame<State, Task>(
  environment: Environment<State, number, Task, number>,
  about: Pick<Setup<State, number, Task, number>, 'summary' | 'task' | 'example' | 'searchers'>,
): Setup<State, number, Task, number> {
  return setup({
    ...about,
    name: environment.name,
    environment: () => environment,
    proposers: { uniform: () => uniform(environment) },
    evaluators: { rollout: () => rollout(environment) },
    searchers: { mcts: { exploration: 1.4 }, ...about.searchers },
    searcher: 'mcts',
    show: (answer) => String(answer),
  })
}
