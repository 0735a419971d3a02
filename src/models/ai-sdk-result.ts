// Reads what a provider of the AI SDK answered: the sample, and the tokens that it used. Providers are not trusted to keep their types.
import type { LanguageModelV4CallOptions, LanguageModelV4GenerateResult, SharedV4ProviderMetadata } from '@ai-sdk/provider'
import type { Amounts } from '../core/common.ts'
import { beforeStop, cleanText } from './clean-text.ts'
import type { GenerateRequest, ModelUsage, Price, Sample } from './model.ts'
import { ModelError } from './model-error.ts'
import { costOf } from './model-usage.ts'

/** How a provider is asked for the log-probabilities of the sampled tokens, and where it puts them. */
export interface ProviderLogProbs {
  /** Sent when they are wanted, e.g. `{ openai: { logprobs: true } }`. */
  readonly providerOptions?: NonNullable<LanguageModelV4CallOptions['providerOptions']>
  /** Finds them in the answer, in order: each token's text and its log-probability in nats. Undefined when they are not there. */
  readonly read: (metadata: SharedV4ProviderMetadata) => readonly { readonly text: string; readonly logProb: number }[] | undefined
}

export interface ResultContext {
  /** The model's name. */
  readonly name: string
  /** What the call used, for errors. */
  readonly usage: Amounts
  /** Present when log-probabilities are wanted. */
  readonly logProbs?: ProviderLogProbs | undefined
}

/**
 * The sample: the joined texts of the answer, without reasoning, cut and cleaned. Token ids are not known; they are given as -1.
 * @throws `E_MODEL_OUTPUT` when there is no content at all, or no log-probabilities where they were wanted; `E_MODEL_SERVER` when the
 * provider says that it failed and gave no text.
 */
export function readSample(result: LanguageModelV4GenerateResult, request: GenerateRequest, context: ResultContext): Sample {
  const { usage } = context
  const reason = (result as Partial<LanguageModelV4GenerateResult> | undefined)?.finishReason?.unified
  const raw = textOf(result, request)
  if (raw === undefined) throw new ModelError('E_MODEL_OUTPUT', `the answer of ${context.name} has no content`, { usage })
  if (raw === '' && reason === 'error') throw new ModelError('E_MODEL_SERVER', `the provider of ${context.name} failed`, { usage })
  const clean = cleanText(raw)
  const stopped = beforeStop(clean.text, request.stop)
  const text = stopped ?? clean.text
  const finish = stopped !== undefined ? 'stop' : clean.cut ? 'length' : finishOf(reason)
  if (context.logProbs === undefined) return { text, finish }
  const tokens = context.logProbs.read(result.providerMetadata ?? {})
  if (tokens === undefined) throw new ModelError('E_MODEL_OUTPUT', `the answer of ${context.name} has no log-probabilities`, { usage })
  const kept = within(tokens, text.length)
  return { text, finish, tokens: { ids: kept.map(() => -1), logProbs: kept.map((token) => Math.min(0, token.logProb)) } }
}

/** What was used, as reported or else estimated. */
export function readUsage(result: LanguageModelV4GenerateResult, request: GenerateRequest, price: Price | undefined): ModelUsage {
  const reported = (result as Partial<LanguageModelV4GenerateResult> | undefined)?.usage
  const said = textOf(result, request) ?? ''
  const input = count(reported?.inputTokens?.total)
  const output = count(reported?.outputTokens?.total)
  // A text without a token, or an answer without a prompt, is a report that was not made.
  const outputKnown = output !== undefined && (output > 0 || said === '')
  const inputKnown = input !== undefined && input > 0
  const generated = outputKnown ? output : estimatedTokens(said)
  const total = inputKnown ? input : estimatedTokens(promptText(request))
  const cached = inputKnown ? Math.min(total, count(reported?.inputTokens?.cacheRead) ?? 0) : 0
  const usage = {
    generated,
    evaluated: total - cached,
    billed: total + generated,
    ...(outputKnown && inputKnown ? {} : { estimated: true as const }),
  }
  return price === undefined ? usage : { ...usage, usd: costOf(usage, price) }
}

/** A token for every 4 bytes of UTF-8, rounded up. */
export function estimatedTokens(text: string): number {
  return Math.ceil(new TextEncoder().encode(text).length / 4)
}

function textOf(result: LanguageModelV4GenerateResult, request: GenerateRequest): string | undefined {
  const { content, structuredOutputText } = (result ?? {}) as Partial<LanguageModelV4GenerateResult>
  if (!Array.isArray(content)) return undefined
  if (request.schema !== undefined && typeof structuredOutputText === 'string') return structuredOutputText
  return content.map((part) => (part?.type === 'text' && typeof part.text === 'string' ? part.text : '')).join('')
}

function finishOf(reason: LanguageModelV4GenerateResult['finishReason']['unified'] | undefined): Sample['finish'] {
  if (reason === 'stop' || reason === 'length') return reason
  return reason === 'content-filter' ? 'refused' : 'other'
}

function promptText(request: GenerateRequest): string {
  return [...(request.messages ?? []).map((message) => message.content), request.prefix ?? ''].join('\n')
}

/** A count as it should be; undefined for what no count can be. */
function count(value: number | undefined): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? Math.ceil(value) : undefined
}

/** The tokens that begin within the first `length` characters. */
function within<Token extends { readonly text: string }>(tokens: readonly Token[], length: number): readonly Token[] {
  let start = 0
  return tokens.filter((token) => {
    const begins = start
    start += token.text.length
    return begins < length
  })
}
