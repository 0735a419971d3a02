// AI SDK models against a real server on this machine: what it answers, and how it fails.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AiSdkOptions, aiSdkModel } from './ai-sdk.ts'
import { retry } from './middleware/retry.ts'
import { wrapModel } from './middleware/wrap-model.ts'
import type { GenerateRequest, Model } from './model.ts'

const canary = 'canary-Zk81-secret-value-0042'
const signal = new AbortController().signal
const request: GenerateRequest = { messages: [{ role: 'user', content: 'Hello?' }], maxTokens: 20 }

let server: Server
let origin: string
const seen: { path: string; body: Record<string, unknown> }[] = []
let failuresLeft = 0

beforeAll(async () => {
  server = createServer((incoming, response) => {
    let text = ''
    incoming.on('data', (chunk) => {
      text += chunk
    })
    incoming.on('end', () => {
      const path = (incoming.url ?? '').split('/')[1] ?? ''
      seen.push({ path, body: JSON.parse(text) as Record<string, unknown> })
      answers[path]?.(response, incoming)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterAll(() => {
  server.closeAllConnections()
  server.close()
})

function model(path: string, options: AiSdkOptions = {}): Model {
  const provider = createOpenAICompatible({ name: 'local', baseURL: `${origin}/${path}`, apiKey: canary, queryParams: { token: canary } })
  return aiSdkModel(provider('tiny'), options)
}

async function failure(path: string, options: AiSdkOptions = {}) {
  const error = await model(path, options)
    .generate(request, { seed: 1, signal })
    .then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
  expect(error).toBeInstanceOf(Error)
  return error as Error & { code: string; fatal: boolean; retryAfter?: number }
}

describe('an OpenAI-compatible server', () => {
  it('answers well', async () => {
    const result = await model('good').generate({ ...request, stop: ['\n'], temperature: 0.5 }, { seed: 77, signal })
    expect(result.samples).toEqual([{ text: 'Hello!', finish: 'stop' }])
    expect(result.usage).toEqual({ generated: 5, evaluated: 7, billed: 15 })
    expect(seen.at(-1)!.body).toMatchObject({
      model: 'tiny',
      max_tokens: 20,
      temperature: 0.5,
      stop: ['\n'],
      seed: 77,
      messages: [{ role: 'user', content: 'Hello?' }],
    })
  })

  it.each([
    ['status-400', 'E_MODEL_REQUEST', true],
    ['status-401', 'E_MODEL_AUTH', true],
    ['status-403', 'E_MODEL_AUTH', true],
    ['status-404', 'E_MODEL_REQUEST', true],
    ['status-429', 'E_MODEL_RATE', false],
    ['quota', 'E_MODEL_AUTH', true],
    ['status-500', 'E_MODEL_SERVER', false],
    ['status-529', 'E_MODEL_SERVER', false],
    ['too-long', 'E_MODEL_CONTEXT', false],
    ['html', 'E_MODEL_SERVER', false],
    ['cut', 'E_MODEL_SERVER', false],
    ['reset', 'E_MODEL_SERVER', false],
    ['half', 'E_MODEL_OUTPUT', false],
    ['wrong-json', 'E_MODEL_OUTPUT', false],
    ['wrong-shape', 'E_MODEL_OUTPUT', false],
    ['no-choices', 'E_MODEL_OUTPUT', false],
    ['empty', 'E_MODEL_OUTPUT', false],
  ])('%s gives %s, and no secret in it', async (path, code, fatal) => {
    const error = await failure(path)
    expect({ code: error.code, fatal: error.fatal }).toEqual({ code, fatal })
    const told = `${error.message} ${error.stack} ${inspect(error, { depth: 10, showHidden: true })}`
    expect(told).not.toContain(canary)
    expect(told).not.toContain('127.0.0.1')
    expect(told.toLowerCase()).not.toContain('bearer c')
  })

  it('reads how long to wait, in seconds and as a date', async () => {
    expect((await failure('wait-seconds')).retryAfter).toBe(2000)
    const wait = (await failure('wait-date')).retryAfter!
    expect(wait).toBeGreaterThan(3_500_000)
    expect(wait).toBeLessThanOrEqual(3_600_000)
    expect((await failure('wait-rubbish')).retryAfter).toBeUndefined()
  })

  it('is given up when it hangs, and stopped when the caller stops', async () => {
    expect((await failure('hang', { timeout: 30 })).code).toBe('E_MODEL_TIMEOUT')
    expect((await failure('hang-body', { timeout: 30 })).code).toBe('E_MODEL_TIMEOUT')
    const controller = new AbortController()
    const answer = model('hang').generate(request, { seed: 1, signal: controller.signal })
    setTimeout(() => controller.abort(), 10)
    await expect(answer).rejects.toMatchObject({ code: 'E_MODEL_ABORTED' })
  })

  it('may send a refusal, broken UTF-8 or more than a megabyte', async () => {
    const answer = async (path: string) => (await model(path).generate(request, { seed: 1, signal })).samples[0]!
    expect(await answer('filter')).toEqual({ text: '', finish: 'refused' })
    expect((await answer('broken-utf8')).text).toBe('caf\uFFFD \uFFFD\uFFFD')
    const long = await answer('megabyte')
    expect([long.text.length, long.finish]).toEqual([1_048_576, 'length'])
  })

  it('is asked again by retry until it answers', async () => {
    failuresLeft = 2
    const patient = wrapModel(model('flaky'), retry({ baseDelay: 1 }))
    const before = seen.length
    expect((await patient.generate(request, { seed: 1, signal })).samples[0]!.text).toBe('Hello!')
    expect(seen.length - before).toBe(3)
  })

  it('cannot be reached', async () => {
    const provider = createOpenAICompatible({ name: 'gone', baseURL: 'http://127.0.0.1:1/v1', apiKey: canary })
    const answer = aiSdkModel(provider('tiny')).generate(request, { seed: 1, signal })
    await expect(answer).rejects.toMatchObject({ code: 'E_MODEL_SERVER', fatal: false })
  })
})

const good = {
  id: 'x',
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Hello!' } }],
  usage: { prompt_tokens: 10, completion_tokens: 5, prompt_tokens_details: { cached_tokens: 3 } },
}
const saying = (content: string | null, finish_reason = 'stop') => ({
  ...good,
  choices: [{ index: 0, finish_reason, message: { content } }],
})

function send(response: ServerResponse, body: unknown, status = 200, headers: Record<string, string> = {}) {
  response.writeHead(status, { 'content-type': 'application/json', 'x-key': canary, ...headers })
  response.end(typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body))
}

/** An error of a careless provider, which repeats the key and the address. */
const careless = (code = 'error') => ({
  error: { message: `Bad thing: key: ${canary}, Authorization: Bearer ${canary}, see ${origin}/docs?token=${canary}`, type: code, code },
})

const status = (code: number) => (response: ServerResponse) => send(response, careless(), code)

const answers: Record<string, (response: ServerResponse, request: IncomingMessage) => void> = {
  good: (response) => send(response, good),
  'status-400': status(400),
  'status-401': status(401),
  'status-403': status(403),
  'status-404': status(404),
  'status-429': status(429),
  'status-500': status(500),
  'status-529': status(529),
  quota: (response) => send(response, careless('insufficient_quota'), 429),
  'too-long': (response) => send(response, careless('context_length_exceeded'), 400),
  html: (response) => send(response, `<html>${canary}</html>`, 502, { 'content-type': 'text/html' }),
  'wait-seconds': (response) => send(response, careless(), 429, { 'retry-after': '2' }),
  'wait-date': (response) => send(response, careless(), 429, { 'retry-after': new Date(Date.now() + 3_600_000).toUTCString() }),
  'wait-rubbish': (response) => send(response, careless(), 429, { 'retry-after': 'soon' }),
  cut: (response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
    response.write('{"choices": [{"message"', () => response.destroy())
  },
  reset: (response) => response.destroy(),
  half: (response) => send(response, `{"choices": [{"message": {"content": "${canary} hel`),
  'wrong-json': (response) => send(response, `not json ${canary}`),
  'wrong-shape': (response) => send(response, { choices: 'none', key: canary }),
  'no-choices': (response) => send(response, { ...good, choices: [], key: canary }),
  empty: (response) => send(response, ''),
  hang: () => {},
  'hang-body': (response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.write('{"choices"')
  },
  filter: (response) => send(response, saying(null, 'content_filter')),
  'broken-utf8': (response) => {
    const bytes = Buffer.from(
      JSON.stringify(saying('caf# \\ud800\u0001')).replace('\\\\ud800', '\\ud800').replace('\u0001', '\\u0001'),
      'latin1',
    )
    bytes[bytes.indexOf('#')] = 0xe9
    send(response, bytes)
  },
  megabyte: (response) => send(response, saying('x'.repeat(1_500_000))),
  flaky: (response) => (failuresLeft-- > 0 ? send(response, careless(), 500) : send(response, good)),
}
