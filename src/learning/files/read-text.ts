// A whole text file, or an error that says why not.
import { readFileSync } from 'node:fs'
import { BanyanError } from '../../core/errors.ts'

/** @throws BanyanError E_FILE_READ when the system cannot read it. */
export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new BanyanError('E_FILE_READ', `${path} cannot be read`, { seen: (error as NodeJS.ErrnoException).code, cause: error })
  }
}
