// The 135 words of word problems, in a fixed order: bases on the disk depend on it.
import { persons, verbs } from '../../environments/word-problems/problem.ts'
import type { Tokeniser } from '../tokenisers/tokeniser.ts'
import { words } from '../tokenisers/words.ts'

/** Fills a prompt up to its length. */
export const padding = '<pad>'
/** Ends an answer. */
export const end = '<end>'
/** Between prompt and steps, and between steps. */
export const separator = ';'

/** Numbers 0 to 99, each one token; signs; marks; persons; verbs. */
export const wordProblemTokeniser: Tokeniser = words([
  ...Array.from({ length: 100 }, (_, number) => String(number)),
  ...['+', '-', '*', separator, end, padding, '?', 'has'],
  ...persons,
  ...verbs,
])
