// Writes a stream to a file that is believed only when it is whole: a part file with a random name, size and digest compared, synced to
// the disk, then renamed. Whoever dies on the way leaves only a part file, which a later download removes. It knows nothing of sources.
import { createHash, randomBytes } from 'node:crypto'
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

export interface Expected {
  readonly bytes: number
  /** Lower-case hexadecimal. */
  readonly sha256: string
}

export interface KeepContext {
  /** Told how many bytes have been written. */
  received(bytes: number): void
  readonly signal: AbortSignal
}

/** @throws the stream's error; an error that says how size or digest differ. `path` is then untouched. */
export async function keepVerified(
  path: string,
  expected: Expected,
  stream: AsyncIterable<Uint8Array>,
  context: KeepContext,
): Promise<void> {
  const directory = dirname(path)
  await mkdir(directory, { recursive: true })
  await removeStaleParts(path)
  const part = `${path}.${randomBytes(8).toString('hex')}.part`
  const file = await open(part, 'wx', 0o644)
  try {
    const hash = createHash('sha256')
    let written = 0
    for await (const bytes of stream) {
      context.signal.throwIfAborted()
      written += bytes.length
      if (written > expected.bytes) throw new Error(`the file is larger than ${expected.bytes} bytes`)
      hash.update(bytes)
      await file.writeFile(bytes)
      context.received(written)
    }
    if (written !== expected.bytes) throw new Error(`the file ended after ${written} of ${expected.bytes} bytes`)
    const sha256 = hash.digest('hex')
    if (sha256 !== expected.sha256) throw new Error(`the file has SHA-256 ${sha256} instead of ${expected.sha256}`)
    await file.sync()
    await file.close()
    await rename(part, path)
    await syncDirectory(directory)
  } catch (error) {
    await file.close().catch(() => {})
    await rm(part, { force: true })
    throw error
  }
}

/** Part files that nobody has written to for a day: their writers are dead. */
async function removeStaleParts(path: string): Promise<void> {
  const directory = dirname(path)
  const limit = Date.now() - 24 * 3600 * 1000
  for (const name of await readdir(directory)) {
    if (!name.startsWith(`${basename(path)}.`) || !name.endsWith('.part')) continue
    const part = join(directory, name)
    const info = await stat(part).catch(() => undefined)
    if (info !== undefined && info.mtimeMs < limit) await rm(part, { force: true })
  }
}

/** Makes a rename last through a power cut. Not every system can; the file itself is whole either way. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory).catch(() => undefined)
  await handle?.sync().catch(() => {})
  await handle?.close()
}
