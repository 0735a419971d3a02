// What the library is built from, and where it is kept. A library belongs to the digest of its sources, so that another version of Banyan
// never takes one of this.
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cacheDirectory } from '../../../models/cache-directory.ts'

/** The folder `native` of the package, with the C++ sources. */
export const sourceFolder = fileURLToPath(new URL('../../../../native', import.meta.url))

/** Flags of the compiler for every file. Without contraction, so that all instructions round alike. */
export const commonFlags = [
  '-std=c++17',
  '-O3',
  '-fPIC',
  '-ffp-contract=off',
  '-fno-math-errno',
  '-fno-trapping-math',
  '-fvisibility=hidden',
]

/** Flags for each set of instructions, and the name of its table. */
export const instructionFlags: Readonly<Record<string, readonly string[]>> = {
  generic: ['-DTABLE=kernelsGeneric'],
  ...(process.arch === 'x64' && {
    avx2: ['-DTABLE=kernelsAvx2', '-mavx2', '-mfma'],
    avx512: ['-DTABLE=kernelsAvx512', '-mavx512f', '-mavx512vl', '-mavx512bw', '-mavx512dq', '-mavx2', '-mfma'],
  }),
}

/** The SHA-256 of all sources and flags; undefined when the package came without them. */
export function sourceDigest(): string | undefined {
  if (!existsSync(join(sourceFolder, 'addon.cc'))) return undefined
  const hash = createHash('sha256').update(JSON.stringify([commonFlags, instructionFlags, process.platform, process.arch]))
  for (const name of readdirSync(sourceFolder).sort())
    if (/\.(cc|h)$/.test(name)) hash.update(`\0${name}\0`).update(readFileSync(join(sourceFolder, name)))
  return hash.digest('hex')
}

/** Where libraries may lie: beside the sources in a checkout, else in the cache. The first is where one is built. */
export function libraryFolders(): string[] {
  const cache = join(cacheDirectory(), 'native')
  const installed = sourceFolder.split(sep).includes('node_modules')
  return installed ? [cache] : [join(sourceFolder, 'build'), cache]
}

/** The name of the library of some sources; its manifest has `.json` added. */
export function libraryName(digest: string): string {
  return `kernels-${process.platform}-${process.arch}-${digest.slice(0, 16)}.node`
}

/** What lies beside a library. */
export interface Manifest {
  /** Of the sources. */
  readonly source: string
  /** SHA-256 of the library. */
  readonly library: string
  /** What the compiler says of itself. */
  readonly compiler: string
}
