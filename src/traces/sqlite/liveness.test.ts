import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { platform, tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, it } from 'vitest'
import { sampleLog } from '../../testing/sample-log.ts'
import { sqlite } from '../sqlite.ts'
import { claim, disclaim, lives, silence } from './liveness.ts'

const now = Date.now()

it('knows its own writers for certain', () => {
  const writer = claim('token', now)
  expect(lives(writer, now)).toBe(true)
  expect(lives({ ...writer, token: 'another' }, now)).toBe(false)
  disclaim('token')
  expect(lives(writer, now)).toBe(false)
})

it('goes by the heartbeat where it cannot look', () => {
  const writer = { ...claim('token', now), machine: 'elsewhere' }
  expect(lives(writer, now + silence)).toBe(true)
  expect(lives(writer, now + silence + 1)).toBe(false)
  expect(lives(writer, now - silence - 1)).toBe(false)
  disclaim('token')
})

it.skipIf(platform() !== 'linux')('does not take a later process of the same number for the writer', () => {
  const writer = claim('token', now)
  expect(lives({ ...writer, process: 1, started: '0/0' }, now)).toBe(false)
  expect(lives({ ...writer, started: '1/0' }, now)).toBe(false)
  disclaim('token')
})

it('knows at once that a process has ended', async () => {
  const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)'])
  await once(child, 'spawn')
  const writer = { ...claim('token', now), process: child.pid as number, started: '/0' }
  expect(lives(writer, now)).toBe(true)
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(lives(writer, now)).toBe(false)
  disclaim('token')
})

it('a writer that was thought dead and was replaced can write no more', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'banyan-lease-'))
  const path = join(folder, 'runs.db')
  {
    await using first = sqlite(path)
    await using second = sqlite(path)
    const lost = await first.acquire('run')
    await first.append('run', lost, 0, sampleLog())
    expect(() => second.acquire('run')).toThrow(expect.objectContaining({ code: 'E_RUN_BUSY' }))
    // As if the first were on another machine, and silent.
    const database = new DatabaseSync(path)
    database.prepare('UPDATE writers SET machine = ?, heartbeat = ?').run('elsewhere', Date.now() - 2 * silence)
    database.close()
    const token = await second.acquire('run')
    expect(() => first.append('run', lost, sampleLog().length, sampleLog())).toThrow(expect.objectContaining({ code: 'E_LOG_CONFLICT' }))
    await first.release('run', lost)
    expect(await second.append('run', token, sampleLog().length, sampleLog())).toBe(2 * sampleLog().length)
  }
  rmSync(folder, { recursive: true })
})
