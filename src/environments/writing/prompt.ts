// What a model is asked: the task in plain words. Every proposer uses this prompt, so that they differ in nothing else.
import type { Message } from '../../models/model.ts'
import { type Count, describe } from './rules/count.ts'
import type { WritingTask } from './task.ts'

/** The chat that asks for the text. Tasks of one sentence with given words show two examples first, which small models need. */
export function writingMessages(task: WritingTask): readonly Message[] {
  const shown = task.include !== undefined && task.prompt === undefined && task.sentences?.exactly === 1 ? examples : []
  return [...shown, { role: 'user', content: writingPrompt(task) }]
}

const examples: readonly Message[] = [
  example(['boy', 'kick', 'ball', 'grass'], 'The boy kicks the ball across the grass.'),
  example(['cook', 'kitchen', 'onion', 'chop', 'pan'], 'The cook in the kitchen chops an onion and fries it in a pan.'),
].flat()

function example(words: readonly string[], sentence: string): readonly Message[] {
  return [
    { role: 'user', content: writingPrompt({ include: words.map((word) => ({ word })), sentences: { exactly: 1 } }) },
    { role: 'assistant', content: sentence },
  ]
}

/** The prompt of a task, as one user message. Short, because small models lose long ones. */
export function writingPrompt(task: WritingTask): string {
  const include = task.include?.map(({ word }) => word).join(', ')
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
      : `${task.prompt === undefined ? '' : `${task.prompt}\n`}Write ${what} that uses all of these words: ${include}.`
  return [opening, one && include === undefined && task.prompt !== undefined ? 'Write one sentence.' : '', ...demands]
    .filter(Boolean)
    .join('\n')
}

function amount(count: Count | undefined, unit: string): string {
  if (count === undefined) return ''
  const most = count.exactly ?? count.atMost ?? count.atLeast
  return `Write ${describe(count)} ${unit}${most === 1 ? '' : 's'}.`
}
