// Finds the file of a model by its name in the catalogue or by its path, and says whether it is the right one. A file of the catalogue
// is compared by size on every use and by digest once: a stamp beside it says for which size and time it was right.
import { createHash } from 'node:crypto'
import { createReadStream, type Stats } from 'node:fs'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { BanyanError } from '../core/errors.ts'
import { unknownName } from '../core/names.ts'
import { cacheDirectory } from './cache-directory.ts'
import { type CatalogueEntry, catalogue } from './catalogue.ts'
import { readGgufHeader } from './local/gguf.ts'

export interface FoundModel {
  /** Absolute. */
  readonly path: string
  readonly bytes: number
  /** In the catalogue; absent for a file of the user's own. */
  readonly entry?: CatalogueEntry
}

export interface ListedModel {
  readonly entry: CatalogueEntry
  /** Where its file lies or would lie. */
  readonly path: string
  /** `ready`: a file of the right size; `damaged`: of another size. */
  readonly state: 'ready' | 'missing' | 'damaged'
}

export interface CheckedModel extends FoundModel {
  /** Digest of the file as it is, lower-case hexadecimal. */
  readonly sha256: string
}

/**
 * The file for a name of the catalogue or a path.
 * @throws `E_MODEL_FILE` (fatal) when it is missing, or is not the catalogue's; `E_MODEL_UNKNOWN` for what is neither name nor path.
 */
export async function findModel(nameOrPath: string): Promise<FoundModel> {
  const entry = catalogue.find(({ name }) => name === nameOrPath)
  const path = entry === undefined ? resolve(nameOrPath) : modelPath(entry)
  const found = await stat(path).catch(() => undefined)
  if (entry === undefined) {
    if (found?.isFile()) return { path, bytes: found.size }
    if (!/[/\\]|\.gguf$/i.test(nameOrPath))
      throw unknownName('E_MODEL_UNKNOWN', 'model', nameOrPath, [...catalogue.map(({ name }) => name), 'the path of a GGUF file'])
    throw fileError(
      found === undefined ? 'there is no such model file' : 'the model is not a file',
      nameOrPath,
      'Give the path of a GGUF file.',
    )
  }
  if (found === undefined)
    throw fileError(`the model ${entry.name} has not been fetched`, path, `Fetch it: npx banyan models pull ${entry.name}`)
  if (found.size !== entry.bytes) throw notTheOne(entry, path, `${found.size} bytes`, `${entry.bytes} bytes`)
  if (!(await isVerified(path, found, entry.sha256)))
    throw notTheOne(entry, path, `SHA-256 ${await digest(path)}`, `SHA-256 ${entry.sha256}`)
  return { path, bytes: found.size, entry }
}

/** All models of the catalogue, and whether their files are there. Reads sizes only. */
export async function listModels(): Promise<readonly ListedModel[]> {
  return Promise.all(
    catalogue.map(async (entry): Promise<ListedModel> => {
      const path = modelPath(entry)
      const found = await stat(path).catch(() => undefined)
      return { entry, path, state: found === undefined ? 'missing' : found.size === entry.bytes ? 'ready' : 'damaged' }
    }),
  )
}

/**
 * Reads a model's whole file: digest, and whether it is a whole GGUF.
 * @throws as `findModel` does, and `E_MODEL_FILE` for a file that is truncated or not a GGUF.
 */
export async function checkModel(nameOrPath: string): Promise<CheckedModel> {
  const found = await findModel(nameOrPath)
  await readGgufHeader(found.path)
  const sha256 = await digest(found.path)
  const { entry } = found
  if (entry !== undefined && sha256 !== entry.sha256) throw notTheOne(entry, found.path, `SHA-256 ${sha256}`, `SHA-256 ${entry.sha256}`)
  return { ...found, sha256 }
}

/** Where a model of the catalogue is kept. */
export function modelPath(entry: CatalogueEntry): string {
  return join(cacheDirectory(), 'models', entry.file)
}

async function isVerified(path: string, { size, mtimeMs }: Stats, sha256: string): Promise<boolean> {
  const stamp = JSON.stringify({ bytes: size, modified: mtimeMs, sha256 })
  if ((await readFile(stampPath(path), 'utf8').catch(() => '')) === stamp) return true
  if ((await digest(path)) !== sha256) return false
  // A cache that cannot be written is as good; the digest is then computed each time.
  await writeFile(stampPath(path), stamp).catch(() => {})
  return true
}

function stampPath(path: string): string {
  return `${path}.verified`
}

async function digest(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

function notTheOne(entry: CatalogueEntry, path: string, seen: string, wanted: string): BanyanError {
  const hint = `Fetch it again: npx banyan models pull ${entry.name}`
  return new BanyanError('E_MODEL_FILE', `${basename(path)} is not the file of ${entry.name}`, { seen, wanted, hint, fatal: true })
}

function fileError(message: string, seen: string, hint: string): BanyanError {
  return new BanyanError('E_MODEL_FILE', message, { seen, hint, fatal: true })
}
