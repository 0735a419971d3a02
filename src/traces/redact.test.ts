import { describe, expect, it } from 'vitest'
import type { Json } from '../core/common.ts'
import type { LogEvent } from '../core/events.ts'
import { environmentSecrets, mask, redactor } from './redact.ts'

const result = (value: Json): LogEvent => ({ type: 'call-end', trial: 0, index: 0, digest: 'd', result: value, usage: { calls: 1 } })
const failure = (error: object): LogEvent =>
  ({ type: 'call-error', trial: 0, index: 0, digest: 'd', error: { code: 'E_X', message: '', ...error }, usage: {} }) as LogEvent
const errorOf = (event: LogEvent): Record<string, unknown> => (event as unknown as { error: Record<string, unknown> }).error

it('masks a key that a model repeats, and touches nothing else', () => {
  const redact = redactor({ environment: { OPENAI_API_KEY: 'sk-canary-123456' } })
  expect(redact(result({ text: 'My key is sk-canary-123456!' }))).toEqual(result({ text: `My key is ${mask}!` }))
  const clean = result({ text: 'Nothing to hide.', value: Number.NaN })
  expect(redact(clean)).toBe(clean)
})

describe('known secrets', () => {
  it('come from variables whose names say so, when they are long enough', () => {
    const environment = {
      OPENAI_API_KEY: 'aaaaaaaa1',
      HF_TOKEN: 'bbbbbbbb1',
      CLIENT_SECRET: 'cccccccc1',
      AWS_SECRET_ACCESS_KEY: 'dddddddd1',
      PASSWORD: 'eeeeeeee1',
      SHORT_TOKEN: 'abc',
      TOKENIZERS_PARALLELISM: 'ffffffff1',
      PATH: '/usr/local/bin',
      NOT_SET_TOKEN: undefined,
    }
    expect(environmentSecrets(environment)).toEqual(['aaaaaaaa1', 'bbbbbbbb1', 'cccccccc1', 'dddddddd1', 'eeeeeeee1'])
  })

  it('are masked in texts, keys, lists, long texts, and where an address has them escaped', () => {
    const redact = redactor({ secrets: ['p@ss/word+1'], environment: {} })
    const text = JSON.stringify(
      redact(result({ 'a p@ss/word+1': [`${'x'.repeat(9000)}p@ss/word+1p@ss/word+1`, 'https://x.test/?q=p%40ss%2Fword%2B1'] })),
    )
    expect(text).not.toMatch(/p(@|%40)ss/)
    expect(text.split(mask)).toHaveLength(5)
  })

  it('are masked whole when one contains another, and taken as texts, not as patterns', () => {
    const redact = redactor({ secrets: ['secret-1', 'secret-1-and-more', 'a.c$&d(e'], environment: {} })
    expect(redact(result(['secret-1-and-more', 'secret-1', 'a.c$&d(e', 'abc$&d(e']))).toEqual(result([mask, mask, mask, 'abc$&d(e']))
  })
})

describe('errors', () => {
  const redact = redactor({ environment: {} })

  it('lose the values of credential headers, in every spelling', () => {
    const headers = {
      Authorization: 'x',
      'X-API-Key': 'x',
      'set-cookie': ['x'],
      api_key: 'x',
      'x-goog-api-key': 'x',
      'content-type': 'text/html',
    }
    const redacted = errorOf(redact(failure({ response: { headers } })))
    expect((redacted.response as { headers: object }).headers).toEqual({
      Authorization: mask,
      'X-API-Key': mask,
      'set-cookie': mask,
      api_key: mask,
      'x-goog-api-key': mask,
      'content-type': 'text/html',
    })
  })

  it.each([
    ['401 from the server: Authorization: Bearer abcdef.12345-xyz', 'abcdef'],
    ['authorization: Basic dXNlcjpwYXNzd29yZA==', 'dXNlcjpw'],
    ['GET https://user:hunter22@host.test/v1 failed', 'hunter22'],
    ['GET https://host.test/v1?key=AbCdEf123&alt=json failed', 'AbCdEf123'],
    ['{"x-api-key": "qwertyuiop"}', 'qwertyuiop'],
    ['Incorrect API key provided: sk-proj-AbCdEfGhIjKlMnOp.', 'AbCdEfGh'],
    ['token hf_AbCdEfGhIjKlMnOpQr is invalid', 'AbCdEfGh'],
    ['Cookie: session=zyxwvut', 'zyxwvut'],
  ])('are told without the credential: %s', (message, secret) => {
    const redacted = errorOf(redact(failure({ message }))).message as string
    expect(redacted).not.toContain(secret)
    expect(redacted).toContain(mask)
  })

  it('stay as they are when they hold none', () => {
    const event = failure({ message: 'the model did not answer within 30 s: 512 tokens, key frames, https://host.test/v1?page=2' })
    expect(redact(event)).toBe(event)
  })
})

it('leaves amounts of usage alone, whatever the unit is called', () => {
  const event = { ...result(null), usage: { tokens: 3, token: 4, secret: 1 } } as LogEvent
  expect(redactor({ environment: {} })(event)).toBe(event)
})

it('leaves texts of models alone, even when they look like credentials', () => {
  const event = result({ text: 'Write "Authorization: Bearer abcdefgh1234" in the header.' })
  expect(redactor({ environment: {} })(event)).toBe(event)
})

it('takes no long time for a long hostile message', () => {
  const redact = redactor({ environment: {} })
  for (const piece of ['://', 'api_key', 'authorization:  ', 'bearer ', 'sk-', '?key=', 'a@']) {
    expect(errorOf(redact(failure({ message: piece.repeat(20_000) }))).code).toBe('E_X')
  }
})
