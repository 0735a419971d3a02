// A rollout out of what a decoder gave for one prompt. It knows no rewards but those it is told.
import type { GeneratedText } from '../nets/batched-decoder.ts'
import { checkRollout } from './check-rollout.ts'
import type { Rollout, StepSpan } from './rollout.ts'

/** What a rollout must say besides its tokens. */
export interface RolloutFacts {
  /** Unique among the rollouts of a round. */
  readonly id: string
  /** The problem. */
  readonly group: string
  /** What was asked: the decoder went on from it. */
  readonly prompt: ArrayLike<number>
  /** Tokens that end a step; what follows the last of them is a step too. Default: the answer is one step. */
  readonly stepEnds?: readonly number[]
  /** Updates of the policy's weights before this was sampled. */
  readonly policyVersion: number
  /** See `Rollout`. Default: its own id alone. */
  readonly ancestors?: readonly string[]
  /** Default: none yet. */
  readonly rewards?: Readonly<Record<string, number>>
}

/**
 * Makes a rollout of a generated text.
 *
 * @throws BanyanError E_ROLLOUT when the parts do not make a whole one: an empty prompt, for instance.
 * @example
 * const [generated] = await decoder.generate([{ prompt, mostTokens: 24, stop: [end], random: new Random(7, 'a/0') }])
 * const rollout = rolloutOf(generated, { id: 'a/0', group: 'a', prompt, stepEnds: [semicolon], policyVersion: 0 })
 */
export function rolloutOf(
  generated: Pick<GeneratedText, 'tokens' | 'chosen' | 'logProbs' | 'rawLogProbs' | 'finish'>,
  { id, group, prompt, stepEnds = [], policyVersion, ancestors = [id], rewards = {} }: RolloutFacts,
): Rollout {
  const promptLength = prompt.length
  const length = promptLength + generated.tokens.length
  const tokens = new Int32Array(length)
  tokens.set(Array.from(prompt))
  tokens.set(generated.tokens, promptLength)
  const behind = (values: Float32Array) => {
    const all = new Float32Array(length)
    all.set(values, promptLength)
    return all
  }
  const actionMask = new Uint8Array(length)
  actionMask.set(generated.chosen, promptLength)
  const rollout: Rollout = {
    ...{ id, group, tokens, promptLength, actionMask, policyVersion, ancestors, rewards },
    steps: stepsIn(tokens, promptLength, new Set(stepEnds)),
    logProbs: behind(generated.logProbs),
    rawLogProbs: behind(generated.rawLogProbs),
    truncated: generated.finish !== 'stop',
  }
  checkRollout(rollout)
  return rollout
}

/** The same rollout with more rewards. */
export function rewarded(rollout: Rollout, rewards: Readonly<Record<string, number>>): Rollout {
  const more = { ...rollout, rewards: { ...rollout.rewards, ...rewards } }
  checkRollout(more)
  return more
}

/** Steps of an answer, each with the token that ends it. */
function stepsIn(tokens: Int32Array, from: number, ends: ReadonlySet<number>): StepSpan[] {
  const steps: StepSpan[] = []
  let start = from
  for (let at = from; at < tokens.length; at++) {
    if (!ends.has(tokens[at]!) && at + 1 < tokens.length) continue
    steps.push({ from: start, to: at + 1 })
    start = at + 1
  }
  return steps
}
