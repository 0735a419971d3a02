// A search as a language model of the AI SDK: for apps that take a model, over any model of ours or theirs.
import type { LanguageModelV4 } from '@ai-sdk/provider'
import { type AnswerOptions, answerCall, streamCall } from './language-model/answer.ts'
import { type AnyModel, isLanguageModel, modelOf } from './model-of.ts'

/** Options of `asLanguageModel`. */
export interface AsLanguageModelOptions extends AnswerOptions {
  /** The model over which is searched. */
  readonly model: AnyModel
  /** The id under which apps see it. Default: the model's own. */
  readonly modelId?: string
}

/**
 * A language model (specification v4) whose answers are found by search. Otherwise as `searchMiddleware`; over a model of ours, calls that no
 * search can answer (tools, files) are refused with `E_LANGUAGE_MODEL_CALL`, since there is nobody to pass them to.
 *
 * @throws `E_FRONT_OPTION` for what is no model.
 *
 * @example
 * const model = asLanguageModel({ model: await localModel({ path }), preset: 'balanced', verify: ({ answer }) => String(answer).length < 280 })
 * const { text } = await generateText({ model, prompt: 'A toot about herons.' })
 */
export function asLanguageModel({ model, modelId, ...options }: AsLanguageModelOptions): LanguageModelV4 {
  const sdk = isLanguageModel(model) ? model : undefined
  const searched = sdk ?? modelOf(model)
  return {
    specificationVersion: 'v4',
    provider: 'banyan',
    modelId: modelId ?? sdk?.modelId ?? modelOf(model).name,
    supportedUrls: {},
    doGenerate: (params) => answerCall(params, searched, options, sdk && (() => sdk.doGenerate(params))),
    doStream: (params) => streamCall(params, searched, options, sdk && (() => sdk.doStream(params))),
  }
}
