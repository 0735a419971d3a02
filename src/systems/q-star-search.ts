// Q* search: A* that asks its net once for each state it makes, however many actions there are.
import { type Card, system } from '../experiments/system.ts'
import { experiment } from './q-star-search/experiment.ts'
import { type QStarSearchOptions, qStarSearch } from './q-star-search/searcher.ts'

export { type ActionCostsOptions, actionCosts, type StateCostsOptions, stateCosts } from './q-star-search/evaluators.ts'
export { type PartialExpansionOptions, partialExpansion } from './q-star-search/partial-expansion.ts'
export { type QStarSearchOptions, qStarSearch } from './q-star-search/searcher.ts'

const card: Card = {
  slug: 'q-star-search',
  name: 'Q* search',
  title: 'A* Search Without Expansions: Learning Heuristic Functions with Deep Q-Networks',
  authors: ['Forest Agostinelli', 'Alexander Shmakov', 'Stephen McAleer', 'Roy Fox', 'Pierre Baldi'],
  year: 2021,
  link: 'https://arxiv.org/abs/2102.04518',
  family: 'search',
  claim:
    'With a net that gives the costs of all actions in one pass, a search over actions instead of states is up to 129 times faster than A* and makes up to 1,288 times fewer nodes, at hardly dearer paths.',
  mechanism: [
    'A net learns by Q-learning what each action costs together with the cheapest way on to the goal, from random walks that begin at the goal.',
    'What is open are not states but actions of states: f(s, a) = λ · g(s) + q(s, a).',
    'The N actions with the least f are taken; each makes one new state, and not one for every action that there is.',
    'One pass of the net over the new state gives the f of all its actions.',
    'A state that was reached more cheaply before is passed over; the search ends when nothing open can be below the goal that was found.',
  ],
  faithful: [
    'batch-weighted search over edges with reopening, the same λ and N for all; costs of macro-moves are those of their moves',
    'Q-learning on boards from walks that begin at the goal, with moves drawn by their q and evenly, and a target net that is replaced when the loss is low',
    'A* with a value net from approximate value iteration on the same boards, with as many steps and rows and a net of the same layers; deferred evaluation; partial-expansion A*',
  ],
  smaller: [
    'lights out on 4 × 4 and 5 × 5 cells with up to 696 actions and the 8-puzzle, in place of the 3 × 3 × 3 cube with up to 1,884 actions; boards at most 7 to 20 moves from the goal',
    '4 × 4 lights have 4,096 boards, nearly all of which come in training, and of which A* asks about half with 696 actions; 5 × 5 lights have 8 million, of which training sees 128,000 at most',
    'the 8-puzzle misses: the fewer actions are possible, the less there is to gain, and paths are 1 to 4 % dearer; on seed 1001, λ of .8 gave the costs of A* there, but left two of twenty boards of 5 × 5 lights unsolved by A*',
    'perceptrons of 128 and 64 units, 2,000 steps of 64 boards, in place of large residual nets that are trained for days; N is 4, not thousands',
    'the value net learns from single moves, which is cheaper: costs do not change by macro-moves, and it serves every number of actions; of macro-moves, Q-learning sees as many for each board as there are single ones',
    'boards that a search has asked about are not asked about again, for every method but partial expansion, which forgets them; this helps A* most',
    'the target net is replaced after a hundred steps also where the loss is not low yet; greedy solving is not looked at',
    '5 × 5 lights with 2,625 actions were tried on seed 1041: with as many training rows, of which each action sees an eighth, Q* took 1,657 evaluations, and A* 8,880: more than a thousand actions need more training than the other arms get here',
    'the 2 × 2 × 2 cube was tried: after ten seconds of training with 384 actions its Q-net was too weak, and Q* took as many evaluations as A*',
  ],
  oracle: 'nothing',
  tuned:
    'puzzles, their distances, layers, steps, learning rate, λ of .6 among .3, .6, .8 and 1, and shares of moves drawn evenly on seed 1001',
}

/** Where any solution will do. */
const hasty = { stop: 'first', pathWeight: 0.1 }

/**
 * Q* on users' own tasks. With anything that values actions: `search({ environment, evaluator: actionCosts({ costs }), searcher: qStarSearch() })`. With
 * the environments of `banyan solve --system q-star-search "…"`, whose evaluators value states from 0 to 1, actions have the estimate of their state.
 */
export const qStarSearchSystem = system({
  card,
  search: () => ({
    settings: { game24: hasty, countdown: hasty },
    searcher: (settings) => qStarSearch({ top: 1, ...(settings as QStarSearchOptions) }),
  }),
  experiment,
})
