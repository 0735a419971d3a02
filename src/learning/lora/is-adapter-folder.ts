// Tells folders of adapters from others, without loading what reads them.
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** The file that says which model an adapter belongs to. */
export const referenceFile = 'adapter.json'

/** Whether a folder holds an adapter of a language model, as `keepAdapter` writes it. */
export function isAdapterFolder(path: string): boolean {
  return existsSync(join(path, referenceFile))
}
