// A file that is written piece by piece and appears under its name when it is whole: what was there before stays until then.
// It knows nothing of rows. One writer for each path.
import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { BanyanError } from '../../core/errors.ts'

/** What was written. */
export interface Written {
  readonly bytes: number
  /** Hexadecimal. */
  readonly sha256: string
}

/** Bytes are gathered up to this size before they go to the disk. */
const block = 1 << 20

export class OutputFile {
  readonly #path: string
  readonly #part: string
  readonly #hash = createHash('sha256')
  #handle: FileHandle | undefined
  #held: Uint8Array[] = []
  #size = 0
  #bytes = 0

  private constructor(path: string, handle: FileHandle) {
    this.#path = path
    this.#part = partOf(path)
    this.#handle = handle
  }

  /** Makes the part file beside the target, and its folder. @throws BanyanError E_FILE_WRITE. */
  static async create(path: string): Promise<OutputFile> {
    try {
      mkdirSync(dirname(path), { recursive: true })
      return new OutputFile(path, await open(partOf(path), 'w', 0o644))
    } catch (cause) {
      throw writeError(path, cause)
    }
  }

  /** Takes bytes in order; the array may not be changed afterwards. @throws BanyanError E_FILE_WRITE. */
  async write(data: string | Uint8Array): Promise<void> {
    const bytes = typeof data === 'string' ? Buffer.from(data) : data
    this.#hash.update(bytes)
    this.#held.push(bytes)
    this.#size += bytes.length
    this.#bytes += bytes.length
    if (this.#size >= block) await this.#flush()
  }

  /** Gives the file its name. @throws BanyanError E_FILE_WRITE: what was there before is untouched. */
  async finish(): Promise<Written> {
    await this.#flush()
    try {
      await this.#handle?.sync()
      await this.#handle?.close()
      this.#handle = undefined
      await rename(this.#part, this.#path)
    } catch (cause) {
      throw writeError(this.#path, cause)
    }
    return { bytes: this.#bytes, sha256: this.#hash.digest('hex') }
  }

  /** Removes what was written, unless it has its name already. */
  async discard(): Promise<void> {
    if (this.#handle === undefined) return
    const handle = this.#handle
    this.#handle = undefined
    await handle.close().catch(() => {})
    await rm(this.#part, { force: true })
  }

  async #flush(): Promise<void> {
    const bytes = this.#held.length === 1 ? this.#held[0]! : Buffer.concat(this.#held)
    this.#held = []
    this.#size = 0
    try {
      for (let at = 0; at < bytes.length; ) at += (await this.#handle!.write(bytes, at)).bytesWritten
    } catch (cause) {
      throw writeError(this.#path, cause)
    }
  }
}

function partOf(path: string): string {
  return `${path}.part`
}

function writeError(path: string, cause: unknown): BanyanError {
  const { code } = cause as NodeJS.ErrnoException
  return new BanyanError('E_FILE_WRITE', `${path} cannot be written`, {
    seen: code ?? String(cause),
    hint: code === 'ENOSPC' ? 'The disk is full; what was there before is untouched.' : 'What was there before is untouched.',
    cause,
  })
}
