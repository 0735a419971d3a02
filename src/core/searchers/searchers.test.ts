import { testSearcher } from '../../testing/test-searcher.ts'
import { aStar } from './a-star.ts'
import { beam } from './beam.ts'
import { bestFirst } from './best-first.ts'
import { bestOfN } from './best-of-n.ts'
import { greedy } from './greedy.ts'
import { mcts } from './mcts.ts'
import { smc } from './smc.ts'
import { vote } from './vote.ts'

testSearcher({ name: 'greedy', create: () => greedy() })
testSearcher({ name: 'best-of-n', create: () => bestOfN({ n: 6 }) })
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
testSearcher({ name: 'mcts with all children at once', create: () => mcts({ expansion: 'all-children', twins: 'prune' }) })
testSearcher({ name: 'smc', create: () => smc({ particles: 6 }) })
testSearcher({
  name: 'smc with shared requests and softmax',
  create: () => smc({ particles: 4, samples: 'together', potential: 'softmax', restarts: null, resampling: 'multinomial' }),
})
testSearcher({ name: 'a-star', create: () => aStar({ branching: 3 }) })
testSearcher({ name: 'a-star over edges, in batches', create: () => aStar({ expansion: 'edges', batch: 3, weight: 2, heuristic: 'log' }) })
