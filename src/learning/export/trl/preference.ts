// Pairs for TRL: with the prompt in a column of its own (DPO, CPO, ORPO), or within both sides (reward models).
// Columns as in TRL's "Dataset formats and types".
import { z } from 'zod'
import type { Json } from '../../../core/common.ts'
import type { DatasetFormat, PairRow } from '../../data/rows.ts'
import { equalSides, formProblem, twoForms } from '../columns.ts'
import { type ExchangeOptions, exchange } from '../exchange.ts'
import { told } from '../told.ts'

const explicit = twoForms(['prompt', 'chosen', 'rejected'])

/**
 * Preference with explicit prompt: columns `prompt`, `chosen`, `rejected`. For `trl dpo`; CPO and ORPO take the same.
 *
 * @example
 * await writeDataset(stepPairs(store, { margin: 0.2 }), trl.dpo(), 'pairs.jsonl')
 */
export function dpo(options: ExchangeOptions = {}): DatasetFormat<PairRow> {
  return {
    name: 'trl.dpo',
    ...told(options),
    accepts: ['pair'],
    files: ['jsonl', 'parquet'],
    encode(row) {
      const { prompt, answers } = exchange(row, row.steps, [row.chosen, row.rejected], options)
      return [{ prompt, chosen: answers[0]!, rejected: answers[1]! } as unknown as Json]
    },
    problem: (row) => formProblem(explicit, 'prompt', row, options.form) ?? equalSides(row),
  }
}

/** Options of the rows for TRL's reward trainer. */
export interface RewardOptions extends ExchangeOptions {
  /** Also the column `margin`, which the trainer takes off the difference of rewards. Default false. */
  readonly margin?: boolean
}

const implicit = twoForms(['chosen', 'rejected'], { margin: z.number().optional() })

/**
 * Preference with implicit prompt: columns `chosen` and `rejected`, both with the prompt. For `trl reward`.
 *
 * @example
 * await writeDataset(tracePairs(store), trl.reward({ margin: true }), 'pairs.parquet')
 */
export function reward(options: RewardOptions = {}): DatasetFormat<PairRow> {
  return {
    name: 'trl.reward',
    ...told(options),
    accepts: ['pair'],
    files: ['jsonl', 'parquet'],
    encode(row) {
      const { form, prompt, answers } = exchange(row, row.steps, [row.chosen, row.rejected], options)
      const [chosen, rejected] =
        form === 'standard' ? answers.map((answer) => prompt + answer) : answers.map((answer) => [...prompt, ...answer])
      return [{ chosen, rejected, ...(options.margin === true ? { margin: row.margin } : {}) } as unknown as Json]
    },
    problem: (row) => formProblem(implicit, 'chosen', row, options.form) ?? equalSides(row),
  }
}
