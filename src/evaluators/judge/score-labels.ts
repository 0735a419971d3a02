// Log-probabilities of a few given answers to each of several questions.
import type { CallContext } from '../../core/call.ts'
import { type Message, type Model, score } from '../../models/model.ts'
import { allEnded } from '../groups.ts'

/**
 * For each chat the log-probability of each label as its answer, in nats: with a space before it, after the beginning `Answer:`, where
 * the model takes one; else as the first thing said. All calls are started in the order of the chats.
 */
export async function scoreLabels(
  model: Model,
  chats: readonly (readonly Message[])[],
  labels: readonly string[],
  context: CallContext,
): Promise<readonly (readonly number[])[]> {
  const prefixed = model.capabilities.prefix
  const continuations = prefixed ? labels.map((label) => ` ${label}`) : labels
  const scores = await allEnded(
    chats.map((messages) => score(model, { messages, continuations, ...(prefixed ? { prefix: 'Answer:' } : {}) }, context)),
  )
  // What is no finite number cannot be written to a log as it is, so live and replayed runs both take it as impossible.
  return scores.map((list) => list.map((item) => (Number.isFinite(item.logProb) ? item.logProb : Number.NEGATIVE_INFINITY)))
}

/**
 * The labels' shares of their joint probability (a softmax), and that probability; undefined when no share can be told, because none
 * of them has a probability above 0.
 */
export function shares(logProbs: readonly number[]): { readonly shares: readonly number[]; readonly mass: number } | undefined {
  const highest = Math.max(...logProbs)
  if (!Number.isFinite(highest)) return undefined
  const weights = logProbs.map((logProb) => Math.exp(logProb - highest))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return { shares: weights.map((weight) => weight / total), mass: Math.min(1, total * Math.exp(highest)) }
}
