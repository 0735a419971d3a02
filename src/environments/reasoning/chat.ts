// What a model is told about a reasoning task: the chat, and how to write the answer so that it can be read. It makes no calls.
import type { Message } from '../../models/model.ts'
import type { FilledReasoningTask, ReasoningState } from '../reasoning.ts'
import type { AnswerBy } from './answers.ts'

/** System prompt, history, and the prompt with what is asked of the answer. `notes` are added to the prompt, each as a paragraph. */
export function taskMessages(task: FilledReasoningTask, notes: readonly string[]): Message[] {
  const system: Message[] = task.system === undefined ? [] : [{ role: 'system', content: task.system }]
  const content = [task.prompt, ...notes].filter((part) => part !== '').join('\n\n')
  return [...system, ...(task.history ?? []), { role: 'user', content }]
}

/** How the answer is to be written; empty for free text, which is left to the prompt. */
export function answerInstruction(by: AnswerBy): string {
  switch (by.kind) {
    case 'text':
      return ''
    case 'number':
      return 'Think step by step, one short step on each line. End with "The answer is" and the number.'
    case 'box':
      return 'Think step by step, one short step on each line. End with the answer in \\boxed{}.'
    case 'choice':
      return `Think step by step, one short step on each line. End with "The answer is" and one of the letters ${[...by.letters].join(', ')} in brackets.`
    case 'schema':
      return `Answer with JSON that follows this schema, and with nothing after it:\n${JSON.stringify(by.schema)}`
  }
}

/** The word with which a model says that nothing is left to write. */
export const doneWord = 'DONE'

/** Asks for one more step, of a model that cannot be made to go on from the steps so far. */
export function nextStepRequest(state: ReasoningState): string {
  const piece = state.task.answerBy.kind === 'text' ? 'paragraph of the answer' : 'step of the solution'
  const which =
    state.steps.length === 0 ? `Write only the first ${piece} now.` : `Write only the next ${piece}. Do not repeat what is written above.`
  return `${which} If nothing is left to write, write only ${doneWord}.`
}

/** Asks for the rest, of a model that cannot be made to go on from the steps so far. */
export const restRequest = 'Go on from there and finish. Do not repeat what is written above.'
