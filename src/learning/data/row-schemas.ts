// What rows look like when they come from a file: one schema for each kind, so that mistakes can be named by field.
import { z } from 'zod'
import type { Json } from '../../core/common.ts'
import { type FieldProblem, fieldProblem, shown } from './field-problem.ts'
import type { RowKind, TrainingRow } from './rows.ts'

const finite = z.number()
const share = z.number().min(0).max(1)
const count = z.int().min(0)
const texts = z.array(z.string())
const message = z.strictObject({ role: z.enum(['system', 'user', 'assistant']), content: z.string() })

const wantedPrompt = 'a text, or a list of messages'
const common = {
  source: z.strictObject({ runId: z.string(), node: count, task: z.string(), oracle: z.literal('training-label').optional() }),
  prompt: z.union([z.string(), z.array(message).min(1, wantedPrompt)], { error: wantedPrompt }),
  separator: z.string().optional(),
}

const treeNode: z.ZodType = z.strictObject({
  text: z.string(),
  value: finite.optional(),
  visits: count,
  terminal: z.boolean(),
  observation: z.string().optional(),
  children: z.array(z.lazy(() => treeNode)),
})

const completion = z.strictObject({
  text: z.string(),
  reward: finite,
  tokens: z.array(count).optional(),
  logProbs: z.array(finite).optional(),
})

const schemas = {
  'step-value': z.strictObject({
    row: z.literal('step-value'),
    ...common,
    steps: texts,
    value: finite,
    range: z.tuple([finite, finite]),
    label: z.enum(['visit-mean', 'inferred', 'monte-carlo', 'first-error', 'outcome']),
    visits: count.optional(),
  }),
  'step-labels': z.strictObject({
    row: z.literal('step-labels'),
    ...common,
    steps: texts,
    labels: z.array(share),
    label: z.enum(['monte-carlo', 'first-error', 'outcome', 'inferred']),
    answer: z.string().optional(),
  }),
  pair: z.strictObject({
    row: z.literal('pair'),
    ...common,
    steps: texts,
    chosen: z.string(),
    rejected: z.string(),
    chosenValue: finite,
    rejectedValue: finite,
    margin: z.number().positive(),
    chosenVisits: count.optional(),
    rejectedVisits: count.optional(),
  }),
  verified: z.strictObject({ row: z.literal('verified'), ...common, steps: texts, answer: z.string() }),
  outcome: z.strictObject({ row: z.literal('outcome'), ...common, completion: z.string(), right: z.boolean(), value: share }),
  'preference-tree': z.strictObject({ row: z.literal('preference-tree'), ...common, tree: treeNode, reference: z.string().optional() }),
  group: z.strictObject({
    row: z.literal('group'),
    ...common,
    completions: z.array(completion).min(1),
    reference: z.string().optional(),
  }),
} satisfies Record<RowKind, z.ZodType>

/** All kinds of rows. */
export const rowKinds = Object.keys(schemas) as readonly RowKind[]

/** The first thing that is wrong with a row; undefined when it is a row of ours. */
export function rowProblem(row: Json | undefined): FieldProblem | undefined {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) return { field: '', seen: shown(row), wanted: 'an object' }
  const { row: kind } = row as { readonly row?: Json }
  if (typeof kind !== 'string' || !Object.hasOwn(schemas, kind))
    return { field: 'row', seen: shown(kind), wanted: `one of ${rowKinds.join(', ')}` }
  return fieldProblem(schemas[kind as RowKind], row) ?? lengthProblem(row as unknown as TrainingRow)
}

/** What a schema of single fields cannot say. */
function lengthProblem(row: TrainingRow): FieldProblem | undefined {
  if (row.row === 'step-labels' && row.labels.length !== row.steps.length)
    return { field: 'labels', seen: `${row.labels.length} labels`, wanted: `${row.steps.length}, one for each step` }
  if (row.row === 'step-value' && !(row.range[0] < row.range[1]))
    return { field: 'range', seen: shown(row.range), wanted: 'the lowest value, then a higher one' }
  if (row.row === 'step-value' && !(row.value >= row.range[0] && row.value <= row.range[1]))
    return { field: 'value', seen: shown(row.value), wanted: `from ${row.range[0]} to ${row.range[1]}` }
  if (row.row === 'pair' && Math.abs(row.chosenValue - row.rejectedValue - row.margin) > 1e-9)
    return { field: 'margin', seen: shown(row.margin), wanted: `chosenValue − rejectedValue, ${row.chosenValue - row.rejectedValue}` }
  if (row.row !== 'group') return undefined
  const at = row.completions.findIndex(({ tokens, logProbs }) => logProbs !== undefined && logProbs.length !== tokens?.length)
  if (at < 0) return undefined
  const { tokens, logProbs } = row.completions[at]!
  return { field: `completions.${at}.logProbs`, seen: `${logProbs?.length} numbers`, wanted: `${tokens?.length ?? 0}, one for each token` }
}
