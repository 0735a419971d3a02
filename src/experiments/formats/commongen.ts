// CommonGen: {"id": "…", "concepts": ["catch_V", "dog_N", "frisbee_N"], "outputs": {…}}: one sentence that uses all the words.
// `outputs`, what other models wrote, is not read.
import { z } from 'zod'
import type { TaskFormat } from './format.ts'
import { readLine } from './read-line.ts'

const concept = z.string().regex(/^\S.*$/u, 'a word, with its part of speech where known: "dog_N", "catch_V"')
const line = z.object({ id: z.string().optional(), concepts: z.array(concept).min(1, 'at least one concept') })

const parts = { N: 'noun', V: 'verb', A: 'adjective', J: 'adjective', R: 'adverb' } as const

export const commongenFormat: TaskFormat = {
  name: 'commongen',
  environment: 'writing',
  parse(json, index) {
    const { id, concepts } = readLine('commongen', line, json)
    return { id: id ?? `commongen-${index + 1}`, task: { include: concepts.map(wordOf), sentences: 1 } }
  },
}

function wordOf(concept: string) {
  const [, word, letter] = /^(.+)_([NVAJR])$/u.exec(concept) ?? []
  if (word === undefined) return { word: concept.replaceAll('_', ' ') }
  return { word: word.replaceAll('_', ' '), part: parts[letter as keyof typeof parts] }
}
