// Several samples of one request, also of a model that makes one at a time. What goes wrong with one of them is no reason to lose the others.
import type { CallContext } from '../core/call.ts'
import { BanyanError } from '../core/errors.ts'
import { type GenerateRequest, generate, type Model, type Sample } from './model.ts'

/**
 * At most `count` samples. A model without the capability `count` is called once for each, the calls under way together, each with its part of the
 * grant; calls that fail leave the samples of the others.
 *
 * @throws what a fatal or stopped call threw, or something that is no error of a model; the first call's error when all of them fail.
 *
 * @example
 * const samples = await severalSamples(model, { messages, maxTokens: 96 }, 8, context)
 */
export async function severalSamples(
  model: Model,
  request: GenerateRequest,
  count: number,
  context: CallContext,
): Promise<readonly Sample[]> {
  if (count === 1 || model.capabilities.count) return generate(model, { ...request, count }, context)
  const share = Math.max(1, Math.min(request.maxTokens, Math.floor(context.remaining('tokens') / count)))
  // All have ended before the first error is thrown.
  const ended = await Promise.allSettled(
    Array.from({ length: count }, () => generate(model, { ...request, maxTokens: share, count: 1 }, context)),
  )
  const samples = ended.flatMap((one) => (one.status === 'fulfilled' ? one.value : []))
  const errors = ended.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []))
  const grave = errors.find((error) => !mayBeLost(error))
  if (grave !== undefined) throw grave
  if (samples.length === 0) throw errors[0]
  return samples
}

/** Answers that cannot be read, providers that fail or are busy, and the end of the grant. */
const passing: readonly string[] = ['E_BUDGET_STARVED', 'E_MODEL_OUTPUT', 'E_MODEL_RATE', 'E_MODEL_SERVER', 'E_MODEL_TIMEOUT']

/** Whether an error is no reason to lose what other calls gave: another one like it may go well. */
export function mayBeLost(error: unknown): boolean {
  return BanyanError.isInstance(error) && !error.fatal && passing.includes(error.code)
}
