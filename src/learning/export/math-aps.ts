// Steps with Monte-Carlo values as OmegaPRM (Luo et al. 2024) finds them and OpenR's MATH-APS holds them: prefixes of solutions, or the tree.
import { z } from 'zod'
import type { Json } from '../../core/common.ts'
import { BanyanError } from '../../core/errors.ts'
import { fieldProblem } from '../data/field-problem.ts'
import type { DatasetFormat, PreferenceNode, PreferenceTreeRow, StepLabelRow } from '../data/rows.ts'
import { text } from './columns.ts'
import { textOf } from './exchange.ts'
import { shareOf, withTexts } from './search-tree.ts'
import { told } from './told.ts'

const share = z.number().min(0).max(1)
const header = { question_id: z.int().optional(), question: text, final_answer: z.string() }

/** A node as the format has it: its text (the question at the root), the share of right ends below it. */
interface ApsNode {
  readonly text: string
  readonly mc_value: number
  readonly children: readonly ApsNode[]
}

/** Options of the flat form of MATH-APS. */
export interface MathApsFlatOptions {
  /** Between the question and the first step, and between steps. Default: a blank line, as OpenR has it. */
  readonly separator?: string
}

const flatColumns = z.looseObject({
  ...header,
  reasoning_steps: z.array(z.looseObject({ solution_prefix: text, mc_value: share })).min(1, 'a list of prefixes'),
})

/**
 * Flat: `question`, `final_answer`, and `reasoning_steps`, a list of `solution_prefix` (the question, and steps after it) with `mc_value`
 * (the share of right ends from there). A tree gives all of its nodes with values, parents before children; steps with labels give theirs.
 *
 * `final_answer` is what is right: the tree's reference, or the answer of steps whose last label is 1; empty where the row does not know it.
 *
 * @example
 * await writeDataset(preferenceTrees(store, { value: 'monte-carlo', references }), mathAps.flat(), 'prefixes.jsonl')
 */
function flat(options: MathApsFlatOptions = {}): DatasetFormat<PreferenceTreeRow | StepLabelRow> {
  const { separator = '\n\n' } = options
  return {
    name: 'math-aps.flat',
    ...told(options),
    accepts: ['preference-tree', 'step-labels'],
    files: ['jsonl', 'parquet'],
    encode(row) {
      const question = textOf(row.prompt)
      const reasoning_steps =
        row.row === 'step-labels'
          ? row.labels.map((label, at) => prefix([question, ...row.steps.slice(0, at + 1)].join(separator), label))
          : prefixes(withTexts(row.tree), question, separator)
      if (reasoning_steps.length === 0) throw withoutValues(row)
      return [{ question, final_answer: finalAnswer(row), reasoning_steps }]
    },
    problem: (row) => fieldProblem(flatColumns, row),
  }
}

const apsNode: z.ZodType = z.looseObject({ text, mc_value: share, children: z.array(z.lazy(() => apsNode)) })
const treeColumns = z.looseObject({ ...header, reasoning_steps: apsNode })

/**
 * The tree: `question`, `final_answer`, and `reasoning_steps`, the root of a tree of `text` (the question at the root, then a step each),
 * `mc_value` and `children`. Nodes without a value are left out with all that is below them; steps with labels give a tree of one
 * path, whose root has the value of its first step.
 *
 * @example
 * await writeDataset(preferenceTrees(store, { value: 'monte-carlo', references }), mathAps.tree(), 'trees.jsonl')
 */
function tree(): DatasetFormat<PreferenceTreeRow | StepLabelRow> {
  return {
    name: 'math-aps.tree',
    accepts: ['preference-tree', 'step-labels'],
    files: ['jsonl', 'json'],
    encode(row) {
      const question = textOf(row.prompt)
      const root = row.row === 'step-labels' ? pathOf(row) : valued(withTexts(row.tree))[0]
      if (root === undefined) throw withoutValues(row)
      return [{ question, final_answer: finalAnswer(row), reasoning_steps: { ...root, text: question } as unknown as Json }]
    },
    problem: (row) => fieldProblem(treeColumns, row),
  }
}

/**
 * The formats of MATH-APS.
 *
 * @example
 * await writeDataset(monteCarloLabels(store, { policy }), mathAps.flat(), 'prefixes.jsonl')
 */
export const mathAps = { flat, tree }

function withoutValues(row: PreferenceTreeRow | StepLabelRow): BanyanError {
  const steps = row.row === 'step-labels'
  return new BanyanError('E_DATASET_ROW', `the field ${steps ? '"steps" is empty' : '"tree.value" is not there'}`, {
    wanted: steps ? 'a step with its label' : 'values from the root on',
  })
}

function prefix(solution_prefix: string, mc_value: number): Json {
  return { solution_prefix, mc_value }
}

function prefixes(node: PreferenceNode, before: string, separator: string): Json[] {
  const value = shareOf(node)
  const below = node.children.flatMap((child) => prefixes(child, before + separator + child.text, separator))
  return value === undefined ? below : [prefix(before, value), ...below]
}

function valued(node: PreferenceNode): ApsNode[] {
  const mc_value = shareOf(node)
  return mc_value === undefined ? [] : [{ text: node.text, mc_value, children: node.children.flatMap(valued) }]
}

function pathOf({ steps, labels }: StepLabelRow): ApsNode | undefined {
  const below = steps.reduceRight<readonly ApsNode[]>((children, step, at) => [{ text: step, mc_value: labels[at]!, children }], [])
  return below[0] && { text: '', mc_value: below[0].mc_value, children: below }
}

function finalAnswer(row: PreferenceTreeRow | StepLabelRow): string {
  return (row.row === 'preference-tree' ? row.reference : row.labels.at(-1) === 1 ? row.answer : undefined) ?? ''
}
