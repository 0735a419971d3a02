// Downloads against sources made here: no network, no real model.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { requirement } from '../testing/requirements.ts'
import type { CatalogueEntry } from './catalogue.ts'
import { modelPath } from './find-model.ts'
import { hubSource } from './pull/hub.ts'
import { wheelSource } from './pull/wheel.ts'
import { type ModelSource, type PullProgress, pullEntry, pullModel } from './pull.ts'

const content = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * index) % 251))
const entry: CatalogueEntry = {
  name: 'made-up',
  file: 'made-up.gguf',
  bytes: content.length,
  sha256: createHash('sha256').update(content).digest('hex'),
  license: 'MIT',
  about: 'for tests',
  hub: { repo: 'someone/made-up', path: 'made-up.gguf' },
  wheel: { package: 'made-up', version: '1.0', entry: 'made_up/made-up.gguf' },
}

let cache: string
let before: string | undefined
beforeEach(() => {
  before = process.env.BANYAN_CACHE
  cache = mkdtempSync(join(tmpdir(), 'banyan-pull-test-'))
  process.env.BANYAN_CACHE = cache
})
afterEach(() => {
  if (before === undefined) delete process.env.BANYAN_CACHE
  else process.env.BANYAN_CACHE = before
  rmSync(cache, { recursive: true, force: true })
})
const files = () => (existsSync(join(cache, 'models')) ? readdirSync(join(cache, 'models')) : [])

/** A source that gives some bytes, piece by piece. */
const giving = (bytes: Uint8Array, name = 'test'): ModelSource => ({
  name,
  async *read() {
    for (let at = 0; at < bytes.length; at += 50_000) yield bytes.subarray(at, at + 50_000)
  },
})

describe('pulling a model', () => {
  it('puts the file in its place and tells how far it has come', async () => {
    const seen: PullProgress[] = []
    const path = await pullEntry(entry, { sources: [giving(content)], onProgress: (progress) => seen.push(progress) })
    expect(readFileSync(path).equals(content)).toBe(true)
    expect(path).toBe(modelPath(entry))
    expect(seen.map(({ received }) => received)).toEqual([50_000, 100_000, 150_000, 200_000, 250_000, 300_000])
    expect(files()).toEqual(['made-up.gguf'])
  })

  it.each([
    ['another digest', Buffer.concat([content.subarray(1), Buffer.of(7)]), /SHA-256/],
    ['an early end', content.subarray(0, 1000), /ended after 1000 of 300000 bytes/],
    ['no end', Buffer.concat([content, content]), /larger than 300000 bytes/],
    ['nothing', Buffer.alloc(0), /ended after 0/],
  ])('keeps nothing of a file with %s', async (_, bytes, message) => {
    const pulled = pullEntry(entry, { sources: [giving(bytes, 'first source')] })
    await expect(pulled).rejects.toMatchObject({ code: 'E_MODEL_PULL', message: expect.stringMatching(message) })
    await expect(pulled).rejects.toThrow('first source')
    expect(files()).toEqual([])
  })

  it('goes on to the next source', async () => {
    const failing: ModelSource = {
      name: 'broken',
      // biome-ignore lint/correctness/useYield: it fails before it has anything to give
      async *read() {
        throw new Error('no connection')
      },
    }
    const path = await pullEntry(entry, { sources: [failing, giving(content.subarray(5)), giving(content)] })
    expect(statSync(path).size).toBe(content.length)
  })

  it('leaves a file that is there in its place until the new one is whole', async () => {
    const path = await pullEntry(entry, { sources: [giving(content)] })
    await expect(pullEntry(entry, { sources: [giving(content.subarray(9))] })).rejects.toMatchObject({ code: 'E_MODEL_PULL' })
    expect(readFileSync(path).equals(content)).toBe(true)
  })

  it('can be done twice at once', async () => {
    const paths = await Promise.all([1, 2, 3].map(() => pullEntry(entry, { sources: [giving(content)] })))
    expect(readFileSync(paths[0]!).equals(content)).toBe(true)
    expect(files()).toEqual(['made-up.gguf'])
  })

  it('stops when it is told to, and leaves nothing', async () => {
    const controller = new AbortController()
    const pulled = pullEntry(entry, { sources: [giving(content)], signal: controller.signal, onProgress: () => controller.abort() })
    await expect(pulled).rejects.toMatchObject({ code: 'E_MODEL_ABORTED' })
    expect(files()).toEqual([])
  })

  it('leaves nothing that is believed when it is killed', async () => {
    const script = join(cache, 'slow-pull.ts')
    const url = (name: string) => JSON.stringify(new URL(name, import.meta.url).href)
    writeFileSync(
      script,
      `import { pullEntry } from ${url('./pull.ts')}
       const source = { name: 'slow', async *read() {
         yield new Uint8Array(100000)
         process.stdout.write('begun')
         await new Promise((resolve) => setTimeout(resolve, 60000))
       } }
       await pullEntry(${JSON.stringify(entry)}, { sources: [source] })`,
    )
    const node = join(fileURLToPath(new URL('../..', import.meta.url)), 'node_modules', '.bin', 'node')
    const child = spawn(node, [script], { env: { ...process.env, BANYAN_CACHE: cache }, stdio: ['ignore', 'pipe', 'inherit'] })
    await new Promise<void>((resolve) => child.stdout.once('data', () => resolve()))
    child.kill('SIGKILL')
    await new Promise<void>((resolve) => child.once('exit', () => resolve()))
    expect(existsSync(modelPath(entry))).toBe(false)
    const [part] = files()
    expect(part).toMatch(/^made-up\.gguf\.[0-9a-f]{16}\.part$/)
    // The next download does not build on it, and removes it once it is surely dead.
    const old = join(cache, 'models', part!)
    utimesSync(old, new Date(0), new Date(0))
    await pullEntry(entry, { sources: [giving(content)] })
    expect(files()).toEqual(['made-up.gguf'])
  })

  it('refuses a name that is not in the catalogue', async () => {
    await expect(pullModel('smollm2-13m')).rejects.toMatchObject({
      code: 'E_MODEL_UNKNOWN',
      message: expect.stringContaining('smollm2-135m'),
    })
  })
})

describe('the hub', () => {
  let server: Server
  let url: string
  let answer: (path: string, method: string) => { status: number; headers?: Record<string, string>; body?: Uint8Array } | undefined
  beforeEach(async () => {
    server = createServer((request, response) => {
      const given = answer(request.url ?? '', request.method ?? '')
      if (given === undefined) return
      response.writeHead(given.status, given.headers)
      response.end(request.method === 'HEAD' ? undefined : given.body)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterEach(() => {
    server.closeAllConnections()
    server.close()
  })
  const pull = () => pullEntry(entry, { sources: [hubSource({ url, connectTimeout: 300, stallTimeout: 300 })] })
  const found = (body: Uint8Array) => ({
    status: 200,
    headers: { etag: '"x"', 'content-length': String(body.length), 'content-range': `bytes 0-${body.length - 1}/${body.length}` },
    body,
  })

  it('gives the file', async () => {
    answer = (path) => (path.startsWith('/someone/made-up/resolve/main/made-up.gguf') ? found(content) : { status: 404 })
    expect(readFileSync(await pull()).equals(content)).toBe(true)
  })

  it('is given up when the file is not there or has another size', async () => {
    answer = () => ({ status: 404, headers: { 'x-error-code': 'EntryNotFound' } })
    await expect(pull()).rejects.toThrow(/there is no made-up.gguf|404/)
    answer = () => found(content.subarray(3))
    await expect(pull()).rejects.toThrow('299997 bytes instead of 300000')
  })

  it('is given up when it does not answer, stops answering, or cannot be reached', async () => {
    answer = () => undefined
    await expect(pull()).rejects.toThrow('no answer within 300 ms')
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    await expect(pull()).rejects.toThrow('no connection')
  })
})

const python = requirement('python')
describe.skipIf(!python.available)('a wheel', () => {
  /** A pip that copies a wheel made here, instead of asking an index. */
  const fakePip = (wheel: string): [string, ...string[]] => {
    const script = join(cache, 'pip.py')
    writeFileSync(script, `import shutil, sys\nshutil.copy(${JSON.stringify(wheel)}, sys.argv[sys.argv.index('--dest') + 1])\n`)
    return ['python3', script]
  }
  const makeWheel = (names: string[], method: 'ZIP_STORED' | 'ZIP_DEFLATED'): string => {
    const wheel = join(cache, 'made_up-1.0-py3-none-any.whl')
    mkdirSync(dirname(wheel), { recursive: true })
    writeFileSync(join(cache, 'content'), content)
    const lines = [`z = zipfile.ZipFile(${JSON.stringify(wheel)}, 'w', zipfile.${method})`, `z.writestr('made_up/__init__.py', 'x = 1')`]
    for (const name of names) lines.push(`z.write(${JSON.stringify(join(cache, 'content'))}, ${JSON.stringify(name)})`)
    spawnSync('python3', ['-c', ['import zipfile', ...lines, 'z.close()'].join('\n')], { stdio: 'ignore' })
    return wheel
  }

  it.each(['ZIP_STORED', 'ZIP_DEFLATED'] as const)('gives the one entry that is named (%s)', async (method) => {
    const pip = fakePip(makeWheel(['other/made-up.gguf', 'made_up/made-up.gguf'], method))
    const path = await pullEntry(entry, { sources: [wheelSource({ pip: [['no-such-program'], pip] })] })
    expect(readFileSync(path).equals(content)).toBe(true)
  })

  it('is refused without that entry, or with two of the name', async () => {
    for (const names of [['other/made-up.gguf'], ['made_up/made-up.gguf', 'made_up/made-up.gguf']]) {
      const pip = fakePip(makeWheel(names, 'ZIP_STORED'))
      await expect(pullEntry(entry, { sources: [wheelSource({ pip: [pip] })] })).rejects.toThrow(
        `${names.length === 1 ? 0 : 2} entries named`,
      )
    }
  })

  it('is refused when it is no zip file', async () => {
    const wheel = join(cache, 'made_up-1.0-py3-none-any.whl')
    writeFileSync(wheel, content)
    await expect(pullEntry(entry, { sources: [wheelSource({ pip: [fakePip(wheel)] })] })).rejects.toThrow('not a zip file')
  })

  it('says what pip said', async () => {
    const pip: [string, ...string[]] = ['python3', '-c', 'import sys; print("ERROR: no such package", file=sys.stderr); sys.exit(1)']
    await expect(pullEntry(entry, { sources: [wheelSource({ pip: [pip] })] })).rejects.toThrow('ERROR: no such package')
    await expect(pullEntry(entry, { sources: [wheelSource({ pip: [['no-such-program']] })] })).rejects.toThrow('not installed')
  })
})
