// `banyan solve` with tools: of a module, of MCP servers; what it plans, what it carries out, and what it refuses.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type MoodyServer, moodyServer } from '../support/moody-server.ts'
import { banyan, start, temporaryFolder } from './banyan-process.ts'

const { path, remove } = temporaryFolder()
const desk = `${process.execPath} "${new URL('../support/desk-server.ts', import.meta.url).pathname}"`
let model: MoodyServer
beforeAll(async () => {
  // Looks at a note, copies it, and says so; it judges every plan to be right.
  model = await moodyServer(
    ({ text }) => {
      const done = text.slice(text.lastIndexOf('Goal:'))
      if (done.includes('Yes or No')) return 'Yes'
      if (done.includes('write_note(')) return '{"finish": "copied"}'
      return done.includes('read_note(') ? '{"tool": "write_note", "input": {"text": "milk"}}' : '{"tool": "read_note", "input": {"at": 0}}'
    },
    ['well'],
  )
})
afterAll(async () => {
  await model[Symbol.asyncDispose]()
  remove()
})

const solve = (...args: string[]) =>
  banyan(path, ['solve', 'Copy the first note.', '--model', 'm', '--base-url', model.address, '--budget', 'calls=30', ...args])
const copied = { answer: 'copied', calls: [{ tool: 'write_note', input: { text: 'milk' }, effect: 'irreversible' }] }

describe('an MCP server', () => {
  it('is looked at in the search, and changed by a commit alone, once', async () => {
    const line = ['--mcp', desk, '--effect', 'read_note=none', '--run-id', 'copy']
    const planned = await solve(...line)
    expect(planned.stderr).toMatch(/the tool finish of desk cannot be used/)
    expect([planned.code, planned.stdout]).toEqual([
      0,
      expect.stringMatching(/^copied\nplanned 1 {2}write_note\(\{"text":"milk"\}\) {2}irreversible\n/),
    ])
    expect(planned.stdout).toMatch(/nothing of it was carried out.*--run-id copy --commit/)
    const asked = model.requests
    const done = await solve(...line, '--commit')
    expect([done.code, done.stdout]).toEqual([0, expect.stringMatching(/\ndone {5}write_note: "note 2"\n/)])
    expect(model.requests).toBe(asked)
    const again = await solve(...line, '--commit', '--json')
    expect(again.json().committed).toMatchObject({ done: true, calls: [{ status: 'done', result: 'note 2' }] })
  })

  it('is found by its name, and so the run can be gone on with', async () => {
    const folder = join(path, 'named')
    mkdirSync(folder)
    const [command, program] = [process.execPath, desk.split('"')[1]!]
    const server = {
      command,
      args: [program, '60'],
      env: { DESK: '$' + '{HOME}' },
      annotations: 'trusted',
      prefix: 'my',
      only: ['read_note', 'tool_60'],
    }
    writeFileSync(join(folder, 'banyan.config.json'), JSON.stringify({ mcpServers: { desk: server } }))
    const args = ['solve', 'Copy the first note.', '--model', 'm', '--base-url', model.address, '--budget', 'calls=6', '--mcp', 'desk']
    const { code, stdout } = await banyan(folder, [...args, '--run-id', 'r', '--json', '--dry-run'])
    expect([code, stdout]).toEqual([0, expect.stringContaining('"tools":["desk"]')])
    const first = await banyan(folder, [...args, '--run-id', 'r', '--json'])
    expect(first.stderr).not.toMatch(/no tool is known/)
    for (const verb of [
      ['resume', 'r'],
      ['runs', 'replay', 'r'],
    ]) {
      const next = await banyan(folder, [...verb, '--model', 'm', '--base-url', model.address, '--json'])
      expect([next.code, next.json().digest, next.stderr]).toEqual([0, first.json().digest, expect.any(String)])
    }
    // A run brings names alone: where the configuration has none of them, nothing is started.
    const marked = join(folder, 'started')
    writeFileSync(join(folder, 'banyan.config.json'), JSON.stringify({ mcpServers: { other: server } }))
    const store = new DatabaseSync(join(folder, '.banyan', 'runs.db'))
    store.exec(`UPDATE events SET body = replace(body, '"tools":["desk"]', '"tools":["touch ${marked}"]')`)
    store.close()
    const foreign = await banyan(folder, ['resume', 'r', '--model', 'm', '--base-url', model.address])
    expect([foreign.code, foreign.stderr]).toEqual([2, expect.stringMatching(/not in banyan\.config\.json[\s\S]*touch[\s\S]*--mcp/)])
    expect(existsSync(marked)).toBe(false)
    writeFileSync(join(folder, 'banyan.config.json'), JSON.stringify({ mcpServers: { desk: server } }))
    const wrong = await banyan(folder, args.with(-1, 'desc'))
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringMatching(/Did you mean "desk"/)])
  })
})

describe('an MCP server that misbehaves', () => {
  /** Only one tool, which the model calls whatever comes of it. */
  const stubborn = (tool: string) =>
    moodyServer(({ text }) => (text.includes('Yes or No') ? 'No' : `{"tool": "${tool}", "input": {}}`), ['well'])
  const folder = (name: string, more: object = {}) => {
    const made = join(path, name)
    mkdirSync(made, { recursive: true })
    const server = { command: process.execPath, args: [desk.split('"')[1]!], ...more }
    writeFileSync(join(made, 'banyan.config.json'), JSON.stringify({ mcpServers: { desk: server } }))
    return made
  }
  const line = (address: string, effect: string) => [
    ...['solve', 'Do it.', '--model', 'm', '--base-url', address, '--budget', 'calls=4', '--mcp', 'desk', '--run-id', 'r'],
    ...['--effect', `${effect}=none`, '--searcher', 'greedy', '--json'],
  ]

  it('and gives no answer to a call costs a step', async () => {
    await using model = await stubborn('never_answers')
    const { code, stderr } = await banyan(folder('silent', { seconds: 3 }), line(model.address, 'never_answers'))
    expect([code, stderr]).toEqual([0, expect.not.stringMatching(/\n\s+at /)])
  })

  it('and does not speak at all is given up', async () => {
    await using model = await stubborn('x')
    const made = folder('mute', { args: ['-e', 'setTimeout(() => {}, 1e6)'], seconds: 0.5 })
    const { code, json } = await banyan(made, line(model.address, 'x'))
    expect([code, json().error.code]).toEqual([1, 'E_MCP_CONNECT'])
  })

  it('and ends in a call ends the search; it goes on when the server is well again', async () => {
    await using model = await stubborn('dies')
    const made = folder('dying')
    const { code, stderr, json } = await banyan(made, line(model.address, 'dies'))
    expect([code, json().error]).toEqual([1, { code: 'E_MCP_GONE', message: expect.stringMatching(/the desk collapsed/) }])
    expect(stderr).toMatch(/go on with: npx banyan resume r --effect dies=none/)
    folder('dying', { env: { DESK_STEADY: '1' } })
    const resumed = await banyan(made, ['resume', 'r', '--model', 'm', '--base-url', model.address, '--effect', 'dies=none', '--json'])
    expect([resumed.code, resumed.json().usage.steps > 0]).toEqual([0, true])
  })

  it('in a call does not keep a search from being stopped, and is stopped with it', async () => {
    await using model = await stubborn('never_answers')
    const file = join(path, 'desk.pid')
    const made = folder('stopped', { env: { DESK_PROCESS_FILE: file } })
    const started = start(made, line(model.address, 'never_answers'))
    while (model.requests === 0) await wait(20)
    await wait(300)
    started.process.kill('SIGINT')
    expect(await started.ended).toMatchObject({ code: 130, stderr: expect.stringMatching(/go on with: npx banyan resume r --effect/) })
    expect(() => process.kill(Number(readFileSync(file, 'utf8')), 0)).toThrow(/ESRCH/)
  })
})

it('takes tools of a module, under a policy', async () => {
  writeFileSync(
    join(path, 'tools.mjs'),
    `export default {
      read_note: { description: 'reads a note', effect: 'none', execute: () => 'milk' },
      write_note: { description: 'writes a note', execute: () => 'written' },
    }`,
  )
  writeFileSync(
    join(path, 'policy.json'),
    JSON.stringify({ tools: { read_note: [{ effect: 'allow' }], write_note: [{ effect: 'allow' }] } }),
  )
  const line = ['--tools', 'tools.mjs', '--json']
  expect((await solve(...line, '--policy', 'policy.json', '--commit')).json()).toMatchObject({
    answer: copied,
    committed: { done: true, calls: [{ result: 'written' }] },
  })
  writeFileSync(join(path, 'policy.json'), JSON.stringify({ tools: { read_note: [{ effect: 'allow' }] } }))
  expect((await solve(...line, '--policy', 'policy.json')).json().answer).toBeNull()
})

it.each<[string[], RegExp]>([
  [['--mcp', 'no-such-command'], /no-such-command cannot be connected to/],
  [['--mcp', desk, '--environment', 'writing'], /writing calls no tools/],
  [['--mcp', desk, '--effect', 'read_nte=none'], /Did you mean "read_note"/],
  [['--mcp', desk, '--effect', 'read_note=harmless'], /read_note=none/],
  [['--tools', 'nowhere.mjs'], /cannot be loaded/],
  [['--environment', 'tools'], /needs tools[\s\S]*--mcp/],
  [['--commit'], /needs tools[\s\S]*--mcp/],
])('says what is wrong with %j', async (args, message) => {
  const { code, stdout, stderr } = await solve(...args)
  expect([code, stdout, stderr]).toEqual([expect.toBeOneOf([1, 2]), '', expect.stringMatching(message)])
  expect(stderr).not.toMatch(/\n\s+at .+:\d+:\d+/)
})
