// Whether two answers are the same: numbers, letters, texts, simple LaTeX. Pure, linear, never throws; it knows no task.
import { lastBox, tidyBox } from '../environments/reasoning/boxes.ts'
import { lastNumber, wholeNumber } from '../environments/reasoning/numbers.ts'

/**
 * Numbers are equal within a relative and absolute tolerance: |a − b| ≤ tolerance · max(1, |a|, |b|).
 * Texts are read as numbers (`$1,000`, `3/4`); what is no number equals nothing.
 *
 * @param tolerance default 1e-6.
 */
export function numbersEqual(answer: unknown, reference: unknown, tolerance = 1e-6): boolean {
  const a = numberOf(answer)
  const b = numberOf(reference)
  if (a === undefined || b === undefined) return false
  return Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(a), Math.abs(b))
}

/** The same letter, in either case, with or without brackets: `(b)` is `B`. */
export function choicesEqual(answer: unknown, reference: unknown): boolean {
  const a = letterOf(answer)
  return a !== undefined && a === letterOf(reference)
}

/**
 * The same text, but for case, spaces, quotation marks around it and an ending mark.
 * Of an answer that says "the answer is …", what it names may be the same instead.
 */
export function textsEqual(answer: unknown, reference: unknown): boolean {
  if (typeof answer !== 'string' || typeof reference !== 'string') return false
  const wanted = plainText(reference)
  if (wanted === '') return false
  return plainText(answer) === wanted || plainText(namedAnswer(answer)) === wanted
}

/**
 * The same simple LaTeX: fractions (`\dfrac12`, `1/2`, `\frac{1}{2}`), spaces, `\text{…}`, degrees, percent, dollars, a leading `x =`,
 * and plain numbers by value. It knows no algebra: `2x + 1` and `1 + 2x` are different.
 */
export function boxesEqual(answer: unknown, reference: unknown): boolean {
  if (!isTextOrNumber(answer) || !isTextOrNumber(reference)) return false
  const a = plainLatex(String(answer))
  const b = plainLatex(String(reference))
  if (a === '' || b === '') return false
  if (a === b || withoutUnits(a) === withoutUnits(b)) return true
  if ((a.includes('\\text') || b.includes('\\text')) && words(a) === words(b)) return true
  const x = wholeNumber(withoutUnits(a))
  const y = wholeNumber(withoutUnits(b))
  return x !== undefined && y !== undefined && numbersEqual(x, y)
}

/** LaTeX in one plain form, for comparison only. */
function plainLatex(text: string): string {
  const inner = text.includes('\\boxed') ? (lastBox(text) ?? text) : text
  return tidyBox(inner)
    .replace(/\\(?:mathrm|textbf|textit|mathbf|mbox|textrm)(?=\{)/g, '\\text')
    .replace(/\^\s?(?:\{\s?)?\\circ(?:\s?\})?|°|\\degree(?![a-zA-Z])/g, '')
    .replace(/\\?%|\\\$/g, '')
    .replace(/\\frac\s?(\w)\s?(\w)/g, '\\frac{$1}{$2}')
    .replace(/\\sqrt\s?(\w)/g, '\\sqrt{$1}')
    .replace(/([\^_])\{(\w)\}/g, '$1$2')
    .replace(/^\s?[a-zA-Z]\s?=\s?(?!=)/, '')
    .replace(/(?<![\d.])(\d{1,15})\/(\d{1,15})(?![\d.])/g, '\\frac{$1}{$2}')
    .replaceAll('{,}', ',')
    .replace(/\\text\{\s{0,8}([^{}]*)\}/g, (_, words: string) => `\\text{${words.trim()}}`)
    .replace(/\s+/g, '')
}

// `5\text{cm}` is 5, but `\text{east}` stays itself.
function withoutUnits(text: string): string {
  const bare = text.replace(/\\text\{[^{}]*\}(?:\^\d)?/g, '')
  return bare === '' ? text.replace(/\\text\{([^{}]*)\}/g, '$1') : bare
}

// `\text{(B)}`, `\text{East}`: the words alone, in lower case.
function words(text: string): string {
  return withoutUnits(text)
    .replace(/^\(([A-Za-z])\)$/, '$1')
    .toLowerCase()
}

function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  return typeof value === 'string' ? lastNumber(value.slice(-10_000)) : undefined
}

function letterOf(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  return /^[\s([]{0,4}([A-Za-z])[\s)\].:]{0,4}$/.exec(value)?.[1]?.toUpperCase()
}

function plainText(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/^["'“”‘’*]{1,4}|["'“”‘’*.!]{1,4}$/g, '')
    .trim()
}

function namedAnswer(text: string): string {
  let named = ''
  for (const match of text.slice(-10_000).matchAll(/\banswer(?: is:?|:)[^\S\n]{0,4}([^\n]{1,400})/gi)) named = match[1] ?? ''
  return named
}

function isTextOrNumber(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number'
}
