// Every example runs by itself, as a process of its own, and says what it promises; those that show an own part keep the contracts.
import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { change } from '../examples/own-environment.ts'
import { breadthFirst } from '../examples/own-searcher.ts'
import { POST } from '../examples/route-handler.ts'
import { testEnvironment } from '../src/testing/test-environment.ts'
import { testSearcher } from '../src/testing/test-searcher.ts'

const folder = resolve(import.meta.dirname, '../examples')

/** What each example has to say. */
const promised: Readonly<Record<string, RegExp>> = {
  'better-answer.ts': /^11 \+ 19 = 30, verified\n\d+ calls, \d+ tokens, by /,
  'best-of-n-with-tests.ts': /a - b.*\npasses 3 of 3 tests, all of them/,
  'dpo-pairs-for-trl.ts': /^\d+ pairs of 3 puzzles; left out: 1 held-out.*\n\{"prompt":"Make 24 .*","chosen":".*","rejected":".*"\}\n$/,
  'own-environment.ts': /^14 = 7 \+ 7\n$/,
  'own-searcher.ts': /^\(.*13.*\), solved after \d+ nodes\n$/,
  'process-reward-model.ts':
    /^labels: 800 answers .*\ntraining: 400 steps, .*\nright of 100: alone [123]\d, majority of 16 [123]\d, best of 16 by .* [789]\d\n$/,
  'resume-after-crash.ts': /^first: killed\nsecond: kingfisher; 12 calls in all, 7 of them now\n$/,
  'route-handler.ts': /^(\{"trials":\d+\}\n)+\{"answer":"Grey heron.*\n\n400 /,
  'tool-search.ts': /booked before the commit: 0\ncommitted: true, book done "ticket 1"\nbooked after committing twice: noon\n$/,
}

describe('examples', () => {
  it('are all promised something', () => {
    expect(Object.keys(promised).sort()).toEqual(readdirSync(folder).sort())
  })

  it.each(Object.entries(promised))('%s', async (name, output) => {
    const { stdout } = await promisify(execFile)(process.execPath, [resolve(folder, name)], { timeout: 50_000 })
    expect(stdout).toMatch(output)
  })
})

describe('the route handler', () => {
  const request = (body: string, signal?: AbortSignal) =>
    new Request('http://localhost/', { method: 'POST', body, ...(signal === undefined ? {} : { signal }) })

  it('streams a line for each trial, and the answer last', async () => {
    const response = await POST(request('{"prompt":"A line about a heron."}'))
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/x-ndjson'])
    const lines = (await response.text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object)
    expect(lines[0]).toEqual({ trials: 1 })
    expect(lines.at(-1)).toMatchObject({ answer: expect.stringMatching(/heron/i), runId: expect.any(String) })
  })

  it('refuses what it does not know, models and budgets above all', async () => {
    for (const body of [
      '',
      '{"prompt":""}',
      '{"prompt":"x","model":"dear"}',
      '{"prompt":"x","budget":{"usd":9}}',
      '{"prompt":"x","preset":"thorough"}',
    ])
      expect((await POST(request(body))).status).toBe(400)
  })

  it('stops when the client goes away', async () => {
    const response = await POST(request('{"prompt":"A line about a heron."}'))
    const reader = response.body!.getReader()
    await reader.read()
    await reader.cancel()
    const leaving = new AbortController()
    const stopped = await POST(request('{"prompt":"A line about a heron."}', leaving.signal))
    leaving.abort()
    expect(await stopped.text()).toMatch(/E_SEARCH_ABORTED/)
  })
})

testSearcher({ name: 'own breadth-first', create: breadthFirst })

testEnvironment({ name: 'own change', create: () => change(), tasks: [{ amount: 14 }, { amount: 3 }] })
