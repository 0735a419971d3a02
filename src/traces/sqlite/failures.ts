// What SQLite's error codes mean to a user: which file, what happened, what is still safe, what to do.
import { statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { BanyanError } from '../../core/errors.ts'

/** Primary result codes (https://www.sqlite.org/rescode.html). */
const code = { permission: 3, busy: 5, locked: 6, readOnly: 8, io: 10, corrupt: 11, full: 13, cannotOpen: 14, notDatabase: 26 } as const

/** SQLite's primary result code of an error; undefined when it is not SQLite's. */
function resultCode(error: unknown): number | undefined {
  const { errcode } = error as { readonly errcode?: unknown }
  return typeof errcode === 'number' ? errcode & 0xff : undefined
}

/** Whether an error says that another connection holds a lock. */
export function isBusy(error: unknown): boolean {
  const result = resultCode(error)
  return result === code.busy || result === code.locked
}

/** The error to throw for one that came out of SQLite or the file system. Errors of Banyan pass unchanged. */
export function storeFailure(error: unknown, path: string): unknown {
  if (BanyanError.isInstance(error)) return error
  const result = resultCode(error)
  const system = (error as { readonly code?: unknown }).code
  if (result === code.full || system === 'ENOSPC' || system === 'EDQUOT' || (result === code.io && diskIsFull(path))) {
    return new BanyanError('E_STORE_FULL', `there is no space left to write ${path}`, {
      hint: 'What was committed is kept. Free some space (`banyan runs rm` erases runs), then resume the run.',
      cause: error,
      fatal: true,
    })
  }
  if (result === code.corrupt) return storeDamaged(path, error)
  if (result === code.notDatabase) return storeForeign(path, 'it is not a SQLite database, or its first page is damaged', error)
  if (result === code.readOnly || result === code.cannotOpen || result === code.permission || isDenied(system)) {
    return new BanyanError('E_STORE_WRITE', `${path} cannot be opened or written`, {
      wanted: 'a file and a folder that this user may write',
      hint: 'Check their permissions, or choose another place. A trace that is only to be looked at can be opened with `readOnly`.',
      cause: error,
      fatal: true,
    })
  }
  if (isBusy(error)) {
    return new BanyanError('E_STORE_BUSY', `another process keeps ${path} locked`, {
      hint: 'Nothing was changed. Try again when it is done.',
      cause: error,
    })
  }
  if (result === undefined) return error
  return new BanyanError('E_STORE_FAILED', `${path} could not be read or written: ${(error as Error).message}`, {
    cause: error,
    fatal: true,
  })
}

/** Something that was written can no longer be read. */
export function storeDamaged(path: string, cause: unknown, what?: string): BanyanError {
  return new BanyanError('E_STORE_DAMAGED', `${path} is damaged${what === undefined ? '' : `: ${what}`}`, {
    hint: `Runs and events before the damage can still be read. Keep a copy, then try \`sqlite3 ${JSON.stringify(path)} .recover\`.`,
    cause,
    fatal: true,
  })
}

/** The file is not one of ours. */
export function storeForeign(path: string, why: string, cause?: unknown): BanyanError {
  return new BanyanError('E_STORE_FOREIGN', `${path} does not hold runs of Banyan: ${why}`, {
    hint: 'It was left as it is. Choose another file.',
    ...(cause === undefined ? {} : { cause }),
    fatal: true,
  })
}

function isDenied(system: unknown): boolean {
  return typeof system === 'string' && ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EISDIR', 'ENOENT', 'EEXIST'].includes(system)
}

/** SQLite reports some full disks as failed input and output. */
function diskIsFull(path: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(dirname(path))
    return bavail * bsize < 64 * 1024
  } catch {
    return false // The folder is gone: it was not space that was missing.
  }
}
