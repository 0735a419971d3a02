// Lite PPO: two pieces out of many tricks, on plain PPO without a critic.
import { type Card, system } from '../experiments/system.ts'
import { experiment } from './lite-ppo/experiment.ts'

const card: Card = {
  slug: 'lite-ppo',
  name: 'Lite PPO',
  title: 'Part I: Tricks or Traps? A Deep Dive into RL for LLM Reasoning',
  authors: ['Zihe Liu', 'Jiashun Liu', 'Yancheng He', 'Weixun Wang', 'and others'],
  year: 2025,
  link: 'https://arxiv.org/abs/2508.08221',
  family: 'policy-optimization',
  claim:
    'Group mean with batch standard deviation, and a loss over tokens, are enough: plain PPO with these two is better than GRPO and DAPO.',
  mechanism: [
    'To each problem the policy samples a group of answers, and each is worth 1 if it is right.',
    'What counts is how much better than its group an answer was: the mean of the group is taken away.',
    'That is divided by the standard deviation of the whole batch, since a group where nearly all are alike would make it tiny.',
    'PPO’s clip holds each step near to the policy that sampled, and every token of the batch weighs the same.',
    'No critic, no KL term, no higher clip, no filter of groups, no penalty for length.',
  ],
  faithful: [
    'advantages, clip and aggregation of Lite PPO, and of GRPO, DAPO, REINFORCE++ and Dr. GRPO beside it',
    'several minibatches for each round of sampling, so that clips act; answers of different lengths, so that aggregations differ',
    'the same learning rate for every method: of 3e-4 and 6e-4 the first was better for all eight',
  ],
  smaller: [
    'word problems whose answers may check their steps, a policy of 0.1M parameters, 12 updates of 256 answers: no collapse like that of GRPO and DAPO in the paper can be seen in so few',
    'the standard deviation is that of raw rewards, as the paper may be read',
  ],
  oracle: 'rewards of sampled answers to training problems, and grading afterwards',
  tuned: 'the learning rate on seed 1000; the weight of the KL term was set once',
}

/** Its pieces are `groupMeanBatchStd` and `ppo`: `policyOptimisation({ …, advantages, loss })` trains users' own policies with them. */
export const litePpo = system({ card, experiment })

export { type Method, methods } from './lite-ppo/methods.ts'
