// Reads steps out of what a model wrote: cuts what goes beyond one step, drops what was said before, knows a refusal. Pure, linear.
import { doneWord } from './chat.ts'

/** Characters of a step that are kept. */
export const longestStep = 16_000

/** A text as it is compared with others: without case, spaces, marks of lists and headings, and its "Step 3:". */
export function stepKey(text: string): string {
  return text
    .slice(0, longestStep)
    .toLowerCase()
    .replace(/[*_`#>]/g, '')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/^(?:step \d{1,4}\s?[:.)-]?|\d{1,4}[.):]|-)\s(?=\S)/, '')
    .replace(/[.:]$/, '')
}

/** Whether a text is the usual phrase of a model that will not answer, and little more. */
export function isRefusal(text: string): boolean {
  return text.length < 600 && refusal.test(text.trimStart().replaceAll('’', "'"))
}

const refusal =
  /^(?:i'm |i am )?(?:very |so |really )?(?:sorry|i apologi[sz]e|as an ai|i cannot|i can't|i'm unable|i am unable|unable to)[^.\n]{0,60}?\b(?:help|assist|comply|fulfil|fulfill|provide|answer|do that|continue|cannot|can't)\b/i

/**
 * The one step in a chat model's reply that was asked for the next step only.
 *
 * Lines that repeat earlier steps at its head are dropped; a second paragraph or a second "Step n" is cut off; a last line "DONE" ends it.
 * @param whole keep all paragraphs (an object may have blank lines).
 * @returns undefined for a reply that says nothing new.
 */
export function nextStep(
  reply: string,
  earlier: readonly string[],
  whole: boolean,
): { readonly text: string; readonly end: boolean } | undefined {
  const said = new Set(earlier.flatMap((step) => [stepKey(step), ...step.split('\n').map(stepKey)]))
  const lines = reply
    .slice(0, 4 * longestStep)
    .trim()
    .split('\n')
  const from = lines.findIndex((line) => line.trim() !== '' && !said.has(stepKey(line)))
  if (from < 0) return undefined
  const rest = lines.slice(from)
  const end = whole ? rest.length : stepEnd(rest)
  const kept = rest.slice(0, end)
  const last = (kept.at(-1) ?? '').trim()
  const done = isDone(last)
  const text = (done ? kept.slice(0, -1) : kept).join('\n').trim().slice(0, longestStep)
  return { text, end: done || isDone(rest.slice(end).join('').trim()) }
}

// Where the second step begins: at a blank line, unless only a heading stands before it, or at the next "Step n".
function stepEnd(lines: readonly string[]): number {
  for (let at = 1; at < lines.length; at++) {
    const line = lines[at] ?? ''
    if (stepHead.test(line)) return at
    if (line.trim() === '' && !isHeading(lines.slice(0, at))) return at
  }
  return lines.length
}

const stepHead = /^[\s*#]{0,6}step \d/i

function isHeading(lines: readonly string[]): boolean {
  const written = lines.filter((line) => line.trim() !== '')
  const only = written.length === 1 ? (written[0] as string).trim() : undefined
  return only !== undefined && only.length < 120 && (/[:*#]$/.test(only) || /^[*#\s]{0,6}step \d{1,4}[*:.\s]{0,4}$/i.test(only))
}

function isDone(line: string): boolean {
  return line.length < 12 && line.replace(/[*."'`]/g, '') === doneWord
}
