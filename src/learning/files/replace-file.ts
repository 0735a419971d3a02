// Writes a file that is there whole or not at all: to a part file beside it, synced to the disk, then renamed. A full disk or a kill leaves
// what was there before. It blocks, as kernels do, and knows nothing of what is written. One writer for each path.
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { BanyanError } from '../../core/errors.ts'

/** Takes bytes in order. */
export type Write = (bytes: Uint8Array) => void

/**
 * Replaces a file by what `fill` writes; its folder is made where it is missing. The part file is called `<path>.part`; one that a dead
 * writer left is written over.
 *
 * @throws BanyanError E_FILE_WRITE when the system cannot write, and whatever `fill` throws: `path` is then as it was.
 * @example
 * replaceFile('out/words.json', (write) => write(Buffer.from(text)))
 */
export function replaceFile(path: string, fill: (write: Write) => void): void {
  const part = `${path}.part`
  const folder = dirname(path)
  try {
    mkdirSync(folder, { recursive: true })
    const file = openSync(part, 'w', 0o644)
    try {
      fill((bytes) => writeAll(file, bytes))
      fsyncSync(file)
    } catch (error) {
      rmSync(part, { force: true })
      throw error
    } finally {
      closeSync(file)
    }
    renameSync(part, path)
    syncFolder(folder)
  } catch (error) {
    throw asWriteError(path, error)
  }
}

/** The system may take less than it is given. */
function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, bytes.length - at)
}

/** Makes a rename last through a power cut. Not every system can; the file itself is whole either way. */
function syncFolder(folder: string): void {
  let handle: number | undefined
  try {
    handle = openSync(folder, 'r')
    fsyncSync(handle)
  } catch {
    // Folders cannot be synced here.
  } finally {
    if (handle !== undefined) closeSync(handle)
  }
}

function asWriteError(path: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException
  if (BanyanError.isInstance(error) || typeof code !== 'string' || (error as NodeJS.ErrnoException).syscall === undefined) return error
  return new BanyanError('E_FILE_WRITE', `${path} cannot be written`, {
    seen: code,
    hint: code === 'ENOSPC' ? 'The disk is full; what was there before is untouched' : 'What was there before is untouched',
    cause: error,
  })
}
