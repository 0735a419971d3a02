// Schemas of columns that formats share: texts, messages, and rows that are all texts or all messages. They say what is wrong by field.
import { z } from 'zod'
import type { Json } from '../../core/common.ts'
import { type FieldProblem, fieldProblem, shown } from '../data/field-problem.ts'

const wantedText = 'a text that is not empty'
/** A text that is not empty. */
export const text: z.ZodType = z.string({ error: wantedText }).min(1, wantedText)

const message = z.looseObject({
  role: z.string({ error: 'the name of a role' }).min(1, 'the name of a role'),
  content: z.union([z.string(), z.array(z.looseObject({ type: z.string() }))], { error: 'a text, or a list of parts' }),
})

const wantedMessages = 'a list of messages'
/** A list of messages that is not empty. */
export const messages: z.ZodType = z.array(message, { error: wantedMessages }).min(1, wantedMessages)

/** The schemas of a row in its two forms; other columns may stand beside. */
export interface TwoForms {
  readonly standard: z.ZodType
  readonly conversational: z.ZodType
}

/** Columns that hold texts in one form and messages in the other, and columns that are the same in both. */
export function twoForms(exchanged: readonly string[], others: z.ZodRawShape = {}): TwoForms {
  const shape = (column: z.ZodType) => ({ ...Object.fromEntries(exchanged.map((name) => [name, column])), ...others })
  return { standard: z.looseObject(shape(text)), conversational: z.looseObject(shape(messages)) }
}

/** The first problem of a row; which form it is in, its first exchanged column says, unless `form` does. */
export function formProblem(forms: TwoForms, first: string, row: Json, form?: 'standard' | 'conversational'): FieldProblem | undefined {
  const column = (row as { readonly [name: string]: Json } | null)?.[first]
  return fieldProblem(forms[form ?? (Array.isArray(column) ? 'conversational' : 'standard')], row)
}

/** Two equal sides teach nothing, and make losses that cannot fall. */
export function equalSides(row: Json): FieldProblem | undefined {
  const { chosen, rejected } = row as { readonly [name: string]: Json }
  if (JSON.stringify(chosen) !== JSON.stringify(rejected)) return undefined
  return { field: 'rejected', seen: shown(rejected), wanted: 'something else than chosen' }
}
