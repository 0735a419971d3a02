// Systems on a task of a user's own, with a model behind a server that misbehaves: more than half of its answers are refused, cut, empty or nonsense.
// A system that searches with chat models is a row.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemNames } from '../../src/cli/catalogue.ts'
import { type Asked, type Mood, moodyServer } from '../support/moody-server.ts'
import { banyan, temporaryFolder } from './banyan-process.ts'

interface Row {
  readonly system: string
  readonly task: string
  /** Arguments beside system, model and budget. */
  readonly args: readonly string[]
  /** What a model says that knows how to do it, and is wrong now and then. */
  answer(asked: Asked): string
  readonly right: unknown
}

const withTools = ['ets', 'rest-mcts', 'tool-chain-star'].filter((slug) => systemNames.includes(slug))
const systems: readonly Row[] = [question('ets'), ...withTools.map(toolTask)]

function question(system: string): Row {
  return {
    system,
    task: 'a question',
    args: ['What is 17 + 25?'],
    answer({ text, number }) {
      const said = /25 makes (\d\d)/.exec(text)?.[1]
      if (text.includes('Yes or No')) return said === '42' ? 'Yes' : 'No'
      return said === undefined ? `17 + 25 makes ${number % 3 === 1 ? 43 : 42}.` : `The answer is ${said}`
    },
    right: 42,
  }
}

/** A task with a tool of the user's own: whatever is said, only calls of it count. */
function toolTask(system: string): Row {
  return {
    system,
    task: 'a tool',
    args: ['What is 17 + 25? Use the tool add.', '--tools', 'tools.mjs'],
    answer({ text }) {
      const done = text.slice(text.lastIndexOf('Goal:'))
      const sum = /add\(\{"a":17,"b":25\}\)\s+(\d+)/.exec(done)?.[1]
      if (done.includes('Yes or No')) return sum === '42' ? 'Yes' : 'No'
      return sum === undefined ? 'I add them: {"tool": "add", "input": {"a": 17, "b": 25}}' : `{"finish": "${sum}"}`
    },
    right: { answer: '42', calls: [] },
  }
}

const turns: readonly Mood[] = [
  ...(['well', 'busy', 'well', 'empty', 'well', 'cut', 'half-call', 'well', 'no-json', 'well', 'broken', 'cut-stream'] as const),
  ...(['well', 'null', 'half-json', 'well', 'no-choices', 'wrong-types', 'well', 'error-in-200', 'wrong-call'] as const),
]

const { path, remove } = temporaryFolder()
beforeAll(() => {
  const add = `{ description: 'adds two numbers', effect: 'none', execute: ({ a, b }) => a + b }`
  writeFileSync(join(path, 'tools.mjs'), `export default { add: ${add} }`)
})
afterAll(remove)

describe.concurrent.each(systems)('$system with $task', ({ system, task, args, answer, right }) => {
  const name = (runId: string) => `${system}-${task.replaceAll(' ', '-')}-${runId}`
  const solve = (address: string, runId: string, ...more: string[]) =>
    banyan(
      path,
      ['solve', ...args, '--system', system, '--model', 'm', '--base-url', address, '--run-id', name(runId), '--json', ...more],
      { BANYAN_API_KEY: 'sk-misbehaving-0123456789' },
    )

  it('finds the answer, within its budget, and says what went wrong', async () => {
    await using server = await moodyServer(answer, turns)
    const { code, stdout, stderr, json } = await solve(server.address, 'moody', '--budget', 'tokens=900')
    expect(stderr).toMatch(/calls that failed; the last: E_MODEL_|trials failed; the last: E_/)
    expect(stderr).toMatch(/status 429/)
    expect(stdout + stderr).not.toMatch(/\n\s+at .+:\d+:\d+|sk-misbehaving/)
    expect([code, json().answer]).toEqual([0, right])
    expect(json().usage.tokens).toBeGreaterThanOrEqual(server.tokens)
    expect(json().usage.tokens).toBeLessThanOrEqual(900)

    const again = await banyan(path, ['runs', 'show', name('moody'), '--json'])
    expect([again.code, again.json().status]).toEqual([0, 'finished'])
    // What is kept is enough: the same line asks nothing again.
    const asked = server.requests
    const same = await solve(server.address, 'moody', '--budget', 'tokens=900')
    expect([same.code, same.json().digest, server.requests]).toEqual([0, json().digest, asked])
  })

  it.each<Mood>(['empty', 'wrong-call', 'no-json'])('ends where every answer is of the kind %s', async (mood) => {
    await using server = await moodyServer(answer, [mood])
    const { code, stderr, json } = await solve(server.address, mood, '--budget', 'tokens=300')
    expect(stderr).not.toMatch(/\n\s+at .+:\d+:\d+/)
    expect(json().answer).toBeNull()
    // Nothing that could be read is a failure; answers that say nothing of use are only no answer.
    if (code !== 0) expect([code, stderr]).toEqual([1, expect.stringMatching(/the last: E_MODEL_OUTPUT/)])
    expect(server.requests).toBeLessThan(200)
  })
})
