// Writing: text under checkable rules, grown in chunks. It knows how text grows and which rules hold; it knows no model.
import type { Json } from '../core/common.ts'
import type { Environment } from '../core/environment.ts'
import { writingPrompt } from './writing/prompt.ts'
import { rulesOf } from './writing/rules.ts'
import { type WritingTask, type WritingTaskInput, writingTask } from './writing/task.ts'

/** The next chunk of text. */
export interface WritingAction extends Readonly<Record<string, Json | undefined>> {
  /** Appended as it is; may be empty when `end` is true. */
  readonly text: string
  /** The text is complete with it. */
  readonly end: boolean
  /** It stands in place of the text so far, and is not appended. */
  readonly anew?: true
}

/** A task, and the text so far. */
export interface WritingState {
  readonly task: WritingTask
  readonly text: string
  /** Nothing follows: the writer ended, the text is full, or it is broken for good. */
  readonly finished: boolean
}

/**
 * The environment of text under rules: a state is a text so far, an action the next chunk of it, or a new text in its place.
 * A text that has its last sentence, or that no continuation can mend, is finished even if the writer did not say so.
 *
 * `initial` throws `E_TASK_INVALID` with the field, the value and what is wanted; `E_WRITING_PATTERN`, `E_SCHEMA_UNSAFE` and
 * `E_SCHEMA_INVALID` for rules that cannot be used.
 *
 * @example
 * const environment = writing()
 * const start = environment.initial({ include: ['dog', 'frisbee'], sentences: 1 })
 * environment.step(start, { text: 'A dog caught the frisbee.', end: false }).terminal // true
 */
export function writing() {
  return {
    name: 'writing',
    version: '1',
    reproducible: 'exact',
    initial(task: WritingTaskInput): WritingState {
      const checked = writingTask(task)
      rulesOf(checked)
      return { task: checked, text: '', finished: false }
    },
    step(state: WritingState, action: WritingAction) {
      const text = action.anew === true ? action.text : state.text + action.text
      const rules = rulesOf(state.task)
      const finished = (state.finished && action.anew !== true) || action.end || rules.full(text) || rules.broken(text) !== undefined
      return { state: { task: state.task, text, finished }, reward: 0, terminal: finished }
    },
    answer(state: WritingState): string | undefined {
      return state.text.trim() === '' ? undefined : state.text.trim()
    },
    render(state: WritingState): string {
      const prompt = writingPrompt(state.task)
      return state.text === '' ? prompt : `${prompt}\n\n${state.text}`
    },
    key: (state: WritingState) => `${state.finished ? 'end' : 'open'}\n${state.text}`,
    encode: (state: WritingState) => state as unknown as Json,
    decode: (value: Json) => value as unknown as WritingState,
  } satisfies Environment<WritingState, WritingAction, WritingTaskInput, string>
}
