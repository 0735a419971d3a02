// MCTS-DPO: a policy learns from steps that its own tree search found better and worse.
import { type Card, system } from '../experiments/system.ts'
import { experiment } from './mcts-dpo/experiment.ts'

const card: Card = {
  slug: 'mcts-dpo',
  name: 'MCTS-DPO',
  title: 'Monte Carlo Tree Search Boosts Reasoning via Iterative Preference Learning',
  authors: ['Yuxi Xie', 'Anirudh Goyal', 'Wenyue Zheng', 'Min-Yen Kan', 'Timothy P. Lillicrap', 'Kenji Kawaguchi', 'Michael Shieh'],
  year: 2024,
  link: 'https://arxiv.org/abs/2405.00451',
  family: 'preference-learning',
  claim: 'Pairs of steps from the policy’s own tree search, learnt by DPO round after round, raise accuracy above the supervised policy.',
  mechanism: [
    'For each training problem a tree of steps is searched with PUCT; the policy’s own probability is the prior.',
    'A step is worth by how much it changes the value of where it leads, and what comes after: an advantage, carried up by visits.',
    'At each state the best and the worst next step make a pair.',
    'Where the worse one was visited nearly as often, the pair is learnt with doubt: label smoothing by visits.',
    'DPO makes the better steps likelier, the new policy searches again, and so on.',
  ],
  faithful: [
    'PUCT with priors, the advantage backup, best and worst siblings, conservative DPO with label noise from visits, β = .1',
    'rounds on the policy’s own trees; every method has the same problems and sampled tokens a round, and the same grid of learning rates',
  ],
  smaller: [
    'word problems and a policy of 0.1M parameters; whole trees are searched, and the root does not move on',
    'no self-evaluation: states before the end are worth 0, ends 1 or −1 by the right answer, which the paper gives its judge too',
    'priors are probabilities among the sampled steps, which all have one length',
  ],
  oracle: 'the verdict on ends of training trees; right and wrong answers of the arms beside it; grading afterwards',
  tuned: 'rounds, steps and rates on seed 1000',
}

/** On users' own runs: `banyan dataset build step-pairs -o pairs.jsonl`, then `banyan train --system mcts-dpo --data pairs.jsonl`. */
export const mctsDpo = system({
  card,
  training: { rows: { builder: 'step-pairs', options: { margin: 0.2 } }, objective: { name: 'dpo', options: { beta: 0.1 } } },
  experiment,
})
