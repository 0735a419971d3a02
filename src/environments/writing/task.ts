// The task of the writing environment: what a user may ask of a text, checked field by field.
import { z } from 'zod'
import type { Json } from '../../core/common.ts'
import { BanyanError } from '../../core/errors.ts'

const wordWanted = 'wanted a word such as "dog", or { "word": "dog", "part": "noun" } (noun, verb, adjective or adverb)'
const wordText = z
  .string({ error: wordWanted })
  .trim()
  .max(80, 'wanted a word of at most 80 characters')
  .regex(/[\p{L}\p{N}]/u, wordWanted)

const wordSchema = z.union(
  [
    wordText.transform((word) => ({ word })),
    z.strictObject({ word: wordText, part: z.enum(['noun', 'verb', 'adjective', 'adverb']).optional() }),
  ],
  { error: wordWanted },
)

const wordsSchema = z
  .array(wordSchema, { error: 'wanted a list of words' })
  .min(1, 'wanted at least one word')
  .max(200, 'wanted at most 200 words')

const countWanted = 'wanted a whole number of at least 1, or { "exactly": n } or { "atLeast": n, "atMost": m }'
const number = z.int({ error: countWanted }).min(0, countWanted).max(100_000, countWanted)
const countSchema = z.union(
  [
    number.min(1, 'wanted at least 1').transform((exactly) => ({ exactly })),
    z
      .strictObject({ exactly: number.optional(), atLeast: number.optional(), atMost: number.optional() })
      .refine(
        ({ exactly, atLeast, atMost }) => (exactly === undefined ? (atLeast ?? atMost) !== undefined : (atLeast ?? atMost) === undefined),
        countWanted,
      )
      .refine(({ atLeast, atMost }) => (atLeast ?? 0) <= (atMost ?? Number.POSITIVE_INFINITY), 'wanted atLeast no greater than atMost')
      .refine(({ exactly, atMost }) => (exactly ?? atMost ?? 1) > 0, 'wanted at least 1'),
  ],
  { error: countWanted },
)

const phrase = z
  .string({ error: 'wanted a text' })
  .trim()
  .min(1, 'wanted a text that is not empty')
  .max(1000, 'wanted at most 1000 characters')

/** Checks a task of writing. At least one field is needed; what is not named is free. */
export const writingTaskSchema = z
  .strictObject(
    {
      /** What to write, in free text. */
      prompt: z.string({ error: 'wanted a text' }).trim().min(1, 'wanted a text that is not empty').max(20_000).optional(),
      /** Words to use, each in any inflection. */
      include: wordsSchema.optional(),
      /** Words that may not occur, in any inflection. */
      avoid: wordsSchema.optional(),
      words: countSchema.optional(),
      sentences: countSchema.optional(),
      paragraphs: countSchema.optional(),
      beginsWith: phrase.optional(),
      endsWith: phrase.optional(),
      /** `false`: the text has no comma. */
      commas: z.literal(false, { error: 'wanted false (no commas), or no such field' }).optional(),
      /** All letters in lower case, or in upper case. */
      case: z.enum(['lower', 'upper'], { error: 'wanted "lower" or "upper"' }).optional(),
      /** A regular expression that is found in the text, in RE2 syntax. */
      matches: z
        .string({ error: 'wanted a regular expression' })
        .min(1, 'wanted a regular expression')
        .max(1000, 'wanted at most 1000 characters')
        .optional(),
      /** A JSON schema: the text is JSON that it allows. */
      json: (z.json() as z.ZodType<Json>).optional(),
    },
    {
      error: (issue) =>
        issue.code === 'unrecognized_keys'
          ? `no such field: ${issue.keys.join(', ')}; wanted ${taskFields.join(', ')}`
          : 'wanted an object',
    },
  )
  .refine((task) => Object.values(task).some((value) => value !== undefined), `wanted at least one field of prompt, include, sentences …`)
  .refine((task) => !task.include?.some(({ word }) => task.avoid?.some((other) => other.word.toLowerCase() === word.toLowerCase())), {
    path: ['avoid'],
    error: 'wanted other words than those of include',
  })

const taskFields = [
  'prompt',
  'include',
  'avoid',
  'words',
  'sentences',
  'paragraphs',
  'beginsWith',
  'endsWith',
  'commas',
  'case',
  'matches',
  'json',
]

/** A task as users write it: words may be strings, counts may be numbers. */
export type WritingTaskInput = z.input<typeof writingTaskSchema>
/** A checked task. */
export type WritingTask = z.output<typeof writingTaskSchema>

/**
 * The checked task.
 *
 * @throws `E_TASK_INVALID` with the field, the value seen and what is wanted.
 * @example writingTask({ include: ['dog', 'frisbee'], sentences: 1 })
 */
export function writingTask(task: WritingTaskInput): WritingTask {
  const result = writingTaskSchema.safeParse(task)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  const field = issue?.path.join('.') || 'task'
  throw new BanyanError('E_TASK_INVALID', `the task's field ${JSON.stringify(field)} is not as it should be`, {
    seen: (issue?.path ?? []).reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], task) ?? task,
    wanted: issue?.message.replace(/^wanted /, '') ?? 'a task of writing',
    cause: result.error,
  })
}
