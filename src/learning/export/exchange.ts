// Prompt and answers of a row, as texts or as messages. Every format of language-model trainers is one of these two forms.
import { BanyanError } from '../../core/errors.ts'
import type { Message } from '../../models/model.ts'
import type { Prompt } from '../data/rows.ts'

/** How prompts and steps become columns. */
export interface ExchangeOptions {
  /** `standard`: columns of texts. `conversational`: columns of messages. Default: as the row's own prompt is, a text or a chat. */
  readonly form?: 'standard' | 'conversational'
  /** Between two steps. Default: what the run itself puts between them, else a line end. */
  readonly separator?: string
  /** In the standard form, what every answer begins with, so that it does not stick to the prompt. Default: a line end. */
  readonly answerStart?: string
}

/** What was asked, and answers to it; all texts or all messages. */
export type Exchange =
  | { readonly form: 'standard'; readonly prompt: string; readonly answers: readonly string[] }
  | { readonly form: 'conversational'; readonly prompt: readonly Message[]; readonly answers: readonly (readonly Message[])[] }

/** The part of a row that is needed here. */
export interface Asked {
  readonly prompt: Prompt
  readonly separator?: string
}

/**
 * The prompt, and answers that begin with the same steps and go on with one of `ends`.
 *
 * In the standard form the shared steps are the end of the prompt. A chat cannot end within an answer, since its template would close
 * it; so the conversational form has them at the beginning of every answer. Their log-probabilities are then equal on both sides of a
 * pair and cancel out of preference losses.
 *
 * @throws BanyanError E_DATASET_ROW for a chat of several messages in the standard form.
 */
export function exchange(row: Asked, shared: readonly string[], ends: readonly string[], options: ExchangeOptions = {}): Exchange {
  const separator = separatorOf(row, options)
  if ((options.form ?? formOf(row.prompt)) === 'conversational')
    return {
      form: 'conversational',
      prompt: messagesOf(row.prompt),
      answers: ends.map((end) => [{ role: 'assistant', content: [...shared, end].join(separator) }]),
    }
  const { answerStart = '\n' } = options
  const prompt = textOf(row.prompt)
  if (shared.length === 0) return { form: 'standard', prompt, answers: ends.map((end) => answerStart + end) }
  return { form: 'standard', prompt: prompt + answerStart + shared.join(separator), answers: ends.map((end) => separator + end) }
}

/** The steps of a whole answer as one text. */
export function joined(row: Asked, steps: readonly string[], options: ExchangeOptions): string {
  return steps.join(separatorOf(row, options))
}

/** A prompt as a text. @throws BanyanError E_DATASET_ROW for a chat of several messages. */
export function textOf(prompt: Prompt): string {
  if (typeof prompt === 'string') return prompt
  const [only, second] = prompt
  if (only?.role === 'user' && second === undefined) return only.content
  throw new BanyanError('E_DATASET_ROW', 'the field "prompt" is a chat that is no single question', {
    seen: prompt.map(({ role }) => role),
    wanted: 'a text',
    hint: "Write the conversational form, or build the rows with texts as prompts: the builder's option `prompt`.",
  })
}

/** A prompt as a chat. */
function messagesOf(prompt: Prompt): readonly Message[] {
  return typeof prompt === 'string' ? [{ role: 'user', content: prompt }] : prompt
}

/** The form of a prompt. */
function formOf(prompt: Prompt): 'standard' | 'conversational' {
  return typeof prompt === 'string' ? 'standard' : 'conversational'
}

function separatorOf(row: Asked, options: ExchangeOptions): string {
  return options.separator ?? row.separator ?? '\n'
}
