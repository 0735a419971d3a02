// A model asked "is this good? Yes or no", and the probability that it says yes. It works by the log-probabilities of the two answers, or
// by counting sampled ones. The value is what the model believes; nothing here knows what is true.
import { BanyanError } from '../../core/errors.ts'
import type { Evaluation, Evaluator } from '../../core/evaluator.ts'
import type { Model } from '../../models/model.ts'
import { perGroup } from '../groups.ts'
import { type AskOptions, askModel, mostOfAsking, type Readings } from './ask.ts'
import { messagesFor, type PromptBuilder, type Renderer } from './prompt.ts'
import { readLabel } from './read.ts'
import { scoreLabels, shares } from './score-labels.ts'

export interface YesNoOptions<State, Action> {
  readonly model: Model
  /** Shows the states; the search's own environment will do. */
  readonly environment: Renderer<State>
  /** Default `yes-no`. */
  readonly name?: string
  /** What is asked of a state. Default: whether it is right so far and leads to a good answer. */
  readonly question?: string
  /** Instead of `question`: the whole chat. It must ask for Yes or No. */
  readonly prompt?: PromptBuilder<State, Action>
  /** How many answers are counted where the model cannot score given texts. Default: such a model is refused. */
  readonly samples?: number
  /** Rounds of asking when sampled answers cannot be read, at least 1. Default 2. */
  readonly attempts?: number
  /** Most tokens of a sampled answer. Default 8. */
  readonly maxTokens?: number
}

/**
 * P(yes) / (P(yes) + P(no)), in [0, 1].
 *
 * By scores, from the log-probabilities of " Yes" and " No" after "Answer:" (of "Yes" and "No" where the model takes no beginning of an
 * answer); `values.mass` is P(yes) + P(no): near 0, the model would have said something else. By sampling at temperature 1, the share of yes
 * among the readable answers; `values` counts `yes`, `no` and `unreadable`. When nothing can be read the value is 0.5.
 *
 * @throws `E_MODEL_CAPABILITY` for a model that cannot score, without `samples`.
 *
 * @example
 * const judge = yesNoJudge({ model, environment: game24(), question: 'Can these numbers still make 24?' })
 */
export function yesNoJudge<State, Action = unknown>(options: YesNoOptions<State, Action>): Evaluator<State, Action> {
  const { model, environment, samples = 0, attempts = 2, maxTokens = 8 } = options
  const question = options.question ?? 'Is this right so far, and does it lead to a good answer?'
  const prompt = options.prompt ?? ((rendered: string) => `${rendered}\n\n${question} Answer with Yes or No.`)
  const scores = model.capabilities.score
  if (!scores && samples < 1) throw cannotScore(model)
  const asking: AskOptions = { model, samples, attempts }

  return {
    name: options.name ?? 'yes-no',
    settings: {
      model: model.name,
      question: options.prompt === undefined ? question : 'custom',
      ...(scores ? {} : { samples, attempts, maxTokens }),
    },
    reproducible: model.reproducible,
    range: [0, 1],
    async evaluate(groups, context) {
      const chats = groups.flat().map((node) => messagesFor(prompt, environment, node))
      if (scores) return perGroup(groups, (await scoreLabels(model, chats, ['Yes', 'No'], context)).map(fromScores))
      const questions = chats.map((messages) => ({
        request: { messages, maxTokens, temperature: 1 },
        read: (text: string) => readLabel(text, ['yes', 'no'], 'first'),
      }))
      return perGroup(groups, (await askModel(questions, asking, context)).map(fromReadings))
    },
    atMost: (count) => (scores ? { calls: count, tokens: 0 } : mostOfAsking(count, maxTokens, asking)),
  }
}

function fromScores(logProbs: readonly number[]): Evaluation {
  const known = shares(logProbs)
  return known === undefined ? { value: 0.5, values: { mass: 0 } } : { value: known.shares[0] ?? 0.5, values: { mass: known.mass } }
}

function fromReadings({ readings, unreadable }: Readings<'yes' | 'no'>): Evaluation {
  const yes = readings.filter((reading) => reading === 'yes').length
  const value = readings.length === 0 ? 0.5 : yes / readings.length
  return { value, values: { yes, no: readings.length - yes, unreadable } }
}

function cannotScore(model: Model): BanyanError {
  return new BanyanError('E_MODEL_CAPABILITY', `the model ${model.name} cannot give the log-probabilities of "Yes" and "No"`, {
    wanted: 'a model with the capability "score", or the option `samples`',
    hint: 'Set `samples: 5`, for example, to count sampled answers instead.',
    fatal: true,
  })
}
