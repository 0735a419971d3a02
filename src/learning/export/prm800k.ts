// Steps with ratings as PRM800K has them (Lightman et al. 2023): candidates at each step, which of them was chosen, and how each is rated.
import { z } from 'zod'
import type { Json } from '../../core/common.ts'
import { type FieldProblem, fieldProblem, shown } from '../data/field-problem.ts'
import type { DatasetFormat, PreferenceNode, PreferenceTreeRow, StepLabelRow } from '../data/rows.ts'
import { text } from './columns.ts'
import { textOf } from './exchange.ts'
import type { LabelOptions } from './labels.ts'
import { bestOf, shareOf, withTexts } from './search-tree.ts'
import { told } from './told.ts'

/** Options of PRM800K's format. */
export interface Prm800kOptions extends LabelOptions {
  /** Labels from here up to the threshold are rated 0, those below −1. Default: the threshold, so that no step is rated 0. */
  readonly neutral?: number
  /** Who labelled, as a UUID. Default: the UUID of zeros, which is nobody. */
  readonly labeler?: string
  /**
   * When it was labelled, in ISO 8601. Rows do not know it. Default `1970-01-01T00:00:00.000000`; without a fraction of a second some
   * readers make times out of the texts.
   */
  readonly timestamp?: string
}

interface Completion {
  readonly text: string
  readonly rating: -1 | 0 | 1 | null
  readonly flagged: boolean
}

/** Candidates of one step, and the place of the one that the path goes on with. */
interface Choice {
  readonly completions: readonly Completion[]
  readonly chosen: number
}

/**
 * PRM800K: one labelled solution a row. In a tree the siblings at each step are its `completions`, and the best of them (greatest value, then
 * most visits) is chosen; steps with labels are their own only candidates. Values become ratings −1, 0 and 1; candidates without
 * value are rated `null`.
 *
 * The labels end with the first chosen step that is rated −1 (`found_error`), as in the second phase of PRM800K; `pre_generated_steps` has the whole
 * path. A path that ends right is a `solution`, any other one `give_up`. A tree without steps gives no row.
 *
 * @example
 * await writeDataset(preferenceTrees(store, { value: 'monte-carlo', references }), prm800k(), 'solutions.jsonl')
 */
export function prm800k(options: Prm800kOptions = {}): DatasetFormat<PreferenceTreeRow | StepLabelRow> {
  const { threshold = 0.5, neutral = threshold } = options
  const { labeler = '00000000-0000-0000-0000-000000000000', timestamp = '1970-01-01T00:00:00.000000' } = options
  const completion = (step: string, label: number | undefined): Completion => ({
    text: step,
    rating: label === undefined ? null : label >= threshold ? 1 : label >= neutral ? 0 : -1,
    flagged: false,
  })
  return {
    name: 'prm800k',
    ...told(options),
    accepts: ['preference-tree', 'step-labels'],
    files: ['jsonl'],
    encode(row) {
      const problem = textOf(row.prompt)
      const labelled = row.row === 'step-labels'
      const { choices, ended } = labelled
        ? { choices: row.steps.map((step, at) => ({ completions: [completion(step, row.labels[at])], chosen: 0 })), ended: true }
        : choicesIn(withTexts(row.tree), completion)
      if (choices.length === 0) return []
      const ratings = choices.map(({ completions, chosen }) => completions[chosen]!.rating)
      const error = ratings.indexOf(-1)
      const right = ended && ratings.at(-1) === 1
      return [
        {
          labeler,
          timestamp,
          generation: null,
          is_quality_control_question: false,
          is_initial_screening_question: false,
          question: {
            problem,
            ground_truth_answer: labelled ? null : (row.reference ?? null),
            pre_generated_steps: choices.map(({ completions, chosen }) => completions[chosen]!.text),
            ...(labelled && row.answer !== undefined ? { pre_generated_answer: row.answer } : {}),
          },
          label: {
            steps: choices.slice(0, error < 0 ? choices.length : error + 1).map(({ completions, chosen }) => ({
              completions,
              human_completion: null,
              chosen_completion: chosen,
            })) as unknown as Json,
            total_time: 0,
            finish_reason: error >= 0 ? 'found_error' : right ? 'solution' : 'give_up',
          },
        },
      ]
    },
    problem: (row) => fieldProblem(columns, row) ?? choiceProblem(row),
  }
}

/** The best path from the root, with the candidates at each of its steps; and whether it comes to an end of the task. */
function choicesIn(root: PreferenceNode, completion: (step: string, label: number | undefined) => Completion) {
  const choices: Choice[] = []
  let node = root
  for (let chosen = bestOf(node.children); chosen >= 0; chosen = bestOf(node.children)) {
    choices.push({ completions: node.children.map((child) => completion(child.text, shareOf(child))), chosen })
    node = node.children[chosen]!
  }
  return { choices, ended: node.terminal }
}

const rated = z.looseObject({
  text,
  rating: z.union([z.literal(-1), z.literal(0), z.literal(1), z.null()], { error: '-1, 0, 1 or null' }),
  flagged: z.boolean().nullish(),
  source: z.string().nullish(),
})

const columns = z.looseObject({
  labeler: z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, 'a UUID'),
  timestamp: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/, 'a time in ISO 8601'),
  generation: z.int().nullish(),
  is_quality_control_question: z.boolean(),
  is_initial_screening_question: z.boolean(),
  question: z.looseObject({
    problem: text,
    ground_truth_solution: z.string().nullish(),
    ground_truth_answer: z.string().nullish(),
    pre_generated_steps: z.array(z.string()).nullish(),
    pre_generated_answer: z.string().nullish(),
    pre_generated_verifier_score: z.number().nullish(),
  }),
  label: z.looseObject({
    steps: z
      .array(
        z.looseObject({
          completions: z.array(rated).nullable(),
          human_completion: rated.nullish(),
          chosen_completion: z.int().min(0).nullish(),
        }),
      )
      .min(1, 'a list of steps'),
    total_time: z.int().min(0),
    finish_reason: z.enum(['solution', 'found_error', 'bad_problem', 'give_up']),
  }),
})

/** A chosen place must be one of the candidates. */
function choiceProblem(row: Json): FieldProblem | undefined {
  const { label } = row as unknown as { label: { steps: { completions: readonly Json[] | null; chosen_completion?: number | null }[] } }
  for (const [at, { completions, chosen_completion: chosen }] of label.steps.entries())
    if (typeof chosen === 'number' && chosen >= (completions?.length ?? 0))
      return {
        field: `label.steps.${at}.chosen_completion`,
        seen: shown(chosen),
        wanted: `the place of one of ${completions?.length ?? 0} completions, from 0`,
      }
  return undefined
}
