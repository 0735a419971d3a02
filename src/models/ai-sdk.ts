// Any language model of the AI SDK (specification v4) as a model. One request makes one sample; nothing is streamed.
// It knows no provider: what one can do beyond the specification (log-probabilities, answers that go on from a beginning) its options say.
import type { LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4GenerateResult, SharedV4ProviderMetadata } from '@ai-sdk/provider'
import { BanyanError } from '../core/errors.ts'
import { type ProviderLogProbs, readSample, readUsage } from './ai-sdk-result.ts'
import { priceOf } from './middleware/prices.ts'
import type { GenerateRequest, Model, ModelRun, Price } from './model.ts'
import { missing } from './model.ts'
import { ModelError } from './model-error.ts'
import { amountsOf } from './model-usage.ts'
import { providerError } from './provider-error.ts'
import { withDeadline } from './wait.ts'

/** Options of `aiSdkModel`. */
export interface AiSdkOptions {
  /** Default: provider and model id, e.g. `openai/gpt-4o-mini`. */
  readonly name?: string
  /** Milliseconds until a call is given up with `E_MODEL_TIMEOUT`. Default 120,000. */
  readonly timeout?: number
  /** Default: from the table of known prices; unknown otherwise. A provider's discount for cached prompts is not counted. */
  readonly price?: Price
  /** Tokens of prompt and answer together. Default: unknown. */
  readonly contextLength?: number
  /** The provider goes on from an assistant message at the end. Default false. */
  readonly prefix?: boolean
  /** The provider follows JSON schemas. Default true; refused with `E_MODEL_CAPABILITY` where it says that it does not. */
  readonly schema?: boolean
  /** Send the call's seed (its low 31 bits). Default true; providers that know none leave it. */
  readonly seed?: boolean
  /** How to ask this provider for the sampled tokens' log-probabilities and where to find them. Default: it gives none. */
  readonly logProbs?: ProviderLogProbs
  /** Passed on to the provider with every call. */
  readonly providerOptions?: LanguageModelV4CallOptions['providerOptions']
  /** Told what a provider says that it left out of a request. */
  readonly onWarning?: (warning: string) => void
}

/**
 * A model of the AI SDK.
 *
 * Tokens are those that the provider reports, reasoning included; where it reports none they are estimated (a token for every 4 bytes
 * of UTF-8, rounded up) and the usage is marked `estimated`. Texts are cut at 1 MB and cleaned of control characters and lone surrogates.
 * A provider's own headers go along with redirects: give it the `fetch` of `withoutRedirects()`.
 * At most 4 stop texts are sent; all of them hold, because samples are also cut here. Calls are not retried: wrap it with `retry()`.
 *
 * @throws `E_MODEL_REQUEST` for a model of another specification; when called, the errors of `Model`, and `E_MODEL_ABORTED`.
 *
 * @example
 * import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
 * const provider = createOpenAICompatible({ name: 'local', baseURL: 'http://localhost:8000/v1' })
 * const model = wrapModel(aiSdkModel(provider('qwen3-4b'), { price: { input: 0, output: 0, asOf: '2026-01-01' } }), retry())
 */
export function aiSdkModel(languageModel: LanguageModelV4, options: AiSdkOptions = {}): Model {
  requireSpecification(languageModel)
  const id = `${languageModel.provider.split('.')[0]}/${languageModel.modelId}`
  const name = options.name ?? id
  const timeout = options.timeout ?? 120_000
  const price = options.price ?? priceOf(id)
  const model: Model = {
    name,
    capabilities: {
      count: false,
      logProbs: options.logProbs !== undefined,
      score: false,
      prefix: options.prefix ?? false,
      completion: false,
      grammar: false,
      schema: options.schema ?? true,
      seed: options.seed ?? true,
      embeddings: false,
      tools: false,
    },
    reproducible: 'recorded',
    ...(options.contextLength === undefined ? {} : { contextLength: options.contextLength }),
    ...(price === undefined ? {} : { price }),
    async generate(request, run) {
      refuse(model, request)
      const result = await withDeadline((signal) => ask(languageModel, callOptions(request, run, options, signal), name), {
        signal: run.signal,
        timeout,
        name,
      })
      for (const warning of result.warnings ?? []) options.onWarning?.(describe(warning))
      const usage = readUsage(result, request, price)
      const context = { name, usage: amountsOf(usage), ...(request.logProbs === true ? { logProbs: options.logProbs } : {}) }
      if (request.schema !== undefined && leftOut(result, 'responseFormat')) {
        throw new ModelError('E_MODEL_CAPABILITY', `the provider of ${name} does not follow JSON schemas`, {
          usage: context.usage,
          hint: 'Create the provider with its option for structured outputs, or set `schema: false` and ask for JSON in the prompt.',
        })
      }
      return { samples: [readSample(result, request, context)], usage }
    },
  }
  return model
}

async function ask(languageModel: LanguageModelV4, call: LanguageModelV4CallOptions, name: string): Promise<LanguageModelV4GenerateResult> {
  let result: LanguageModelV4GenerateResult | undefined
  try {
    result = await languageModel.doGenerate(call)
  } catch (error) {
    throw providerError(error, { name, now: Date.now() })
  }
  if (typeof result !== 'object' || result === null) throw new ModelError('E_MODEL_OUTPUT', `the provider of ${name} gave no answer`)
  return result
}

function callOptions(request: GenerateRequest, run: ModelRun, options: AiSdkOptions, abortSignal: AbortSignal): LanguageModelV4CallOptions {
  const providerOptions = merged(options.providerOptions, request.logProbs === true ? options.logProbs?.providerOptions : undefined)
  return {
    prompt: promptOf(request),
    maxOutputTokens: request.maxTokens,
    temperature: request.temperature ?? 1,
    ...(request.topP === undefined || request.topP >= 1 ? {} : { topP: request.topP }),
    ...(request.topK === undefined || request.topK <= 0 ? {} : { topK: request.topK }),
    ...(request.stop === undefined || request.stop.length === 0 ? {} : { stopSequences: request.stop.slice(0, mostStopTexts) }),
    ...(request.schema === undefined ? {} : { responseFormat: { type: 'json', schema: request.schema as JsonSchema } }),
    ...(options.seed === false ? {} : { seed: run.seed & 0x7fffffff }),
    ...(providerOptions === undefined ? {} : { providerOptions }),
    abortSignal,
  }
}

/** What most providers take at most. */
const mostStopTexts = 4

type JsonSchema = Extract<NonNullable<LanguageModelV4CallOptions['responseFormat']>, { type: 'json' }>['schema']

function promptOf(request: GenerateRequest): LanguageModelV4CallOptions['prompt'] {
  const prompt: LanguageModelV4CallOptions['prompt'] = (request.messages ?? []).map(({ role, content }) =>
    role === 'system' ? { role, content } : { role, content: [{ type: 'text', text: content }] },
  )
  if (request.prefix !== undefined && request.prefix !== '')
    prompt.push({ role: 'assistant', content: [{ type: 'text', text: request.prefix }] })
  return prompt
}

function refuse(model: Model, request: GenerateRequest): void {
  const { capabilities } = model
  if ((request.count ?? 1) > 1) throw missing(model, 'count', 'several samples for one call')
  if (request.prompt !== undefined) throw missing(model, 'completion', 'plain text without a chat')
  if (request.prefix !== undefined && request.prefix !== '' && !capabilities.prefix)
    throw missing(model, 'prefix', 'answers that go on from a given beginning')
  if (request.logProbs === true && !capabilities.logProbs) throw missing(model, 'logProbs', 'log-probabilities')
  if (request.grammar !== undefined) throw missing(model, 'grammar', 'answers under a grammar')
  if (request.schema !== undefined && !capabilities.schema) throw missing(model, 'schema', 'answers by a JSON schema')
}

function requireSpecification(languageModel: LanguageModelV4): void {
  const version: unknown = (languageModel as { specificationVersion?: unknown } | undefined)?.specificationVersion
  if (version === 'v4') return
  throw new BanyanError('E_MODEL_REQUEST', 'this is no language model of AI SDK 7', {
    seen: version ?? typeof languageModel,
    wanted: "an object with specificationVersion 'v4'",
    hint: "Install the provider's package of the AI SDK's version 7, and pass what `provider('model-id')` returns.",
    fatal: true,
  })
}

function merged(
  first: SharedV4ProviderMetadata | undefined,
  second: SharedV4ProviderMetadata | undefined,
): SharedV4ProviderMetadata | undefined {
  if (first === undefined || second === undefined) return first ?? second
  const both: SharedV4ProviderMetadata = { ...first }
  for (const [provider, extra] of Object.entries(second)) both[provider] = { ...both[provider], ...extra }
  return both
}

function leftOut(result: LanguageModelV4GenerateResult, feature: string): boolean {
  return (result.warnings ?? []).some((warning) => warning.type === 'unsupported' && warning.feature === feature)
}

function describe(warning: LanguageModelV4GenerateResult['warnings'][number]): string {
  const { type, ...details } = warning
  return `${type}: ${Object.values(details)
    .filter((detail) => typeof detail === 'string')
    .join(', ')}`
}
