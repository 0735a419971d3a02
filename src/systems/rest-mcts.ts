// ReST-MCTS*: tree search by a value net that is learnt from search trees with right answers at their ends.
import { type Card, system } from '../experiments/system.ts'
import { experiment } from './rest-mcts/experiment.ts'
import { type RestMctsOptions, restMcts } from './rest-mcts/searcher.ts'

export { type RestMctsOptions, restMcts } from './rest-mcts/searcher.ts'

const card: Card = {
  slug: 'rest-mcts',
  name: 'ReST-MCTS*',
  title: 'ReST-MCTS*: LLM Self-Training via Process Reward Guided Tree Search',
  authors: ['Dan Zhang', 'Sining Zhoubian', 'Ziniu Hu', 'Yisong Yue', 'Yuxiao Dong', 'Jie Tang'],
  year: 2024,
  link: 'https://arxiv.org/abs/2406.03816',
  family: 'preference-learning',
  claim:
    'Values of steps inferred from trees with known answers make a value net that guides tree search past best-of-n and tree of thoughts, and gives better traces to learn from.',
  mechanism: [
    'Trees are searched for problems whose answers are known; a state’s value says how near to a right answer it is, found from the ends below it.',
    'A net learns these values: no step was ever labelled by a person.',
    'The search goes down by value and visits, samples three next steps, and has the net value them.',
    'From the best of them it rolls on greedily a few steps, and the greatest value on the way counts half.',
    'Values go up as means of children weighted by visits; a finished answer of high value ends the search.',
  ],
  faithful: [
    'the inference of values (equations 1 and 2) and the search with its roll and its backup, α = .5, b = 3, c = .7, gate .9',
    'one value net for all methods that are compared; budgets in generated tokens',
    'self-training: right ends of the trees, each once, are learnt by the first policy anew in every round; inferred values by the net that guides the next round’s trees; ReST-EM has as many tokens, steps and rates',
  ],
  smaller: [
    'word problems, a policy and a value net of 0.1M parameters in place of MATH, SciBench and 7B models',
    'no self-critic: the environment knows when an answer is complete',
    'tried on the miss, on seeds 1000 to 1002: 900 to 3,000 steps of training, cross-entropy, only whether a step leads nearer, first right answers and then values, searches without rolls, three to eight children, the hard policy',
    'self-training begins with a policy that is seldom right (the hard one), for the medium one has all right after a round; 150 new problems a round, 160 tokens each; no value net in the first round, where the paper has one learnt from given solutions; each value net begins with the policy of its round, and its steps of training and evaluations come on top; without Self-Rewarding',
    'tried on self-training’s miss in its second round, on seeds 1000 and 1001: broader trees, longer rolls, six children, 80 to 320 tokens a problem, three rates. After the first round it was ahead in six of seven runs; in the second, guided by values of so few trees, it finds right ends for fewer problems than answers of as many tokens do, and no change of the search mended that',
  ],
  oracle: 'right ends of training problems: targets of value nets, and which traces self-training and ReST-EM learn; grading afterwards',
  tuned:
    'size and rate of the value net’s training on seed 1000; problems, tokens, steps and rates of self-training on seeds 1000 and 1001',
}

/**
 * MCTS* on users' own tasks: `banyan solve --system rest-mcts "…"`, with any evaluator of partial solutions as its value; values out of users' own
 * runs: `banyan dataset build step-values --set value=inferred -o values.jsonl`, then `banyan train --system rest-mcts --data values.jsonl`.
 */
export const restMctsSystem = system({
  card,
  search: () => ({ searcher: (settings) => restMcts(settings as RestMctsOptions) }),
  training: { rows: { builder: 'step-values', options: { value: 'inferred' } }, objective: { name: 'regression', options: {} } },
  experiment,
})
