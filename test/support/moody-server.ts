// A model server on this machine that is OpenAI-compatible now and then: its requests go wrong in turn, by their number, in the ways of its moods.
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Asked {
  /** All messages of the chat, one below the other. */
  readonly text: string
  /** Number of the request, from 0. */
  readonly number: number
}

export interface MoodyServer extends AsyncDisposable {
  /** As in `http://127.0.0.1:1234/v1`. */
  readonly address: string
  /** Requests for answers so far. */
  readonly requests: number
  /** Tokens that it has told to have generated. */
  readonly tokens: number
}

/** How a request goes wrong; `well` does not. */
export type Mood = keyof typeof moods

interface Answering {
  readonly response: ServerResponse
  /** What would be right. */
  readonly content: string
  /** Tokens that it tells to have generated. */
  readonly tokens: number
}

const moods = {
  well: ({ response, content, tokens }: Answering) => chat(response, content, tokens),
  /** Neither text nor a reason. */
  empty: ({ response, tokens }: Answering) => chat(response, '', tokens),
  null: ({ response, tokens }: Answering) => chat(response, null, tokens),
  /** A call of a tool that breaks off, in an answer that is whole. */
  'half-call': ({ response, tokens }: Answering) => chat(response, '{"tool": "add", "input": {"a": 17, "b', tokens),
  /** A call of no tool, with an input of the wrong kind. */
  'wrong-call': ({ response, tokens }: Answering) => chat(response, '{"name": "ad", "arguments": "a=17&b=25"}', tokens),
  busy: ({ response }: Answering) => send(response, refusal, 429, { 'retry-after-ms': '5' }),
  broken: ({ response }: Answering) => send(response, refusal, 500),
  'no-json': ({ response }: Answering) => send(response, '<p>It works!</p>'),
  'half-json': ({ response, content, tokens }: Answering) => send(response, JSON.stringify(whole(content, tokens)).slice(0, -20)),
  'no-choices': ({ response, tokens }: Answering) => send(response, { ...whole('', tokens), choices: [] }),
  'wrong-types': ({ response }: Answering) =>
    send(response, { ...whole('', 0), choices: [{ message: { content: { text: 3 } } }], usage: 'much' }),
  'error-in-200': ({ response }: Answering) => send(response, { error: { message: 'overloaded', code: 503 } }),
  /** The connection ends in the middle of the body. */
  cut({ response, content, tokens }: Answering) {
    const body = JSON.stringify(whole(content, tokens))
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': String(body.length) })
    response.write(body.slice(0, body.length / 2), () => response.destroy())
  },
  /** A stream that nobody asked for, and that ends in the middle. */
  'cut-stream'({ response }: Answering) {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('data: {"choices":[{"index":0,"delta":{"content":"17 pl', () => response.destroy())
  },
} as const

const refusal = { error: { message: 'not now', type: 'error' } }

/** Starts it. @param turns the moods of its requests, over and over. */
export async function moodyServer(answer: (asked: Asked) => string, turns: readonly Mood[]): Promise<MoodyServer> {
  let requests = 0
  let tokens = 0
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (part: string) => {
      body += part
    })
    request.on('end', () => {
      if (request.method === 'GET') return send(response, { data: [{ id: 'm', owned_by: 'somebody' }] })
      const { messages, max_tokens: most = 6 } = JSON.parse(body) as Request
      const asked = { text: messages.map(({ content }) => content).join('\n'), number: requests++ }
      const mood = turns[asked.number % turns.length]!
      const told = Math.min(6, most)
      if (toldTokens.has(mood)) tokens += told
      moods[mood]({ response, content: answer(asked), tokens: told })
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    get requests() {
      return requests
    },
    get tokens() {
      return tokens
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
}

interface Request {
  readonly messages: readonly { readonly content: string }[]
  readonly max_tokens?: number
}

/** Moods in which the whole report of usage arrives. */
const toldTokens: ReadonlySet<Mood> = new Set<Mood>(['well', 'empty', 'null', 'half-call', 'wrong-call', 'no-choices'])

function whole(content: string | null, tokens: number) {
  return {
    id: 'x',
    choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content } }],
    usage: { prompt_tokens: 20, completion_tokens: tokens },
  }
}

function chat(response: ServerResponse, content: string | null, tokens: number): void {
  send(response, whole(content, tokens))
}

function send(response: ServerResponse, body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(typeof body === 'string' ? body : JSON.stringify(body))
}
