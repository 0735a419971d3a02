// Real processes on one file: killed while they write, side by side, and on a disk that is full.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CallEnd } from '../../src/core/events.ts'
import { requirement } from '../../src/testing/requirements.ts'
import { sampleLog } from '../../src/testing/sample-log.ts'
import { sqlite } from '../../src/traces/sqlite.ts'
import type { Store } from '../../src/traces/store.ts'

const program = fileURLToPath(new URL('writer.ts', import.meta.url))
const children = new Set<ChildProcess>()
let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'banyan-processes-'))
  path = join(folder, 'runs.db')
})
afterEach(() => {
  for (const child of children) child.kill('SIGKILL')
  children.clear()
  rmSync(folder, { recursive: true, force: true })
})

interface Writer {
  readonly child: ChildProcess
  readonly lines: string[]
  /** Resolves when it has said so many lines, or ended. */
  said(count: number): Promise<void>
  ended(): Promise<void>
}

function write(runId: string, size: number, batches: number): Writer {
  const child = spawn(process.execPath, [program, path, runId, String(size), String(batches)], { stdio: ['ignore', 'pipe', 'inherit'] })
  children.add(child)
  const lines: string[] = []
  const waiting = new Set<() => void>()
  let rest = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n')
    rest = parts.pop() ?? ''
    lines.push(...parts)
    for (const check of waiting) check()
  })
  const closed = once(child, 'close')
  return {
    child,
    lines,
    said: (count) => {
      const reached = new Promise<void>((resolve) => {
        const check = (): void => {
          if (lines.length >= count) resolve()
        }
        waiting.add(check)
        check()
      })
      return Promise.race([reached, closed.then(() => undefined)])
    },
    ended: () => closed.then(() => undefined),
  }
}

/** Checks the file and a run in it; returns how many events it has. */
async function whole(store: Store, runId: string): Promise<number> {
  const entries = [...(await store.read(runId))]
  for (const [i, { sequence, event }] of entries.entries()) {
    expect(sequence).toBe(i)
    expect((event as CallEnd).result).toEqual([`${runId} ${i}`, 'a long text '.repeat(60)])
  }
  const database = new DatabaseSync(path)
  expect(database.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' })
  database.close()
  return entries.length
}

describe('a process that is killed while it writes', () => {
  it('loses nothing that was kept, leaves no half batch, and its run can be taken over at once', async () => {
    let known = 0
    for (const [size, lines] of [
      [1, 40],
      [7, 3],
      [500, 5],
      [3, 90],
    ] as const) {
      const writer = write('run', size, 0)
      await writer.said(lines)
      writer.child.kill('SIGKILL')
      await writer.ended()
      const kept = Number(writer.lines.at(-1))
      await using store = sqlite(path)
      const count = await whole(store, 'run')
      expect(count).toBeGreaterThanOrEqual(kept)
      expect((count - known) % size).toBe(0)
      known = count
      expect(await store.summary('run')).toMatchObject({ status: 'interrupted', events: count })
      await store.release('run', await store.acquire('run'))
    }
  })
})

describe('two processes', () => {
  it('on two runs of one file do not disturb each other, from its making on', async () => {
    const writers = ['a', 'b'].map((runId) => write(runId, 20, 60))
    await Promise.all(writers.map((writer) => writer.ended()))
    expect(writers.map((writer) => writer.lines.at(-1))).toEqual(['1200', '1200'])
    await using store = sqlite(path)
    expect(await whole(store, 'a')).toBe(1200)
    expect(await whole(store, 'b')).toBe(1200)
  })

  it('on one run: the second is refused while the first lives, whoever it is', async () => {
    const first = write('run', 5, 0)
    await first.said(1)
    const second = write('run', 5, 1)
    await second.ended()
    expect(second.lines).toEqual(['E_RUN_BUSY'])
    await using store = sqlite(path)
    expect(() => store.acquire('run')).toThrow(expect.objectContaining({ code: 'E_RUN_BUSY' }))
    expect(() => store.remove('run')).toThrow(expect.objectContaining({ code: 'E_RUN_BUSY' }))
    expect((await store.summary('run'))?.status ?? 'running').toBe('running')
    first.child.kill('SIGKILL')
    await first.ended()
    const third = write('run', 5, 1)
    await third.ended()
    expect(third.child.exitCode).toBe(0)
    await whole(store, 'run')
  })

  it('read and write at once', async () => {
    const writer = write('run', 10, 0)
    await writer.said(5)
    await using store = sqlite(path, { readOnly: true })
    let before = 0
    for (let i = 0; i < 5; i++) {
      await writer.said(writer.lines.length + 3)
      const count = await whole(store, 'run')
      expect(count).toBeGreaterThan(before)
      expect(count % 10).toBe(0)
      before = count
    }
  })
})

const tmpfs = requirement('tmpfs')
describe.skipIf(!tmpfs.available)('a disk', () => {
  const mount = (...options: string[]): void => {
    const { status, stderr } = spawnSync('mount', [...options, folder], { encoding: 'utf8' })
    if (status !== 0) throw new Error(stderr)
  }
  afterEach(() => {
    spawnSync('umount', ['-l', folder])
  })

  it('that is full: a clear error, what was committed stays, and the run goes on when there is space', async () => {
    mount('-t', 'tmpfs', '-o', 'size=1m', 'tmpfs')
    {
      await using store = sqlite(path)
      let token = await store.acquire('run')
      let next = 0
      const fill = async (): Promise<void> => {
        for (;;) next = await store.append('run', token, next, sampleLog({ seed: next, trials: 50 }))
      }
      await expect(fill()).rejects.toMatchObject({ code: 'E_STORE_FULL' })
      expect([...(await store.read('run'))]).toHaveLength(next)
      expect(next).toBeGreaterThan(0)
      try {
        await store.release('run', token)
      } catch (error) {
        expect(error).toMatchObject({ code: 'E_STORE_FULL' })
      }
      mount('-o', 'remount,size=4m')
      token = await store.acquire('run')
      expect(await store.append('run', token, next, sampleLog())).toBe(next + sampleLog().length)
    }
    await using store = sqlite(path, { readOnly: true })
    expect((await store.summary('run'))?.status).toBe('finished')
  })

  it('that is full from the beginning', () => {
    mount('-t', 'tmpfs', '-o', 'size=64k', 'tmpfs')
    try {
      writeFileSync(join(folder, 'ballast'), Buffer.alloc(64 * 1024))
    } catch {
      // Full is what it is meant to be.
    }
    expect(() => sqlite(path)).toThrow(expect.objectContaining({ code: 'E_STORE_FULL' }))
  })

  it('that may only be read: its runs can be looked at, and not written', async () => {
    mount('-t', 'tmpfs', '-o', 'size=4m', 'tmpfs')
    {
      await using store = sqlite(path)
      await store.append('run', await store.acquire('run'), 0, sampleLog())
    }
    mount('-o', 'remount,ro')
    await using store = sqlite(path, { readOnly: true })
    expect([...(await store.read('run'))].map((entry) => entry.event)).toEqual(sampleLog())
    const write = async (): Promise<void> => {
      await using writable = sqlite(path)
      await writable.acquire('run')
    }
    await expect(write()).rejects.toMatchObject({ code: 'E_STORE_WRITE' })
    expect(() => sqlite(join(folder, 'new', 'runs.db'))).toThrow(expect.objectContaining({ code: 'E_STORE_WRITE' }))
  })
})
