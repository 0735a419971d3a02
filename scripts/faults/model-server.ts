// A model server on this machine that misbehaves on command: the first part of an address's path names what it does wrong.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface ModelServer {
  /** The address for one way of misbehaving; requests to it are counted apart from those of other callers. */
  address(fault: string, caller: string): string
  /** How many requests for answers came from a caller. */
  requests(caller: string): number
  /** Authorization headers that arrived anywhere but where the key was meant for. */
  readonly strayKeys: readonly string[]
  close(): void
}

/** What a handler knows of a request: its number among the caller's, from 0. */
interface Asked {
  readonly response: ServerResponse
  readonly number: number
  readonly origin: string
  readonly elsewhere: string
}

/** Starts it on a free port, and beside it the server to which it redirects. */
export async function modelServer(): Promise<ModelServer> {
  const counts = new Map<string, number>()
  const strayKeys: string[] = []
  const other = await listening((request, response) => {
    strayKeys.push(request.headers.authorization ?? '')
    send(response, good())
  })
  const main = await listening((request, response) => {
    const [, fault = '', caller = '', ...rest] = (request.url ?? '').split('?')[0]!.split('/')
    request.resume()
    request.on('end', () => {
      if (rest.at(-1) === 'models') return send(response, { data: [{ id: 'm', owned_by: 'faults' }] })
      const number = counts.get(caller) ?? 0
      counts.set(caller, number + 1)
      faults[fault]?.({ response, number, origin: main.origin, elsewhere: other.origin })
    })
  })
  return {
    address: (fault, caller) => `${main.origin}/${fault}/${caller}/v1`,
    requests: (caller) => counts.get(caller) ?? 0,
    strayKeys,
    close() {
      for (const { server } of [main, other]) {
        server.closeAllConnections()
        server.close()
      }
    },
  }
}

async function listening(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ server: Server; origin: string }> {
  const server = createServer(handle)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

function good(content: string | null = 'Answer: oak', more: object = {}) {
  return {
    id: 'x',
    choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content } }],
    usage: { prompt_tokens: 10, completion_tokens: 5 },
    ...more,
  }
}

function send(response: ServerResponse, body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body))
}

const refusal = { error: { message: 'no', type: 'error' } }
const always =
  (status: number, headers: Readonly<Record<string, string>> = {}, body: unknown = refusal) =>
  ({ response }: Asked) =>
    send(response, body, status, headers)
/** Fails once, then answers. */
const once =
  (failing: (asked: Asked) => void) =>
  (asked: Asked): void =>
    asked.number === 0 ? failing(asked) : send(asked.response, good())
const usage = (reported: unknown) => always(200, {}, good('Answer: oak', { usage: reported }))

/** Sends a body in pieces, one each `gap` milliseconds, for as long as anybody listens. */
function drip(response: ServerResponse, text: string, gap: number): void {
  response.writeHead(200, { 'content-type': 'application/json' })
  let at = 0
  const next = setInterval(() => {
    if (response.destroyed || at >= text.length) {
      clearInterval(next)
      response.end()
    } else response.write(text.slice(at, ++at))
  }, gap)
}

const cut = ({ response }: Asked): void => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
  response.write('{"choices": [{"message"', () => response.destroy())
}

const faults: Readonly<Record<string, (asked: Asked) => void>> = {
  good: always(200, {}, good()),
  401: always(401),
  402: always(402),
  403: always(403),
  404: always(404),
  400: always(400),
  408: always(408),
  '429-once': once(always(429)),
  '429-wait': once(always(429, { 'retry-after': '1' })),
  '429-date': once(({ response }) => send(response, refusal, 429, { 'retry-after': new Date(Date.now() + 1500).toUTCString() })),
  '429-rubbish': once(always(429, { 'retry-after': 'tomorrow, perhaps' })),
  '429-long': always(429, { 'retry-after': '86400' }),
  '429-always': always(429),
  quota: always(429, {}, { error: { message: 'You exceeded your quota', code: 'insufficient_quota' } }),
  '500-once': once(always(500)),
  '500-always': always(500),
  '503-page': always(503, { 'content-type': 'text/html' }, `<html>${'busy '.repeat(1e5)}</html>`),
  hang: () => {},
  'hang-once': once(() => {}),
  'hang-body': ({ response }) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.write('{"choices"')
  },
  drip: ({ response }) => drip(response, JSON.stringify(good()), 200),
  'slow-but-whole': ({ response }) => drip(response, JSON.stringify(good()), 2),
  'cut-once': once(cut),
  'cut-always': cut,
  reset: ({ response }) => response.destroy(),
  'broken-utf8': ({ response }) => {
    const bytes = Buffer.from(JSON.stringify(good('Answer: caf# \u0007#')), 'latin1')
    for (let at = bytes.indexOf('#'); at >= 0; at = bytes.indexOf('#')) bytes[at] = 0xe9
    send(response, bytes)
  },
  megabyte: ({ response }) => send(response, good(`Answer: ${'x'.repeat(1_500_000)}`)),
  endless: ({ response }) => {
    response.writeHead(200)
    const more = (): void => void (response.destroyed || response.write('x'.repeat(65_536), more))
    more()
  },
  'no-json': always(200, {}, '<p>It works!</p>'),
  'half-json': always(200, {}, '{"choices": [{"message": {"content": "Answer'),
  'other-json': always(200, {}, { choices: 'none' }),
  'no-choices': always(200, {}, good(null, { choices: [] })),
  'nested-json': always(200, {}, `${'['.repeat(200_000)}`),
  empty: always(200, {}, ''),
  'error-in-200': always(200, {}, { error: { message: 'overloaded', code: 503 } }),
  refusal: always(200, {}, { ...good(null), choices: [{ finish_reason: 'content_filter', message: { content: null } }] }),
  'usage-none': usage(undefined),
  'usage-negative': usage({ prompt_tokens: -1, completion_tokens: -50 }),
  'usage-huge': usage({ prompt_tokens: 1e300, completion_tokens: 1e300 }),
  'usage-text': usage({ prompt_tokens: 'many', completion_tokens: { of: 'them' } }),
  'usage-overrun': usage({ prompt_tokens: 10, completion_tokens: 50_000 }),
  'redirect-elsewhere': ({ response, elsewhere }) => send(response, '', 307, { location: `${elsewhere}/v1/chat/completions` }),
  'redirect-circle': ({ response }) => send(response, '', 307, { location: '/redirect-circle/circle/v1/chat/completions' }),
  'redirect-moved': ({ response, elsewhere }) => send(response, '', 301, { location: `${elsewhere}/v1/chat/completions` }),
  'redirect-inside': ({ response, origin }) => send(response, '', 308, { location: `${origin}/good/inside/v1/chat/completions` }),
}
