// Steps with verdicts as Math-Shepherd writes them (Wang et al. 2024): a tag behind every step of one text; or as OpenR does: a list of verdicts.
import { z } from 'zod'
import type { Json } from '../../core/common.ts'
import { BanyanError } from '../../core/errors.ts'
import { type FieldProblem, fieldProblem, shown } from '../data/field-problem.ts'
import type { DatasetFormat, StepLabelRow } from '../data/rows.ts'
import { text } from './columns.ts'
import { textOf } from './exchange.ts'
import { type LabelOptions, verdicts } from './labels.ts'
import { told } from './told.ts'

/** Options of Math-Shepherd's format. */
export interface MathShepherdOptions extends LabelOptions {
  /** `texts`: `input`, `label`, `task`. `process`: OpenR's `question`, `process`, `label`, the last one a list. Default `texts`. */
  readonly layout?: 'texts' | 'process'
  /** Stands behind every step. Default `ки` in texts, and five line ends in OpenR's layout. */
  readonly tag?: string
  /** The column `task`, by which readers choose rows. Theirs are `GSM8K` and `MATH`. Default `other`. */
  readonly task?: string
}

/**
 * Math-Shepherd: `input` is the question and `Step 1: … ки`, one step below the other; `label` is the same with `+` or `-` in place of
 * every tag. The last step ends with `The answer is: …` where the row has an answer. A step may hold line ends: the tag alone ends it.
 *
 * Math-Shepherd's own labels are hard: they are those of a threshold just above 0.
 *
 * @example
 * await writeDataset(stepLabels(store), mathShepherd({ threshold: 0.001 }), 'steps.jsonl')
 */
export function mathShepherd(options: MathShepherdOptions = {}): DatasetFormat<StepLabelRow> {
  const { layout = 'texts', task = 'other' } = options
  const tag = options.tag ?? (layout === 'texts' ? 'ки' : '\n\n\n\n\n')
  return {
    name: 'math-shepherd',
    ...told(options),
    accepts: ['step-labels'],
    files: ['jsonl', 'parquet'],
    encode(row) {
      const question = textOf(row.prompt)
      const steps = numbered(row)
      refuseTag(question, steps, tag)
      const signs = verdicts(row.labels, options).map((good) => (good ? '+' : '-'))
      if (layout === 'process') return [{ question, process: steps.map((step) => `${step} ${tag}`).join(''), label: signs }]
      const marked = (marks: readonly string[]) => `${question} ${steps.map((step, at) => `${step} ${marks[at]}`).join('\n')}`
      return [{ input: marked(steps.map(() => tag)), label: marked(signs), task }]
    },
    problem: (row) =>
      layout === 'texts' ? (fieldProblem(shepherd, row) ?? textProblem(row, tag)) : (fieldProblem(openR, row) ?? countProblem(row, tag)),
  }
}

const shepherd = z.looseObject({ input: text, label: text, task: text })
const openR = z.looseObject({ question: text, process: text, label: z.array(z.enum(['+', '-'])).min(1, 'a list of labels') })

/** Steps with their numbers, unless they have them already, and the answer behind the last. */
function numbered({ steps, answer }: StepLabelRow): string[] {
  return steps.map((step, at) => {
    const named = step.startsWith(`Step ${at + 1}:`) ? step : `Step ${at + 1}: ${step}`
    const tells = at < steps.length - 1 || answer === undefined || step.includes('The answer is:')
    return tells ? named : `${named} The answer is: ${answer}`
  })
}

function refuseTag(question: string, steps: readonly string[], tag: string): void {
  const parts = [['prompt', question], ...steps.map((step, at) => [`steps.${at}`, step])] as [string, string][]
  // A step that ends with a part of the tag would move it.
  for (const [field, part] of parts)
    if (`${part} ${tag}`.indexOf(tag) < part.length + 1)
      throw new BanyanError('E_DATASET_ROW', `the field ${JSON.stringify(field)} holds the tag`, {
        seen: part,
        wanted: `a text without ${JSON.stringify(tag)}`,
      })
}

/** The labels' text must be the input's, but for a sign in place of every tag. */
function textProblem(row: Json, tag: string): FieldProblem | undefined {
  const { input, label } = row as { readonly input: string; readonly label: string }
  const [first, ...parts] = input.split(tag)
  if (parts.length === 0) return { field: 'input', seen: shown(input), wanted: `${JSON.stringify(tag)} behind every step` }
  const rest = label.startsWith(first!) ? label.slice(first!.length) : undefined
  if (rest !== undefined && signsFit(rest, parts)) return undefined
  return { field: 'label', seen: shown(label), wanted: `the input with + or - in place of every ${JSON.stringify(tag)}` }
}

function signsFit(label: string, parts: readonly string[]): boolean {
  let at = 0
  for (const part of parts) {
    if (label[at] !== '+' && label[at] !== '-') return false
    if (!label.startsWith(part, at + 1)) return false
    at += 1 + part.length
  }
  return at === label.length
}

function countProblem(row: Json, tag: string): FieldProblem | undefined {
  const { process: steps, label } = row as { readonly process: string; readonly label: readonly Json[] }
  const places = steps.split(tag).length - 1
  if (places === label.length) return undefined
  return { field: 'label', seen: shown(label), wanted: `${places} labels, one for each ${JSON.stringify(tag)} in the process` }
}
