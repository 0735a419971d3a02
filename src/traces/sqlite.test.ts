import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sampleLog } from '../testing/sample-log.ts'
import { testStore } from '../testing/test-store.ts'
import { sqlite } from './sqlite.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'banyan-store-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

testStore({ name: 'sqlite', create: (options) => sqlite(join(folder, 'runs.db'), options) })

it('keeps runs in a file that only its user may read, in a folder made on demand', async () => {
  const path = join(folder, '.banyan', 'runs.db')
  {
    await using store = sqlite(path)
    const token = await store.acquire('nightly-42')
    await store.append('nightly-42', token, 0, sampleLog({ runId: 'nightly-42' }))
    for (const file of [path, `${path}-wal`, `${path}-shm`]) expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(statSync(join(folder, '.banyan')).mode & 0o777).toBe(0o700)
  }
  await using store = sqlite(path)
  expect([...(await store.read('nightly-42'))].map((entry) => entry.event)).toEqual(sampleLog({ runId: 'nightly-42' }))
  expect(await store.summary('nightly-42')).toMatchObject({ status: 'finished', events: sampleLog().length })
})

describe('long texts', () => {
  const prompt = `You are a careful writer. ${'Rule. '.repeat(200)}`
  const log = (runId: string, count: number) => [
    ...sampleLog({ runId }),
    ...Array.from({ length: count }, (_, trial) => ({
      type: 'call-start' as const,
      trial,
      index: 0,
      digest: `d${trial}`,
      kind: 'generate',
      by: 'm',
      request: { messages: [{ role: 'system', content: prompt }] },
    })),
  ]

  it('are kept once, however often they come', async () => {
    const path = join(folder, 'runs.db')
    await using store = sqlite(path)
    const token = await store.acquire('a')
    await store.append('a', token, 0, log('a', 500))
    await store.close()
    expect(statSync(path).size).toBeLessThan(200_000)
    expect(occurrences(path, prompt)).toBe(1)
  })

  it('stay while one run uses them, and go with the last', async () => {
    const path = join(folder, 'runs.db')
    await using store = sqlite(path)
    for (const id of ['a', 'b']) {
      const token = await store.acquire(id)
      await store.append(id, token, 0, log(id, 3))
      await store.release(id, token)
    }
    await store.remove('a')
    expect([...(await store.read('b'))].map((entry) => entry.event)).toEqual(log('b', 3))
    await store.remove('b')
    expect(occurrences(path, 'careful writer')).toBe(0)
  })
})

it('erases a removed run from the file and from its write-ahead log', async () => {
  const path = join(folder, 'runs.db')
  await using store = sqlite(path)
  for (const id of ['kept', 'gone']) {
    const token = await store.acquire(id)
    const word = `${id}-marker`
    const events = [...sampleLog({ runId: id, trials: 200 }), ...sampleLog({ runId: word, trials: 1 })]
    await store.append(id, token, 0, [
      ...events,
      { type: 'call-end', trial: 900, index: 0, digest: word, result: [word.repeat(200), { word }], usage: {} },
    ])
    await store.release(id, token)
  }
  const size = statSync(path).size + statSync(`${path}-wal`).size
  expect(occurrences(path, 'gone-marker')).toBeGreaterThan(0)
  await store.remove('gone')
  expect(occurrences(path, 'gone')).toBe(0)
  expect(occurrences(path, 'kept-marker')).toBeGreaterThan(0)
  expect(statSync(path).size + statSync(`${path}-wal`).size).toBeLessThan(size)
})

describe('a file opened for reading only', () => {
  it('shows its runs and refuses every change', async () => {
    const path = join(folder, 'runs.db')
    {
      await using store = sqlite(path)
      await store.append('sample', await store.acquire('sample'), 0, sampleLog())
    }
    const before = readFileSync(path)
    await using store = sqlite(path, { readOnly: true })
    expect([...(await store.read('sample'))].map((entry) => entry.event)).toEqual(sampleLog())
    expect((await store.list()).map((run) => run.id)).toEqual(['sample'])
    expect(() => store.acquire('x')).toThrow(expect.objectContaining({ code: 'E_STORE_WRITE' }))
    expect(() => store.remove('sample')).toThrow(expect.objectContaining({ code: 'E_STORE_WRITE' }))
    await store.close()
    expect(readFileSync(path).equals(before)).toBe(true)
  })

  it('may lie in a folder that cannot be written', async () => {
    const path = join(folder, 'runs.db')
    await sqlite(path).close()
    chmodSync(folder, 0o500)
    await using store = sqlite(path, { readOnly: true })
    expect(await store.list()).toEqual([])
    chmodSync(folder, 0o700)
  })

  it('must be there', () => {
    expect(() => sqlite(join(folder, 'none.db'), { readOnly: true })).toThrow(expect.objectContaining({ code: 'E_STORE_MISSING' }))
    expect(existsSync(join(folder, 'none.db'))).toBe(false)
  })
})

it('takes no part of a path for an option or an address', async () => {
  const path = join(folder, 'file:runs.db?mode=memory')
  await sqlite(path).close()
  expect(existsSync(path)).toBe(true)
  writeFileSync(join(folder, 'x'), '')
  expect(() => sqlite(join(folder, 'x', 'runs.db'))).toThrow(expect.objectContaining({ code: 'E_STORE_WRITE' }))
})

/** How often a text stands in the bytes of the file and of its write-ahead log. */
function occurrences(path: string, text: string): number {
  const files = [path, `${path}-wal`, `${path}-journal`].filter((file) => existsSync(file))
  return files.reduce((sum, file) => sum + readFileSync(file).toString('latin1').split(text).length - 1, 0)
}
