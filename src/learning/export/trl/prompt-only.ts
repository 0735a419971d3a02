// Prompts for TRL's trainers that sample answers themselves (GRPO, RLOO, online DPO).
// Columns as in TRL's "Dataset formats and types": prompt-only; other columns reach the reward functions by their names.
import { z } from 'zod'
import type { Json } from '../../../core/common.ts'
import { shown } from '../../data/field-problem.ts'
import type { DatasetFormat } from '../../data/rows.ts'
import { type AskingRow, solutionOf } from '../answers.ts'
import { formProblem, twoForms } from '../columns.ts'
import { type ExchangeOptions, exchange } from '../exchange.ts'
import { told } from '../told.ts'

const columns = twoForms(['prompt'], { solution: z.string().optional() })

/**
 * Prompts alone: the column `prompt`, and `solution` where the row knows what is right: its reference, or its verified answer.
 * TRL's `accuracy_reward` reads `solution`. There is one row for each row, so take rows of which there is one for each task.
 *
 * @example
 * await writeDataset(rolloutGroups(store, { within: 'task', references }), trl.promptOnly(), 'prompts.jsonl')
 */
export function promptOnly(options: Pick<ExchangeOptions, 'form'> = {}): DatasetFormat<AskingRow> {
  return {
    name: 'trl.prompt-only',
    ...told(options),
    accepts: ['group', 'preference-tree', 'verified'],
    files: ['jsonl', 'parquet'],
    encode(row) {
      const { prompt } = exchange(row, [], [], options)
      const solution = solutionOf(row)
      return [{ prompt, ...(solution === undefined ? {} : { solution }) } as unknown as Json]
    },
    problem: (row) => formProblem(columns, 'prompt', row, options.form) ?? unanswerable(row),
  }
}

/** TRL answers a chat that ends with a user's or a tool's message, and goes on with an assistant's. */
function unanswerable(row: Json) {
  const { prompt } = row as { readonly prompt: string | readonly { readonly role: string }[] }
  const last = typeof prompt === 'string' ? undefined : prompt.at(-1)
  if (last === undefined || ['user', 'tool', 'assistant'].includes(last.role)) return undefined
  return { field: `prompt.${prompt.length - 1}.role`, seen: shown(last.role), wanted: 'user, tool or assistant in the last message' }
}
