// Single answers with verdicts for TRL's KTO and BCO. Columns as in TRL's "Dataset formats and types": unpaired preference.
import { z } from 'zod'
import type { Json } from '../../../core/common.ts'
import type { DatasetFormat, OutcomeRow, PairRow } from '../../data/rows.ts'
import { verdictsOf } from '../answers.ts'
import { formProblem, twoForms } from '../columns.ts'
import type { ExchangeOptions } from '../exchange.ts'
import { told } from '../told.ts'

const columns = twoForms(['prompt', 'completion'], { label: z.boolean() })

/**
 * Unpaired preference: columns `prompt`, `completion`, `label`. For `trl kto`. A pair gives two rows: its chosen side, and its rejected one.
 *
 * Pairs of steps after others have no conversational form: a chat's answer would hold the steps before, and they would be learnt too.
 *
 * @example
 * await writeDataset(outcomeLabels(store), trl.kto(), 'outcomes.jsonl')
 */
export function kto(options: ExchangeOptions = {}): DatasetFormat<OutcomeRow | PairRow> {
  return {
    name: 'trl.kto',
    ...told(options),
    accepts: ['outcome', 'pair'],
    files: ['jsonl', 'parquet'],
    encode(row) {
      return verdictsOf(row, options).map(({ prompt, answer, label }) => ({ prompt, completion: answer, label }) as unknown as Json)
    },
    problem: (row) => formProblem(columns, 'prompt', row, options.form),
  }
}
