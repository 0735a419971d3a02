// Reads rows of our own format back, checked field by field.
import type { Json } from '../../core/common.ts'
import { BanyanError } from '../../core/errors.ts'
import type { FieldProblem } from './field-problem.ts'
import { type HeldOut, heldOutRefused, heldOutTest } from './held-out.ts'
import { linesOf } from './lines.ts'
import { rowProblem } from './row-schemas.ts'
import type { RowKind, TrainingRow } from './rows.ts'

/** Rows of one kind. */
export type RowOf<Kind extends RowKind> = Extract<TrainingRow, { readonly row: Kind }>

/** Options of `readRows`. */
export interface ReadRowsOptions<Kind extends RowKind> {
  /** Only rows of this kind are good. Default: all kinds. */
  readonly kind?: Kind
  /** Rows of these tasks are refused. Default: none. */
  readonly heldOut?: HeldOut
}

/**
 * Rows of a file in the format `banyan-rows`, as they are read.
 *
 * The stream throws `E_DATASET_ROW` with line and field for a line that is no row, or of another kind than wanted; `E_DATASET_HELD_OUT`;
 * `E_DATASET_READ` when the file cannot be read.
 *
 * @example
 * for await (const { prompt, steps, value } of readRows('values.jsonl', { kind: 'step-value' })) learn(prompt, steps, value)
 */
export async function* readRows<Kind extends RowKind = RowKind>(
  file: string,
  { kind, heldOut }: ReadRowsOptions<Kind> = {},
): AsyncGenerator<RowOf<Kind>> {
  const isHeldOut = heldOutTest(typeof heldOut === 'object' ? new Set(heldOut) : heldOut)
  for await (const { line, number } of linesOf(file)) {
    const row = parsed(line, file, number)
    const problem = rowProblem(row)
    if (problem !== undefined) throw rowError(file, number, problem)
    const good = row as unknown as RowOf<Kind>
    if (kind !== undefined && good.row !== kind)
      throw rowError(file, number, { field: 'row', seen: JSON.stringify(good.row), wanted: JSON.stringify(kind) })
    const { task } = good.source
    const name = { id: task, digests: [task], task: undefined }
    if (isHeldOut(name)) throw heldOutRefused(name, `${file}, line ${number}`)
    yield good
  }
}

/** The JSON value of a line. @throws BanyanError E_DATASET_ROW naming the line. */
function parsed(line: string, file: string, number: number): Json {
  try {
    return JSON.parse(line) as Json
  } catch (cause) {
    throw rowError(file, number, { field: '', seen: (cause as Error).message, wanted: 'one JSON value' }, cause)
  }
}

/** The error for a row that is not as it should be. */
function rowError(file: string, line: number, { field, seen, wanted }: FieldProblem, cause?: unknown): BanyanError {
  const where = field === '' ? '' : `: field ${JSON.stringify(field)}`
  return new BanyanError('E_DATASET_ROW', `${file}, line ${line}${where} is ${seen}`, { wanted, ...(cause === undefined ? {} : { cause }) })
}
