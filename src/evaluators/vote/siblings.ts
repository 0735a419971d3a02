// Siblings ranked by vote: the model is shown all candidates of a group and says, several times, which is the best ("vote" in
// "Tree of Thoughts", Yao et al., NeurIPS 2023, arXiv:2305.10601). It compares within a group only: values of different groups say
// nothing of each other.
import type { Evaluation, Evaluator } from '../../core/evaluator.ts'
import type { NodeView } from '../../core/node-view.ts'
import type { Random } from '../../core/random.ts'
import type { Message, Model } from '../../models/model.ts'
import { perGroup } from '../groups.ts'
import { type AskOptions, askModel, mostOfAsking, type Question } from '../judge/ask.ts'
import { type Renderer, renderText } from '../judge/prompt.ts'
import { readChoice } from '../judge/read.ts'

export interface SiblingVoteOptions<State, Action> {
  readonly model: Model
  /** Shows the candidates; the search's own environment will do. */
  readonly environment: Renderer<State>
  /** Default `vote`. */
  readonly name?: string
  /** What the best one is to be judged by. Default: which is the most promising. */
  readonly question?: string
  /** Instead of `question`: the whole chat, from the rendered candidates in the order shown. It must ask for the number of a choice, from 1. */
  readonly prompt?: (candidates: readonly string[], group: readonly NodeView<State, Action>[]) => string | readonly Message[]
  /** Votes for each group (n). Default 5. */
  readonly votes?: number
  /** Every vote sees the candidates in an order of its own, against a model's liking for the first; costs one call for each vote. Default false. */
  readonly shuffle?: boolean
  /** Rounds of asking when votes cannot be read, at least 1. Default 2. */
  readonly attempts?: number
  /** Most tokens of a vote. Default 200. */
  readonly maxTokens?: number
  /** Default 0.7, as in the paper. */
  readonly temperature?: number
}

/**
 * The share of the readable votes, in [0, 1]; the shares of a group add up to 1. A node alone in its group gets 1 without a call. When no
 * vote can be read, all get the same share. `values`: the node's `votes`, and the group's `unreadable` ones.
 *
 * @example
 * const evaluator = siblingVote({ model, environment, votes: 5, question: 'Which plan makes the most coherent text?' })
 */
export function siblingVote<State, Action = unknown>(options: SiblingVoteOptions<State, Action>): Evaluator<State, Action> {
  const { model, environment, votes = 5, shuffle = false, attempts = 2, maxTokens = 200, temperature = 0.7 } = options
  const question = options.question ?? 'Which choice is the most promising?'
  const prompt = options.prompt ?? ((candidates: readonly string[]) => ballot(question, candidates))
  // A question is one vote when every vote has its own order, else all votes of a group.
  const asking: AskOptions = { model, samples: shuffle ? 1 : votes, attempts }

  const questionFor = (group: readonly NodeView<State, Action>[], order: readonly number[]): Question<number> => {
    const candidates = order.map((index) => renderText(environment, group[index]!.state))
    const chat = prompt(
      candidates,
      order.map((index) => group[index]!),
    )
    return {
      request: { messages: typeof chat === 'string' ? [{ role: 'user', content: chat }] : chat, maxTokens, temperature },
      read: (text) => {
        const choice = readChoice(text, order.length)
        return choice === undefined ? undefined : order[choice - 1]
      },
    }
  }

  return {
    name: options.name ?? 'vote',
    settings: {
      model: model.name,
      question: options.prompt === undefined ? question : 'custom',
      votes,
      shuffle,
      attempts,
      maxTokens,
      temperature,
    },
    reproducible: model.reproducible,
    range: [0, 1],
    async evaluate(groups, context) {
      const ballots = groups.map((group) => (group.length < 2 ? [] : orders(group.length, shuffle ? votes : 1, shuffle, context.random)))
      const questions = groups.flatMap((group, index) => ballots[index]!.map((order) => questionFor(group, order)))
      const answers = perGroup(ballots, await askModel(questions, asking, context))
      return groups.map((group, index) => {
        const own = answers[index]!
        const unreadable = own.reduce((sum, answer) => sum + answer.unreadable, 0)
        return voted(
          group.length,
          own.flatMap((answer) => answer.readings),
          unreadable,
        )
      })
    },
    // For one group, whatever its size: a trial judges one group.
    atMost: () => mostOfAsking(shuffle ? votes : 1, maxTokens, asking),
  }
}

function ballot(question: string, candidates: readonly string[]): string {
  const choices = candidates.map((candidate, index) => `Choice ${index + 1}:\n${candidate}`).join('\n\n')
  return `${question}\n\n${choices}\n\nEnd with the line "The best choice is N", where N is the number of the choice.`
}

function orders(length: number, count: number, shuffle: boolean, random: Random): readonly (readonly number[])[] {
  const given = Array.from({ length }, (_, index) => index)
  return Array.from({ length: count }, () => (shuffle ? random.shuffled(given) : given))
}

function voted(length: number, readings: readonly number[], unreadable: number): Evaluation[] {
  return Array.from({ length }, (_, index) => {
    const votes = readings.filter((reading) => reading === index).length
    const value = length === 1 ? 1 : readings.length === 0 ? 1 / length : votes / readings.length
    return { value, values: { votes, unreadable } }
  })
}
