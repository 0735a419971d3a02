// An OpenAI-compatible server for tests, on this machine: it speaks as each kind of server does, and refuses the fields that this kind does
// not know. Behind it is a model of a dozen words. Over 150 lines: one table of routes, and what each kind answers there.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ServerKind } from '../models/openai/servers.ts'
import { type WordSample, wordModel } from './word-model.ts'

export interface OpenAiServerOptions {
  readonly kind: ServerKind
  /** Tokens of prompt and answer together. Default 4096. */
  readonly contextLength?: number
  /** Answers 401 without it. Default: no key. */
  readonly apiKey?: string
  /** Called first; true: it has answered. */
  readonly intercept?: (request: IncomingMessage, response: ServerResponse) => boolean
}

export interface OpenAiServer {
  /** As in `http://127.0.0.1:12345/v1`. */
  readonly baseUrl: string
  /** All requests with a body, in order of arrival. */
  readonly seen: readonly { readonly path: string; readonly headers: IncomingMessage['headers']; readonly body: Body }[]
  close(): void
}

type Body = Readonly<Record<string, unknown>>

/** Starts it on a free port of this machine. */
export async function openAiServer(options: OpenAiServerOptions): Promise<OpenAiServer> {
  const seen: { path: string; headers: IncomingMessage['headers']; body: Body }[] = []
  const answer = answerer(options)
  const server: Server = createServer((request, response) => {
    if (options.intercept?.(request, response) === true) return
    let text = ''
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => {
      text += chunk
    })
    request.on('end', () => {
      const path = new URL(request.url ?? '/', 'http://host').pathname
      const body = (text === '' ? {} : JSON.parse(text)) as Body
      if (text !== '') seen.push({ path, headers: request.headers, body })
      const allowed = options.apiKey === undefined || request.headers.authorization === `Bearer ${options.apiKey}`
      const { status, json } = allowed ? answer(path, body) : { status: 401, json: { error: { message: 'Incorrect API key provided' } } }
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(JSON.stringify(json))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    seen,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

interface Answer {
  readonly status: number
  readonly json: unknown
}

const ok = (json: unknown): Answer => ({ status: 200, json })
const refuse = (message: string, status = 400): Answer => ({
  status,
  json: { error: { message, type: 'invalid_request_error', code: status } },
})

const common = 'model messages prompt max_tokens temperature n stop seed response_format logprobs top_logprobs top_p'.split(' ')
const known: Readonly<Record<ServerKind, readonly string[]>> = {
  generic: common,
  vllm: [
    ...common,
    ...'top_k min_p repetition_penalty add_generation_prompt continue_final_message return_token_ids structured_outputs echo prompt_logprobs'.split(
      ' ',
    ),
  ],
  sglang: [...common, ...'top_k min_p repetition_penalty continue_final_message ebnf json_schema return_prompt_token_ids'.split(' ')],
  'llama-server': [...common, ...'top_k min_p repeat_penalty grammar json_schema'.split(' ')],
}

const owners: Readonly<Record<ServerKind, string>> = { generic: 'somebody', vllm: 'vllm', sglang: 'sglang', 'llama-server': 'llamacpp' }

const tooLong: Readonly<Record<ServerKind, string>> = {
  generic: "This model's maximum context length is 4096 tokens.",
  vllm: "This model's maximum context length is 4096 tokens. Please reduce the length of the messages.",
  sglang: "The input is longer than the model's context length.",
  'llama-server': 'the request exceeds the available context size, try increasing it',
}

function answerer({ kind, contextLength = 4096 }: OpenAiServerOptions): (path: string, body: Body) => Answer {
  const model = wordModel()

  const chatTokens = (body: Body): number[] => {
    const messages = body.messages as { role: string; content: string }[]
    const last = messages.at(-1)!
    const goesOn = last.role === 'assistant' && (body.continue_final_message === true || kind === 'llama-server')
    const before = (goesOn ? messages.slice(0, -1) : messages).map(({ role, content }) => ` ${role}: ${content}`).join('')
    return model.tokenize(`${before} assistant:${goesOn ? last.content : ''}`)
  }
  const promptTokens = ({ prompt }: Body) => (Array.isArray(prompt) ? (prompt as number[]) : model.tokenize(prompt as string))

  function complete(body: Body, chat: boolean): Answer {
    const strange = Object.keys(body).filter((field) => !known[kind].includes(field))
    if (strange.length > 0) return refuse(`unknown fields: ${strange.join(', ')}`)
    const { max_tokens = 16, temperature = 1, n = 1, seed = 7, stop } = body as Record<string, number> & { stop?: string[] }
    if (kind === 'llama-server' && n > 1) return refuse('Only one completion choice is allowed')
    const tokens = chat ? chatTokens(body) : promptTokens(body)
    if (tokens.length + max_tokens > contextLength) return refuse(tooLong[kind])
    if (body.echo === true && max_tokens === 0)
      return ok({ choices: [echoed(tokens)], usage: { prompt_tokens: tokens.length, completion_tokens: 0 } })
    const samples = Array.from({ length: n }, (_, index) => {
      const choice = chosen(body)
      const options = { seed: seed + index, maxTokens: max_tokens, temperature, ...(stop === undefined ? {} : { stop }) }
      const sample = choice === undefined ? model.sample(tokens, options) : constant(choice[(seed + index) % choice.length]!)
      return {
        index,
        finish_reason: sample.finish,
        ...said(sample, body, chat),
        ...(body.return_prompt_token_ids === true ? { prompt_token_ids: tokens } : {}),
      }
    })
    const generated = samples.reduce((sum, sample) => sum + sample.length, 0)
    return ok({
      id: 'x',
      object: chat ? 'chat.completion' : 'text_completion',
      choices: samples.map(({ length: _, ...choice }) => choice),
      usage: { prompt_tokens: tokens.length, completion_tokens: generated },
    })
  }

  /** The alternatives of a grammar that is a choice between texts. */
  function chosen(body: Body): readonly string[] | undefined {
    const structured = body.structured_outputs as { grammar?: string } | undefined
    const grammar = structured?.grammar ?? body.ebnf ?? body.grammar
    return typeof grammar === 'string' ? [...grammar.matchAll(/"([^"]*)"/g)].map(([, text]) => text!) : undefined
  }

  const constant = (text: string): WordSample => ({ text, finish: 'stop', tokens: [{ id: 1, text, logProb: -1 }] })

  function said({ text, tokens }: WordSample, body: Body, chat: boolean) {
    const asked = body.logprobs === true || typeof body.logprobs === 'number'
    const lists = { tokens: tokens.map((token) => token.text), token_logprobs: tokens.map(({ logProb }) => logProb) }
    const objects = {
      content: tokens.map(({ id, text, logProb }) => ({ token: text, logprob: logProb, ...(kind === 'llama-server' ? { id } : {}) })),
    }
    return {
      ...(chat ? { message: { role: 'assistant', content: text } } : { text }),
      ...(asked ? { logprobs: chat || kind === 'llama-server' ? objects : lists } : {}),
      ...(body.return_token_ids === true ? { token_ids: tokens.map(({ id }) => id) } : {}),
      length: tokens.length,
    }
  }

  const echoed = (tokens: readonly number[]) => ({
    index: 0,
    text: '',
    finish_reason: 'length',
    prompt_logprobs: tokens.map((id, place) =>
      place === 0 ? null : { [id]: { logprob: model.logProb(tokens.slice(0, place), id), rank: 1 } },
    ),
  })

  const routes: Readonly<Record<string, (body: Body) => Answer>> = {
    '/v1/models': () =>
      ok({ object: 'list', data: [{ id: 'words', owned_by: owners[kind], ...(kind === 'vllm' ? { max_model_len: contextLength } : {}) }] }),
    '/v1/chat/completions': (body) => complete(body, true),
    ...(kind === 'generic' ? {} : { '/v1/completions': (body: Body) => complete(body, false) }),
    '/v1/embeddings': ({ input }) =>
      ok({
        data: (input as string[])
          .map((text, index) => ({ index, embedding: [...'aeiou'].map((letter) => text.split(letter).length - 1) }))
          .reverse(),
        usage: { prompt_tokens: 3 },
      }),
    ...(kind === 'vllm'
      ? { '/tokenize': (body) => ok({ tokens: body.messages === undefined ? promptTokens(body) : chatTokens(body) }) }
      : {}),
    ...(kind === 'sglang'
      ? {
          '/tokenize': (body) => ok({ tokens: promptTokens(body) }),
          '/generate': ({ input_ids, logprob_start_len }) => {
            const ids = input_ids as number[]
            const start = logprob_start_len as number
            const list = ids
              .slice(start)
              .map((id, place) => [place === 0 ? null : model.logProb(ids.slice(0, start + place), id), id, null])
            return ok({ text: '', meta_info: { input_token_logprobs: list } })
          },
        }
      : {}),
    ...(kind === 'llama-server'
      ? {
          '/tokenize': ({ content }) => ok({ tokens: model.tokenize(content as string) }),
          '/apply-template': ({ messages }) =>
            ok({
              prompt: `${(messages as { role: string; content: string }[]).map(({ role, content }) => ` ${role}: ${content}`).join('')} assistant:`,
            }),
          '/completion': ({ prompt, logit_bias }) => {
            const [[id]] = logit_bias as [[number, number]]
            return ok({ content: '', completion_probabilities: [{ id, logprob: model.logProb(prompt as number[], id) }] })
          },
        }
      : {}),
  } satisfies Record<string, (body: Body) => Answer>

  return (path, body) => routes[path]?.(body) ?? refuse('Not Found', 404)
}
