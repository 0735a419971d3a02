// Finds out which kind of server stands at an address, by what it says of its models. It asks once, and takes no answer for `generic`.
import { BanyanError } from '../../core/errors.ts'
import { withDeadline } from '../wait.ts'
import { type EndpointOptions, endpoint } from './http.ts'
import { amount } from './read.ts'
import type { ServerKind } from './servers.ts'

export interface DetectOptions extends EndpointOptions {
  /** The server's name of the model whose context length is wanted. */
  readonly id: string
  /** Milliseconds. Default 3000. */
  readonly timeout?: number
  readonly signal?: AbortSignal
}

export interface DetectedServer {
  readonly server: ServerKind
  /** Tokens of prompt and answer together, where the server says it. */
  readonly contextLength?: number
  /** Why nothing could be found out: the error of the one request. */
  readonly problem?: BanyanError
}

/**
 * Asks `/models`: vLLM, SGLang and llama-server name themselves there as owners. A server that fails, or says nothing, is `generic`.
 * @throws `E_MODEL_REQUEST` for an address that cannot be used; `E_MODEL_ABORTED`.
 */
export async function detectServer(options: DetectOptions): Promise<DetectedServer> {
  const { id, name, timeout = 3000, signal = new AbortController().signal } = options
  const http = endpoint(options)
  const work = (own: AbortSignal) => http.get('models', { signal: own, most: 4_194_304 })
  let answer: unknown
  try {
    answer = await withDeadline(work, { signal, timeout, name })
  } catch (error) {
    if (!BanyanError.isInstance(error) || error.code === 'E_MODEL_ABORTED') throw error
    return { server: 'generic', problem: error }
  }
  const { data } = (answer ?? {}) as { data?: unknown }
  const entries = (Array.isArray(data) ? data : []).filter((entry): entry is Entry => typeof entry === 'object' && entry !== null)
  const own = entries.find((entry) => entry.id === id) ?? entries[0]
  const server = owners[String(own?.owned_by)] ?? 'generic'
  const length = amount(own?.max_model_len) ?? amount(own?.meta?.n_ctx)
  return { server, ...(length === undefined || length < 1 ? {} : { contextLength: length }) }
}

interface Entry {
  readonly id?: unknown
  readonly owned_by?: unknown
  readonly max_model_len?: unknown
  readonly meta?: { readonly n_ctx?: unknown } | null
}

const owners: Readonly<Record<string, ServerKind>> = { vllm: 'vllm', sglang: 'sglang', llamacpp: 'llama-server' }
