// Finished cells of comparisons in a file of JSON lines beside the runs database, so that a comparison goes on where it stopped.
// A line that was cut by a killed process is left aside.
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { BanyanError } from '../core/errors.ts'
import type { Cell, CellStore } from '../experiments/cells.ts'
import { maskSecrets } from './mask.ts'

/**
 * @param fresh leave what is known aside, and write anew.
 * @throws `E_CLI_CELLS` when the file cannot be read or written.
 */
export function cellsFile(path: string, { fresh = false }: { readonly fresh?: boolean } = {}): CellStore {
  const cells = new Map<string, Cell>()
  let startsLine = true
  try {
    mkdirSync(dirname(path), { recursive: true })
    const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
    startsLine = text === '' || text.endsWith('\n')
    if (!fresh) for (const line of text.split('\n')) read(cells, line)
  } catch (cause) {
    throw unusable(path, cause)
  }
  return {
    get: (key) => cells.get(key),
    put(key, cell) {
      cells.set(key, cell)
      try {
        appendFileSync(path, `${startsLine ? '' : '\n'}${maskSecrets(JSON.stringify({ key, cell }))}\n`, { mode: 0o600 })
        startsLine = true
      } catch (cause) {
        throw unusable(path, cause)
      }
    },
  }
}

function read(cells: Map<string, Cell>, line: string): void {
  let found: { readonly key?: unknown; readonly cell?: Partial<Cell> } | null
  try {
    found = JSON.parse(line || 'null')
  } catch {
    return
  }
  const { key, cell } = found ?? {}
  if (typeof key === 'string' && typeof cell?.correct === 'boolean' && typeof cell.seconds === 'number' && typeof cell.usage === 'object')
    cells.set(key, cell as Cell)
}

function unusable(path: string, cause: unknown): BanyanError {
  return new BanyanError('E_CLI_CELLS', `the file of finished runs cannot be used (${(cause as NodeJS.ErrnoException).code})`, {
    seen: path,
    cause,
  })
}
