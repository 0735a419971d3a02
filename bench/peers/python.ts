// A Python environment of the peers' own: made on first use in the cache, from the pinned list beside this file. Knows no peer.
import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { cacheDirectory } from '../../src/models/cache-directory.ts'
import type { Need } from '../entry.ts'

const run = promisify(execFile)
const here = fileURLToPath(new URL('.', import.meta.url))

/** One environment: the packages of one list. */
export interface PythonPeers {
  /** Its packages; installs them when they are not there. */
  readonly packages: Need
  /** Path of its interpreter. */
  readonly python: string
}

/** Peers of the search. */
export const peers = pythonPeers('requirements.txt')
/** Peers of the training engine, which are large. */
export const learningPeers = pythonPeers('requirements-learning.txt')
/** Readers of data files, for `npm run check:formats`. */
export const formatPeers = pythonPeers('requirements-formats.txt')

function pythonPeers(list: string): PythonPeers {
  const requirements = join(here, list)
  // Another list of packages makes another environment.
  const digest = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12)
  const folder = join(cacheDirectory(), `bench-peers-${digest}`)
  const python = process.platform === 'win32' ? join(folder, 'Scripts', 'python.exe') : join(folder, 'bin', 'python')
  let ready: Promise<string | undefined> | undefined
  const packages: Need = {
    name: `Python environment with bench/peers/${list}`,
    missing: () => {
      ready ??= prepared(folder, python, requirements)
      return ready
    },
  }
  return { packages, python }
}

/**
 * The figures that a program of this folder prints for each repetition, as `{"figures": […]}` in its last line.
 * @throws Error when the program fails or prints something else.
 */
export async function peerFigures(
  { python }: PythonPeers,
  program: string,
  parameters: readonly (string | number)[],
): Promise<readonly number[]> {
  const { stdout } = await run(python, ['-W', 'ignore', join(here, program), ...parameters.map(String)], { maxBuffer: 2 ** 24 })
  const { figures } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { readonly figures?: unknown }
  if (Array.isArray(figures) && figures.length > 0 && figures.every(Number.isFinite)) return figures as number[]
  throw new Error(`${program} printed no figures`)
}

/**
 * The figures of a program that prints one for each line that it reads: each is measured when it is asked for.
 * @throws Error when the program ends early or prints something else.
 */
export async function* peerTurns(
  { python }: PythonPeers,
  program: string,
  parameters: readonly (string | number)[],
  repetitions: number,
): AsyncGenerator<number> {
  const child = spawn(python, ['-W', 'ignore', join(here, program), ...parameters.map(String)], { stdio: ['pipe', 'pipe', 'inherit'] })
  // What a program that ended does not read is no failure of its own.
  child.stdin.on('error', () => {})
  child.on('error', () => {})
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  try {
    for (let run = 0; run < repetitions; run++) {
      child.stdin.write('\n')
      const { done, value } = await lines.next()
      const figure = Number(value)
      if (done === true || !Number.isFinite(figure)) throw new Error(`${program} printed ${value ?? 'nothing'} where a figure was wanted`)
      yield figure
    }
  } finally {
    child.stdin.end()
    child.kill()
  }
}

/** Why the environment cannot be had; undefined when it is there. */
async function prepared(folder: string, python: string, requirements: string): Promise<string | undefined> {
  const complete = join(folder, 'complete')
  if (existsSync(complete)) return undefined
  rmSync(folder, { recursive: true, force: true })
  try {
    process.stderr.write(`installing the peers' Python packages in ${folder} …\n`)
    await run('python3', ['-m', 'venv', folder])
    await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--requirement', requirements])
    writeFileSync(complete, '')
    return undefined
  } catch (error) {
    const { stderr, message } = error as { readonly stderr?: string; readonly message: string }
    return `${stderr?.trim().split('\n').at(-1) || message} (python3 with venv and pip is wanted, and a package index that has ${basename(requirements)})`
  }
}
