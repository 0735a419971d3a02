// A model behind an OpenAI-compatible address. The key comes from the environment and goes to the one origin it is meant for:
// the address that was typed, or that stands in BANYAN_BASE_URL; an address from a file of the project gets it only if it has that origin.
import { aiSdkModel } from '../models/ai-sdk.ts'
import { importPeer } from '../models/import-peer.ts'
import { retry } from '../models/middleware/retry.ts'
import { wrapModel } from '../models/middleware/wrap-model.ts'
import type { Model } from '../models/model.ts'
import type { HostedModel } from './configuration.ts'
import { remark } from './output.ts'

export interface HostedOptions extends HostedModel {
  readonly name: string
  /** The address was typed by the user, or stands in the environment. */
  readonly trusted: boolean
}

/** @throws `E_PEER_MISSING` with the line that installs the library. */
export async function hostedModel({ name, baseUrl, id, price, contextLength, prefix, trusted }: HostedOptions): Promise<Model> {
  const { createOpenAICompatible } = await importPeer({
    package: '@ai-sdk/openai-compatible@3',
    purpose: 'a hosted model',
    load: () => import('@ai-sdk/openai-compatible'),
  })
  const key = process.env.BANYAN_API_KEY
  const meant = trusted || sameOrigin(baseUrl, process.env.BANYAN_BASE_URL)
  if (key && !meant)
    remark(`BANYAN_API_KEY is not sent to ${new URL(baseUrl).origin}; say that it is meant for it: BANYAN_BASE_URL=${baseUrl}`)
  const provider = createOpenAICompatible({
    name: 'openai-compatible',
    baseURL: baseUrl,
    ...(key && meant ? { apiKey: key } : {}),
    supportsStructuredOutputs: true,
    // A redirect could carry the key elsewhere.
    fetch: (input, init) => fetch(input, { ...init, redirect: 'error' }),
  })
  const model = aiSdkModel(provider(id ?? name), {
    name,
    ...(price === undefined ? {} : { price }),
    ...(contextLength === undefined ? {} : { contextLength }),
    ...(prefix === undefined ? {} : { prefix }),
  })
  return wrapModel(model, retry({ onRetry: ({ error, delay }) => remark(`${error.message}; again in ${Math.ceil(delay / 1000)} s`) }))
}

function sameOrigin(address: string, other: string | undefined): boolean {
  return other !== undefined && URL.canParse(other) && new URL(address).origin === new URL(other).origin
}
