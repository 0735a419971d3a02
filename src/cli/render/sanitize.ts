// Makes text from models, files and providers safe to print: no escape sequences, no control or direction characters, no keys.
// It knows nothing of what the text means.
import { stripVTControlCharacters } from 'node:util'
import { maskSecrets } from '../mask.ts'

/**
 * The text without what could move a cursor, recolour, retitle or reorder a terminal: escape sequences, C0 and C1 controls,
 * bidirectional marks, overrides and isolates. Line ends become spaces, unless `newlines` keeps them (as `\n`); tabs become spaces;
 * half surrogate pairs become U+FFFD; secrets of the environment are masked.
 *
 * @example
 * sanitize('\u001b[31mred\u001b[0m\nnext') // 'red next'
 */
export function sanitize(text: string, options: { /** Default: false. */ readonly newlines?: boolean } = {}): string {
  return stripVTControlCharacters(maskSecrets(text).toWellFormed())
    .replace(lineEnds, options.newlines === true ? '\n' : ' ')
    .replaceAll('\t', ' ')
    .replace(controls, '')
}

const lineEnds = /\r\n?|[\n\v\f\u0085\u2028\u2029]/g
// Every control character but the newline, and the characters that change the direction of text.
const controls = /(?!\n)\p{Cc}|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu
