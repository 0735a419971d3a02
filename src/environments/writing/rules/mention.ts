// Words that are spoken of, not used: in quotation marks, or in talk about words and sentences.
import type { Word } from '../words/text.ts'
import type { Wanted } from './include.ts'
import { isFunctionWord } from './repetition.ts'

/** Quoted spans, as [start, end), that hold wanted words and nothing else that matters: what stands there is not used. */
export function quotations(text: string, all: readonly Word[], wanted: Wanted): readonly (readonly [number, number])[] {
  const spans = [
    ...text.matchAll(/"[^"]*(?:"|$)|“[^”]*(?:”|$)|«[^»]*(?:»|$)|`[^`]*(?:`|$)|\[[^\]]*(?:\]|$)|\([^)]*(?:\)|$)/g),
    ...text.matchAll(/(?<=^|[\s([,;:—–-])['‘](?=\S)[^'’"\n]{1,60}['’](?=$|[\s.,;:!?)\]—–-])/g),
  ].map((match) => [match.index, match.index + match[0].length] as const)
  if (spans.length === 0) return spans
  const used = new Set(wanted.uses(all).flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, i) => first + i)))
  return spans.filter(([start, end]) =>
    all.every((word, index) => word.start < start || word.end > end || used.has(index) || isFunctionWord(word.text)),
  )
}

/**
 * Why the text talks about words or about itself ("The words are …", "Here is a sentence that …"), or undefined.
 * Such talk is fine where the task's own words are of that kind. `all` are the words of `text`.
 */
export function aboutWords(text: string, all: readonly Word[], wanted: Wanted): string | undefined {
  const own = new Set(wanted.list.flatMap(({ word }) => [word.toLowerCase(), `${word.toLowerCase()}s`]))
  for (const pattern of talk) {
    for (const match of text.matchAll(pattern)) {
      const named = match.groups?.named?.toLowerCase()
      if (named === undefined || !own.has(named)) return `talks about words: ${JSON.stringify(match[0].trim().slice(0, 40))}`
    }
  }
  const named = wanted.uses(all).find(({ first }) => {
    const before = all[first - 1]?.text ?? ''
    return kindsOfWord.has(before) && !own.has(before)
  })
  return named === undefined ? undefined : `talks about the word ${JSON.stringify(all[named.first]?.text)}`
}

const kindsOfWord: ReadonlySet<string> = new Set(
  'word words term terms noun nouns verb verbs adjective adjectives keyword keywords concept concepts'.split(' '),
)

// None of these looks ahead, so that a match in a prefix is a match in every continuation.
const talk: readonly RegExp[] = [
  /\b(?:these|those|following|given|all the|all of the|all these|two|three|four|five|six|seven|required|listed|provided|above|target) (?<named>words|terms|nouns|verbs|adjectives|keywords|concepts)\b/giu,
  /\b(?<named>words?|nouns?|verbs?|adjectives?|keywords?) (?:are|is|include|includes|such as|used)\b/giu,
  /\b(?<named>keywords?|nouns|verbs|adjectives)\b/giu,
  /\b(?:this|one|single|following|example|complete|simple|sample|in a) (?<named>sentence)\b/giu,
  /\b(?<named>sentences?) (?:that|which|with|using|uses|use|is|are|includes|include|including|contains|contain|containing|has|have|should|must)\b/giu,
  /^\s*(?<named>sentences?|answer|output|response|example|sure|here)\b[^.!?\n]{0,60}:/giu,
  /^\s*(?:sure|certainly|of course)[,!]/giu,
]
