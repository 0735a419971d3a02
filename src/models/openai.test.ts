// The raw client against servers on this machine that speak as each kind does.
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { fakeContext } from '../testing/fake-context.ts'
import { type OpenAiServer, openAiServer } from '../testing/openai-server.ts'
import { testModel } from '../testing/test-model.ts'
import { retry } from './middleware/retry.ts'
import { wrapModel } from './middleware/wrap-model.ts'
import { type GenerateRequest, generate, type Model } from './model.ts'
import { detectServer } from './openai/detect.ts'
import { type ServerKind, serverKinds } from './openai/servers.ts'
import { type OpenAiOptions, openai } from './openai.ts'

const canary = 'canary-Zk81-secret-value-0042'
const run = () => ({ seed: 77, signal: new AbortController().signal })
const request: GenerateRequest = { messages: [{ role: 'user', content: 'Hello?' }], maxTokens: 20 }

const opened: { close(): void }[] = []
afterEach(() => {
  for (const server of opened.splice(0)) server.close()
})

async function served(kind: ServerKind, options: Partial<OpenAiOptions> = {}): Promise<{ model: Model; server: OpenAiServer }> {
  const server = await openAiServer({ kind, apiKey: canary })
  opened.push(server)
  return { server, model: openai({ baseUrl: server.baseUrl, model: 'words', server: kind, apiKey: canary, ...options }) }
}

for (const kind of serverKinds) {
  testModel({
    name: `behind ${kind}`,
    async create() {
      const server = await openAiServer({ kind, contextLength: 400 })
      const model = openai({
        baseUrl: server.baseUrl,
        model: 'words',
        server: kind,
        contextLength: 400,
        scaledLogProbs: false,
        ...(kind === 'generic' ? {} : { embeddingModel: 'words' }),
      })
      return { ...model, close: () => server.close() }
    },
  })
}

describe('what is sent', () => {
  it('asks vLLM for several samples of the whole distribution with their tokens', async () => {
    const { model, server } = await served('vllm')
    const { samples } = await model.generate({ ...request, count: 3, logProbs: true, prefix: 'Well,', stop: ['\n'] }, run())
    expect(samples).toHaveLength(3)
    expect(samples[0]!.tokens!.ids.every((id) => id > 0)).toBe(true)
    expect(server.seen[0]!.headers.authorization).toBe(`Bearer ${canary}`)
    expect(server.seen[0]!.body).toEqual({
      model: 'words',
      messages: [
        { role: 'user', content: 'Hello?' },
        { role: 'assistant', content: 'Well,' },
      ],
      add_generation_prompt: false,
      continue_final_message: true,
      max_tokens: 20,
      temperature: 1,
      n: 3,
      stop: ['\n'],
      seed: 77,
      top_p: 1,
      top_k: -1,
      min_p: 0,
      repetition_penalty: 1,
      logprobs: true,
      return_token_ids: true,
    })
  })

  it('asks a generic server for nothing beyond the protocol', async () => {
    const { model, server } = await served('generic')
    await model.generate({ ...request, topK: 20, schema: { type: 'object' } }, run())
    expect(Object.keys(server.seen[0]!.body)).toEqual(['model', 'messages', 'max_tokens', 'temperature', 'seed', 'response_format'])
    expect(await generate(model, { ...request, count: 3 }, fakeContext())).toHaveLength(3)
    expect(server.seen).toHaveLength(4)
  })

  it('refuses what the kind of server cannot do, before anything is sent', async () => {
    const generic = await served('generic')
    const llama = await served('llama-server')
    const sglang = await served('sglang')
    for (const [{ model }, extra] of [
      [generic, { logProbs: true }],
      [generic, { prefix: 'So' }],
      [generic, { grammar: 'root ::= "a"' }],
      [llama, { count: 2 }],
      // Scaled by temperature, which is not what was asked for.
      [sglang, { logProbs: true, temperature: 0.7 }],
    ] as const)
      await expect(model.generate({ ...request, ...extra }, run())).rejects.toMatchObject({ code: 'E_MODEL_CAPABILITY', fatal: true })
    expect([...generic.server.seen, ...llama.server.seen, ...sglang.server.seen]).toEqual([])
  })

  it('takes what the user says of a server, but scores only where it knows how', async () => {
    const { model } = await served('generic', { capabilities: { count: true, score: true } })
    expect(model.capabilities).toMatchObject({ count: true, score: false })
    expect((await model.generate({ ...request, count: 2 }, run())).samples).toHaveLength(2)
  })

  it('refuses addresses and kinds that are none, without showing what is in them', () => {
    const code = { code: 'E_MODEL_REQUEST', fatal: true }
    const thrown = (baseUrl: string, server?: string) => {
      try {
        openai({ baseUrl, model: 'm', ...(server === undefined ? {} : { server: server as ServerKind }) })
      } catch (error) {
        return error as Error
      }
      return undefined
    }
    expect(thrown('localhost/v1')).toMatchObject(code)
    expect(thrown('file:///etc/passwd')).toMatchObject(code)
    expect(thrown(`https://me:${canary}@host/v1`)).toMatchObject(code)
    expect(String(thrown(`https://me:${canary}@host/v1`))).not.toContain(canary)
    expect(thrown('http://host/v1', 'ollama')).toMatchObject(code)
  })
})

describe('vectors', () => {
  it('come in the order of the texts, whatever order the server answers in', async () => {
    const { model } = await served('vllm', { embeddingModel: 'words' })
    const { vectors, usage } = await model.embed!(['aa', 'o'], run())
    expect(vectors).toEqual([
      [2, 0, 0, 0, 0],
      [0, 0, 0, 1, 0],
    ])
    expect(usage).toEqual({ generated: 0, evaluated: 3, billed: 3 })
  })
})

describe('finding out the kind of a server', () => {
  it.each(serverKinds)('%s', async (kind) => {
    const { server } = await served(kind)
    const found = await detectServer({ baseUrl: server.baseUrl, id: 'words', name: 'words', apiKey: canary })
    expect(found).toEqual({ server: kind, ...(kind === 'vllm' ? { contextLength: 4096 } : {}) })
  })

  it('takes a server that does not answer for a generic one', async () => {
    const gone = await openAiServer({ kind: 'vllm' })
    gone.close()
    const found = await detectServer({ baseUrl: gone.baseUrl, id: 'm', name: 'm' })
    expect(found).toMatchObject({ server: 'generic', problem: { code: 'E_MODEL_SERVER' } })
    const { server } = await served('vllm')
    const refused = await detectServer({ baseUrl: server.baseUrl, id: 'm', name: 'm', apiKey: 'wrong' })
    expect(refused).toMatchObject({ server: 'generic', problem: { code: 'E_MODEL_AUTH' } })
  })
})

describe('a server that misbehaves', () => {
  let server: Server
  let origin: string
  let elsewhere: OpenAiServer
  let failuresLeft = 0

  beforeAll(async () => {
    elsewhere = await openAiServer({ kind: 'generic' })
    server = createServer((incoming, response) => {
      incoming.resume()
      incoming.on('end', () => answers[(incoming.url ?? '').split('/')[1] ?? '']?.(response))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => {
    elsewhere.close()
    server.closeAllConnections()
    server.close()
  })

  const model = (path: string, options: Partial<OpenAiOptions> = {}): Model =>
    openai({
      baseUrl: `${origin}/${path}?token=${canary}`,
      model: 'tiny',
      apiKey: canary,
      headers: { 'x-more': `more-${canary}` },
      ...options,
    })
  const failure = async (path: string, options: Partial<OpenAiOptions> = {}) => {
    const end = await model(path, options)
      .generate(request, run())
      .catch((error: unknown) => error)
    expect(end).toBeInstanceOf(Error)
    return end as Error & { code: string; fatal: boolean; retryAfter?: number }
  }

  const good = {
    choices: [{ index: 0, finish_reason: 'stop', message: { content: 'Hello!' } }],
    usage: { prompt_tokens: 10, completion_tokens: 5 },
  }
  const saying = (content: string | null, more: object = {}) => ({
    ...good,
    choices: [{ message: { content }, finish_reason: 'stop', ...more }],
  })
  const careless = (code = 'error') => ({
    error: { message: `Bad thing: key: ${canary}, Authorization: Bearer ${canary}, see ${origin}/docs?token=${canary}`, code },
  })
  function send(response: ServerResponse, body: unknown, status = 200, headers: Record<string, string> = {}) {
    response.writeHead(status, { 'content-type': 'application/json', 'x-key': canary, ...headers })
    response.end(typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body))
  }
  const status =
    (code: number, headers: Record<string, string> = {}) =>
    (response: ServerResponse) =>
      send(response, careless(), code, headers)
  const usageOf = (usage: unknown) => (response: ServerResponse) => send(response, { ...good, usage })

  const answers: Record<string, (response: ServerResponse) => void> = {
    good: (response) => send(response, good),
    's-400': status(400),
    's-401': status(401),
    's-403': status(403),
    's-404': status(404),
    's-429': status(429),
    's-500': status(500),
    quota: (response) => send(response, careless('insufficient_quota'), 429),
    'too-long': (response) => send(response, careless('context_length_exceeded'), 400),
    'error-in-200': (response) => send(response, { error: { message: `no key ${canary}`, code: 503 } }),
    html: (response) => send(response, `<html>${canary}</html>`, 502),
    'wait-seconds': status(429, { 'retry-after': '2' }),
    reset: (response) => response.destroy(),
    cut: (response) => {
      response.writeHead(200, { 'content-length': '1000' })
      response.write('{"choices": [{"message"', () => response.destroy())
    },
    half: (response) => send(response, `{"choices": [{"message": {"content": "${canary} hel`),
    'no-choices': (response) => send(response, { choices: [], key: canary }),
    'wrong-shape': (response) => send(response, { choices: [{ message: { content: 5 } }] }),
    empty: (response) => send(response, ''),
    endless: (response) => {
      response.writeHead(200)
      const more = () => void (response.destroyed || response.write('x'.repeat(65_536), more))
      more()
    },
    'r-elsewhere': (response) => send(response, '', 307, { location: `${elsewhere.baseUrl}/chat/completions` }),
    'r-circle': (response) => send(response, '', 307, { location: '/r-circle/chat/completions' }),
    'r-moved': (response) => send(response, '', 301, { location: '/good/chat/completions' }),
    'r-good': (response) => send(response, '', 308, { location: '/good/chat/completions' }),
    hang: () => {},
    'hang-body': (response) => {
      response.writeHead(200)
      response.write('{"choices"')
    },
    'broken-utf8': (response) => {
      const bytes = Buffer.from(JSON.stringify(saying('caf#')), 'latin1')
      bytes[bytes.indexOf('#')] = 0xe9
      send(response, bytes)
    },
    megabyte: (response) => send(response, saying('x'.repeat(1_500_000))),
    filter: (response) => send(response, saying(null, { finish_reason: 'content_filter' })),
    refusal: (response) => send(response, { ...good, choices: [{ message: { content: null, refusal: 'no' } }] }),
    'usage-none': usageOf(undefined),
    'usage-text': usageOf({ prompt_tokens: 'ten', completion_tokens: [] }),
    'usage-negative': usageOf({ prompt_tokens: -5, completion_tokens: -1 }),
    'usage-zero': usageOf({ prompt_tokens: 0, completion_tokens: 0 }),
    'usage-huge': usageOf({ prompt_tokens: 1e300, completion_tokens: 1e300 }),
    flaky: (response) => (failuresLeft-- > 0 ? send(response, careless(), 500) : send(response, good)),
  }

  it.each([
    ['s-400', 'E_MODEL_REQUEST', true],
    ['s-401', 'E_MODEL_AUTH', true],
    ['s-403', 'E_MODEL_AUTH', true],
    ['s-404', 'E_MODEL_REQUEST', true],
    ['s-429', 'E_MODEL_RATE', false],
    ['s-500', 'E_MODEL_SERVER', false],
    ['quota', 'E_MODEL_AUTH', true],
    ['too-long', 'E_MODEL_CONTEXT', false],
    ['error-in-200', 'E_MODEL_SERVER', false],
    ['html', 'E_MODEL_SERVER', false],
    ['reset', 'E_MODEL_SERVER', false],
    ['cut', 'E_MODEL_SERVER', false],
    ['half', 'E_MODEL_OUTPUT', false],
    ['no-choices', 'E_MODEL_OUTPUT', false],
    ['wrong-shape', 'E_MODEL_OUTPUT', false],
    ['empty', 'E_MODEL_OUTPUT', false],
    ['endless', 'E_MODEL_OUTPUT', false],
    ['r-elsewhere', 'E_MODEL_REQUEST', true],
    ['r-circle', 'E_MODEL_REQUEST', true],
    ['r-moved', 'E_MODEL_REQUEST', true],
  ])('%s gives %s, and no secret in it', async (path, code, fatal) => {
    const error = await failure(path)
    expect({ code: error.code, fatal: error.fatal }).toEqual({ code, fatal })
    const told = `${error.message} ${error.stack} ${inspect(error, { depth: 10, showHidden: true })}`
    expect(told).not.toContain(canary)
    expect(told).not.toContain('127.0.0.1')
    expect(elsewhere.seen).toEqual([])
  })

  it('may redirect within its own origin', async () => {
    expect((await model('r-good').generate(request, run())).samples[0]!.text).toBe('Hello!')
  })

  it('is given up when it hangs, and stopped when the caller stops', async () => {
    expect((await failure('hang', { timeout: 30 })).code).toBe('E_MODEL_TIMEOUT')
    expect((await failure('hang-body', { timeout: 30 })).code).toBe('E_MODEL_TIMEOUT')
    const controller = new AbortController()
    const answer = model('hang').generate(request, { seed: 1, signal: controller.signal })
    setTimeout(() => controller.abort(), 10)
    await expect(answer).rejects.toMatchObject({ code: 'E_MODEL_ABORTED' })
  })

  it('may send refusals, broken UTF-8 or more than a megabyte', async () => {
    const first = async (path: string) => (await model(path).generate(request, run())).samples[0]!
    expect(await first('filter')).toEqual({ text: '', finish: 'refused' })
    expect(await first('refusal')).toEqual({ text: '', finish: 'refused' })
    expect((await first('broken-utf8')).text).toBe('caf\uFFFD')
    const long = await first('megabyte')
    expect([long.text.length, long.finish]).toEqual([1_048_576, 'length'])
  })

  it.each(['usage-none', 'usage-text', 'usage-negative', 'usage-zero', 'usage-huge'])(
    'may report no usage that can be: %s',
    async (path) => {
      const { usage } = await model(path).generate(request, run())
      expect(usage).toEqual({ generated: 2, evaluated: 2, billed: 4, estimated: true })
    },
  )

  it('says how long to wait, and is asked again by retry until it answers', async () => {
    expect((await failure('wait-seconds')).retryAfter).toBe(2000)
    failuresLeft = 2
    const patient = wrapModel(model('flaky'), retry({ baseDelay: 1 }))
    expect((await patient.generate(request, run())).samples[0]!.text).toBe('Hello!')
  })

  it('cannot be reached', async () => {
    const gone = await openAiServer({ kind: 'generic' })
    gone.close()
    await expect(openai({ baseUrl: gone.baseUrl, model: 'm' }).generate(request, run())).rejects.toMatchObject({
      code: 'E_MODEL_SERVER',
      message: expect.stringContaining('ECONNREFUSED'),
    })
  })
})
