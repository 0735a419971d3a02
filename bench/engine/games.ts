// Simulations a second on two games: UCT with c = 2 and one random playout for each new node, through the public `search`, kept as seed
// and checkpoints. Once with the environment's own `rollout`, once through its generic `actions` and `step`.
import type { Environment } from '../../src/core/environment.ts'
import { search } from '../../src/core/search.ts'
import { mcts } from '../../src/core/searchers/mcts.ts'
import { connectFour } from '../../src/environments/connect-four.ts'
import { ticTacToe } from '../../src/environments/tic-tac-toe.ts'
import { rollout } from '../../src/evaluators/rollout.ts'
import { memory } from '../../src/traces/memory.ts'
import { type Entry, processorSeconds } from '../entry.ts'
import { openSpiel } from '../peers/peers.ts'

const exploration = 2
/** Of one search, as for one move; and of a long one. The peer's searches are as long. */
const simulations = 10_000
const many = 100_000
/** Processor seconds of a repetition, at least: searches from the first position, each with a new tree. */
const leastSeconds = 1

async function rate<State, Action, Answer>(
  environment: Environment<State, Action, { moves: string }, Answer>,
  count: number,
): Promise<number> {
  let done = 0
  let spent = 0
  for (let seed = 0; spent < leastSeconds; seed++) {
    spent += await processorSeconds(async () => {
      const parts = { environment, task: { moves: '' }, evaluator: rollout(environment), searcher: mcts({ exploration }) }
      const { trials } = await search({ ...parts, budget: { expansions: count }, store: memory(), seed })
      done += trials
    })
  }
  return done / spent
}

/** The same game without its fast path. */
function byStep<State, Action, Task, Answer>(
  environment: Environment<State, Action, Task, Answer>,
): Environment<State, Action, Task, Answer> {
  const { rollout: _, ...generic } = environment
  return generic
}

const common = { unit: 'simulations/s', better: 'higher' } as const
const ticTacToePeer = openSpiel('tic_tac_toe', simulations, exploration)
const connectFourPeer = openSpiel('connect_four', simulations, exploration)

export const entries: readonly Entry[] = [
  {
    ...common,
    name: 'tic-tac-toe/step',
    measure: () => rate(byStep(ticTacToe()), simulations),
    peer: ticTacToePeer,
  },
  { ...common, name: 'tic-tac-toe/rollout', measure: () => rate(ticTacToe(), simulations), peer: ticTacToePeer },
  {
    ...common,
    name: 'connect-four/step',
    measure: () => rate(byStep(connectFour()), simulations),
    peer: connectFourPeer,
  },
  { ...common, name: 'connect-four/rollout', measure: () => rate(connectFour(), simulations), peer: connectFourPeer },
  {
    ...common,
    name: 'connect-four/rollout-1e5',
    measure: () => rate(connectFour(), many),
    peer: openSpiel('connect_four', many, exploration),
  },
]
