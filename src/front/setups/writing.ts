// The setup of writing: text under checkable rules. It knows no reference text.
import { chunks, wholeTexts } from '../../environments/writing/proposer.ts'
import { betterTexts } from '../../environments/writing/refine.ts'
import { type WritingTask, writingTaskSchema } from '../../environments/writing/task.ts'
import { type WritingAction, type WritingState, writing } from '../../environments/writing.ts'
import { writingRules } from '../../evaluators/writing-rules.ts'
import { setup } from '../setup.ts'
import { neededModel } from './needed-model.ts'

const environment = writing()

/** Text under rules: words to use or avoid, counts, beginnings and endings, patterns, JSON. */
export const writingSetup = setup<WritingState, WritingAction, WritingTask, string>({
  name: 'writing',
  summary: 'text under checkable rules: words to use or avoid, how many words and sentences, begins and ends with, JSON of a schema',
  task: writingTaskSchema,
  example: { include: [{ word: 'dog' }, { word: 'frisbee' }], sentences: { exactly: 1 } },
  promptTask: (prompt) => ({ prompt }),
  environment: () => environment,
  proposers: {
    /** A few tokens at a time. */
    model: (parts) => chunks({ model: neededModel('the proposer model', parts) }),
    /** A whole text at once. */
    whole: (parts) => wholeTexts({ model: neededModel('the proposer whole', parts) }),
    /** A whole text at once, and then a better one in its place. */
    better: (parts) => betterTexts({ model: neededModel('the proposer better', parts) }),
    /** The model's most likely whole text. */
    greedy: (parts) => wholeTexts({ model: neededModel('the proposer greedy', parts), name: 'greedy', temperature: 0 }),
  },
  evaluators: {
    rules: () => writingRules(),
    /** Texts that fail are worth their progress. */
    progress: () => writingRules({ failed: 'progress' }),
  },
  searchers: {
    greedy: { propose: 'greedy' },
    'best-of-n': { propose: 'whole', n: null },
    vote: { propose: 'whole', n: 8 },
    beam: { width: 3, branching: 3, rootBranching: 6, restarts: null },
    'best-first': { branching: 3 },
    mcts: { expansion: 'all-children', branching: 4, exploration: 0.1, backup: 'max' },
    // Any text that passes will do: the most promising first, however long its path.
    'a-star': { branching: 3, stop: 'first', pathWeight: 0 },
    gumbel: { simulations: 16, considered: 4, branching: 3, rounds: null },
    smc: { particles: 6, potential: 'softmax', temperature: 0.1, choose: 'value', restarts: null },
    // A whole text is a node, and a better one its child.
    'ab-mcts-a': { propose: 'better', evaluate: 'progress', from: 'unsolved', twins: 'prune' },
    'ab-mcts-m': { propose: 'better', evaluate: 'progress', from: 'unsolved', twins: 'prune' },
    bandit: { propose: 'whole' },
    // The proposers of writing read no feedback.
    lats: { branching: 3, exploration: 0.2, consistency: 0.2, steps: 16, reflections: 0 },
    dvts: { n: 2, branching: 3, restarts: null },
    rebase: { width: 6, restarts: null },
    'tot-bfs': { keep: 3, branching: 3, rootBranching: 6, restarts: null },
    'tot-dfs': { branching: 3 },
    dfsdt: { branching: 3, ends: null },
    restarts: { searcher: { name: 'tot-dfs', branching: 3 }, trials: 16 },
    converged: { searcher: { name: 'dvts', n: 2, branching: 3, restarts: null }, trials: 24 },
    portfolio: {
      searchers: [
        { name: 'dvts', n: 2, branching: 3, restarts: null },
        { name: 'tot-dfs', branching: 3 },
      ],
      unit: 'tokens',
    },
  },
  searcher: 'beam',
  show: (answer) => answer,
})
