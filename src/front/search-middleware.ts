// A search inside any app of the AI SDK: a language-model middleware. What the app asks of its model is answered by a search over that model.
import type { LanguageModelV4Middleware } from '@ai-sdk/provider'
import { type AnswerOptions, answerCall, streamCall } from './language-model/answer.ts'

/** Options of `searchMiddleware`. */
export type SearchMiddlewareOptions = AnswerOptions

/**
 * Middleware for `wrapLanguageModel`: each call of the app becomes a search over the wrapped model.
 *
 * `maxOutputTokens` bounds the answer, the budget the search. Errors are not retryable, so that an app's `maxRetries` cannot buy a search
 * twice; calls within the search are retried. The result's usage is that of the whole search, and its metadata (`providerMetadata.banyan`)
 * holds run id, value, what was used and what was chosen. Calls with tools, files or results of tools go to the model itself, with a
 * warning, unless `others: 'refuse'`.
 *
 * Its calls throw what `improve` does; `E_LANGUAGE_MODEL_CALL` for calls that are refused; the app's own reason when it aborts.
 *
 * @example
 * const model = wrapLanguageModel({ model: openai('gpt-4o-mini'), middleware: searchMiddleware({ preset: 'fast', budget: { calls: 16 } }) })
 * const { text } = await generateText({ model, prompt: 'A two-line poem about a heron.' })
 */
export function searchMiddleware(options: SearchMiddlewareOptions = {}): LanguageModelV4Middleware {
  return {
    specificationVersion: 'v4',
    wrapGenerate: ({ doGenerate, params, model }) => answerCall(params, model, options, doGenerate),
    wrapStream: ({ doStream, params, model }) => streamCall(params, model, options, doStream),
  }
}
