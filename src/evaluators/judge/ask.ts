// Asks a model several questions at once, and reads its answers. Unreadable answers are counted, and asked for again a bounded number
// of times. It knows nothing of what is judged.
import type { CallContext } from '../../core/call.ts'
import { BanyanError } from '../../core/errors.ts'
import { type GenerateRequest, generate, type Model, type Sample } from '../../models/model.ts'

/** One question: the request for one sample, and how an answer is read. */
export interface Question<Reading> {
  readonly request: GenerateRequest
  /** Undefined: the text cannot be read. */
  readonly read: (text: string) => Reading | undefined
}

export interface AskOptions {
  readonly model: Model
  /** Readable answers wanted for each question. */
  readonly samples: number
  /** Rounds of asking, the first one included. */
  readonly attempts: number
}

export interface Readings<Reading> {
  /** At most as many as wanted, in the order of the samples. */
  readonly readings: readonly Reading[]
  /** How many answers could not be read, over all rounds. */
  readonly unreadable: number
}

/**
 * The answers to each question. In each round all calls are started in the order of the questions before any of them is waited for, so
 * that their numbering does not depend on timing and a batching model sees them together.
 *
 * When the grant ends, the answers that are there are used; a question without any is an error. An answer that the model's client cannot read (`E_MODEL_OUTPUT`), or that was
 * refused, counts as unreadable.
 * @throws `StarvedError`; what the first failing call of a round threw, once all calls of the round have ended.
 */
export async function askModel<Reading>(
  questions: readonly Question<Reading>[],
  options: AskOptions,
  context: CallContext,
): Promise<readonly Readings<Reading>[]> {
  const answers = questions.map(() => ({ readings: [] as Reading[], unreadable: 0 }))
  for (let round = 0; round < options.attempts; round++) {
    const calls = questions.flatMap((question, index) => {
      const wanted = options.samples - (answers[index]?.readings.length ?? 0)
      return wanted <= 0 ? [] : started(options.model, question.request, wanted, context).map((call) => ({ index, ...call }))
    })
    if (calls.length === 0) break
    const ended = await Promise.allSettled(calls.map((call) => call.samples))
    const starved = ended.find((result) => result.status === 'rejected' && isStarved(result.reason)) as PromiseRejectedResult | undefined
    for (const [place, result] of ended.entries()) {
      const { index, count } = calls[place]!
      const answer = answers[index]!
      const samples = result.status === 'fulfilled' ? result.value : unread(result.reason, count)
      for (const sample of samples) {
        const reading = sample.finish === 'refused' ? undefined : questions[index]!.read(sample.text)
        if (reading === undefined) answer.unreadable++
        else if (answer.readings.length < options.samples) answer.readings.push(reading)
      }
    }
    if (starved !== undefined) {
      if (answers.some((answer) => answer.readings.length + answer.unreadable === 0)) throw starved.reason
      break
    }
  }
  return answers
}

/** The most that asking `count` questions can draw. */
export function mostOfAsking(
  count: number,
  maxTokens: number,
  { model, samples, attempts }: AskOptions,
): { calls: number; tokens: number } {
  const calls = count * attempts * (model.capabilities.count ? 1 : samples)
  return { calls, tokens: count * attempts * samples * maxTokens }
}

/** Starts the calls for `count` samples: one, or one for each sample where the model makes one at a time. */
function started(model: Model, request: GenerateRequest, count: number, context: CallContext) {
  const each = model.capabilities.count ? count : 1
  return Array.from({ length: count / each }, () => ({ count: each, samples: generate(model, { ...request, count: each }, context) }))
}

/** What a failed call counts as: unreadable samples, no samples (without a grant), or a failure of the whole. */
function unread(error: unknown, count: number): readonly Sample[] {
  if (BanyanError.isInstance(error) && error.code === 'E_MODEL_OUTPUT')
    return Array.from({ length: count }, () => ({ text: '', finish: 'refused' }))
  if (isStarved(error)) return []
  throw error
}

function isStarved(error: unknown): boolean {
  return BanyanError.isInstance(error) && error.code === 'E_BUDGET_STARVED'
}
