// Answers with a verdict for each step, for TRL's process reward models. Columns as in TRL's "Dataset formats and types": stepwise supervision.
import { z } from 'zod'
import type { Json } from '../../../core/common.ts'
import { type FieldProblem, fieldProblem } from '../../data/field-problem.ts'
import type { DatasetFormat, StepLabelRow } from '../../data/rows.ts'
import { text } from '../columns.ts'
import { textOf } from '../exchange.ts'
import { type LabelOptions, verdicts } from '../labels.ts'
import { told } from '../told.ts'

const columns = z.looseObject({ prompt: text, completions: z.array(text).min(1, 'a list of steps'), labels: z.array(z.boolean()) })

/** Options of TRL's stepwise format. */
export interface StepwiseOptions extends LabelOptions {
  /** What every first step begins with: the trainer puts nothing between prompt and steps. Default: nothing, as in TRL's own data. */
  readonly answerStart?: string
}

/**
 * Stepwise supervision: columns `prompt`, `completions` (a text for each step), `labels` (a truth value for each step). For the
 * `PRMTrainer` of TRL up to 1.13, which puts its `step_separator` behind each step; the recipe `trl` trains with later versions too.
 * There is no conversational form.
 *
 * @example
 * await writeDataset(stepLabels(store, { label: 'first-error' }), trl.stepwise(), 'steps.jsonl')
 */
export function stepwise(options: StepwiseOptions = {}): DatasetFormat<StepLabelRow> {
  const { answerStart = '' } = options
  return {
    name: 'trl.stepwise',
    ...told(options),
    accepts: ['step-labels'],
    files: ['jsonl', 'parquet'],
    encode: ({ prompt, steps, labels }) => [
      {
        prompt: textOf(prompt),
        completions: steps.map((step, at) => (at === 0 ? answerStart + step : step)),
        labels: verdicts(labels, options),
      },
    ],
    problem: (row) => fieldProblem(columns, row) ?? lengthProblem(row),
  }
}

function lengthProblem(row: Json): FieldProblem | undefined {
  const { completions, labels } = row as { readonly completions: readonly Json[]; readonly labels: readonly Json[] }
  if (completions.length === labels.length) return undefined
  return { field: 'labels', seen: `${labels.length} labels`, wanted: `${completions.length}, one for each step` }
}
