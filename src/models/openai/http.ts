// One server by HTTP: JSON in, JSON out, with bounds. It knows nothing of models.
//
// The key and the extra headers belong to the origin of the base address: they are sent nowhere else. A redirect within that origin is
// followed; one that leads elsewhere is refused, so neither key nor prompt goes there. Messages of errors hold no key, header or address.
import type { Json } from '../../core/common.ts'
import { ModelError, type ModelErrorCode } from '../model-error.ts'
import { providerError } from '../provider-error.ts'

export interface EndpointOptions {
  /** As in `https://host/v1`; a query is sent with every request. */
  readonly baseUrl: string
  /** The model's name, for messages. */
  readonly name: string
  /** Sent as `Authorization: Bearer …`. */
  readonly apiKey?: string | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Default: the global one. */
  readonly fetch?: typeof fetch | undefined
}

export interface Endpoint {
  /**
   * @param path Below the base address, as in `chat/completions`; or from the server's root, as in `/tokenize`.
   * @param most Longest answer that is read, in bytes.
   * @throws `E_MODEL_AUTH`, `E_MODEL_RATE`, `E_MODEL_SERVER`, `E_MODEL_TIMEOUT`, `E_MODEL_REQUEST`, `E_MODEL_CONTEXT`, `E_MODEL_OUTPUT`.
   */
  post(path: string, body: Json, options: { readonly signal: AbortSignal; readonly most: number }): Promise<unknown>
  get(path: string, options: { readonly signal: AbortSignal; readonly most: number }): Promise<unknown>
}

/** Longest error that is read, in bytes. */
const longestRefusal = 65_536
const mostRedirects = 3

/** @throws `E_MODEL_REQUEST` for an address that is none, or that holds a user and a password. */
export function endpoint(options: EndpointOptions): Endpoint {
  const { name, apiKey, fetch: send = (input, init) => fetch(input, init) } = options
  const base = baseOf(options.baseUrl)
  const secrets = [apiKey ?? '', ...Object.values(options.headers ?? {}), ...base.searchParams.values()].filter(({ length }) => length >= 4)
  const mask = (text: string): string => secrets.reduce((masked, secret) => masked.replaceAll(secret, '[hidden]'), text)
  const failed = (words: string, answer: Partial<Refusal> = {}) =>
    providerError({ message: mask(words), ...answer }, { name, now: Date.now() })

  async function ask(path: string, init: RequestInit, most: number): Promise<unknown> {
    let url = addressOf(base, path)
    for (let redirects = 0; ; redirects++) {
      const response = await send(url, {
        ...init,
        headers: {
          accept: 'application/json',
          ...(init.body === undefined ? {} : { 'content-type': 'application/json' }),
          ...options.headers,
          ...(apiKey ? { authorization: `Bearer ${apiKey}` } : {}),
        },
        redirect: 'manual',
      })
      if (response.status < 300 || response.status >= 400) return read(response, most)
      await response.body?.cancel()
      url = redirected(url, response, redirects)
    }
  }

  /** Only 307 and 308 keep method and body (RFC 9110, sections 15.4.8 and 15.4.9). */
  function redirected(url: URL, response: Response, redirects: number): URL {
    const location = response.headers.get('location') ?? ''
    const next = URL.canParse(location, url) ? new URL(location, url) : undefined
    const keepsBody = response.status === 307 || response.status === 308
    if (next !== undefined && next.origin === base.origin && keepsBody && redirects < mostRedirects) return next
    const why = next?.origin !== base.origin ? 'to another origin' : keepsBody ? 'in a circle' : 'in a way that loses the request'
    throw new ModelError('E_MODEL_REQUEST', `the server of ${name} redirects ${why} (status ${response.status}); that is not followed`, {
      hint: 'Give the address that the service really has; the key is sent to no other.',
    })
  }

  async function read(response: Response, most: number): Promise<unknown> {
    const text = await textOf(response, response.ok ? most : longestRefusal)
    if (!response.ok) {
      const headers = Object.fromEntries(['retry-after', 'retry-after-ms'].map((key) => [key, response.headers.get(key) ?? undefined]))
      throw failed(wordsOf(text.text), { statusCode: response.status, responseHeaders: headers, responseBody: mask(text.text) })
    }
    if (text.cut) throw unreadable(`it is longer than ${most} bytes`)
    let json: unknown
    try {
      json = JSON.parse(text.text)
    } catch {
      throw unreadable(text.text === '' ? 'it is empty' : 'it is no JSON')
    }
    const error = (json as { error?: unknown } | null)?.error
    if (error === undefined || error === null) return json
    // Some proxies answer 200 and say in the body that it failed.
    const { code } = error as { code?: unknown }
    throw failed(wordsOf(text.text), {
      statusCode: typeof code === 'number' && code >= 400 && code < 600 ? code : 500,
      responseBody: mask(text.text),
    })
  }

  function unreadable(why: string): ModelError {
    return new ModelError('E_MODEL_OUTPUT', `the answer of ${name} cannot be read: ${why}`)
  }

  async function request(path: string, init: RequestInit, most: number): Promise<unknown> {
    try {
      return await ask(path, init, most)
    } catch (error) {
      if (error instanceof ModelError || init.signal?.aborted) throw error
      const code = networkCode(error)
      if (code !== undefined) throw new ModelError(code.error, `${code.means}, asked for ${name}`)
      throw failed(error instanceof Error ? error.message : String(error))
    }
  }

  return {
    post: (path, body, { signal, most }) => request(path, { method: 'POST', body: JSON.stringify(body), signal }, most),
    get: (path, { signal, most }) => request(path, { method: 'GET', signal }, most),
  }
}

interface Refusal {
  readonly statusCode: number
  readonly responseHeaders: Readonly<Record<string, string | undefined>>
  readonly responseBody: string
}

function baseOf(baseUrl: string): URL {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new ModelError('E_MODEL_REQUEST', 'the base address cannot be used', { wanted: 'an address, as in https://host/v1' })
  if (url.username === '' && url.password === '') return url
  throw new ModelError('E_MODEL_REQUEST', 'the base address holds a user or a password', {
    wanted: 'an address without them',
    hint: 'Give the secret as `apiKey` or as a header.',
  })
}

/** `chat/completions` below the base; `/tokenize` beside its `/v1`. */
function addressOf(base: URL, path: string): URL {
  const url = new URL(base)
  const folder = base.pathname.replace(/\/+$/, '')
  url.pathname = path.startsWith('/') ? `${folder.replace(/\/v1$/, '')}${path}` : `${folder}/${path}`
  url.hash = ''
  return url
}

/** The body as text, at most `most` bytes of it; what is no UTF-8 becomes U+FFFD. */
async function textOf(response: Response, most: number): Promise<{ readonly text: string; readonly cut: boolean }> {
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  const reader = response.body?.getReader()
  for (;;) {
    const part = await reader?.read()
    if (part === undefined || part.done) return { text: text + decoder.decode(), cut: false }
    bytes += part.value.length
    if (bytes > most) {
      await reader?.cancel()
      return { text: text + decoder.decode(part.value.subarray(0, part.value.length - (bytes - most))), cut: true }
    }
    text += decoder.decode(part.value, { stream: true })
  }
}

/** What a server says of its refusal, in the usual places; nothing of a page for people. */
function wordsOf(body: string): string {
  let json: unknown
  try {
    json = JSON.parse(body)
  } catch {
    return ''
  }
  const { error, message, detail } = (json ?? {}) as { error?: unknown; message?: unknown; detail?: unknown }
  const inner = (error as { message?: unknown } | null | undefined)?.message
  return [inner, error, message, detail].find((words) => typeof words === 'string') ?? ''
}

/** What Node's fetch says of a connection; undefined for other errors. */
function networkCode(error: unknown): { readonly error: ModelErrorCode; readonly means: string } | undefined {
  const { code } = ((error as { cause?: unknown } | null)?.cause ?? {}) as { code?: unknown }
  if (typeof code !== 'string') return undefined
  if (/^UND_ERR_\w*TIMEOUT$/.test(code) || code === 'ETIMEDOUT')
    return { error: 'E_MODEL_TIMEOUT', means: `the server took too long (${code})` }
  if (code === 'ECONNREFUSED') return { error: 'E_MODEL_SERVER', means: 'no server answers at the address (ECONNREFUSED)' }
  return { error: 'E_MODEL_SERVER', means: `the connection to the server failed (${code})` }
}
