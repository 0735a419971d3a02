// Runs the command line as a user does: real processes with hard time limits. It knows no particular fault.
import { type ChildProcess, spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, HungError } from './case.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
/** The launcher of the command line, as `npx banyan` starts it. */
const launcher = `${root}bin/banyan.js`
/** Node's own binary: the launcher in `node_modules/.bin` may be a script that starts it. */
const node = process.execPath

/** Hundreds of processes load the same sources. */
const compiled = join(tmpdir(), 'banyan-checks-compiled')

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  readonly seconds: number
}

export interface ProcessOptions {
  /** The working directory. */
  readonly folder: string
  readonly environment?: Readonly<Record<string, string>>
  /** Most seconds; then it is killed and the case counts as hung. Default 30. */
  readonly limit?: number
  /** A shell line that is run before, in the same shell: `ulimit -f 100`. */
  readonly before?: string
  /** Options of Node. */
  readonly nodeOptions?: readonly string[]
}

export interface Started {
  readonly process: ChildProcess
  readonly ended: Promise<Ended>
  /** Resolves once the output (both streams) holds the text; rejects when the process ends without it. */
  says(text: string): Promise<void>
}

/** Starts `banyan` with arguments. */
export function start(args: readonly string[], options: ProcessOptions): Started {
  return startNode([launcher, ...args], options)
}

/** Starts a script. */
export function startNode(args: readonly string[], { folder, environment, limit = 30, before, nodeOptions = [] }: ProcessOptions): Started {
  const line = [node, ...nodeOptions, ...args]
  const [command, ...rest] = before === undefined ? line : ['bash', '-c', `${before}; exec "$@"`, 'bash', ...line]
  const began = performance.now()
  const child = spawn(command!, rest, {
    cwd: folder,
    env: { NODE_COMPILE_CACHE: compiled, ...process.env, NO_COLOR: '1', BANYAN_API_KEY: '', BANYAN_BASE_URL: '', ...environment },
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
  const ended = new Promise<Ended>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new HungError(`it did not end in ${limit} s: banyan ${args.slice(1).join(' ')}\n${stderr.slice(-500)}`))
    }, limit * 1000)
    child.on('error', reject)
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      resolve({ code, signal, stdout, stderr, seconds: (performance.now() - began) / 1000 })
    })
  })
  ended.catch(() => {})
  const says = (text: string): Promise<void> =>
    new Promise((found, missed) => {
      const look = (): void => {
        if ((stdout + stderr).includes(text)) found()
      }
      listeners.add(look)
      look()
      ended.then(() => missed(new Error(`it ended without saying ${JSON.stringify(text)}: ${stdout}\n${stderr}`)), missed)
    })
  return { process: child, ended, says }
}

/** Runs `banyan` to its end. */
export function banyan(args: readonly string[], options: ProcessOptions): Promise<Ended> {
  return start(args, options).ended
}

/** The JSON that a command printed with `--json`. */
// biome-ignore lint/suspicious/noExplicitAny: cases look into it as they like
export function json(ended: Ended): any {
  try {
    return JSON.parse(ended.stdout)
  } catch {
    throw new Error(`it printed no JSON (exit ${ended.code}): ${ended.stdout.slice(0, 300)} ${ended.stderr.slice(-500)}`)
  }
}

/** Expects an exit code, and with it the code of the error in the JSON that was printed. Never a stack. */
export function expectExit(ended: Ended, code: number, error?: string): void {
  expect(ended.code === code, `exit code ${code}`, `${ended.code ?? ended.signal}: ${ended.stderr.slice(-600)}`)
  expect(!/\n\s+at .+:\d+:\d+/.test(ended.stderr), 'no stack on stderr', ended.stderr.slice(-600))
  if (error !== undefined) expect(json(ended).error?.code === error, `error ${error}`, ended.stdout.slice(0, 400))
}
