// Builds the native kernels with the system's C++ compiler: one object for each set of instructions, then one library. It comes into being
// under a passing name and is renamed when it is whole.
import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { BanyanError } from '../../../core/errors.ts'
import { loadLibrary } from './load-library.ts'
import { commonFlags, instructionFlags, libraryFolders, libraryName, type Manifest, sourceDigest, sourceFolder } from './sources.ts'

const run = promisify(execFile)
const require = createRequire(import.meta.url)

export interface BuildOptions {
  /** Default: the environment's `CXX`, else `c++`. */
  readonly compiler?: string
  /** Where the library goes. Default: beside the sources in a checkout, else in the cache. */
  readonly folder?: string
  /** Build again what is already there. Default false. */
  readonly again?: boolean
}

export interface Built {
  readonly path: string
  /** Whether it was there already. */
  readonly before: boolean
  readonly seconds: number
}

/**
 * Builds the library, unless it is there already.
 *
 * @throws BanyanError E_NATIVE_COMPILER when there is no compiler, or it refuses.
 * @throws BanyanError E_NATIVE_HEADERS when the headers of Node-API are not found.
 * @throws BanyanError E_NATIVE_MISSING when the package came without the sources.
 */
export async function buildLibrary(options: BuildOptions = {}): Promise<Built> {
  const { compiler = process.env.CXX || 'c++', folder = libraryFolders()[0]!, again = false } = options
  const digest = sourceDigest()
  if (digest === undefined)
    throw new BanyanError('E_NATIVE_MISSING', 'the package came without the sources of the native kernels', { seen: sourceFolder })
  const path = join(folder, libraryName(digest))
  const start = performance.now()
  const built = (before: boolean) => ({ path, before, seconds: (performance.now() - start) / 1000 })
  if (!again && usable(folder)) return built(true)

  const headers = headersFolder()
  const passing = join(folder, `building-${randomBytes(6).toString('hex')}`)
  mkdirSync(passing, { recursive: true, mode: 0o700 })
  try {
    const version = (await call(compiler, ['--version'])).split('\n')[0] ?? ''
    const compile = async (source: string, name: string, flags: readonly string[]) => {
      await call(compiler, [...commonFlags, ...flags, '-c', join(sourceFolder, source), '-o', join(passing, `${name}.o`)])
      return join(passing, `${name}.o`)
    }
    const objects = await Promise.all([
      ...Object.entries(instructionFlags).map(([name, flags]) => compile('kernels.cc', name, flags)),
      compile('threads.cc', 'threads', []),
      compile('addon.cc', 'addon', [
        '-isystem',
        headers,
        '-DNAPI_VERSION=8',
        '-DNODE_GYP_MODULE_NAME=kernels',
        `-DSOURCE_DIGEST="${digest}"`,
      ]),
    ])
    const library = join(passing, 'library.node')
    await call(compiler, [...linkFlags(), ...objects, '-o', library])
    // Whatever the umask: the loader refuses what others may write to.
    chmodSync(library, 0o700)
    const manifest: Manifest = {
      source: digest,
      library: createHash('sha256').update(readFileSync(library)).digest('hex'),
      compiler: version,
    }
    writeFileSync(join(passing, 'manifest'), JSON.stringify(manifest), { mode: 0o600 })
    renameSync(join(passing, 'manifest'), `${path}.json`)
    renameSync(library, path)
  } finally {
    rmSync(passing, { recursive: true, force: true })
  }
  loadLibrary([folder])
  return built(false)
}

function usable(folder: string): boolean {
  try {
    loadLibrary([folder])
    return true
  } catch {
    return false
  }
}

async function call(compiler: string, values: readonly string[]): Promise<string> {
  try {
    const { stdout } = await run(compiler, values, { maxBuffer: 2 ** 24 })
    return stdout
  } catch (cause) {
    const { code, stderr } = cause as { readonly code?: unknown; readonly stderr?: string }
    if (code === 'ENOENT')
      throw new BanyanError('E_NATIVE_COMPILER', `there is no C++ compiler ${compiler}`, {
        hint: 'Install one (Debian: apt-get install g++, macOS: xcode-select --install), or name it in CXX',
        cause,
      })
    const lines = (stderr ?? '').split('\n').filter((line) => /error/i.test(line))
    throw new BanyanError('E_NATIVE_COMPILER', `the C++ compiler ${compiler} failed`, {
      seen: lines.slice(0, 3).join(' | ') || String(code),
      cause,
    })
  }
}

/** The library is never unloaded: its threads live as long as the process. */
function linkFlags(): string[] {
  if (process.platform === 'darwin') return ['-bundle', '-undefined', 'dynamic_lookup']
  return ['-shared', '-pthread', '-Wl,-z,nodelete']
}

/** `node_api.h`: of the package node-api-headers, else what Node itself was installed with. */
function headersFolder(): string {
  const candidates = [resolve(dirname(process.execPath), '..', 'include', 'node')]
  try {
    candidates.unshift(join(dirname(require.resolve('node-api-headers/package.json')), 'include'))
  } catch {
    // The package is not there; Node's own headers may be.
  }
  const found = candidates.find((folder) => existsSync(join(folder, 'node_api.h')))
  if (found !== undefined) return found
  throw new BanyanError('E_NATIVE_HEADERS', 'the headers of Node-API were not found', { hint: 'npm install node-api-headers' })
}
