// Answers one call of an app by a search, in the AI SDK's form: usage, metadata, warnings, errors. It knows no provider.
import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
  LanguageModelV4StreamResult,
  LanguageModelV4Usage,
  SharedV4Warning,
} from '@ai-sdk/provider'
import type { z } from 'zod'
import type { Amounts, Json } from '../../core/common.ts'
import { defined } from '../../core/defined.ts'
import { BanyanError } from '../../core/errors.ts'
import { type AiSdkOptions, aiSdkModel } from '../../models/ai-sdk.ts'
import { beforeStop } from '../../models/clean-text.ts'
import { retry } from '../../models/middleware/retry.ts'
import { wrapModel } from '../../models/middleware/wrap-model.ts'
import type { Model } from '../../models/model.ts'
import { type Improved, improve } from '../improve.ts'
import type { ImproveOptions, Verify } from '../improvement.ts'
import { readCall, type TextCall } from './call.ts'

/** How calls are answered. */
export interface AnswerOptions
  extends Pick<ImproveOptions, 'judge' | 'preset' | 'searcher' | 'budget' | 'concurrency' | 'store' | 'verifySeconds'> {
  /** A check of the answers: texts, or what the app's schema describes. */
  readonly verify?: Verify<Json>
  /** What becomes of calls that no search can answer (tools, files, results of tools): `pass` them to the model itself, with a warning, or `refuse` them. Default `pass`. */
  readonly others?: 'pass' | 'refuse'
  /** How the model of the AI SDK is used: its price, its context, its deadline. */
  readonly modelOptions?: AiSdkOptions
}

/** Answers a call. `pass` asks the model itself; absent, such calls are refused. */
export async function answerCall(
  params: LanguageModelV4CallOptions,
  model: Model | LanguageModelV4,
  options: AnswerOptions,
  pass: (() => PromiseLike<LanguageModelV4GenerateResult>) | undefined,
): Promise<LanguageModelV4GenerateResult> {
  const call = readCall(params)
  if ('other' in call) {
    const result = await passed(call.other, options, pass)()
    return { ...result, warnings: [...result.warnings, notSearched(call.other)] }
  }
  return generated(await answered(call, params, model, options, params.abortSignal), call, params)
}

/** As a stream: the answer is known when the search has ended, so it comes as one piece. */
export async function streamCall(
  params: LanguageModelV4CallOptions,
  model: Model | LanguageModelV4,
  options: AnswerOptions,
  pass: (() => PromiseLike<LanguageModelV4StreamResult>) | undefined,
): Promise<LanguageModelV4StreamResult> {
  const call = readCall(params)
  if ('other' in call) {
    const result = await passed(call.other, options, pass)()
    const warn = new TransformStream<LanguageModelV4StreamPart, LanguageModelV4StreamPart>({
      transform: (part, controller) =>
        controller.enqueue(part.type === 'stream-start' ? { ...part, warnings: [...part.warnings, notSearched(call.other)] } : part),
    })
    return { ...result, stream: result.stream.pipeThrough(warn) }
  }
  const leaving = new AbortController()
  const signal = params.abortSignal === undefined ? leaving.signal : AbortSignal.any([params.abortSignal, leaving.signal])
  const stream = new ReadableStream<LanguageModelV4StreamPart>({
    async start(controller) {
      controller.enqueue({ type: 'stream-start', warnings: [...call.warnings] })
      try {
        const result = generated(await answered(call, params, model, options, signal), call, params)
        for (const part of partsOf(result)) controller.enqueue(part)
      } catch (error) {
        if (leaving.signal.aborted) return
        controller.enqueue({ type: 'error', error })
      }
      controller.close()
    },
    cancel: (reason) => leaving.abort(reason),
  })
  return { stream }
}

function passed<Result>(other: string, { others = 'pass' }: AnswerOptions, pass: (() => Result) | undefined): () => Result {
  if (pass !== undefined && others === 'pass') return pass
  throw new BanyanError('E_LANGUAGE_MODEL_CALL', `a search cannot answer this call: ${other}`, {
    wanted: 'a chat of texts that ends with a message of the user',
    hint: "For tools use `searchTools`; or give a model of the AI SDK and `others: 'pass'`, and such calls go to the model itself.",
    fatal: true,
  })
}

function notSearched(other: string): SharedV4Warning {
  return { type: 'other', message: `banyan passed this call to the model without a search: ${other}` }
}

async function answered(
  call: TextCall,
  params: LanguageModelV4CallOptions,
  given: Model | LanguageModelV4,
  { others: _, modelOptions, ...options }: AnswerOptions,
  signal: AbortSignal | undefined,
): Promise<Improved<Json>> {
  signal?.throwIfAborted()
  const { schema, maxTokens, temperature, topP, seed, messages } = call
  const model = 'specificationVersion' in given ? wrapModel(aiSdkModel(withSettings(given, params), modelOptions), retry()) : given
  try {
    const result = await improve<z.ZodType<Json>>({
      ...options,
      model,
      messages,
      steps: false,
      ...(schema === undefined ? {} : { schema: schema as z.ZodType<Json> }),
      ...(maxTokens === undefined ? {} : { maxTokens }),
      ...(temperature === undefined ? {} : { temperature }),
      ...(topP === undefined ? {} : { topP }),
      ...(seed === undefined ? {} : { seed }),
      ...(signal === undefined ? {} : { signal }),
    })
    signal?.throwIfAborted()
    return result
  } catch (error) {
    // The app's own reason for stopping is what it looks for.
    signal?.throwIfAborted()
    throw error
  }
}

/** The model with what the app set for this call beyond what a search sets itself. */
function withSettings(model: LanguageModelV4, params: LanguageModelV4CallOptions): LanguageModelV4 {
  const { headers, providerOptions, reasoning, topK, presencePenalty, frequencyPenalty, stopSequences } = params
  const set = Object.fromEntries(
    Object.entries({ headers, reasoning, topK, presencePenalty, frequencyPenalty, stopSequences, providerOptions }).filter(
      ([, value]) => value !== undefined,
    ),
  )
  return {
    specificationVersion: model.specificationVersion,
    provider: model.provider,
    modelId: model.modelId,
    supportedUrls: model.supportedUrls,
    doGenerate: (asked) => model.doGenerate({ ...set, ...asked }),
    doStream: (asked) => model.doStream({ ...set, ...asked }),
  }
}

function generated(result: Improved<Json>, call: TextCall, { stopSequences }: LanguageModelV4CallOptions): LanguageModelV4GenerateResult {
  const { runId, stopped, unit, solved, value, seconds, usage, settings } = result
  const whole = call.schema === undefined ? result.text : JSON.stringify(result.answer)
  const text = beforeStop(whole, stopSequences) ?? whole
  const facts = { runId, stopped, unit, solved, value: Number.isNaN(value) ? undefined : value, seconds, usage, settings }
  return {
    content: [{ type: 'text', text }],
    finishReason: { unified: 'stop', raw: stopped },
    usage: usageOf(usage),
    providerMetadata: { banyan: JSON.parse(JSON.stringify(facts)) },
    response: { id: runId, timestamp: new Date(), modelId: settings.model },
    warnings: [...call.warnings],
  }
}

/** Prompt tokens are all that were charged for, or computed, over all calls of the search. */
function usageOf(usage: Amounts): LanguageModelV4Usage {
  const { tokens = 0, evaluatedTokens = 0, billedTokens = 0 } = usage
  const total = Math.max(evaluatedTokens, billedTokens - tokens)
  return {
    inputTokens: { total, noCache: evaluatedTokens, cacheRead: total - evaluatedTokens, cacheWrite: undefined },
    outputTokens: { total: tokens, text: undefined, reasoning: undefined },
    raw: { ...usage },
  }
}

function* partsOf({
  content,
  response,
  usage,
  finishReason,
  providerMetadata,
}: LanguageModelV4GenerateResult): Iterable<LanguageModelV4StreamPart> {
  const { id, timestamp, modelId } = response ?? {}
  yield { type: 'response-metadata', ...defined({ id, timestamp, modelId }) }
  for (const part of content) {
    if (part.type !== 'text') continue
    yield { type: 'text-start', id: '0' }
    yield { type: 'text-delta', id: '0', delta: part.text }
    yield { type: 'text-end', id: '0' }
  }
  yield { type: 'finish', usage, finishReason, ...(providerMetadata === undefined ? {} : { providerMetadata }) }
}
