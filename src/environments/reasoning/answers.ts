// Takes the answer out of a worked solution: last number, box, choice letter, object, or the text itself.
// Pure, linear in its input, never throws. It does not know what is right: that is the graders' business.
import type { z } from 'zod'
import type { Json } from '../../core/common.ts'
import { lastBox } from './boxes.ts'
import { chosenLetter } from './choices.ts'
import { findNumbers, lastNumber, wholeNumber } from './numbers.ts'
import { jsonValues } from './objects.ts'

/** How an answer is read. */
export type AnswerBy =
  | { readonly kind: 'text' }
  | { readonly kind: 'number' }
  | { readonly kind: 'box' }
  | { readonly kind: 'choice'; readonly letters: string }
  | { readonly kind: 'schema'; readonly schema: Json }

/** Characters of a text that are read: its last million. */
export const mostCharacters = 1_000_000

/**
 * The answer that a solution gives, or undefined.
 *
 * - `text`: the trimmed text.
 * - `number`: after `####`, in a box, or after "answer is" / "answer:"; else the last number. A JavaScript number: `1,234.50` is 1234.5.
 * - `box`: the content of the last `\boxed{…}`, in the usual form of LaTeX (see `tidyBox`).
 * - `choice`: an upper-case letter.
 * - `schema`: the parsed value that `check` accepts, as it returns it.
 *
 * @param finished the solution is complete. When `false`, only an answer that is marked as one counts.
 * @param check for `schema`: what the value has to pass.
 *
 * @example
 * extractAnswer('17 + 25 = 42\nThe answer is 42.', { kind: 'number' }, true) // 42
 */
export function extractAnswer(text: string, by: AnswerBy, finished: boolean, check?: z.ZodType): Json | undefined {
  const read = text.length > mostCharacters ? text.slice(-mostCharacters) : text
  switch (by.kind) {
    case 'text':
      return finished ? read.trim() || undefined : undefined
    case 'number':
      return markedNumber(read) ?? (finished ? lastNumber(read) : undefined)
    case 'box':
      return lastBox(read) || undefined
    case 'choice':
      return chosenLetter(read, by.letters, finished)
    case 'schema':
      return checkedValue(read, check, finished)
  }
}

// `####`, a box, or "answer is" / "A:", each with a number straight after it.
function markedNumber(text: string): number | undefined {
  const hashes = text.lastIndexOf('####')
  if (hashes >= 0) {
    const value = leadingNumber(lineFrom(text, hashes + 4))
    if (value !== undefined) return value
  }
  const box = text.includes('\\boxed') ? lastBox(text) : undefined
  const boxed = box === undefined ? undefined : (wholeNumber(box) ?? leadingNumber(box))
  if (boxed !== undefined) return boxed
  let marked: number | undefined
  for (const match of text.matchAll(answerMark)) marked = leadingNumber(lineFrom(text, match.index + match[0].length)) ?? marked
  return marked
}

const answerMark = /\banswer\b[^\n.:=]{0,40}?(?:\bis\b|\bwould be\b|:|=)|^(?:A|Answer):/gim

// The number at the head of a line: what stands before and between may be signs of arithmetic, but no words ("17 + 25 = 42 apples" is 42).
function leadingNumber(line: string): number | undefined {
  const { numbers, text } = findNumbers(line.replace(headWords, ''))
  let value: number | undefined
  let from = 0
  for (const number of numbers) {
    const between = text.slice(from, number.start)
    if (/\p{L}|[.!?;]\s/u.test(value === undefined ? between.replace(commands, '') : between)) break
    if (value === undefined || between.includes('=')) value = number.value
    from = number.end
  }
  return value
}

const headWords = /^[\s:*]{0,8}(?:is |about |approximately |exactly |equal to |indeed |simply )?(?:[$\\(\s]{0,4}[a-zA-Z]\s?=)?/
const commands = /\\[a-zA-Z]{1,12}\{?/g

function lineFrom(text: string, start: number): string {
  const end = text.indexOf('\n', start)
  const line = text.slice(start, Math.min(end < 0 ? text.length : end, start + 200))
  return line.trim() === '' && end >= 0 && start + 200 > end ? nextLine(text, end + 1) : line
}

function nextLine(text: string, start: number): string {
  const end = text.indexOf('\n', start)
  return text.slice(start, Math.min(end < 0 ? text.length : end, start + 200))
}

function checkedValue(text: string, check: z.ZodType | undefined, finished: boolean): Json | undefined {
  for (const value of jsonValues(text)) {
    if (!finished && (typeof value !== 'object' || value === null)) continue
    const checked = accepted(value, check)
    if (checked !== undefined) return checked
  }
  return undefined
}

// A user's schema may hold code of its own; when that throws, the value is not accepted.
function accepted(value: Json, check: z.ZodType | undefined): Json | undefined {
  if (check === undefined) return value
  try {
    const result = check.safeParse(value)
    return result.success ? (result.data as Json) : undefined
  } catch {
    return undefined
  }
}
