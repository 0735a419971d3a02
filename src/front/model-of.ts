// The model that a user hands in: one of ours, or any language model of the AI SDK. It knows no provider.
import type { LanguageModelV4 } from '@ai-sdk/provider'
import { aiSdkModel } from '../models/ai-sdk.ts'
import { retry } from '../models/middleware/retry.ts'
import { wrapModel } from '../models/middleware/wrap-model.ts'
import type { Model } from '../models/model.ts'
import { optionError } from './option-error.ts'

/** A model of ours, or what a provider of the AI SDK returns: `openai('gpt-4o-mini')`. */
export type AnyModel = Model | LanguageModelV4

/**
 * The model itself; a model of the AI SDK as one of ours, its failed calls retried.
 * @throws `E_FRONT_OPTION` for anything else; `E_MODEL_REQUEST` for a model of an older AI SDK.
 */
export function modelOf(model: AnyModel, option = 'model'): Model {
  if (isLanguageModel(model)) return wrapModel(aiSdkModel(model), retry())
  if (typeof model === 'object' && model !== null && typeof model.generate === 'function') return model
  throw optionError(
    option,
    model,
    'a model of Banyan or of the AI SDK',
    "For example `openai('gpt-4o-mini')` from @ai-sdk/openai, or `localModel(…)` from banyan/models/local.",
  )
}

/** Whether it is a model of the AI SDK, of any version. */
export function isLanguageModel(model: unknown): model is LanguageModelV4 {
  return typeof model === 'object' && model !== null && 'specificationVersion' in model
}
