// ETS: a tree search that keeps few paths and many meanings, chosen by a 0/1 program at every depth.
import { type Card, system } from '../experiments/system.ts'
import { experiment } from './ets/experiment.ts'
import { type EtsOptions, ets as searcher } from './ets/searcher.ts'
import { zeroOneSolver } from './ets/zero-one.ts'

export { type EtsOptions, ets } from './ets/searcher.ts'
export { type ZeroOneSolver, zeroOneSolver } from './ets/zero-one.ts'

const card: Card = {
  slug: 'ets',
  name: 'ETS',
  title: 'ETS: Efficient Tree Search for Inference-Time Scaling',
  authors: ['Coleman Hooper', 'Sehoon Kim', 'Suhong Moon', 'Kerem Dilmen', 'Monishwaran Maheswaran', 'Nicholas Lee', 'and others'],
  year: 2025,
  link: 'https://arxiv.org/abs/2502.13575',
  family: 'search',
  claim:
    'Leaving out paths that share little and mean the same makes the cache of keys and values 1.8 times smaller than REBASE at the same accuracy.',
  mechanism: [
    'Steps are sampled level by level, and a process reward model values each state, as in REBASE.',
    'REBASE says how much of the width each state would get: its share by a softmax of the rewards.',
    'Last steps are turned into vectors and grouped, so that states that say the same are known.',
    'A 0/1 program keeps the states whose shares are worth the nodes on their paths, with a prize for every group that is covered.',
    'The width is shared out again among those that are kept; answers are voted on, weighted by their rewards.',
  ],
  faithful: [
    'the 0/1 program with its prices and prizes, solved exactly at every depth by HiGHS; every node costs the same',
    'REBASE before and after it; clustering with average linkage and cosine distance 0.05; T = 0.2, λ_b = 2 of the range from 1 to 2 that is tuned over, λ_d = 1.4 for a width of 64',
    'the cache measure: tokens of all different nodes on the kept paths of a depth, the mean over depths',
  ],
  smaller: [
    'word problems, a policy of 0.1M parameters and a process reward model trained on its own rollouts, in place of MATH500 and 7B models',
    'last steps are hashed n-grams in place of a sentence encoder: steps are three words long, so that vectors of texts say the same',
    'steps of three words are often drawn twice: equal texts are one node of the program and of the cache, with the shares of all that drew them. When each draw was a node, as first built, 1.5 times less was held at 4 points less accuracy, since the vote missed how often an answer was drawn',
    'found here: without the worth of different meanings it holds still less and is more accurate, because rare steps are mostly wrong ones',
  ],
  oracle: "the process reward model's training labels, and grading afterwards",
  tuned: 'λ_b and the width on seeds 1000 to 1002, the size of the reward model’s training on seed 1000; λ_d is the released one',
}

/**
 * ETS on users' own tasks: `banyan solve --system ets "…"`, or
 * `search({ …, searcher: ets(await zeroOneSolver(), { width: 16 }) })`.
 */
export const etsSystem = system({
  card,
  search: async () => {
    const solve = await zeroOneSolver()
    return { searcher: (settings) => searcher(solve, settings as EtsOptions) }
  },
  experiment,
})
