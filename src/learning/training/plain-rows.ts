// Rows as other programs write them, without kind and source: prompt and completion, a chat, a pair, a text. They become rows of ours.
import type { Json } from '../../core/common.ts'
import { rowError } from './examples.ts'

/**
 * A row of ours for `{prompt, completion}`, `{messages}` that end with an answer, `{prompt, chosen, rejected}` and `{text}`; completions may be texts
 * or lists with one message of the assistant. Anything else stays as it is.
 *
 * @throws BanyanError E_TRAIN_ROW naming the field, for an answer that is neither a text nor one message of the assistant.
 */
export function ourRow(row: Json): Json {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) return row
  const { prompt, completion, messages, chosen, rejected, text, ...others } = row as Readonly<Record<string, Json | undefined>>
  if ('row' in others) return row
  const source = { runId: '', node: 0, task: '' }
  const verified = (asked: Json, answer: string) => ({ row: 'verified', source, prompt: asked, steps: [answer], answer: '' })
  if (prompt !== undefined && completion !== undefined) return verified(prompt, answerIn('completion', completion))
  if (prompt !== undefined && chosen !== undefined && rejected !== undefined)
    return {
      ...{ row: 'pair', source, prompt, steps: [], chosenValue: 1, rejectedValue: 0, margin: 1 },
      ...{ chosen: answerIn('chosen', chosen), rejected: answerIn('rejected', rejected) },
    }
  if (Array.isArray(messages) && messages.length > 1) return verified(messages.slice(0, -1), answerIn('messages', messages.slice(-1)))
  return typeof text === 'string' ? verified('', text) : row
}

function answerIn(field: string, answer: Json): string {
  if (typeof answer === 'string') return answer
  const [only, second] = Array.isArray(answer) ? (answer as readonly Json[]) : []
  if (second === undefined && typeof only === 'object' && only !== null && !Array.isArray(only)) {
    const { role, content } = only as Readonly<Record<string, Json>>
    if (role === 'assistant' && typeof content === 'string') return content
  }
  throw rowError(field, 'it is no answer', JSON.stringify(answer).slice(0, 80), 'a text, or one message of the assistant')
}
