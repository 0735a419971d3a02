// What some tests need from the machine: a model in the cache, the benchmark data, the right to mount. Such tests skip where it
// is missing, and say so: each gap is written to a file, from which the test command makes the list that it ends with.
// It knows nothing of the tests that ask.
import { spawnSync } from 'node:child_process'
import { appendFileSync, existsSync, mkdtempSync, rmdirSync, statSync } from 'node:fs'
import { platform, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cacheDirectory } from '../models/cache-directory.ts'
import { catalogue } from '../models/catalogue.ts'

/** Whether the machine has what a test needs, and if not, why and what would change that. */
export interface Requirement {
  readonly name: RequirementName
  readonly available: boolean
  /** Why not, in a few words; empty when available. */
  readonly reason: string
  /** The line that would make it available; empty when available. */
  readonly remedy: string
}

export type RequirementName = keyof typeof checks

/** The file (JSON lines) to which gaps are written, from the environment of the test command. */
export const requirementsFileVariable = 'BANYAN_REQUIREMENTS_FILE'

/**
 * Looks whether the machine has something. A gap is recorded for the list at the end of `npm test`.
 *
 * @example
 * const model = requirement('local-model')
 * describe.skipIf(!model.available)('the local model', () => { … })
 */
export function requirement(name: RequirementName): Requirement {
  const known = found.get(name)
  if (known !== undefined) return known
  const gap = checks[name]()
  const result = { name, available: gap === undefined, reason: gap?.reason ?? '', remedy: gap?.remedy ?? '' }
  found.set(name, result)
  const file = process.env[requirementsFileVariable]
  if (gap !== undefined && file) appendFileSync(file, `${JSON.stringify(result)}\n`)
  return result
}

/**
 * Absolute path inside the shared benchmark data: `sharedData('tot', 'dev', 'game24.jsonl')`.
 * The folder is `BANYAN_SHARED`, else `../shared/data` beside the project; ask `requirement('shared-data')` whether it is there.
 */
export function sharedData(...path: string[]): string {
  return resolve(process.env.BANYAN_SHARED || join(root, '..', 'shared', 'data'), ...path)
}

interface Gap {
  readonly reason: string
  readonly remedy: string
}

const root = fileURLToPath(new URL('../..', import.meta.url))
const embeddedModel = catalogue[0]!
const found = new Map<RequirementName, Requirement>()

const checks = {
  /** The embedded model's file, whole, in the cache. */
  'local-model': () => {
    const path = join(cacheDirectory(), 'models', embeddedModel.file)
    if (existsSync(path) && statSync(path).size === embeddedModel.bytes) return undefined
    return { reason: `${embeddedModel.name} is not in the cache`, remedy: `npx banyan models pull ${embeddedModel.name}` }
  },
  /** The public benchmark files. */
  'shared-data': () => {
    if (existsSync(sharedData('MANIFEST.md'))) return undefined
    return { reason: 'the benchmark data was not found', remedy: 'BANYAN_SHARED=<folder of the benchmark data> npm test' }
  },
  /** The right to mount a small file system, for tests that fill it. */
  tmpfs: () => {
    if (platform() !== 'linux') return { reason: 'tmpfs mounts exist on Linux only', remedy: 'run the tests on Linux' }
    const directory = mkdtempSync(join(tmpdir(), 'banyan-tmpfs-'))
    try {
      const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', directory], { stdio: 'ignore' }).status === 0
      if (mounted) spawnSync('umount', [directory], { stdio: 'ignore' })
      return mounted ? undefined : { reason: 'a small tmpfs could not be mounted', remedy: 'sudo npm test' }
    } finally {
      rmdirSync(directory)
    }
  },
  /** A C++ compiler, for the native kernels. */
  compiler: () => {
    const compiler = process.env.CXX || 'c++'
    if (spawnSync(compiler, ['--version'], { stdio: 'ignore' }).status === 0) return undefined
    return { reason: `there is no C++ compiler ${compiler}; the reference kernels were tested alone`, remedy: 'apt-get install g++' }
  },
  /** A Python 3 interpreter. */
  python: () => {
    if (spawnSync('python3', ['--version'], { stdio: 'ignore' }).status === 0) return undefined
    return { reason: 'python3 was not found', remedy: 'apt-get install python3' }
  },
} satisfies Record<string, () => Gap | undefined>
