// The configuration file `banyan.config.json`: hosted models and MCP servers by names of the user's own. It need hold no
// keys: those come from the environment.
import { existsSync } from 'node:fs'
import { z } from 'zod'
import { BanyanError } from '../core/errors.ts'
import { schemaError } from '../front/run-spec.ts'
import { maskAddress } from './mask.ts'
import { readTextFile } from './read-values.ts'

const price = z.strictObject({ input: z.number().min(0), output: z.number().min(0), asOf: z.iso.date() })

const hostedSchema = z.strictObject({
  /** Address of an OpenAI-compatible service, as in `https://host/v1`. */
  baseUrl: z.url({ protocol: /^https?$/ }),
  /** The service's own name of the model. Default: the name here. */
  id: z.string().min(1).optional(),
  /** US dollars for a million tokens. */
  price: price.optional(),
  /** Tokens of prompt and answer together. */
  contextLength: z.int().min(1).optional(),
  /** The service goes on from an assistant message at the end. */
  prefix: z.boolean().optional(),
  /** What kind of server it is. Default: asked of it. */
  server: z.enum(['vllm', 'sglang', 'llama-server', 'generic']).optional(),
  /** Seconds until one attempt of a call is given up. Default 120. */
  timeout: z.number().positive().optional(),
  /** How often a call is tried in all. Default 5. */
  attempts: z.int().min(1).optional(),
})

const words = z.record(z.string(), z.string())
const usedServer = {
  /** As other programs write it; what is given decides all the same. */
  type: z.enum(['stdio', 'http', 'streamable-http']).optional(),
  /** The tools that are wanted. Default: all. */
  only: z.array(z.string()).optional(),
  /** Stands before the names of its tools. */
  prefix: z.string().optional(),
  /** What tools do to the world, by the names that they have here. */
  effects: z.record(z.string(), z.enum(['none', 'irreversible'])).optional(),
  annotations: z.enum(['ignored', 'trusted']).optional(),
  /** Digest of the tools that were looked at. */
  digest: z.string().optional(),
  /** Seconds until a call is given up. Default 60. */
  seconds: z.number().positive().optional(),
}

/** In `env` and `headers`, `${NAME}` stands for a variable of the environment. */
const serverSchema = z.union([
  z.strictObject({
    ...usedServer,
    command: z.string().min(1),
    args: z.array(z.string()).optional(),
    env: words.optional(),
    cwd: z.string().optional(),
  }),
  z.strictObject({ ...usedServer, url: z.url({ protocol: /^https?$/ }), headers: words.optional() }),
])

const configurationSchema = z.strictObject({
  /** The model when none is named. */
  model: z.string().min(1).optional(),
  models: z.record(z.string().min(1), hostedSchema).default({}),
  /** MCP servers whose tools can be used, by names of the user's own. */
  mcpServers: z.record(z.string().min(1), serverSchema).default({}),
})

export type HostedModel = z.output<typeof hostedSchema>
export type ConfiguredServer = z.output<typeof serverSchema>
export type Configuration = z.output<typeof configurationSchema>

const configurationFile = 'banyan.config.json'

/**
 * The configuration of the working directory; empty where there is none.
 * @throws `E_CLI_CONFIGURATION` with the field, the value and what is wanted.
 */
export function readConfiguration(): Configuration {
  if (!existsSync(configurationFile)) return { models: {}, mcpServers: {} }
  let json: unknown
  try {
    json = JSON.parse(readTextFile(configurationFile, configurationFile))
  } catch (cause) {
    if (BanyanError.isInstance(cause)) throw cause
    throw new BanyanError('E_CLI_CONFIGURATION', `${configurationFile} is no JSON (${(cause as Error).message})`, { cause })
  }
  const parsed = configurationSchema.safeParse(json)
  if (parsed.success) return parsed.data
  throw schemaError('E_CLI_CONFIGURATION', `${configurationFile} cannot be used`, withoutSecrets(json), parsed.error)
}

/** The same with addresses that can be shown. */
function withoutSecrets(json: unknown): unknown {
  return JSON.parse(JSON.stringify(json), (name, value: unknown) =>
    name === 'baseUrl' && typeof value === 'string' ? maskAddress(value) : value,
  )
}
