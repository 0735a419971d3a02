// Finds the compiled library and loads it, but only the one that was built here from these sources: a file that was changed, belongs to
// somebody else or comes from other sources is refused with the reason.
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { z } from 'zod'
import { BanyanError } from '../../../core/errors.ts'
import type { Library } from './native-kernels.ts'
import { libraryFolders, libraryName, type Manifest, sourceDigest } from './sources.ts'

const manifestShape = z.object({ source: z.string(), library: z.string(), compiler: z.string() })

/** The line that builds the library. */
const buildHint = 'Build it with `npx banyan doctor --build-native` (in a checkout `npm run build:native`)'

/**
 * Loads the library.
 * @throws BanyanError E_NATIVE_MISSING when none was built from these sources.
 * @throws BanyanError E_NATIVE_REFUSED for a file that is not the one that was built.
 */
export function loadLibrary(folders: readonly string[] = libraryFolders()): Library {
  const digest = sourceDigest()
  if (digest === undefined) throw new BanyanError('E_NATIVE_MISSING', 'the package came without the sources of the native kernels')
  for (const folder of folders) {
    const path = join(folder, libraryName(digest))
    if (existsSync(path)) return load(path, digest)
  }
  const others = folders.some((folder) => existsSync(folder) && readdirSync(folder).some((name) => name.endsWith('.node')))
  throw new BanyanError(
    'E_NATIVE_MISSING',
    others ? 'the native kernels were built from other sources' : 'the native kernels are not built',
    {
      hint: buildHint,
    },
  )
}

function load(path: string, digest: string): Library {
  const refuse = (reason: string, cause?: unknown) =>
    new BanyanError('E_NATIVE_REFUSED', `${path} is not used: ${reason}`, { hint: buildHint, cause })
  const own = process.getuid?.()
  for (const file of [path, `${path}.json`]) {
    if (!existsSync(file)) throw refuse('its manifest is missing')
    const { uid, mode } = statSync(file)
    if (own !== undefined && uid !== own && uid !== 0) throw refuse('it belongs to another user')
    if (own !== undefined && (mode & 0o022) !== 0) throw refuse('others may write to it')
  }
  const manifest = readManifest(`${path}.json`)
  if (manifest === undefined) throw refuse('its manifest cannot be read')
  if (manifest.source !== digest) throw refuse('it was built from other sources')
  if (createHash('sha256').update(readFileSync(path)).digest('hex') !== manifest.library) throw refuse('it is damaged')
  let library: Library
  try {
    library = createRequire(import.meta.url)(path) as Library
  } catch (cause) {
    throw refuse(`it cannot be loaded (${(cause as Error).message})`, cause)
  }
  if (library.source !== digest) throw refuse('it was built from other sources')
  return library
}

function readManifest(path: string): Manifest | undefined {
  try {
    return manifestShape.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    return undefined
  }
}
