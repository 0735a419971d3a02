// Runs the command line as a user does: a process of its own, in a folder of its own.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..', '..')
const node = join(root, 'node_modules', '.bin', 'node')

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  /** The result of `--json`. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it as they like
  json(): any
}

export interface Started {
  readonly process: ChildProcess
  readonly ended: Promise<Ended>
  /** Resolves when stderr and stdout together hold the text; rejects when the process ends without it. */
  says(text: string): Promise<void>
}

/** A folder that is removed with `remove`. */
export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'banyan-e2e-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

export function start(folder: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}): Started {
  const child = spawn(node, [join(root, 'bin', 'banyan.js'), ...args], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: '1', BANYAN_API_KEY: '', BANYAN_BASE_URL: '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  const listeners = new Set<() => void>()
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    for (const listener of listeners) listener()
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
    for (const listener of listeners) listener()
  })
  const ended = new Promise<Ended>((done) => {
    child.on('close', (code) => done({ code, stdout, stderr, json: () => JSON.parse(stdout) }))
  })
  const says = (text: string): Promise<void> =>
    new Promise((found, missed) => {
      const look = (): void => {
        if (!(stdout + stderr).includes(text)) return
        listeners.delete(look)
        found()
      }
      listeners.add(look)
      look()
      void ended.then(() => missed(new Error(`ended without ${JSON.stringify(text)}:\n${stdout}\n${stderr}`)))
    })
  return { process: child, ended, says }
}

export function banyan(folder: string, args: readonly string[], environment?: Readonly<Record<string, string>>): Promise<Ended> {
  return start(folder, args, environment).ended
}
