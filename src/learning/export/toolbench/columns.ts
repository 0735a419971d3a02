// The schemas of ToolBench's documents and of ToolLLaMA's rows.
import { z } from 'zod'
import { text } from '../columns.ts'

const count = z.int().min(0)

const bare = {
  is_terminal: z.boolean(),
  pruned: z.boolean(),
  finished: z.boolean(),
  depth: count,
  node_type: z.enum(['Thought', 'Action', 'Action Input', 'Final Answer', 'Reflection']),
  description: z.string(),
  Elo: z.number(),
  observation: z.string().optional(),
  observation_code: count.max(12).optional(),
  child_count: count,
  expand_num: count,
  io_state: z.looseObject({}).optional(),
  messages: z.array(z.string()).optional(),
}

const answerNode: z.ZodType = z.looseObject({ ...bare, children: z.array(z.lazy(() => answerNode)) })

const message = z.looseObject({
  role: text,
  content: z.string().nullable(),
  function_call: z.looseObject({ name: z.string(), arguments: z.string() }).optional(),
})

/** An answer tree. */
export const documentColumns: z.ZodType = z.looseObject({
  win: z.boolean(),
  tree: z.looseObject({ size: count, max_length: count, tree: answerNode }),
  forward_args: z.looseObject({
    single_chain_max_step: count,
    tree_beam_size: count,
    max_query_count: count,
    answer: count,
    with_filter: z.boolean(),
  }),
  compare_candidates: z.array(z.array(z.looseObject(bare))),
  answer_generation: z.looseObject({
    valid_data: z.boolean(),
    query_count: count,
    total_tokens: count,
    final_answer: z.string(),
    finish_type: z.enum(['give_answer', 'give_up']),
    function: z.array(z.looseObject({ name: text })),
    chain: z.array(z.looseObject(bare)),
    train_messages: z.array(z.array(message)),
    query: text,
  }),
})

/** A row of ToolLLaMA. */
export const toolLlamaColumns: z.ZodType = z.looseObject({
  id: z.string({ error: 'Step k: query' }).regex(/^Step \d+: /, 'Step k: query'),
  conversations: z
    .array(z.looseObject({ from: z.enum(['system', 'user', 'function', 'assistant']), value: z.string() }))
    .min(1, 'a list of messages'),
})
