// Rows from outside, looked at before they are believed: kind and fields, with the name of the field that is missing or of another type.
import { z } from 'zod'
import type { RowKind, TrainingRow } from '../data/rows.ts'
import { rowError } from './examples.ts'

const prompt = z.union([z.string(), z.array(z.looseObject({ role: z.string(), content: z.unknown() }))])
const texts = z.array(z.string())
const part = z.number().min(0).max(1)

/** What the objectives read; other fields may be there. */
const schemas = {
  'step-value': z.looseObject({ prompt, steps: texts, value: z.number(), range: z.tuple([z.number(), z.number()]) }),
  'step-labels': z.looseObject({ prompt, steps: texts, labels: z.array(part) }),
  pair: z.looseObject({ prompt, steps: texts, chosen: z.string(), rejected: z.string() }),
  verified: z.looseObject({ prompt, steps: texts }),
  outcome: z.looseObject({ prompt, completion: z.string(), right: z.boolean() }),
  'preference-tree': z.looseObject({ prompt }),
  group: z.looseObject({ prompt }),
} satisfies Record<RowKind, z.ZodType>

/**
 * The row as one of the wanted kind.
 * @throws BanyanError E_TRAIN_ROW for a row of another kind, and for a field that is missing or of another type.
 */
export function rowOf<Kind extends RowKind>(kind: Kind, row: TrainingRow): TrainingRow & { readonly row: Kind } {
  const seen = (row as { readonly row?: unknown } | null)?.row
  if (seen !== kind) throw rowError('row', 'this objective learns from rows of another kind', seen ?? 'nothing', kind)
  const { success, error } = schemas[kind].safeParse(row)
  if (success) return row as TrainingRow & { readonly row: Kind }
  const [issue] = error.issues
  const field = issue!.path
    .map((part, at) => (typeof part === 'number' ? `[${part}]` : at === 0 ? String(part) : `.${String(part)}`))
    .join('')
  const value = issue!.path.reduce<unknown>((inner, part) => (inner as Record<PropertyKey, unknown> | undefined)?.[part], row)
  throw rowError(field || 'row', value === undefined ? 'the field is missing' : 'it is of the wrong type', value, issue!.message)
}
