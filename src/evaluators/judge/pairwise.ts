// Siblings compared in pairs by a model, each pair in both orders, so that a liking for the first or the second place cancels out ("position
// bias", section 4 of "Judging LLM-as-a-Judge with MT-Bench and Chatbot Arena", Zheng et al., NeurIPS 2023, arXiv:2306.05685).
// It compares within a group only: values of different groups say nothing of each other.
import type { CallContext } from '../../core/call.ts'
import { BanyanError } from '../../core/errors.ts'
import type { Evaluation, Evaluator } from '../../core/evaluator.ts'
import type { NodeView } from '../../core/node-view.ts'
import { type Message, type Model, missing } from '../../models/model.ts'
import { perGroup } from '../groups.ts'
import { type AskOptions, askModel, mostOfAsking } from './ask.ts'
import { type PairScoring, valuesOfWins } from './comparisons.ts'
import { type Renderer, renderText } from './prompt.ts'
import { readLabel } from './read.ts'
import { scoreLabels, shares } from './score-labels.ts'

export interface PairwiseOptions<State, Action> {
  readonly model: Model
  /** Shows the candidates; the search's own environment will do. */
  readonly environment: Renderer<State>
  /** Default `pairwise`. */
  readonly name?: string
  /** What the better one is to be judged by. Default: which is the more promising. */
  readonly question?: string
  /** Instead of `question`: the whole chat, from the two candidates in the order shown. It must ask for `first`, `second` or `equal`. */
  readonly prompt?: (first: string, second: string, pair: readonly NodeView<State, Action>[]) => string | readonly Message[]
  /** How the comparisons of a group become values. Default `bradley-terry`. */
  readonly scoring?: PairScoring
  /** `samples`: verdicts are sampled. `score`: the labels' own probabilities, for models that can score given texts. Default `samples`. */
  readonly by?: 'samples' | 'score'
  /** Verdicts for each order of a pair. Default 1. */
  readonly samples?: number
  /** Rounds of asking when verdicts cannot be read, at least 1. Default 2. */
  readonly attempts?: number
  /** Most tokens of a verdict. Default 200. */
  readonly maxTokens?: number
  /** Of sampled verdicts. Default 0.7. */
  readonly temperature?: number
}

/**
 * Values in [0, 1] (see `valuesOfWins`): about the share of its siblings that a node is better than. A node alone in its group, and one of
 * which no verdict can be read, gets 0.5. A group of k nodes takes k (k − 1) questions. `values`: `wins`, how many comparisons it won (a tie
 * counts half), `comparisons`, and `firsts`, the share of the group's verdicts for the place shown first: far from 0.5, the model likes a place.
 *
 * @throws `E_MODEL_CAPABILITY` with `by: 'score'` for a model that cannot; `E_EVALUATOR_OPTIONS` for a scoring that is none.
 *
 * @example
 * const judge = pairwiseJudge({ model, environment, question: 'Which is the better plan?', scoring: 'copeland' })
 */
export function pairwiseJudge<State, Action = unknown>(options: PairwiseOptions<State, Action>): Evaluator<State, Action> {
  const { model, environment, by = 'samples', samples = 1, attempts = 2, maxTokens = 200, temperature = 0.7 } = options
  const { scoring = 'bradley-terry', question = 'Which of the two is the more promising?' } = options
  const prompt = options.prompt ?? ((first: string, second: string) => asked(question, first, second))
  if (by === 'score' && !model.capabilities.score) throw missing(model, 'score', 'log-probabilities of given texts')
  if (!(scoring === 'bradley-terry' || scoring === 'copeland'))
    throw new BanyanError('E_EVALUATOR_OPTIONS', 'there is no such scoring', {
      seen: scoring,
      wanted: 'bradley-terry or copeland',
      fatal: true,
    })
  const asking: AskOptions = { model, samples, attempts }

  const chatOf = (group: readonly NodeView<State, Action>[], [first, second]: Pair): readonly Message[] => {
    const pair = [group[first]!, group[second]!]
    const chat = prompt(renderText(environment, pair[0]!.state), renderText(environment, pair[1]!.state), pair)
    return typeof chat === 'string' ? [{ role: 'user', content: chat }] : chat
  }

  /** For each chat its verdicts: how much of the win goes to the one shown first, in [0, 1]. */
  async function verdicts(chats: readonly (readonly Message[])[], context: CallContext): Promise<readonly (readonly number[])[]> {
    if (by === 'score') {
      const scored = await scoreLabels(model, chats, ['first', 'second'], context)
      return scored.map((logProbs) => shares(logProbs)?.shares.slice(0, 1) ?? [])
    }
    const read = (text: string) => shareOfFirst[readLabel(text, labels, 'last') ?? '']
    const questions = chats.map((messages) => ({ request: { messages, maxTokens, temperature }, read }))
    return (await askModel(questions, asking, context)).map(({ readings }) => readings)
  }

  return {
    name: options.name ?? 'pairwise',
    settings: {
      model: model.name,
      question: options.prompt === undefined ? question : 'custom',
      scoring,
      by,
      ...(by === 'score' ? {} : { samples, attempts, maxTokens, temperature }),
    },
    reproducible: model.reproducible,
    range: [0, 1],
    async evaluate(groups, context) {
      const pairs = groups.map((group) => orderedPairs(group.length))
      const chats = groups.flatMap((group, index) => pairs[index]!.map((pair) => chatOf(group, pair)))
      const read = perGroup(pairs, chats.length === 0 ? [] : await verdicts(chats, context))
      return groups.map((group, index) => judged(group.length, pairs[index]!, read[index]!, scoring))
    },
    atMost(count) {
      const questions = count * (count - 1)
      return by === 'score' ? { calls: questions, tokens: 0 } : mostOfAsking(questions, maxTokens, asking)
    },
  }
}

type Pair = readonly [first: number, second: number]

const labels = ['first', 'second', 'equal'] as const
const shareOfFirst: Readonly<Record<string, number>> = { first: 1, second: 0, equal: 0.5 }

function asked(question: string, first: string, second: string): string {
  return `${question}\n\nThe first:\n${first}\n\nThe second:\n${second}\n\nEnd with one word on a line of its own: first, second or equal.`
}

/** Every pair in both orders. */
function orderedPairs(length: number): readonly Pair[] {
  const items = Array.from({ length }, (_, index) => index)
  return items.flatMap((i) => items.filter((j) => j !== i).map((j): Pair => [i, j]))
}

function judged(length: number, pairs: readonly Pair[], verdicts: readonly (readonly number[])[], scoring: PairScoring): Evaluation[] {
  const wins = Array.from({ length }, () => new Array<number>(length).fill(0))
  for (const [place, [first, second]] of pairs.entries()) {
    for (const share of verdicts[place]!) {
      wins[first]![second]! += share
      wins[second]![first]! += 1 - share
    }
  }
  const all = verdicts.flat()
  const firsts = all.length === 0 ? 0.5 : all.reduce((sum, share) => sum + share, 0) / all.length
  return valuesOfWins(wins, scoring).map((value, i) => {
    const won = wins[i]!.reduce((sum, share) => sum + share, 0)
    const lost = wins.reduce((sum, row) => sum + row[i]!, 0)
    return { value, values: { wins: won, comparisons: won + lost, firsts } }
  })
}
