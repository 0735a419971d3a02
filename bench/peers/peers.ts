// The peers: other programs that do what an entry does. Each is measured in processor time, as the entries are.
import type { Peer } from '../entry.ts'
import { peerFigures, peers } from './python.ts'

/**
 * OpenSpiel's MCTS in C++ with random rollouts, from the first position of a game; simulations a second.
 * @param simulations in each search, as in the entry.
 * @param exploration UCT's c.
 */
export function openSpiel(game: 'tic_tac_toe' | 'connect_four', simulations: number, exploration: number): Peer {
  return {
    name: 'OpenSpiel C++ MCTS',
    needs: [peers.packages],
    measure: (repetitions) => peerFigures(peers, 'open-spiel.py', [game, simulations, exploration, repetitions]),
  }
}

/**
 * A search by TreeQuest over a generator that costs nothing, without copies of its state; processor seconds.
 * @param nodes how many it makes.
 */
export function treeQuest(algorithm: 'ab-mcts-a' | 'ab-mcts-m' | 'mcts' | 'tot-bfs' | 'best-first', nodes: number): Peer {
  return {
    name: `TreeQuest ${algorithm} without state copies`,
    needs: [peers.packages],
    measure: (repetitions) => peerFigures(peers, 'tree-quest.py', [algorithm, nodes, repetitions]),
    // Its sampler takes minutes.
    ...(algorithm === 'ab-mcts-m' ? { mostRepetitions: 1 } : {}),
  }
}
