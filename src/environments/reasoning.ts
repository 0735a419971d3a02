// Reasoning: free text in steps for any prompt. It knows how text grows and where its answer stands; it knows no model and no right answer.
import { z } from 'zod'
import type { Json } from '../core/common.ts'
import type { Environment } from '../core/environment.ts'
import { BanyanError } from '../core/errors.ts'
import { type AnswerBy, extractAnswer } from './reasoning/answers.ts'
import { schemaFromJson } from './reasoning/json-schema.ts'

const json: z.ZodType<Json> = z.json() as z.ZodType<Json>

const answerBySchema = z.union(
  [
    z.enum(['text', 'number', 'box', 'choice']).transform((kind): AnswerBy => (kind === 'choice' ? { kind, letters: 'ABCDE' } : { kind })),
    z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('text') }),
      z.strictObject({ kind: z.literal('number') }),
      z.strictObject({ kind: z.literal('box') }),
      z.strictObject({
        kind: z.literal('choice'),
        letters: z
          .string()
          .regex(/^[A-Z]{2,26}$/, 'letters from A to Z, at least two')
          .default('ABCDE'),
      }),
      z.strictObject({ kind: z.literal('schema'), schema: json }),
    ]),
  ],
  { error: "one of 'text', 'number', 'box', 'choice', or an object with such a kind, or { kind: 'schema', schema }" },
)

/** Checks a task and fills its defaults. */
export const reasoningTaskSchema = z.strictObject({
  /** What is asked. */
  prompt: z.string().min(1, 'a prompt of at least one character'),
  /** The system prompt. */
  system: z.string().optional(),
  /** The chat before the prompt, oldest first. */
  history: z.array(z.strictObject({ role: z.enum(['system', 'user', 'assistant']), content: z.string() })).optional(),
  /** How the answer is read. Default `text`: the whole text. */
  answerBy: answerBySchema.default({ kind: 'text' }),
  /** Most steps, 1 to 1000. Default 12. */
  maxSteps: z.int().min(1).max(1000).default(12),
})

/** A task as users write it: only `prompt` is needed, and `answerBy` may be a word. */
export type ReasoningTask = z.input<typeof reasoningTaskSchema>
/** A task with its defaults filled. */
export type FilledReasoningTask = z.output<typeof reasoningTaskSchema>

/** The next piece of the solution. */
export interface ReasoningAction extends Readonly<Record<string, Json | undefined>> {
  /** May be empty when `end` is true: nothing more is said. */
  readonly text: string
  /** The solution is complete with it. */
  readonly end: boolean
  /** The model would not answer: the state has no answer. */
  readonly refused?: boolean
}

/** A task, and the steps of its solution so far. */
export interface ReasoningState {
  readonly task: FilledReasoningTask
  readonly steps: readonly string[]
  readonly finished: boolean
  readonly refused: boolean
}

/** Text, a number, a letter, or what the schema describes. */
export type ReasoningAnswer = Json

/** Options of `reasoning`. */
export interface ReasoningOptions {
  /** A zod schema for the answer: tasks without `answerBy` are then answered by JSON that it accepts, with its checks and transforms. */
  readonly output?: z.ZodType
}

/**
 * The environment of worked solutions: a state is the steps so far, an action the next one.
 * A solution is finished by an action with `end`, after `maxSteps`, or by a step that marks its answer (`####`, a box,
 * "the answer is", an object that fits). Unfinished and refused ones have no answer.
 *
 * `initial` throws `E_TASK_INVALID` with the field, the value and what is wanted; `E_SCHEMA_UNSAFE` or `E_SCHEMA_INVALID` for a bad JSON schema.
 *
 * @example
 * const environment = reasoning()
 * const start = environment.initial({ prompt: 'What is 17 + 25?', answerBy: 'number' })
 */
export function reasoning(options: ReasoningOptions = {}) {
  const checks = new WeakMap<object, z.ZodType>()
  return {
    name: 'reasoning',
    version: '1',
    reproducible: 'exact',
    initial(task: ReasoningTask): ReasoningState {
      const state = { task: fillTask(task, options.output), steps: [], finished: false, refused: false }
      checkOf(state.task)
      return state
    },
    step(state: ReasoningState, action: ReasoningAction) {
      const steps = action.text === '' ? state.steps : [...state.steps, action.text]
      const next = { task: state.task, steps, finished: false, refused: action.refused === true }
      const finished = action.end || steps.length >= state.task.maxSteps || (action.text !== '' && marksAnswer(next))
      return { state: { ...next, finished }, reward: 0, terminal: finished }
    },
    answer(state: ReasoningState): ReasoningAnswer | undefined {
      if (state.refused || !state.finished) return undefined
      return extractAnswer(solutionText(state), state.task.answerBy, true, checkOf(state.task))
    },
    render(state: ReasoningState): string {
      const solution = solutionText(state)
      return solution === '' ? state.task.prompt : `${state.task.prompt}\n\n${solution}`
    },
    key: (state: ReasoningState) => `${state.finished ? 'end' : 'open'}\n${solutionText(state)}`,
    encode: (state: ReasoningState) => state as unknown as Json,
    decode: (value: Json) => value as unknown as ReasoningState,
  } satisfies Environment<ReasoningState, ReasoningAction, ReasoningTask, ReasoningAnswer>

  // An object may stand on several lines; every other mark stands in the last step.
  function marksAnswer(state: ReasoningState): boolean {
    const { answerBy } = state.task
    const text = answerBy.kind === 'schema' ? solutionText(state) : (state.steps.at(-1) ?? '')
    return extractAnswer(text, answerBy, false, checkOf(state.task)) !== undefined
  }

  function checkOf(task: FilledReasoningTask): z.ZodType | undefined {
    if (task.answerBy.kind !== 'schema') return undefined
    if (options.output !== undefined) return options.output
    const known = checks.get(task)
    if (known !== undefined) return known
    const made = schemaFromJson(task.answerBy.schema)
    checks.set(task, made)
    return made
  }
}

/** The solution so far as one text: steps on lines of their own, in free text as paragraphs. */
export function solutionText(state: ReasoningState): string {
  return state.steps.join(state.task.answerBy.kind === 'text' ? '\n\n' : '\n')
}

function fillTask(task: ReasoningTask, output: z.ZodType | undefined): FilledReasoningTask {
  const described =
    output !== undefined && task.answerBy === undefined
      ? { ...task, answerBy: { kind: 'schema' as const, schema: z.toJSONSchema(output, { io: 'input', unrepresentable: 'any' }) as Json } }
      : task
  const result = reasoningTaskSchema.safeParse(described)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  const field = issue?.path.join('.') || 'task'
  throw new BanyanError('E_TASK_INVALID', `the task's field ${JSON.stringify(field)} is not as it should be`, {
    seen: issue === undefined ? task : valueAt(task, issue.path),
    wanted: issue?.message ?? 'a reasoning task',
    cause: result.error,
  })
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let at = value
  for (const key of path) at = (at as Record<PropertyKey, unknown> | null | undefined)?.[key]
  return at === undefined ? value : at
}
