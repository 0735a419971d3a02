// Right answers for TRL's supervised fine-tuning: as one text, or with the prompt in a column of its own.
// Columns as in TRL's "Dataset formats and types": language modelling, and prompt-completion.
import { z } from 'zod'
import type { Json } from '../../../core/common.ts'
import { fieldProblem } from '../../data/field-problem.ts'
import type { DatasetFormat, OutcomeRow, VerifiedRow } from '../../data/rows.ts'
import { rightAnswer } from '../answers.ts'
import { formProblem, messages, text, twoForms } from '../columns.ts'
import type { ExchangeOptions } from '../exchange.ts'
import { told } from '../told.ts'

const oneText = z.looseObject({ text })
const dialogue = z.looseObject({ messages })

/**
 * Language modelling: the column `text`, or `messages`. The loss is on the prompt too. For `trl sft`. Wrong outcomes give no row.
 *
 * @example
 * await writeDataset(verifiedTraces(store), trl.languageModelling({ form: 'conversational' }), 'right.jsonl')
 */
export function languageModelling(options: ExchangeOptions = {}): DatasetFormat<VerifiedRow | OutcomeRow> {
  return {
    name: 'trl.language-modelling',
    ...told(options),
    accepts: ['verified', 'outcome'],
    files: ['jsonl', 'parquet'],
    encode: (row) =>
      rightAnswer(row, options).map(({ form, prompt, answers: [answer] }) =>
        form === 'standard' ? { text: prompt + answer! } : ({ messages: [...prompt, ...answer!] } as unknown as Json),
      ),
    problem: (row) => fieldProblem((options.form ?? formIn(row)) === 'conversational' ? dialogue : oneText, row),
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
    ...told(options),
    accepts: ['verified', 'outcome'],
    files: ['jsonl', 'parquet'],
    encode: (row) => rightAnswer(row, options).map(({ prompt, answers: [completion] }) => ({ prompt, completion }) as unknown as Json),
    problem: (row) => formProblem(apart, 'prompt', row, options.form),
  }
}

/** A row of messages has them in a column of their own. */
function formIn(row: Json): ExchangeOptions['form'] {
  return typeof row === 'object' && row !== null && 'messages' in row ? 'conversational' : 'standard'
}
