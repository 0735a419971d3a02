// A row as one line of JSON. Numbers that JSON cannot hold are refused rather than turned into null.
import type { Json } from '../../core/common.ts'
import { BanyanError } from '../../core/errors.ts'

/**
 * The row's text, without a line end.
 * @throws BanyanError E_DATASET_ROW naming the field, for NaN and infinities.
 */
export function jsonLine(row: Json): string {
  return JSON.stringify(row, (field, value: unknown) => {
    if (typeof value === 'number' && !Number.isFinite(value))
      throw new BanyanError('E_DATASET_ROW', `the field ${JSON.stringify(field)} cannot be written`, {
        seen: String(value),
        wanted: 'a finite number',
      })
    return value
  })
}
