// Reads the letter that an answer to a multiple-choice question chooses. Pure, linear, never throws.
import { lastBox } from './boxes.ts'

/**
 * The chosen letter, in upper case: in a box or after "answer is", "answer:"; else (in a finished answer) a text that is or begins with
 * a marked letter, the last letter in brackets or bold, the last letter that stands alone. "A" and "I" before a small word are words.
 *
 * @param letters the letters that may be chosen, such as `ABCD`.
 * @param finished `false`: only a marked choice counts.
 */
export function chosenLetter(text: string, letters: string, finished: boolean): string | undefined {
  const allowed = letters.toUpperCase()
  const pick = (letter: string | undefined) =>
    letter !== undefined && allowed.includes(letter.toUpperCase()) ? letter.toUpperCase() : undefined
  const box = lastBox(text)
  const marked = pick(box === undefined ? undefined : inBox.exec(box)?.[1]) ?? last(markedLetters(text), pick)
  if (marked !== undefined || !finished) return marked
  return (
    pick(text.length < 40 ? onlyLetter.exec(text)?.[1] : undefined) ??
    pick(firstLetter.exec(text)?.[1]) ??
    last(captures(text, bracketed), pick) ??
    last(captures(text, alone), pick)
  )
}

const inBox = /^\(?(?:\\text\w{0,4}\{)?\s?\(?([A-Za-z])(?![A-Za-z])/
const onlyLetter = /^[\s*("'[]{0,8}([A-Za-z])[\s*)"'\].:]{0,8}$/
const firstLetter = /^[\s*([]{0,8}([A-Z])(?:[).:\]]|\*\*)/
const bracketed = /[([]([A-Z])[)\]]|\*\*\(?([A-Z])(?:[).:]|\*\*)/g
// "A" and "I" are words where a small word follows, unless that word speaks about the choice.
const alone = /(?<![\p{L}\p{N}'’])([B-HJ-Z]|[AI](?! (?!is\b|because\b|since\b|as\b)\p{Ll}))(?![\p{L}\p{N}'’])/gu

const mark = /\b(?:answer|choice|option)\b[^\n.:]{0,24}?(?:\bis\b|:)|####|\bI (?:choose|pick)\b/gi
const afterMark =
  /^[\s:]{0,4}(?:\*\*|__)?\s?(?:[Oo]ption |[Cc]hoice )?(?:\*\*)?(?:[([]([A-Za-z])[)\]]|([A-Z])(?![\p{L}\p{N}'’])|([a-z])(?=[.*_]{0,3}\s*$))/u
const articleAfterColon = /^:?\s?[AI] (?!is\b|because\b|since\b|as\b)\p{Ll}/u

function* markedLetters(text: string): Iterable<string | undefined> {
  for (const found of text.matchAll(mark)) {
    const end = found.index + found[0].length
    const line = (text.slice(end, end + 80).split('\n', 1)[0] as string).trimEnd()
    if (found[0].endsWith(':') && articleAfterColon.test(line)) continue
    yield afterMark
      .exec(line)
      ?.slice(1)
      .find((letter) => letter !== undefined)
  }
}

function* captures(text: string, pattern: RegExp): Iterable<string | undefined> {
  for (const found of text.matchAll(pattern)) yield found.slice(1).find((letter) => letter !== undefined)
}

function last(letters: Iterable<string | undefined>, pick: (letter: string | undefined) => string | undefined): string | undefined {
  let result: string | undefined
  for (const letter of letters) result = pick(letter) ?? result
  return result
}
