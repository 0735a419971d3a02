// What rows of different kinds say about an answer, as all trainers ask for it: right answers, verdicts, what would be right.
import { BanyanError } from '../../core/errors.ts'
import type { GroupRow, OutcomeRow, PairRow, PreferenceTreeRow, VerifiedRow } from '../data/rows.ts'
import { type Exchange, type ExchangeOptions, exchange, joined } from './exchange.ts'

/** The row's answer when it is right: none or one. A verified trace without steps is its answer. */
export function rightAnswer(row: VerifiedRow | OutcomeRow, options: ExchangeOptions): readonly Exchange[] {
  if (row.row === 'outcome') return row.right ? [exchange(row, [], [row.completion], options)] : []
  const answer = row.steps.length === 0 ? row.answer : joined(row, row.steps, options)
  return [exchange(row, [], [answer], options)]
}

/** An answer and what is thought of it; a pair is two. @throws BanyanError E_DATASET_ROW for steps after others in a chat. */
export function verdictsOf(row: OutcomeRow | PairRow, options: ExchangeOptions) {
  if (row.row === 'outcome') {
    const { prompt, answers } = exchange(row, [], [row.completion], options)
    return [{ prompt, answer: answers[0]!, label: row.right }]
  }
  const { form, prompt, answers } = exchange(row, row.steps, [row.chosen, row.rejected], options)
  if (form === 'conversational' && row.steps.length > 0)
    throw new BanyanError('E_DATASET_ROW', 'the field "steps" is not empty', {
      wanted: 'whole answers in the conversational form: pairs of traces, or outcomes',
    })
  return answers.map((answer, at) => ({ prompt, answer, label: at === 0 }))
}

/** Rows that say what was asked, and perhaps what is right. */
export type AskingRow = GroupRow | PreferenceTreeRow | VerifiedRow

/** What is right, as far as the row knows. */
export function solutionOf(row: AskingRow): string | undefined {
  return row.row !== 'verified' ? row.reference : row.answer === '' ? undefined : row.answer
}
