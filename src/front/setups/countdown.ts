// The setup of countdown. It knows no reference answer.
import { countdownPrompt } from '../../environments/arithmetic/prompt.ts'
import { type CountdownState, type CountdownTask, countdown, countdownTask } from '../../environments/countdown.ts'
import { goalReached, numberPromise } from '../../evaluators/numbers.ts'
import { setup } from '../setup.ts'
import { numberProposers } from './number-proposers.ts'

const environment = countdown()
const goal = { target: (state: CountdownState) => state.target, answer: environment.answer }

/** Countdown: a model only chooses among listed moves. */
export const countdownSetup = setup<CountdownState, string, CountdownTask, string>({
  name: 'countdown',
  summary: 'reach a target with some of the given numbers and + - * /; the answer is an expression',
  task: countdownTask,
  example: { numbers: [76, 41, 59], target: 24 },
  environment: () => environment,
  proposers: numberProposers(environment, countdownPrompt),
  evaluators: {
    /** The verdict at the end, and before it what the numbers left promise. */
    promise: () => numberPromise(goal),
    /** The verdict at the end alone. */
    goal: () => goalReached(goal),
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
    'ab-mcts-m': { twins: 'prune' },
    bandit: { propose: 'sampled' },
    lats: { simulation: 'levels', exploration: 0.2, reflections: 0 },
    dvts: { restarts: null },
    rebase: { width: 8 },
    'tot-bfs': { keep: 5 },
    dfsdt: { branching: 5, back: 1, ends: null },
  },
  searcher: 'best-first',
  show: (answer) => answer,
})
