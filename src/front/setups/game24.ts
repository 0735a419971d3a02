// The setup of the game of 24. It knows no reference answer.
import type { Numbers } from '../../environments/arithmetic/moves.ts'
import { game24Prompt } from '../../environments/arithmetic/prompt.ts'
import { type Game24Task, game24, game24Task } from '../../environments/game24.ts'
import { cascade } from '../../evaluators/combine.ts'
import { scaleJudge } from '../../evaluators/judge/scale.ts'
import { goalReached, numberPromise } from '../../evaluators/numbers.ts'
import { setup } from '../setup.ts'
import { neededModel } from './needed-model.ts'
import { numberProposers } from './number-proposers.ts'

const environment = game24()
const goal = { target: () => 24, answer: environment.answer }

/** The game of 24: a model only chooses among listed moves. */
export const game24Setup = setup<Numbers, string, Game24Task, string>({
  name: 'game24',
  summary: 'four numbers and + - * /, until 24 is left; the answer is an expression',
  task: game24Task,
  example: { numbers: [4, 9, 10, 13] },
  environment: () => environment,
  proposers: numberProposers(environment, game24Prompt),
  evaluators: {
    /** The verdict at the end, and before it what the numbers left promise. */
    promise: () => numberPromise(goal),
    /** The verdict at the end alone. */
    goal: () => goalReached(goal),
    /** The verdict at the end, and before it the model's own judgement (sure, likely, impossible). */
    scale: (parts) =>
      cascade([
        goalReached(goal),
        scaleJudge({
          model: neededModel('the evaluator scale', parts),
          environment,
          question: 'Can 24 be made from the numbers left by + - * /, each used once?',
        }),
      ]),
  },
  searchers: {
    greedy: { propose: 'likeliest' },
    'best-of-n': { propose: 'sampled', n: null },
    vote: { propose: 'sampled' },
    mcts: { expansion: 'all-children', backup: 'max', twins: 'prune', selection: 'puct', exploration: 0.3 },
    'best-first': { twins: 'prune', priorWeight: 0.3 },
    beam: { width: 5 },
    'a-star': { stop: 'first', pathWeight: 0.1 },
    gumbel: { simulations: 32, considered: 4, noise: 0.3, scale: 1, rounds: null },
    smc: { particles: 20, samples: 'together', potential: 'softmax', temperature: 0.05, restarts: null },
    // These list all moves at once: what is left to choose is where to go on.
    'ab-mcts-a': { twins: 'prune' },
    'ab-mcts-m': { twins: 'prune', prior: { mean: 1 } },
    bandit: { propose: 'sampled' },
    lats: { simulation: 'levels', exploration: 0.2, reflections: 0 },
    dvts: { restarts: null },
    rebase: { width: 8 },
    'tot-bfs': { keep: 5 },
    dfsdt: { branching: 5, back: 1, ends: null },
  },
  searcher: 'mcts',
  show: (answer) => `${answer} = 24`,
})
