import { testSearcher } from '../../testing/test-searcher.ts'
import { aStar } from './a-star.ts'
import { abMctsA } from './ab-mcts-a.ts'
import { abMctsM } from './ab-mcts-m.ts'
import { bandit } from './bandit.ts'
import { beam } from './beam.ts'
import { bestFirst } from './best-first.ts'
import { bestOfN } from './best-of-n.ts'
import { converged } from './converged.ts'
import { dfsdt } from './dfsdt.ts'
import { dvts } from './dvts.ts'
import { greedy } from './greedy.ts'
import { gumbel } from './gumbel.ts'
import { lats } from './lats.ts'
import { mcts } from './mcts.ts'
import { portfolio } from './portfolio.ts'
import { rebase } from './rebase.ts'
import { restarts } from './restarts.ts'
import { smc } from './smc.ts'
import { softBellman } from './soft-bellman.ts'
import { totBfs } from './tot-bfs.ts'
import { totDfs } from './tot-dfs.ts'
import { vote } from './vote.ts'

testSearcher({ name: 'greedy', create: () => greedy() })
testSearcher({ name: 'best-of-n', create: () => bestOfN({ n: 6 }) })
testSearcher({ name: 'bandit', create: () => bandit({ n: 6 }) })
testSearcher({ name: 'bandit by UCB, with costs', create: () => bandit({ among: 'ucb', cost: 'tokens' }) })
testSearcher({ name: 'vote', create: () => vote({ n: 6 }) })
testSearcher({ name: 'vote weighted by value', create: () => vote({ n: 6, weight: 'value' }) })
testSearcher({ name: 'beam', create: () => beam({ width: 2, branching: 3 }) })
testSearcher({ name: 'best-first', create: () => bestFirst({ branching: 3 }) })
testSearcher({ name: 'mcts with UCT', create: () => mcts({ branching: 3 }) })
testSearcher({ name: 'mcts with PUCT and max backup', create: () => mcts({ selection: 'puct', backup: 'max' }) })
testSearcher({
  name: 'mcts with progressive widening',
  create: () => mcts({ selection: 'max-ucb', backup: 'children', widening: { base: 1, power: 0.5 } }),
})
testSearcher({ name: 'mcts with virtual loss', create: () => mcts({ branching: 3, virtualLoss: 1 }) })
testSearcher({ name: 'mcts with all children at once', create: () => mcts({ expansion: 'all-children', twins: 'prune' }) })
testSearcher({ name: 'smc', create: () => smc({ particles: 6 }) })
testSearcher({
  name: 'smc with shared requests and softmax',
  create: () => smc({ particles: 4, samples: 'together', potential: 'softmax', restarts: null, resampling: 'multinomial' }),
})
testSearcher({ name: 'soft-bellman', create: () => softBellman({ temperature: 0.2 }) })
testSearcher({
  name: 'soft-bellman by UCT, of the best, narrow',
  create: () => softBellman({ selection: 'uct', backup: 'max', widening: { base: 1, power: 0.5 }, depth: 3 }),
})
testSearcher({ name: 'a-star', create: () => aStar({ branching: 3 }) })
testSearcher({ name: 'a-star over edges, in batches', create: () => aStar({ expansion: 'edges', batch: 3, weight: 2, heuristic: 'log' }) })
testSearcher({ name: 'gumbel', create: () => gumbel({ simulations: 24, considered: 4 }) })
testSearcher({
  name: 'gumbel in rounds, rescaled',
  create: () => gumbel({ simulations: 8, rounds: null, rescale: true, scale: 0.1, branching: 2, continueWhenSolved: true }),
})
testSearcher({ name: 'dvts', create: () => dvts({ n: 2, branching: 3 }) })
testSearcher({ name: 'dvts with new subtrees', create: () => dvts({ n: 3, branching: 2, restarts: null }) })
testSearcher({ name: 'rebase', create: () => rebase({ width: 6 }) })
testSearcher({ name: 'rebase with a vote and restarts', create: () => rebase({ width: 4, answer: 'vote', keep: 0.5, restarts: null }) })
testSearcher({ name: 'tot-bfs', create: () => totBfs({ keep: 2, branching: 3 }) })
testSearcher({ name: 'tot-bfs judged by level', create: () => totBfs({ keep: 2, branching: 3, judge: 'vote', restarts: 2 }) })
testSearcher({ name: 'tot-dfs', create: () => totDfs({ branching: 3, threshold: 0.1 }) })
testSearcher({ name: 'dfsdt', create: () => dfsdt({ branching: 3, ends: null }) })
testSearcher({ name: 'dfsdt with ranked children', create: () => dfsdt({ order: 'ranked', branching: 3, back: 1, ends: 3 }) })
testSearcher({ name: 'dfsdt without an evaluator', create: () => dfsdt({ evaluate: null }) })
testSearcher({ name: 'restarts', create: () => restarts(beam({ width: 1, branching: 2 })) })
testSearcher({
  name: 'restarts after a number of trials',
  create: () => restarts(totDfs({ branching: 2 }), { trials: 3, schedule: 'luby' }),
})
testSearcher({ name: 'restarts with fresh candidates', create: () => restarts(mcts({ branching: 2 }), { trials: 5, fresh: 2 }) })
testSearcher({ name: 'converged', create: () => converged(mcts({ branching: 3 }), { trials: 12 }) })
testSearcher({ name: 'portfolio in turns', create: () => portfolio([bestOfN({ n: 4 }), beam({ width: 2, branching: 3 })]) })
testSearcher({ name: 'portfolio by tokens', create: () => portfolio([dvts({ n: 2 }), totDfs()], { shares: [2, 1], unit: 'tokens' }) })
testSearcher({ name: 'portfolio with mcts', create: () => portfolio([beam({ width: 2, branching: 3 }), mcts({ branching: 3 })]) })
testSearcher({ name: 'ab-mcts-a', create: () => abMctsA() })
testSearcher({ name: 'ab-mcts-a by beta, without twins', create: () => abMctsA({ posterior: 'beta', twins: 'prune', branching: 2 }) })
testSearcher({ name: 'ab-mcts-m', create: () => abMctsM({ sweeps: 20 }) })
testSearcher({ name: 'lats', create: () => lats({ branching: 3 }) })
testSearcher({ name: 'lats level by level', create: () => lats({ branching: 2, simulation: 'levels', continueWhenSolved: true }) })
testSearcher({ name: 'lats with virtual loss', create: () => lats({ branching: 3, virtualLoss: 1 }) })
testSearcher({ name: 'lats without simulation', create: () => lats({ branching: 3, simulation: 'none', consistency: 0 }) })
