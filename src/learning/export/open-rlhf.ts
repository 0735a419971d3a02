// OpenRLHF's data sets. Its trainers take the names of columns as flags; those of the defaults here stand with each format.
// Its trainers for KTO and process reward models were taken out in March 2026, so the last two formats are for older versions.
import { z } from 'zod'
import type { Json } from '../../core/common.ts'
import { BanyanError } from '../../core/errors.ts'
import { type FieldProblem, fieldProblem, shown } from '../data/field-problem.ts'
import type { DatasetFormat, OutcomeRow, PairRow, StepLabelRow, VerifiedRow } from '../data/rows.ts'
import { type AskingRow, rightAnswer, solutionOf, verdictsOf } from './answers.ts'
import { equalSides, formProblem, text, twoForms } from './columns.ts'
import { type ExchangeOptions, exchange, textOf } from './exchange.ts'
import { type LabelOptions, verdicts } from './labels.ts'
import { told } from './told.ts'

const answered = twoForms(['input', 'output'])

/**
 * Supervised fine-tuning: `input` and `output` (`--data.input_key input --data.output_key output`). Wrong outcomes give no row.
 *
 * @example
 * await writeDataset(verifiedTraces(store), openRlhf.sft(), 'right.jsonl')
 */
function sft(options: ExchangeOptions = {}): DatasetFormat<VerifiedRow | OutcomeRow> {
  return {
    name: 'open-rlhf.sft',
    ...told(options),
    accepts: ['verified', 'outcome'],
    files: ['jsonl', 'parquet'],
    encode: (row) => rightAnswer(row, options).map(({ prompt, answers: [output] }) => ({ input: prompt, output }) as unknown as Json),
    problem: (row) => formProblem(answered, 'input', row, options.form),
  }
}

const compared = twoForms(['prompt', 'chosen', 'rejected'], { margin: z.number().optional() })

/**
 * Pairs for reward models and DPO: `prompt`, `chosen`, `rejected`, `margin` (`--data.prompt_key prompt`).
 *
 * @example
 * await writeDataset(stepPairs(store, { margin: 0.2 }), openRlhf.preference(), 'pairs.jsonl')
 */
function preference(options: ExchangeOptions = {}): DatasetFormat<PairRow> {
  return {
    name: 'open-rlhf.preference',
    ...told(options),
    accepts: ['pair'],
    files: ['jsonl', 'parquet'],
    encode(row) {
      const { prompt, answers } = exchange(row, row.steps, [row.chosen, row.rejected], options)
      return [{ prompt, chosen: answers[0]!, rejected: answers[1]!, margin: row.margin } as unknown as Json]
    },
    problem: (row) => formProblem(compared, 'prompt', row, options.form) ?? equalSides(row),
  }
}

const asked = twoForms(['input'], { label: z.string().optional() })

/**
 * Prompts for PPO, GRPO and REINFORCE: `input`, and `label` where the row knows what is right (`--data.input_key input --data.label_key label`).
 *
 * @example
 * await writeDataset(rolloutGroups(store, { within: 'task', references }), openRlhf.prompts(), 'prompts.jsonl')
 */
function prompts(options: Pick<ExchangeOptions, 'form'> = {}): DatasetFormat<AskingRow> {
  return {
    name: 'open-rlhf.prompts',
    ...told(options),
    accepts: ['group', 'preference-tree', 'verified'],
    files: ['jsonl', 'parquet'],
    encode(row) {
      const { prompt } = exchange(row, [], [], options)
      const label = solutionOf(row)
      return [{ input: prompt, ...(label === undefined ? {} : { label }) } as unknown as Json]
    },
    problem: (row) => formProblem(asked, 'input', row, options.form),
  }
}

const judged = twoForms(['input', 'output'], { label: z.boolean() })

/**
 * KTO, until March 2026: `input`, `output`, `label`. A pair gives two rows, as in `trl.kto()`.
 *
 * @example
 * await writeDataset(outcomeLabels(store), openRlhf.kto(), 'outcomes.jsonl')
 */
function kto(options: ExchangeOptions = {}): DatasetFormat<OutcomeRow | PairRow> {
  return {
    name: 'open-rlhf.kto',
    ...told(options),
    accepts: ['outcome', 'pair'],
    files: ['jsonl', 'parquet'],
    encode: (row) =>
      verdictsOf(row, options).map(({ prompt, answer, label }) => ({ input: prompt, output: answer, label }) as unknown as Json),
    problem: (row) => formProblem(judged, 'input', row, options.form),
  }
}

/** Options of OpenRLHF's format of process rewards. */
export interface PrmOptions extends LabelOptions, Omit<ExchangeOptions, 'form'> {
  /** Stands behind every step (`--placeholder_token`); one token of the model. Default `ки`, as in Math-Shepherd. */
  readonly placeholder?: string
  /** `tokens`: `+` and `-` (`--reward_tokens + -`). `soft`: the labels themselves, in [0, 1]. Default `tokens`. */
  readonly labels?: 'tokens' | 'soft'
}

/**
 * Process reward models, until March 2026: `input` with a placeholder behind every step, and `label`, a list with one entry for each.
 *
 * @example
 * await writeDataset(stepLabels(store), openRlhf.prm({ labels: 'soft' }), 'steps.jsonl')
 */
function prm(options: PrmOptions = {}): DatasetFormat<StepLabelRow> {
  const { placeholder = 'ки', labels: kind = 'tokens', answerStart = '\n' } = options
  const label = kind === 'soft' ? z.number().min(0).max(1) : z.enum(['+', '-'])
  const columns = z.looseObject({ input: text, label: z.array(label).min(1, 'a list of labels') })
  return {
    name: 'open-rlhf.prm',
    ...told(options),
    accepts: ['step-labels'],
    files: ['jsonl', 'parquet'],
    encode(row) {
      const prompt = textOf(row.prompt)
      for (const [field, part] of [['prompt', prompt], ...row.steps.map((step, at) => [`steps.${at}`, step])] as [string, string][])
        if (part.includes(placeholder))
          throw new BanyanError('E_DATASET_ROW', `the field ${JSON.stringify(field)} holds the placeholder`, {
            seen: part,
            wanted: `a text without ${JSON.stringify(placeholder)}`,
          })
      const steps = row.steps.map((step) => `${step} ${placeholder}`).join(options.separator ?? row.separator ?? '\n')
      return [
        {
          input: prompt + answerStart + steps,
          label: kind === 'soft' ? row.labels : verdicts(row.labels, options).map((good) => (good ? '+' : '-')),
        },
      ]
    },
    problem: (row) => fieldProblem(columns, row) ?? countProblem(row, placeholder),
  }
}

/**
 * The formats of OpenRLHF.
 *
 * @example
 * await writeDataset(tracePairs(store), openRlhf.preference(), 'pairs.jsonl')
 */
export const openRlhf = { sft, preference, prompts, kto, prm }

function countProblem(row: Json, placeholder: string): FieldProblem | undefined {
  const { input, label } = row as { readonly input: string; readonly label: readonly Json[] }
  const places = input.split(placeholder).length - 1
  if (places === label.length) return undefined
  return { field: 'label', seen: shown(label), wanted: `${places} labels, one for each ${JSON.stringify(placeholder)} in the input` }
}
