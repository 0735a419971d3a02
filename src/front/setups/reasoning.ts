// The setup of reasoning: a prompt and a model, and everything else has a default. It knows no reference answer.
import { BanyanError } from '../../core/errors.ts'
import { reasoningSteps, wholeAnswer } from '../../environments/reasoning/proposer.ts'
import {
  type ReasoningAction,
  type ReasoningAnswer,
  type ReasoningState,
  type ReasoningTask,
  reasoning,
  reasoningTaskSchema,
} from '../../environments/reasoning.ts'
import { scaleJudge } from '../../evaluators/judge/scale.ts'
import { yesNoJudge } from '../../evaluators/judge/yes-no.ts'
import { likelihood } from '../../evaluators/likelihood.ts'
import { siblingVote } from '../../evaluators/vote/siblings.ts'
import type { Model } from '../../models/model.ts'
import { type SetupParts, setup } from '../setup.ts'

const environment = reasoning()
const question = 'Is this solution right so far, and does it lead to the right answer?'
const judge = (model: Model) =>
  yesNoJudge<ReasoningState, ReasoningAction>({
    model,
    environment,
    question,
    name: 'judge',
    ...(model.capabilities.score ? {} : { samples: 3 }),
  })

/** Reasoning in steps, for any prompt. */
export const reasoningSetup = setup<ReasoningState, ReasoningAction, ReasoningTask, ReasoningAnswer>({
  name: 'reasoning',
  summary: 'free text in steps; the answer is a text, a number, a box, a letter or JSON',
  task: reasoningTaskSchema,
  example: { prompt: 'What is 17 + 25?', answerBy: 'number' },
  promptTask: (prompt) => ({ prompt, answerBy: asksForNumber.test(prompt.slice(0, 4000)) ? 'number' : 'text' }),
  environment: () => environment,
  proposers: {
    /** One step at a time. */
    model: (parts) => reasoningSteps({ model: modelOf(parts) }),
    /** A whole solution at once. */
    whole: (parts) => wholeAnswer({ model: modelOf(parts) }),
    /** The model's most likely whole solution. */
    greedy: (parts) => wholeAnswer({ model: modelOf(parts), name: 'greedy', temperature: 0 }),
  },
  evaluators: {
    /** By likelihood where the model tells it, else by judge. */
    auto: (parts) => (modelOf(parts).capabilities.logProbs ? likelihood({ name: 'auto' }) : judge(modelOf(parts))),
    likelihood: () => likelihood(),
    judge: (parts) => judge(modelOf(parts)),
    scale: (parts) => scaleJudge({ model: modelOf(parts), environment, question: 'Does this solution lead to the right answer?' }),
    vote: (parts) => siblingVote({ model: modelOf(parts), environment, question: 'Which solution is the most likely to be right?' }),
  },
  searchers: {
    'best-of-n': { n: 8 },
    vote: { n: 16 },
    beam: { width: 3, branching: 3, rootBranching: 6 },
    'best-first': { branching: 3 },
    mcts: { branching: 3, exploration: 0.5 },
    'ab-mcts-a': { branching: 3 },
    'ab-mcts-m': { branching: 3 },
    bandit: { n: 8 },
    dvts: { n: 3, branching: 3 },
    rebase: { width: 8, answer: 'vote' },
    'tot-bfs': { keep: 3, branching: 3 },
    'tot-dfs': { branching: 3 },
    dfsdt: { branching: 3 },
  },
  searcher: 'beam',
  show: (answer) => (typeof answer === 'string' ? answer : JSON.stringify(answer)),
})

// "How many", "how much", or arithmetic in figures.
const asksForNumber = /\bhow (?:many|much)\b|\d\s?[-+*/×÷^]\s?\(?\d/i

function modelOf({ model }: SetupParts): Model {
  if (model !== undefined) return model
  throw new BanyanError('E_SETUP_MODEL', 'reasoning needs a model', { hint: 'Name one: --model smollm2-135m' })
}
