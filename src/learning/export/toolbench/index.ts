// ToolBench (Qin et al. 2023): a query's whole answer tree as one document, and ToolLLaMA's rows for training.
import type { Json } from '../../../core/common.ts'
import { type FieldProblem, fieldProblem, shown } from '../../data/field-problem.ts'
import type { DatasetFormat, PreferenceTreeRow } from '../../data/rows.ts'
import { textOf } from '../exchange.ts'
import { withTexts } from '../search-tree.ts'
import { told } from '../told.ts'
import { documentColumns, toolLlamaColumns } from './columns.ts'
import { systemText, toolLlamaRows, trainMessages } from './messages.ts'
import { type AnswerNode, answerTree, bestAnswer } from './nodes.ts'
import { finalAnswer } from './turns.ts'

/** What ToolBench's formats have in common. */
export interface ToolBenchOptions {
  /** Ends with a value from here on are right, in (0, 1]. Default 0.5. */
  readonly threshold?: number
  /** What is said before the question. Default: a text of our own; ToolBench's is not in rows. */
  readonly system?: string
}

/** Options of ToolBench's answer trees. */
export interface AnswerTreeOptions extends ToolBenchOptions {
  /** The functions that the model had, as ToolBench describes them: `name`, `description`, `parameters`. Default: none, since rows do not know them. */
  readonly functions?: readonly { readonly name: string; readonly [field: string]: Json }[]
}

/**
 * The answer tree: `win`, `tree`, `forward_args`, `compare_candidates`, `answer_generation`, one JSON document a row. Steps become nodes Thought,
 * Action and Action Input; calls are found in JSON and in texts of that form. A right end that is no call gets a call of `Finish`.
 * `answer_generation` tells the best right end, and has no valid data where there is none.
 *
 * `query_count` is the number of steps. Rows do not know tokens (`total_tokens` is 0), the limits of the search (`forward_args` tells what the tree shows) and the codes of
 * observations (there are none but 3, for final answers).
 *
 * @example
 * await writeDataset(preferenceTrees(store), toolBench.answerTree(), 'answers/')
 */
function answerTreeFormat(options: AnswerTreeOptions = {}): DatasetFormat<PreferenceTreeRow> {
  const { threshold = 0.5, system = systemText, functions = [] } = options
  return {
    name: 'toolbench.answer-tree',
    ...told(options),
    accepts: ['preference-tree'],
    files: ['json', 'jsonl'],
    encode(row) {
      const query = textOf(row.prompt)
      const tree = answerTree(withTexts(row.tree), threshold)
      const best = bestAnswer(tree)
      const last = best?.turns.at(-1)
      return [
        {
          win: best !== undefined,
          tree: { size: tree.size, max_length: tree.length, tree: tree.root },
          forward_args: {
            single_chain_max_step: tree.steps,
            tree_beam_size: tree.width,
            max_query_count: tree.queries,
            answer: Math.max(1, tree.answers.length),
            with_filter: false,
          },
          compare_candidates: tree.answers.map(({ nodes }) => nodes),
          answer_generation: {
            valid_data: best !== undefined,
            query_count: tree.queries,
            total_tokens: 0,
            final_answer: last === undefined ? '' : (finalAnswer(last) ?? last.thought ?? last.call?.input ?? ''),
            finish_type: best === undefined ? 'give_up' : 'give_answer',
            function: functions,
            chain: [],
            train_messages: best === undefined ? [] : trainMessages(system, query, best.turns),
            query,
          },
        } as unknown as Json,
      ]
    },
    problem: (row) => fieldProblem(documentColumns, row) ?? treeProblem(row),
  }
}

/**
 * ToolLLaMA's rows: `id` (`Step k: query`) and `conversations` (`from`, `value`), one for each call on the way to the best right end. A tree
 * without a right end gives none.
 *
 * @example
 * await writeDataset(preferenceTrees(store), toolBench.toolLlama(), 'tool-llama.jsonl')
 */
function toolLlama(options: ToolBenchOptions = {}): DatasetFormat<PreferenceTreeRow> {
  const { threshold = 0.5, system = systemText } = options
  return {
    name: 'toolbench.tool-llama',
    ...told(options),
    accepts: ['preference-tree'],
    files: ['jsonl'],
    encode(row) {
      const query = textOf(row.prompt)
      const best = bestAnswer(answerTree(withTexts(row.tree), threshold))
      return best === undefined ? [] : toolLlamaRows(system, query, best.turns)
    },
    problem: (row) => fieldProblem(toolLlamaColumns, row) ?? lastProblem(row),
  }
}

/**
 * The formats of ToolBench.
 *
 * @example
 * await writeDataset(preferenceTrees(store), toolBench.answerTree(), 'answers/')
 */
export const toolBench = { answerTree: answerTreeFormat, toolLlama }

/** What a tree says of itself must be so: the number of nodes, the longest path, depths and numbers of children. */
function treeProblem(row: Json): FieldProblem | undefined {
  const { tree } = row as unknown as { tree: { size: number; max_length: number; tree: AnswerNode } }
  let [size, length] = [0, 0]
  const walk = (node: AnswerNode, depth: number, path: string): FieldProblem | undefined => {
    size++
    length = Math.max(length, depth + 1)
    if (node.depth !== depth) return { field: `${path}.depth`, seen: shown(node.depth), wanted: String(depth) }
    if (node.child_count !== node.children.length)
      return { field: `${path}.child_count`, seen: shown(node.child_count), wanted: `${node.children.length}, the number of children` }
    for (const [at, child] of node.children.entries()) {
      const problem = walk(child, depth + 1, `${path}.children.${at}`)
      if (problem !== undefined) return problem
    }
    return undefined
  }
  const inside = walk(tree.tree, 0, 'tree.tree')
  if (inside !== undefined) return inside
  if (tree.size !== size) return { field: 'tree.size', seen: shown(tree.size), wanted: `${size}, the number of nodes` }
  if (tree.max_length !== length)
    return { field: 'tree.max_length', seen: shown(tree.max_length), wanted: `${length}, the nodes of the longest path` }
  return undefined
}

/** What is learnt must be there: the last message is the model's, with a call in it. */
function lastProblem(row: Json): FieldProblem | undefined {
  const { conversations } = row as unknown as { conversations: { from: string; value: string }[] }
  const at = conversations.length - 1
  const { from, value } = conversations[at]!
  if (from !== 'assistant') return { field: `conversations.${at}.from`, seen: shown(from), wanted: 'assistant in the last message' }
  if (/Action:.*Action Input:/s.test(value)) return undefined
  return { field: `conversations.${at}.value`, seen: shown(value), wanted: 'Action: … Action Input: … in the last message' }
}
