// What a model is asked: the task in plain words. Every proposer uses this prompt, so that they differ in nothing else.
import type { Message } from '../../models/model.ts'
import type { TaskWord } from './rules/avoid.ts'
import { type Count, describe } from './rules/count.ts'
import type { WritingTask } from './task.ts'

/** The chat that asks for the text. Tasks of one sentence with given words show an example first, which small models need. */
export function writingMessages(task: WritingTask): readonly Message[] {
  const examples = task.include !== undefined && task.prompt === undefined && task.sentences?.exactly === 1 ? examplesFor(task.include) : []
  return [...examples, { role: 'user', content: writingPrompt(task) }]
}

/** One example, not more: it shows the form, and leaves the work to the search. */
const shown: readonly { readonly words: readonly TaskWord[]; readonly sentence: string }[] = [
  { words: [noun('ball'), noun('boy'), noun('grass'), verb('kick')], sentence: 'The boy kicks the ball across the grass.' },
]

/** Examples in the form of the task: with parts of speech where the task has them. */
function examplesFor(words: readonly TaskWord[]): readonly Message[] {
  const parts = words.every(({ part }) => part !== undefined)
  return shown.flatMap(({ words: all, sentence }): Message[] => [
    {
      role: 'user',
      content: writingPrompt({ include: all.map(({ word, part }) => (parts ? { word, part } : { word })), sentences: { exactly: 1 } }),
    },
    { role: 'assistant', content: sentence },
  ])
}

function noun(word: string): TaskWord {
  return { word, part: 'noun' }
}

function verb(word: string): TaskWord {
  return { word, part: 'verb' }
}

/** The prompt of a task, as one user message. Short, because small models lose long ones. */
export function writingPrompt(task: WritingTask): string {
  const include = task.include === undefined ? undefined : wordsInKinds(task.include)
  const one = task.sentences?.exactly === 1
  const demands = [
    task.avoid === undefined
      ? ''
      : `Do not use ${task.avoid.length === 1 ? 'the word' : 'any of the words'}: ${task.avoid.map(({ word }) => word).join(', ')}.`,
    amount(task.words, 'word'),
    one ? '' : amount(task.sentences, 'sentence'),
    amount(task.paragraphs, 'paragraph'),
    task.beginsWith === undefined ? '' : `Begin with: ${task.beginsWith}`,
    task.endsWith === undefined ? '' : `End with: ${task.endsWith}`,
    task.commas === false ? 'Do not use commas.' : '',
    task.case === undefined ? '' : `Write in ${task.case} case only.`,
    task.matches === undefined ? '' : `The text must match the regular expression ${task.matches}`,
    task.json === undefined ? '' : `Answer only with JSON that follows this schema: ${JSON.stringify(task.json)}`,
  ]
  const what = one ? 'one sentence' : 'a short text'
  const opening =
    include === undefined
      ? (task.prompt ?? (task.json === undefined ? `Write ${what}.` : ''))
      : `${task.prompt === undefined ? '' : `${task.prompt}\n`}Write ${what} with ${include}.`
  return [opening, one && include === undefined && task.prompt !== undefined ? 'Write one sentence.' : '', ...demands]
    .filter(Boolean)
    .join('\n')
}

/** `the nouns dog, ball and the verbs run, catch`; words of no stated kind are `all of these words: …`. */
function wordsInKinds(words: readonly TaskWord[]): string {
  if (words.some(({ part }) => part === undefined)) return `all of these words: ${words.map(({ word }) => word).join(', ')}`
  return (['noun', 'verb', 'adjective', 'adverb'] as const)
    .map((part) => ({ part, own: words.filter((word) => word.part === part).map(({ word }) => word) }))
    .filter(({ own }) => own.length > 0)
    .map(({ part, own }) => `the ${part}${own.length > 1 ? 's' : ''} ${own.join(', ')}`)
    .join(' and ')
}

function amount(count: Count | undefined, unit: string): string {
  if (count === undefined) return ''
  const most = count.exactly ?? count.atMost ?? count.atLeast
  return `Write ${describe(count)} ${unit}${most === 1 ? '' : 's'}.`
}
