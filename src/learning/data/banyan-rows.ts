// Our own format: rows as they are, one JSON object a line, lossless. It is what training in process reads.
import type { Json } from '../../core/common.ts'
import { rowKinds, rowProblem } from './row-schemas.ts'
import type { DatasetFormat } from './rows.ts'

/**
 * Rows as they are, all kinds.
 * @example
 * await writeDataset(stepValues(store), banyanRows, 'values.jsonl')
 */
export const banyanRows: DatasetFormat = {
  name: 'banyan-rows',
  accepts: rowKinds,
  files: ['jsonl'],
  encode: (row) => [row as unknown as Json],
  problem: rowProblem,
}
