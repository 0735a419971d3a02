// `banyan doctor`: what this machine has of what Banyan needs, and the line that gives what is missing.
import { accessSync, constants, existsSync, statfsSync } from 'node:fs'
import { availableParallelism, freemem } from 'node:os'
import { dirname, resolve } from 'node:path'
import { BanyanError } from '../../core/errors.ts'
import { buildLibrary } from '../../learning/tensor/native/build-library.ts'
import { availableInstructions, openKernels } from '../../learning/tensor/open-kernels.ts'
import { cacheDirectory } from '../../models/cache-directory.ts'
import { findModel } from '../../models/find-model.ts'
import { defaultModel } from '../open-model.ts'
import { print, printJson } from '../output.ts'
import { table } from '../render/table.ts'
import { defaultDatabase, json } from '../shared-arguments.ts'
import { verb } from '../verb.ts'
import { version } from '../version.ts'

interface Finding {
  readonly name: string
  readonly state: 'ok' | 'missing' | 'failed'
  readonly found: string
  /** The line that puts it right. */
  readonly remedy?: string
  /** Nothing works without it. */
  readonly needed: boolean
}

export const doctor = verb({
  name: 'doctor',
  summary: 'look what this machine has, and say how to get what is missing',
  args: {
    json,
    'build-native': { type: 'boolean', description: "build the native kernels of the tensor engine with the system's C++ compiler" },
  },
  examples: ['banyan doctor', 'banyan doctor --build-native'],
  async run(values) {
    if (values['build-native']) await build()
    const findings = [
      node(),
      await sqlite(),
      writable('runs', dirname(defaultDatabase)),
      await llama(),
      await model(),
      kernels(),
      writable('cache', cacheDirectory()),
      disk(),
      processor(),
    ]
    const well = findings.every(({ state, needed }) => state === 'ok' || !needed)
    if (!well) process.exitCode = 1
    if (values.json) return printJson({ version: version(), ok: well, findings })
    print(
      table(
        ['what', 'state', 'found'],
        findings.map(({ name, state, found }) => [name, state, found]),
      ),
    )
    const remedies = findings.filter(({ state, remedy }) => state !== 'ok' && remedy !== undefined)
    for (const { name, remedy } of remedies) print(`\n${name}: ${remedy}`)
    if (remedies.length === 0) print(`\nBanyan ${version()} has all that it needs here`)
  },
})

function node(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const recent = major > 22 || (major === 22 && minor >= 16)
  return { name: 'Node', state: recent ? 'ok' : 'failed', found: process.version, remedy: 'npm install node@24', needed: true }
}

async function sqlite(): Promise<Finding> {
  const shared = { name: 'SQLite', remedy: 'npm install node@24', needed: true }
  try {
    const { DatabaseSync } = await import('node:sqlite')
    const database = new DatabaseSync(':memory:')
    const { version: found } = database.prepare('SELECT sqlite_version() AS version').get() as { version: string }
    database.close()
    return { ...shared, state: 'ok', found }
  } catch (error) {
    return { ...shared, state: 'failed', found: (error as Error).message }
  }
}

async function llama(): Promise<Finding> {
  const shared = { name: 'llama.cpp', remedy: 'npm install node-llama-cpp@3.21.1', needed: false }
  try {
    const { getLlama, LlamaLogLevel } = await import('node-llama-cpp')
    const runtime = await getLlama({ gpu: false, build: 'never', logLevel: LlamaLogLevel.error, progressLogs: false })
    const found = `${runtime.llamaCppRelease.release}, ${runtime.systemInfo.includes('AVX2 = 1') ? 'AVX2' : 'no AVX2'}`
    await runtime.dispose()
    return { ...shared, state: 'ok', found }
  } catch (error) {
    return { ...shared, state: 'missing', found: (error as Error).message.split('\n')[0] ?? '' }
  }
}

async function model(): Promise<Finding> {
  const shared = { name: 'model', remedy: `npx banyan models pull ${defaultModel}`, needed: false }
  try {
    const { path } = await findModel(defaultModel)
    return { ...shared, state: 'ok', found: `${defaultModel} at ${path}` }
  } catch (error) {
    return { ...shared, state: 'missing', found: (error as Error).message }
  }
}

/** Builds the native kernels, and says what came of it on stderr; the findings follow in any case. */
async function build(): Promise<void> {
  try {
    const { path, before, seconds } = await buildLibrary()
    process.stderr.write(`native kernels: ${path}${before ? ' is there already' : `, built in ${seconds.toFixed(1)} s`}\n`)
  } catch (error) {
    if (!BanyanError.isInstance(error)) throw error
    process.stderr.write(`native kernels: ${error.message}\n`)
    process.exitCode = 1
  }
}

function kernels(): Finding {
  const shared = { name: 'native kernels', remedy: 'npx banyan doctor --build-native', needed: false }
  try {
    openKernels({ kind: 'native' })
    return { ...shared, state: 'ok', found: availableInstructions().join(', ') }
  } catch (error) {
    return { ...shared, state: 'missing', found: (error as Error).message }
  }
}

/** Whether files can be made in a folder, or the folder itself. Makes nothing. */
function writable(name: string, folder: string): Finding {
  const shared = { name, remedy: `make ${resolve(folder)} writable`, needed: name === 'runs' }
  try {
    accessSync(existing(folder), constants.W_OK | constants.X_OK)
    return { ...shared, state: 'ok', found: resolve(folder) }
  } catch {
    return { ...shared, state: 'failed', found: `${resolve(folder)} cannot be written` }
  }
}

function disk(): Finding {
  const { bavail, bsize } = statfsSync(existing(dirname(defaultDatabase)))
  const free = bavail * bsize
  const enough = free > 500e6
  return {
    name: 'disk',
    state: enough ? 'ok' : 'failed',
    found: `${(free / 1e9).toFixed(1)} GB free`,
    remedy: 'free at least 0.5 GB',
    needed: false,
  }
}

function processor(): Finding {
  return {
    name: 'processor',
    state: 'ok',
    found: `${availableParallelism()} cores, ${(freemem() / 1e9).toFixed(1)} GB of memory free`,
    needed: false,
  }
}

/** The folder, or the nearest one above it that is there. */
function existing(folder: string): string {
  const path = resolve(folder)
  return existsSync(path) || dirname(path) === path ? path : existing(dirname(path))
}
