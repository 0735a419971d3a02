// Rows from outside, looked at before they are believed: kind and fields, with the name of the field that is missing or of another type.
import type { Json } from '../../core/common.ts'
import type { RowOf } from '../data/read-rows.ts'
import { rowProblem } from '../data/row-schemas.ts'
import type { RowKind, TrainingRow } from '../data/rows.ts'
import { rowError } from './examples.ts'

/**
 * The row as one of the wanted kinds.
 * @throws BanyanError E_TRAIN_ROW for a row of another kind, and for a field that is missing or of another type.
 */
export function rowOf<Kind extends RowKind>(kinds: readonly Kind[], row: TrainingRow): RowOf<Kind> {
  const problem = rowProblem(row as unknown as Json)
  if (problem !== undefined) throw rowError(problem.field || 'row', `it is ${problem.seen}`, undefined, problem.wanted)
  if ((kinds as readonly RowKind[]).includes(row.row)) return row as RowOf<Kind>
  throw rowError('row', 'this objective learns from rows of another kind', row.row, kinds.join(' or '))
}
