// A model behind an OpenAI-compatible address. The key comes from the environment and goes to the one origin it is meant for:
// the address that was typed, or that stands in BANYAN_BASE_URL; an address from a file of the project gets it only if it has that origin.
// The server is spoken to directly, so that what it can do beyond chats (several samples a call, log-probabilities) is used.
import { retry } from '../models/middleware/retry.ts'
import { wrapModel } from '../models/middleware/wrap-model.ts'
import type { Model } from '../models/model.ts'
import { detectServer } from '../models/openai/detect.ts'
import { openai } from '../models/openai.ts'
import type { HostedModel } from './configuration.ts'
import { remark } from './output.ts'

export interface HostedOptions extends HostedModel {
  readonly name: string
  /** The address was typed by the user, or stands in the environment. */
  readonly trusted: boolean
}

/** Asks the server once what it is, where the configuration does not say. @throws `E_MODEL_REQUEST` for an address that cannot be used. */
export async function hostedModel(options: HostedOptions): Promise<Model> {
  const { name, baseUrl, id = name, price, contextLength, prefix, server, timeout = 120, attempts, trusted } = options
  const key = process.env.BANYAN_API_KEY
  const meant = trusted || sameOrigin(baseUrl, process.env.BANYAN_BASE_URL)
  if (key && !meant)
    remark(
      `BANYAN_API_KEY is not sent to ${new URL(baseUrl).origin}; say that it is meant for it: BANYAN_BASE_URL=${new URL(baseUrl).origin}`,
    )
  const access = { baseUrl, name, ...(key && meant ? { apiKey: key } : {}) }
  const found = server === undefined ? await detectServer({ ...access, id }) : { server }
  if ('problem' in found)
    remark(`what the server of ${name} can do is not known, so only chats are asked of it (${found.problem?.message})`)
  const length = contextLength ?? ('contextLength' in found ? found.contextLength : undefined)
  const model = openai({
    ...access,
    model: id,
    server: found.server,
    timeout: timeout * 1000,
    ...(price === undefined ? {} : { price }),
    ...(length === undefined ? {} : { contextLength: length }),
    ...(prefix === undefined ? {} : { capabilities: { prefix } }),
  })
  const told = new Map<string, number>()
  const patience = retry({
    timeout: timeout * 1000,
    ...(attempts === undefined ? {} : { attempts }),
    onRetry: ({ error, delay }) => {
      // Many calls in flight fail alike: that is told once in a while.
      const now = performance.now()
      if (now - (told.get(error.message) ?? Number.NEGATIVE_INFINITY) < quiet) return
      told.set(error.message, now)
      remark(`${error.message}; again in ${Math.ceil(delay / 1000)} s`)
    },
  })
  return wrapModel(model, patience)
}

/** Milliseconds in which the same trouble is told once. */
const quiet = 10_000

function sameOrigin(address: string, other: string | undefined): boolean {
  return other !== undefined && URL.canParse(other) && new URL(address).origin === new URL(other).origin
}
