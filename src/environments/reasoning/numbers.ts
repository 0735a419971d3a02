// Reads numbers out of prose and simple LaTeX. It knows nothing of tasks; every function is pure, linear in its input and never throws.

/** A number in a text: its value, and where it stands (in the prepared text, see {@link findNumbers}). */
export interface FoundNumber {
  readonly value: number
  readonly start: number
  readonly end: number
}

/**
 * All numbers of a text, in order: `1,234.50`, `$5`, `-3`, `−3`, `50%` (50), `.5`, `1.5e3`, `3/4`, `2 1/2`, `\frac{3}{4}`, `1{,}234`.
 * Digits inside a word (`H2O`) are none; a minus after a word, a digit or a bracket is an operator.
 *
 * @returns the numbers, and the text in which their positions count (LaTeX fractions and thin spaces are rewritten first).
 */
export function findNumbers(text: string): { readonly numbers: readonly FoundNumber[]; readonly text: string } {
  const prepared = prepare(text)
  const numbers: FoundNumber[] = []
  for (const match of prepared.matchAll(pattern)) {
    const [whole, mixed, above, below] = match
    if (insideWord(prepared, match.index)) continue
    if (above === undefined) {
      for (const { text: piece, start } of pieces(whole, match.index)) add(Number(piece.replaceAll(',', '')), start, start + piece.length)
    } else add(Number(mixed ?? 0) + Number(above) / Number(below), match.index, match.index + whole.length)
  }
  return { numbers, text: prepared }

  function add(size: number, start: number, end: number): void {
    if (!Number.isFinite(size)) return
    const sign = signStart(prepared, start)
    numbers.push({ value: sign === undefined || size === 0 ? size : -size, start: sign ?? start, end })
  }
}

/** The last number of a text; undefined when it has none. */
export function lastNumber(text: string): number | undefined {
  return findNumbers(text).numbers.at(-1)?.value
}

/** The number that a text is, with nothing but currency signs, percent, brackets, units or an ending mark around it; otherwise undefined. */
export function wholeNumber(text: string): number | undefined {
  const found = findNumbers(text)
  const [only, second] = found.numbers
  if (only === undefined || second !== undefined) return undefined
  const before = found.text.slice(0, only.start)
  const after = found.text.slice(only.end)
  return /^[\s$€£¥\\([{+]*$/.test(before) && /^[\s$€£¥%\\)\]}.,;!°]*$/.test(after) ? only.value : undefined
}

// A fraction, perhaps with a whole part before it, but not a date; or digits with grouping commas, decimals and an exponent.
const pattern = /(?:(\d+) )?(?<!\/)(\d+)\/(\d+)(?![\d/]|\.\d)|\d[\d,]*(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+/g

function prepare(text: string): string {
  return text
    .replaceAll('{,}', ',')
    .replaceAll('\\,', '')
    .replaceAll('\\!', '')
    .replace(/(?<=\d)[\u202f\u2009\u00a0](?=\d{3})/g, '')
    .replace(/\\[dt]?frac\{(-?)([\d.]+)\}\{([\d.]+)\}/g, '$1$2/$3')
    .replace(/\\[dt]?frac(\d)(\d)/g, '$1/$2')
}

// `1,234` is one number; `10,20,` is two.
function pieces(text: string, start: number): readonly { readonly text: string; readonly start: number }[] {
  if (!text.includes(',') || /^\d{1,3}(?:,\d{3})+(?:[.e]|$)/i.test(text)) return [{ text, start }]
  const found: { text: string; start: number }[] = []
  let at = start
  for (const piece of text.split(',')) {
    if (piece !== '') found.push({ text: piece, start: at })
    at += piece.length + 1
  }
  return found
}

function insideWord(text: string, start: number): boolean {
  let at = start - 1
  if (!isLetter(text[at]) && text[at] !== '_') return false
  while (at >= 0 && start - at < 16 && isLetter(text[at])) at--
  return text[at] !== '\\'
}

// Where the minus before a number stands, if it is a sign.
function signStart(text: string, start: number): number | undefined {
  let at = start - 1
  if ('$€£¥'.includes(text[at] ?? ' ')) at--
  if (text[at] === '\\') at--
  if (!'-−–'.includes(text[at] ?? ' ')) return undefined
  const before = text[at - 1] ?? ' '
  return isLetter(before) || /[\d)\]}%\-−–]/.test(before) ? undefined : at
}

function isLetter(character: string | undefined): boolean {
  return character !== undefined && /\p{L}/u.test(character)
}
