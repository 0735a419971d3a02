// A model of ours behind an OpenAI-compatible address on this machine: chats, answers that go on from a beginning, grammars, as llama-server has them.
// It knows no search. Run as a program, it serves a local model, prints its address, and ends with its standard input.
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { GenerateRequest, Message, Model } from '../../../src/models/model.ts'

export interface Endpoint {
  /** As in `http://127.0.0.1:12345/v1`. */
  readonly baseUrl: string
  close(): void
}

/** The fields of a request that are read. */
interface Body {
  readonly messages?: readonly Message[]
  readonly max_tokens?: number
  readonly temperature?: number
  readonly top_p?: number
  readonly top_k?: number
  readonly stop?: string | readonly string[]
  readonly seed?: number
  readonly grammar?: string
}

/**
 * Serves a model on a free port of this machine. An assistant message at the end is the beginning of the answer, which is not repeated.
 *
 * @example
 * const { baseUrl, close } = await serve(await localModel({ model: 'smollm2-135m' }))
 */
export async function serve(model: Model): Promise<Endpoint> {
  const server = createServer(async (request, response) => {
    const { status, body } = await answer(model, request)
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

async function answer(model: Model, request: IncomingMessage): Promise<{ status: number; body: unknown }> {
  if (request.url === '/v1/models') return { status: 200, body: { object: 'list', data: [{ id: model.name, object: 'model' }] } }
  if (request.method !== 'POST' || request.url !== '/v1/chat/completions')
    return failure(404, 'there are /v1/models and /v1/chat/completions')
  let body: Body
  try {
    body = JSON.parse(await text(request)) as Body
  } catch {
    return failure(400, 'the body is no JSON')
  }
  try {
    const { samples, usage } = await model.generate(asked(body), { seed: body.seed ?? 0, signal: new AbortController().signal })
    const choices = samples.map(({ text: content, finish }, index) => ({
      index,
      message: { role: 'assistant', content },
      finish_reason: finish === 'length' ? 'length' : 'stop',
    }))
    const tokens = { prompt_tokens: usage.evaluated, completion_tokens: usage.generated, total_tokens: usage.evaluated + usage.generated }
    return { status: 200, body: { object: 'chat.completion', model: model.name, choices, usage: tokens } }
  } catch (error) {
    return failure(400, (error as Error).message)
  }
}

function asked({ messages = [], max_tokens, temperature, top_p, top_k, stop, grammar }: Body): GenerateRequest {
  const last = messages.at(-1)
  const prefix = last?.role === 'assistant' ? last.content : undefined
  return {
    messages: prefix === undefined ? messages : messages.slice(0, -1),
    maxTokens: max_tokens ?? 256,
    ...(prefix === undefined ? {} : { prefix }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(top_p === undefined ? {} : { topP: top_p }),
    ...(top_k === undefined ? {} : { topK: top_k }),
    ...(stop === undefined ? {} : { stop: typeof stop === 'string' ? [stop] : stop }),
    ...(grammar === undefined ? {} : { grammar }),
  }
}

function failure(status: number, message: string): { status: number; body: unknown } {
  return { status, body: { error: { message, type: 'invalid_request_error', code: status } } }
}

async function text(request: IncomingMessage): Promise<string> {
  let all = ''
  for await (const piece of request.setEncoding('utf8')) all += piece
  return all
}

if (import.meta.main) {
  const { localModel } = await import('../../../src/models/local.ts')
  const model = await localModel({ model: process.argv[2] ?? 'smollm2-135m' })
  const endpoint = await serve(model)
  process.stdout.write(`${JSON.stringify({ baseUrl: endpoint.baseUrl })}\n`)
  process.stdin.resume().on('end', async () => {
    endpoint.close()
    await model.close()
  })
}
