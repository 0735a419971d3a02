// What a provider of the AI SDK threw, as one of our errors. It keeps code, status and a redacted line; never headers, addresses or bodies.
import { BanyanError } from '../core/errors.ts'
import { codeOfStatus, ModelError, type ModelErrorCode } from './model-error.ts'
import { redact } from './redact.ts'
import { readRetryAfter } from './retry-after.ts'

export interface ProviderErrorContext {
  /** The model's name. */
  readonly name: string
  /** Milliseconds since 1970, for dates in `Retry-After`. */
  readonly now: number
}

/** Reads an error by its shape, so that any copy and version of the SDK is understood. */
export function providerError(error: unknown, { name, now }: ProviderErrorContext): ModelError | BanyanError {
  if (BanyanError.isInstance(error)) return error
  const chain = causes(error)
  const code = codeOf(chain)
  const call = chain.find((link) => typeof link.statusCode === 'number')
  const status = call?.statusCode === undefined || call.statusCode < 400 ? '' : ` (status ${call.statusCode})`
  // A provider may repeat the key that it refuses, so its words on that are left out.
  const words = code === 'E_MODEL_AUTH' ? '' : redact(textOf(chain[0]?.message) ?? textOf(error) ?? 'no words')
  return new ModelError(code, `${meaning[code] ?? 'the provider failed'}${status}, asked for ${name}${words === '' ? '' : `: ${words}`}`, {
    retryAfter: readRetryAfter(call?.responseHeaders, now),
    ...(hints[code] === undefined ? {} : { hint: hints[code] }),
    cause: stripped(chain[0]),
  })
}

interface ProviderError {
  readonly name?: string
  readonly message?: string
  readonly statusCode?: number
  readonly responseHeaders?: Record<string, string>
  readonly responseBody?: string
  readonly cause?: unknown
}

/** The error and what caused it, from the outside in. */
function causes(error: unknown): readonly ProviderError[] {
  const chain: ProviderError[] = []
  let link: unknown = error
  while (typeof link === 'object' && link !== null && chain.length < 8) {
    chain.push(link as ProviderError)
    link = (link as ProviderError).cause
  }
  return chain
}

function codeOf(chain: readonly ProviderError[]): ModelErrorCode {
  const names = chain.map((link) => textOf(link.name) ?? '')
  const call = chain.find((link) => typeof link.statusCode === 'number')
  const status = call?.statusCode ?? 0
  if (status >= 400) {
    const body = `${call?.message ?? ''} ${textOf(call?.responseBody)?.slice(0, 4000) ?? ''}`
    if (status === 429 && /insufficient_quota/.test(body)) return 'E_MODEL_AUTH'
    if ((status === 400 || status === 413 || status === 422) && contextWords.test(body)) return 'E_MODEL_CONTEXT'
    return codeOfStatus(status)
  }
  for (const name of names) {
    if (Object.hasOwn(codesByName, name)) return codesByName[name]!
  }
  return 'E_MODEL_SERVER'
}

const contextWords =
  /context[_ ](length|window|size)|maximum context|prompt is too long|too many (input )?tokens|exceeds the (available )?context/i

const codesByName: Readonly<Record<string, ModelErrorCode>> = {
  AI_JSONParseError: 'E_MODEL_OUTPUT',
  AI_TypeValidationError: 'E_MODEL_OUTPUT',
  AI_InvalidResponseDataError: 'E_MODEL_OUTPUT',
  AI_EmptyResponseBodyError: 'E_MODEL_OUTPUT',
  AI_NoContentGeneratedError: 'E_MODEL_OUTPUT',
  AI_LoadAPIKeyError: 'E_MODEL_AUTH',
  AI_LoadSettingError: 'E_MODEL_REQUEST',
  AI_InvalidArgumentError: 'E_MODEL_REQUEST',
  AI_InvalidPromptError: 'E_MODEL_REQUEST',
  AI_NoSuchModelError: 'E_MODEL_REQUEST',
  AI_UnsupportedFunctionalityError: 'E_MODEL_CAPABILITY',
  AbortError: 'E_MODEL_TIMEOUT',
  TimeoutError: 'E_MODEL_TIMEOUT',
}

const meaning: Readonly<Partial<Record<ModelErrorCode, string>>> = {
  E_MODEL_AUTH: 'the provider refused the key or the account',
  E_MODEL_RATE: 'the provider limits the rate of requests',
  E_MODEL_SERVER: 'the provider failed or could not be reached',
  E_MODEL_TIMEOUT: 'the provider took too long',
  E_MODEL_REQUEST: 'the provider refused the request',
  E_MODEL_CONTEXT: 'the prompt is longer than the context',
  E_MODEL_OUTPUT: 'the answer of the provider cannot be read',
  E_MODEL_CAPABILITY: 'the provider cannot do what was asked',
}

const hints: Readonly<Partial<Record<ModelErrorCode, string>>> = {
  E_MODEL_AUTH: "Check the key in the provider's environment variable, and the account's balance.",
  E_MODEL_CONTEXT: 'Shorten the prompt, or use a model with a longer context.',
}

/** Anything may be thrown, with anything in it. */
function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** Name and redacted words of an error: its other fields carry headers, addresses and bodies. */
function stripped(error: ProviderError | undefined): Error | undefined {
  if (error === undefined) return undefined
  const copy = new Error(redact(textOf(error.message) ?? ''))
  copy.name = textOf(error.name) ?? 'Error'
  return copy
}
