// Right answers for TRL's supervised fine-tuning: as one text, or with the prompt in a column of its own.
// Columns as in TRL's "Dataset formats and types": language modelling, and prompt-completion.
import type { Json } from '../../../core/common.ts'
import type { DatasetFormat, OutcomeRow, VerifiedRow } from '../../data/rows.ts'
import { rightAnswer } from '../answers.ts'
import { formProblem, twoForms } from '../columns.ts'
import type { ExchangeOptions } from '../exchange.ts'

const text = twoForms(['text'])
const dialogue = twoForms(['messages'])
const whole = { standard: text.standard, conversational: dialogue.conversational }

/**
 * Language modelling: the column `text`, or `messages`. The loss is on the prompt too. For `trl sft`. Wrong outcomes give no row.
 *
 * @example
 * await writeDataset(verifiedTraces(store), trl.languageModelling({ form: 'conversational' }), 'right.jsonl')
 */
export function languageModelling(options: ExchangeOptions = {}): DatasetFormat<VerifiedRow | OutcomeRow> {
  return {
    name: 'trl.language-modelling',
    accepts: ['verified', 'outcome'],
    files: ['jsonl', 'parquet'],
    encode: (row) =>
      rightAnswer(row, options).map(({ form, prompt, answers: [answer] }) =>
        form === 'standard' ? { text: prompt + answer! } : ({ messages: [...prompt, ...answer!] } as unknown as Json),
      ),
    problem: (row) => formProblem(whole, 'messages', row, options.form),
  }
}

const apart = twoForms(['prompt', 'completion'])

/**
 * Prompt and completion: columns `prompt` and `completion`. The loss is on the completion. For `trl sft`. Wrong outcomes give no row.
 *
 * @example
 * await writeDataset(verifiedTraces(store, { references }), trl.promptCompletion(), 'right.jsonl')
 */
export function promptCompletion(options: ExchangeOptions = {}): DatasetFormat<VerifiedRow | OutcomeRow> {
  return {
    name: 'trl.prompt-completion',
    accepts: ['verified', 'outcome'],
    files: ['jsonl', 'parquet'],
    encode: (row) => rightAnswer(row, options).map(({ prompt, answers: [completion] }) => ({ prompt, completion }) as unknown as Json),
    problem: (row) => formProblem(apart, 'prompt', row, options.form),
  }
}
