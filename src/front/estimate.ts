// The most that a search can use, before it starts: calls, tokens, money, seconds. It runs nothing.
import type { z } from 'zod'
import type { Amounts } from '../core/common.ts'
import { defined } from '../core/defined.ts'
import type { Model } from '../models/model.ts'
import { type BestOfOptions, samplesOf } from './best-of.ts'
import { type AnswerKind, type Chosen, type ImproveOptions, improvement } from './improvement.ts'
import { isFree } from './presets.ts'

/** At most; what is not here has no bound that is known beforehand. */
export interface Estimate {
  /** Limits by unit, as they were given or filled in. */
  readonly most: Amounts
  readonly calls?: number
  /** Generated tokens. */
  readonly tokens?: number
  /** US dollars; 0 for a free model. */
  readonly usd: number | undefined
  readonly seconds?: number
  /** What would be chosen, where the options of `improve` or `bestOf` were given. */
  readonly settings?: Chosen
}

/** Options of `improve` or of `bestOf`, which are to be estimated. */
export type EstimateOptions<Schema extends z.ZodType = z.ZodString, Kind extends AnswerKind = 'text'> = (
  | ImproveOptions<Schema, Kind>
  | BestOfOptions<Schema, Kind>
) & {
  /** How long one call of the model takes, by experience; without it only a budget of seconds bounds the time. */
  readonly secondsPerCall?: number
}

/**
 * The most that `improve` or `bestOf` can use with the same options; or what a budget alone allows. A call that is under way when a limit is
 * reached may pass it; that is reported as overrun. Retries of failed calls are not counted.
 *
 * @throws as `improve` does before it starts.
 *
 * @example
 * estimate({ model, prompt, n: 8, verify: () => true }).calls // 8
 * estimate({ tokens: 400, usd: 0.1 }, model) // { most: { tokens: 400, usd: 0.1 }, tokens: 400, usd: 0.1 }
 */
export function estimate<Schema extends z.ZodType = z.ZodString, Kind extends AnswerKind = 'text'>(
  options: EstimateOptions<Schema, Kind>,
): Estimate
export function estimate(budget: Amounts, model: Model | undefined): Estimate
export function estimate(given: EstimateOptions | Amounts, model?: Model): Estimate {
  if (isJob(given)) return ofJob(given)
  return { most: { ...given }, ...bounds(given, model), usd: dollars(given, model) }
}

function isJob(given: object): given is EstimateOptions {
  return 'model' in given && typeof given.model === 'object'
}

function ofJob(options: EstimateOptions & { readonly n?: number }): Estimate {
  const { options: search, chosen, model } = improvement(options.n === undefined ? (options as ImproveOptions) : samplesOf(options))
  const chains = chainsOf(chosen)
  // Without steps an answer is one sample, and a sample is at most one call.
  const sampled = chosen.proposer.name === 'whole' && chains !== undefined ? chains : undefined
  const longest = (chosen.proposer.settings as { readonly maxTokens: number }).maxTokens
  const evaluator = search.evaluator as { atMost?(count: number): Amounts } | undefined
  const judged = evaluator === undefined || sampled === undefined ? undefined : evaluator.atMost?.(sampled)
  const known = sampled !== undefined && (evaluator === undefined || judged !== undefined)
  const structure = known ? { calls: sampled + (judged?.calls ?? 0), tokens: sampled * longest + (judged?.tokens ?? 0) } : {}
  const { budget = {} } = search
  const { calls, tokens } = bounds(smaller(budget, structure), model)
  const { secondsPerCall } = options
  const waited = calls === undefined || secondsPerCall === undefined ? undefined : Math.ceil(calls / chosen.concurrency) * secondsPerCall
  const asked = [options.system, options.prompt, ...(options.messages ?? []).map(({ content }) => content)]
  const prompt = { characters: asked.reduce((sum, text) => sum + (text?.length ?? 0), instructionCharacters), longest }
  return {
    most: { ...budget },
    ...defined({ calls, tokens, seconds: least(budget.seconds, waited) }),
    usd: dollars(smaller(budget, defined({ calls, tokens })), model, chosen.proposer.name === 'whole' ? prompt : undefined),
    settings: chosen,
  }
}

/** What instructions and questions may add to a prompt. */
const instructionCharacters = 1000

function chainsOf({ searcher: { name, settings } }: Chosen): number | undefined {
  if (name === 'greedy') return 1
  const n = (settings as { readonly n?: unknown } | null)?.n
  return (name === 'best-of-n' || name === 'vote') && typeof n === 'number' ? n : undefined
}

function bounds({ calls, tokens, seconds }: Amounts, model: Model | undefined): Pick<Estimate, 'calls' | 'tokens' | 'seconds'> {
  const { contextLength } = model ?? {}
  // A call's samples fill at most the context, each.
  const filled =
    calls !== undefined && contextLength !== undefined && model?.capabilities.count === false ? calls * contextLength : undefined
  return defined({ calls, tokens: least(tokens, filled), seconds })
}

/** @param prompt characters of the prompt and tokens of the longest answer, where no call's prompt holds more than both. */
function dollars(
  { usd, calls, tokens, billedTokens }: Amounts,
  model: Model | undefined,
  prompt?: { readonly characters: number; readonly longest: number },
): number | undefined {
  if (model === undefined || isFree(model)) return 0
  const { price, contextLength } = model
  if (price === undefined) return usd
  const dearest = Math.max(price.input, price.output)
  // A token has more than two characters in nearly every text.
  const read = prompt === undefined ? undefined : Math.ceil(prompt.characters / 2) + prompt.longest
  const priced = [
    calls === undefined || contextLength === undefined ? undefined : calls * contextLength * dearest,
    calls === undefined || tokens === undefined || read === undefined ? undefined : calls * read * price.input + tokens * price.output,
    billedTokens === undefined ? undefined : billedTokens * dearest,
  ].map((millionths) => (millionths === undefined ? undefined : millionths / 1e6))
  return least(usd, ...priced)
}

function smaller(first: Amounts, second: Amounts): Amounts {
  const units = new Set([...Object.keys(first), ...Object.keys(second)])
  return Object.fromEntries([...units].map((unit) => [unit, least(first[unit], second[unit])!]))
}

function least(...bounds: readonly (number | undefined)[]): number | undefined {
  const known = bounds.filter((bound) => bound !== undefined)
  return known.length === 0 ? undefined : Math.min(...known)
}
