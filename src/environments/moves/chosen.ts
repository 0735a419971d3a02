// The proposer for a model that only chooses: the environment lists the moves, and the model says how likely each is as the next words.
import type { CallContext } from '../../core/call.ts'
import type { Environment } from '../../core/environment.ts'
import { BanyanError } from '../../core/errors.ts'
import type { Proposed, ProposeRequest, Proposer } from '../../core/proposer.ts'
import { type Model, type ScoreRequest, score } from '../../models/model.ts'

/** The text that stands before the moves: a chat, or a plain text to go on from. */
export type ChoicePrompt = Pick<ScoreRequest, 'messages' | 'prompt' | 'prefix'>

/** Options of `chosen`. */
export interface ChosenOptions<State, Action> {
  readonly model: Model
  /** What the model reads of a state; undefined where asking is not worth a call: its moves then get equal priors. */
  prompt(state: State): ChoicePrompt | undefined
  /** A move as the words that follow the prompt. Default: a space and the action as text. */
  words?(action: Action, state: State): string
  /** Above 0: below 1 trusts the model's preferences more, above 1 less. Default 1. */
  readonly temperature?: number
  /** Part of the prior that is shared equally among all moves, 0 to 1, so that no move is ruled out. Default 0.1. */
  readonly mix?: number
}

/**
 * Lists the environment's actions with priors (1 - mix) · softmax(log-probability / temperature) + mix / n. One `score` call a state.
 * @throws `E_PROPOSER_ACTIONS` for an environment that lists none; `E_PROPOSER_SETTING`; `E_MODEL_CAPABILITY` for a model that cannot score.
 * @example
 * const proposer = chosen(game24(), { model, prompt: (state) => ({ prompt: `Numbers: ${numbersText(state)}. Next step:` }) })
 */
export function chosen<State, Action, Task, Answer>(
  environment: Environment<State, Action, Task, Answer>,
  { model, prompt, words = (action) => ` ${String(action)}`, temperature = 1, mix = 0.1 }: ChosenOptions<State, Action>,
): Proposer<State, Action> {
  const actions = environment.actions?.bind(environment)
  if (actions === undefined)
    throw new BanyanError('E_PROPOSER_ACTIONS', 'this proposer needs an environment that lists its actions', { seen: environment.name })
  if (!(temperature > 0)) throw setting('temperature', temperature, 'a number above 0')
  if (!(mix >= 0 && mix <= 1)) throw setting('mix', mix, 'a number from 0 to 1')

  async function propose({ node, siblings }: ProposeRequest<State, Action>, context: CallContext): Promise<Proposed<Action>> {
    const listed = siblings.length > 0 ? [] : actions!(node.state)
    const asked = listed.length > 1 ? prompt(node.state) : undefined
    if (asked === undefined) return { candidates: listed.map((action) => ({ action, prior: 1 / listed.length })), complete: true }
    const scores = await score(model, { ...asked, continuations: listed.map((action) => words(action, node.state)) }, context)
    const priors = softmax(scores.map(({ logProb }) => logProb / temperature))
    return {
      candidates: listed.map((action, i) => ({
        action,
        prior: (1 - mix) * priors[i]! + mix / listed.length,
        score: scores[i]!.logProb,
      })),
      complete: true,
    }
  }

  return {
    name: 'model',
    settings: { model: model.name, temperature, mix },
    reproducible: model.reproducible,
    async propose(requests, context) {
      const proposed: Proposed<Action>[] = []
      for (const request of requests) proposed.push(await propose(request, context))
      return proposed
    },
    atMost: () => ({ calls: 1 }),
  }
}

function softmax(values: readonly number[]): readonly number[] {
  const highest = Math.max(...values)
  if (!Number.isFinite(highest)) return values.map(() => 1 / values.length)
  const weights = values.map((value) => Math.exp(value - highest))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return weights.map((weight) => weight / total)
}

function setting(name: string, seen: number, wanted: string): BanyanError {
  return new BanyanError('E_PROPOSER_SETTING', `the setting ${JSON.stringify(name)} of the model's choice cannot be used`, { seen, wanted })
}
