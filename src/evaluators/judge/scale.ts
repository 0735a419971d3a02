// A model's judgement on the scale sure / likely / impossible, as in "Tree of Thoughts" (Yao et al., NeurIPS 2023, arXiv:2305.10601).
// It works by sampled judgements, as in the paper, or by the labels' probabilities; it knows nothing of the task.

import { BanyanError } from '../../core/errors.ts'
import type { Evaluation, Evaluator } from '../../core/evaluator.ts'
import { type Model, missing } from '../../models/model.ts'
import { perGroup } from '../groups.ts'
import { type AskOptions, askModel, mostOfAsking, type Readings } from './ask.ts'
import { messagesFor, type PromptBuilder, type Renderer } from './prompt.ts'
import { readLabel } from './read.ts'
import { scoreLabels, shares } from './score-labels.ts'

export interface ScaleOptions<State, Action> {
  readonly model: Model
  /** Shows the states; the search's own environment will do. */
  readonly environment: Renderer<State>
  /** Default `scale`. */
  readonly name?: string
  /** What is asked of a state. Default: whether it can still reach the goal. */
  readonly question?: string
  /** Instead of `question`: the whole chat. It must ask for one of the labels. */
  readonly prompt?: PromptBuilder<State, Action>
  /** `samples`: judgements are sampled. `score`: the labels' own probabilities, for models that can score given texts. Default `samples`. */
  readonly by?: 'samples' | 'score'
  /** Judgements for each state (n). Default 3. */
  readonly samples?: number
  /** Lower-case words and their weights, at least two. Default: sure 20, likely 1, impossible 0.001. */
  readonly labels?: Readonly<Record<string, number>>
  /** Lowest and highest value. Default [0, 1]; with [0.001 n, 20 n] the value is the paper's sum over the n judgements. */
  readonly range?: readonly [number, number]
  /** Rounds of asking when judgements cannot be read, at least 1. Default 2. */
  readonly attempts?: number
  /** Most tokens of a judgement. Default 100. */
  readonly maxTokens?: number
  /** Of sampled judgements. Default 0.7, as in the paper. */
  readonly temperature?: number
}

/**
 * The mean weight m of the readable judgements (or of the labels under their probabilities), mapped in a straight line from
 * [lowest weight, highest weight] to `range`. The last label in a text counts. When no judgement can be read, m is the middle weight
 * ("likely"). `values` holds how often each label was said and `unreadable`; by score, the labels' shares and their joint probability `mass`.
 *
 * @throws `E_MODEL_CAPABILITY` with `by: 'score'` for a model that cannot; `E_EVALUATOR_OPTIONS` for labels that are no scale.
 *
 * @example
 * const judge = scaleJudge({ model, environment: game24(), question: 'Can these numbers reach 24?' })
 */
export function scaleJudge<State, Action = unknown>(options: ScaleOptions<State, Action>): Evaluator<State, Action> {
  const { model, environment, by = 'samples', samples = 3, attempts = 2, maxTokens = 100, temperature = 0.7, range = [0, 1] } = options
  const labels = options.labels ?? { sure: 20, likely: 1, impossible: 0.001 }
  const scale = scaleOf(labels)
  const question = options.question ?? 'Can this still reach the goal?'
  const words = scale.labels.join('/')
  const prompt = options.prompt ?? ((rendered: string) => `${rendered}\n\n${question} End with one word on a line of its own: ${words}.`)
  if (by === 'score' && !model.capabilities.score) throw missing(model, 'score', 'log-probabilities of given texts')
  const asking: AskOptions = { model, samples, attempts }
  const place = (weight: number) => range[0] + ((weight - scale.lowest) / (scale.highest - scale.lowest)) * (range[1] - range[0])

  return {
    name: options.name ?? 'scale',
    settings: {
      model: model.name,
      question: options.prompt === undefined ? question : 'custom',
      by,
      labels,
      range,
      ...(by === 'score' ? {} : { samples, attempts, maxTokens, temperature }),
    },
    reproducible: model.reproducible,
    range,
    async evaluate(groups, context) {
      const chats = groups.flat().map((node) => messagesFor(prompt, environment, node))
      if (by === 'score') {
        const scored = await scoreLabels(model, chats, scale.labels, context)
        return perGroup(
          groups,
          scored.map((logProbs) => fromScores(scale, logProbs, place)),
        )
      }
      const questions = chats.map((messages) => ({
        request: { messages, maxTokens, temperature },
        read: (text: string) => readLabel(text, scale.labels, 'last'),
      }))
      const read = await askModel(questions, asking, context)
      return perGroup(
        groups,
        read.map((readings) => fromReadings(scale, readings, place)),
      )
    },
    atMost: (count) => (by === 'score' ? { calls: count, tokens: 0 } : mostOfAsking(count, maxTokens, asking)),
  }
}

interface Scale {
  readonly labels: readonly string[]
  readonly weights: readonly number[]
  readonly lowest: number
  readonly highest: number
  /** For states of which nothing is known. */
  readonly middle: number
}

function scaleOf(labels: Readonly<Record<string, number>>): Scale {
  const weights = Object.values(labels)
  const sorted = weights.toSorted((a, b) => a - b)
  const [lowest, highest] = [sorted[0] ?? Number.NaN, sorted.at(-1) ?? Number.NaN]
  const words = Object.keys(labels)
  if (!(weights.every(Number.isFinite) && highest > lowest) || words.some((word) => !/^\p{Ll}+$/u.test(word))) {
    throw new BanyanError('E_EVALUATOR_OPTIONS', 'the labels are no scale', {
      seen: labels,
      wanted: 'at least two lower-case words with different finite weights',
      fatal: true,
    })
  }
  return { labels: words, weights, lowest, highest, middle: sorted[Math.floor((sorted.length - 1) / 2)] ?? lowest }
}

function fromReadings(scale: Scale, { readings, unreadable }: Readings<string>, place: (weight: number) => number): Evaluation {
  const counts = scale.labels.map((label) => readings.filter((reading) => reading === label).length)
  const sum = counts.reduce((total, count, index) => total + count * scale.weights[index]!, 0)
  const mean = readings.length === 0 ? scale.middle : sum / readings.length
  return { value: place(mean), values: { ...named(scale, counts), unreadable } }
}

function fromScores(scale: Scale, logProbs: readonly number[], place: (weight: number) => number): Evaluation {
  const known = shares(logProbs)
  if (known === undefined) return { value: place(scale.middle), values: { mass: 0 } }
  const mean = known.shares.reduce((sum, share, index) => sum + share * scale.weights[index]!, 0)
  return { value: place(mean), values: { ...named(scale, known.shares), mass: known.mass } }
}

function named(scale: Scale, numbers: readonly number[]): Record<string, number> {
  return Object.fromEntries(scale.labels.map((label, index) => [label, numbers[index]!]))
}
