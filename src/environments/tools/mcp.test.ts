// MCP servers, real ones: a process, and one behind an address. What their tools may do is ours to say; whatever goes wrong is told.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { afterEach, describe, expect, it } from 'vitest'
import { type Desk, deskServer } from '../../../test/support/desk-server.ts'
import type { Json } from '../../core/common.ts'
import type { StepContext } from '../../core/environment.ts'
import { fakeContext } from '../../testing/fake-context.ts'
import { tools as toolEnvironment } from '../tools.ts'
import { type McpServer, type McpServerOptions, type McpUse, mcpServer } from './mcp.ts'
import { readTools, toolRun } from './tool.ts'

const program = new URL('../../../test/support/desk-server.ts', import.meta.url).pathname
const open: (() => unknown)[] = []
afterEach(async () => {
  for (const close of open.splice(0)) await close()
})

async function connected(options: McpServerOptions): Promise<McpServer> {
  const server = await mcpServer(options)
  open.push(() => server.close())
  return server
}

/** The desk as a process. */
const desk = (use: McpUse = {}, ...args: string[]) => connected({ command: process.execPath, args: [program, ...args], ...use })

/** Calls a tool as an environment does: checks the input first. */
async function call({ tools }: McpServer, name: string, input: Json = {}, signal = new AbortController().signal): Promise<unknown> {
  const tool = readTools(tools).get(name)!
  const checked = await tool.check(input)
  if ('problem' in checked) throw new Error(checked.problem)
  return tool.execute(checked.value, toolRun('call', signal))
}

it('gives the tools of a server to a search, which plans what may change something', async () => {
  const server = await desk({ effects: { read_note: 'none' } })
  expect(server).toMatchObject({ name: 'desk', version: '1.2.3', instructions: 'Be brief.' })
  const environment = toolEnvironment({ tools: server.tools })
  const context: StepContext = Object.assign(fakeContext(), { purpose: 'search' as const })
  let state = environment.initial({ goal: 'copy a note' })
  for (const [tool, input] of [
    ['read_note', { at: 1 }],
    ['read_note', { at: -1 }],
    ['write_note', { text: 'bread and butter' }],
  ] as const)
    state = (await environment.step(state, { kind: 'call', tool, input }, context)).state
  expect(state.steps).toEqual([
    { kind: 'called', tool: 'read_note', input: { at: 1 }, result: 'bread and butter' },
    { kind: 'failed', tool: 'read_note', input: { at: -1 }, error: 'the input is not as the tool wants it: at: wanted at least 0, got -1' },
    { kind: 'planned', tool: 'write_note', input: { text: 'bread and butter' } },
  ])
  expect(await readTools(server.tools).get('read_note')!.parameters()).toMatchObject({ required: ['at'] })
})

describe('what a tool may do', () => {
  const effectsOf = ({ tools }: McpServer) => Object.fromEntries([...readTools(tools)].map(([name, { effect }]) => [name, effect]))
  it('is irreversible, whatever the server says', async () => {
    expect(new Set(Object.values(effectsOf(await desk())))).toEqual(new Set(['irreversible']))
  })
  it('is what the server says where that is trusted, and what the user says before all', async () => {
    const undo = () => {}
    const server = await desk({ annotations: 'trusted', effects: { count_words: 'irreversible', write_note: { undo }, picture: 'none' } })
    expect(effectsOf(server)).toMatchObject({
      read_note: 'none',
      count_words: 'irreversible',
      write_note: 'reversible',
      picture: 'none',
      fails: 'irreversible',
    })
    expect(readTools(server.tools).get('write_note')!.rehearsed).toBe(true)
  })
})

it('lists all pages, and takes those that are wanted under a prefix', async () => {
  const server = await desk({}, '60')
  expect(Object.keys(server.tools).length).toBe(76)
  expect(await call(server, 'tool_60')).toBe('I am 60')
  const some = await desk({ only: ['tool_60', 'read_note'], prefix: 'desk' }, '60')
  expect(Object.keys(some.tools)).toEqual(['desk_read_note', 'desk_tool_60'])
  expect(await call(some, 'desk_tool_60')).toBe('I am 60')
})

it('leaves out what cannot be used, and says why', async () => {
  const { leftOut } = await desk()
  expect(leftOut).toEqual([
    { name: 'refers_elsewhere', reason: expect.stringMatching(/refers to elsewhere.*elsewhere\.test/) },
    { name: 'finish', reason: expect.stringMatching(/no model can write its name/) },
  ])
})

describe('a result', () => {
  it('is structured where the tool gives that, else text, and never too long', async () => {
    const server = await desk({ mostCharacters: 1000 })
    expect(await call(server, 'count_words', { at: 1 })).toEqual({ words: 3 })
    expect(await call(server, 'picture')).toEqual(['a cat', { type: 'image', mimeType: 'image/png', base64Characters: 4 }])
    expect(await call(server, 'long')).toBe(`${'x'.repeat(1000)}… (4000 characters more)`)
  })
  it.each<[string, object]>([
    ['fails', { code: 'E_MCP_TOOL', message: 'the drawer is stuck' }],
    ['refuses', { code: 'E_MCP_TOOL', message: expect.stringContaining('not today') }],
    ['breaks_promise', { code: 'E_MCP_OUTPUT', message: expect.stringMatching(/words: wanted integer, got "many"/) }],
    ['answers_nonsense', { code: 'E_MCP_OUTPUT', message: expect.stringMatching(/only the server knows/) }],
  ])('of %s is an error', async (name, error) => {
    await expect(call(await desk(), name)).rejects.toMatchObject({ fatal: false, ...error })
  })
  it('is waited for no longer than was said, and what was written meanwhile is told', async () => {
    const server = await desk({ seconds: 1.5 })
    await expect(call(server, 'answers_no_message')).rejects.toMatchObject({
      code: 'E_MCP_TIMEOUT',
      message: expect.stringMatching(/within 1.5 seconds.*meanwhile/s),
    })
    expect(await call(server, 'chatters')).toBe('done')
    const stopped = new AbortController()
    const waiting = call(server, 'never_answers', {}, stopped.signal)
    stopped.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
    expect(await call(server, 'read_note', { at: 0 })).toBe('milk')
  })
})

describe('a server that ends', () => {
  it('in a call: the call fails with what it wrote, and so do all that come', async () => {
    const server = await desk()
    const other = call(server, 'never_answers')
    other.catch(() => {})
    const gone = { code: 'E_MCP_GONE', fatal: true, message: expect.stringMatching(/the desk collapsed.*only the server knows/s) }
    await expect(call(server, 'dies')).rejects.toMatchObject(gone)
    await expect(other).rejects.toMatchObject(gone)
    await expect(call(server, 'read_note', { at: 0 })).rejects.toMatchObject(gone)
  })
  it('when it is killed', async () => {
    const server = await desk()
    const waiting = call(server, 'never_answers')
    process.kill(Number(await call(server, 'process_id')), 'SIGKILL')
    await expect(waiting).rejects.toMatchObject({ code: 'E_MCP_GONE' })
  })
  it('when it is closed: its process is gone', async () => {
    const server = await desk()
    const id = Number(await call(server, 'process_id'))
    await server.close()
    await server.close()
    expect(() => process.kill(id, 0)).toThrow()
    await expect(call(server, 'read_note', { at: 0 })).rejects.toMatchObject({ message: expect.stringMatching(/was closed before/) })
  })
})

it('does not call a tool that is another than the one that was listed', async () => {
  const server = await desk()
  await call(server, 'changes')
  await expect(call(server, 'read_note', { at: 0 })).rejects.toMatchObject({ code: 'E_MCP_CHANGED' })
  expect(await call(server, 'count_words', { at: 0 })).toEqual({ words: 1 })
})

it('is pinned by a digest', async () => {
  const { digest } = await desk()
  expect(digest).toMatch(/^[\da-f]{64}$/)
  expect((await desk({ digest })).digest).toBe(digest)
  await expect(desk({ digest }, '1')).rejects.toMatchObject({ code: 'E_MCP_CHANGED', wanted: digest })
})

it('passes on no environment but what a program needs, and what is given', async () => {
  process.env.DESK_SECRET = 'x'
  try {
    const server = await connected({ command: process.execPath, args: [program], env: { DESK_GIVEN: 'y' } })
    const names = String(await call(server, 'secrets')).split(' ')
    expect(names).toContain('DESK_GIVEN')
    expect(names).not.toContain('DESK_SECRET')
  } finally {
    delete process.env.DESK_SECRET
  }
})

it.each<[string, McpServerOptions, object]>([
  ['a command that is not there', { command: 'no-such-command-here' }, { code: 'E_MCP_CONNECT', message: /ENOENT.*installed\?/ }],
  [
    'a program that ends',
    { command: process.execPath, args: ['-e', 'console.error("no key"); process.exit(1)'] },
    { code: 'E_MCP_CONNECT', message: /it had written: no key/ },
  ],
  [
    'a program that says nothing',
    { command: process.execPath, args: ['-e', 'setTimeout(() => {}, 1e6)'], seconds: 0.3 },
    { code: 'E_MCP_CONNECT' },
  ],
  ['nobody there', { url: 'http://127.0.0.1:9/mcp' }, { code: 'E_MCP_CONNECT', message: /127\.0\.0\.1:9.*Is it running/ }],
  ['neither command nor address', {} as McpServerOptions, { code: 'E_MCP_OPTION', message: /either a command or an address/ }],
  ['an address that is none', { url: 'localhost:3' }, { code: 'E_MCP_OPTION', message: /"url"/ }],
  ['an option that is not there', { command: 'x', argz: [] } as McpServerOptions, { code: 'E_MCP_OPTION', message: /argz/ }],
  [
    'a tool that it has not',
    { command: process.execPath, args: [program], only: ['read_nite'] },
    { code: 'E_MCP_OPTION', message: /"read_note"/ },
  ],
  [
    'an effect of no tool',
    { command: process.execPath, args: [program], effects: { x: 'none' } },
    { code: 'E_MCP_OPTION', message: /wanted one of read_note/ },
  ],
])('says what is wrong: %s', async (_, options, { message = /./, ...error }: { message?: RegExp }) => {
  await expect(mcpServer(options)).rejects.toMatchObject({ ...error, message: expect.stringMatching(message) })
})

describe('behind an address', () => {
  it('is used in the same way, with its headers', async () => {
    const { url, desk, seen } = await hosted()
    const server = await connected({ url, headers: { authorization: 'Bearer k' }, effects: { read_note: 'none' } })
    expect(await call(server, 'read_note', { at: 0 })).toBe('milk')
    expect(await call(server, 'count_words', { at: 1 })).toEqual({ words: 3 })
    await expect(call(server, 'fails')).rejects.toMatchObject({ code: 'E_MCP_TOOL' })
    expect(await call(server, 'write_note', { text: 'eggs' })).toBe('note 2')
    expect(desk.notes).toEqual(['milk', 'bread and butter', 'eggs'])
    expect(new Set(seen)).toEqual(new Set(['Bearer k']))
  })
  it('that refuses is told to be in want of a key', async () => {
    const { url } = await hosted({ refuses: 401 })
    await expect(mcpServer({ url })).rejects.toMatchObject({ code: 'E_MCP_CONNECT', message: expect.stringMatching(/Give it its key/) })
  })
  it('that ends in a call is gone', async () => {
    const { url, end } = await hosted()
    const server = await connected({ url })
    const waiting = call(server, 'never_answers')
    setTimeout(end, 50)
    await expect(waiting).rejects.toMatchObject({ code: 'E_MCP_GONE', fatal: true })
    await expect(call(server, 'read_note', { at: 0 })).rejects.toMatchObject({ code: 'E_MCP_GONE' })
  })
  it('takes its headers to no other origin', async () => {
    const other = await hosted()
    const { url } = await hosted({ refuses: 307, location: other.url })
    await expect(mcpServer({ url, headers: { authorization: 'Bearer k' } })).rejects.toMatchObject({ code: 'E_MCP_CONNECT' })
    expect(other.seen).toEqual([])
  })
})

/** The desk behind an address on this machine. */
async function hosted({ refuses, location }: { readonly refuses?: number; readonly location?: string } = {}) {
  const desk: Desk = deskServer()
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: () => 'session' })
  await desk.server.connect(transport as Parameters<typeof desk.server.connect>[0])
  const seen: (string | undefined)[] = []
  const server: Server = createServer((request, response) => {
    seen.push(request.headers.authorization)
    if (refuses !== undefined) response.writeHead(refuses, location === undefined ? {} : { location }).end()
    else void transport.handleRequest(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const end = () => {
    server.closeAllConnections()
    server.close()
  }
  open.push(end)
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`, desk, seen, end }
}
