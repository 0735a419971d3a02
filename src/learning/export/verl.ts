// verl's data sets: rows for reinforcement learning, chats for supervised fine-tuning, pairs for reward models. Columns as its loaders read
// them: `prompt`, `data_source`, `ability`, `reward_model`, `extra_info`; `messages`; `prompt`, `chosen`, `rejected`.
import { z } from 'zod'
import type { Json } from '../../core/common.ts'
import { digest } from '../../core/digest.ts'
import { BanyanError } from '../../core/errors.ts'
import { fieldProblem } from '../data/field-problem.ts'
import type { DatasetFormat, GroupRow, OutcomeRow, PairRow, PreferenceTreeRow, VerifiedRow } from '../data/rows.ts'
import { rightAnswer } from './answers.ts'
import { equalSides, messages, text } from './columns.ts'
import { type ExchangeOptions, exchange } from './exchange.ts'
import { told } from './told.ts'

/** Options of verl's formats. */
export interface VerlOptions {
  /** Names the reward function. Default `banyan`, which the recipe `verl` writes one for; verl's own are `openai/gsm8k` and others. */
  readonly dataSource?: string
  /** The kind of task, for reports. Default `reasoning`. */
  readonly ability?: string
  /** Which part of the data this is. Default `train`. */
  readonly split?: string
  /** `rule`: a function judges. `model`: a reward model does. Default `rule`. */
  readonly style?: 'rule' | 'model'
  /** The agent loop to be used. Default: none is named, which is verl's loop of a single turn. */
  readonly agentName?: string
}

const asked = z.looseObject({
  data_source: text,
  prompt: messages,
  ability: text,
  reward_model: z.looseObject({ style: z.enum(['rule', 'model']), ground_truth: z.union([text, z.array(text).min(1)]) }),
  extra_info: z.looseObject({ split: text, index: z.int() }),
  agent_name: text.optional(),
})

/**
 * Prompts with their reference answer as `ground_truth`: for PPO, GRPO and their kin. `extra_info` has `split`, `index` (a number that
 * belongs to the task, equal in all of its rows), and where the row came from: `task`, `run`, `node`, and `oracle` where that was marked.
 *
 * Rows without a reference are refused: `E_DATASET_ROW`. There is one row for each row, so take rows of which there is one for each task.
 *
 * @example
 * await writeDataset(rolloutGroups(store, { within: 'task', references }), verl.rl(), 'prompts.parquet')
 */
function rl(options: VerlOptions = {}): DatasetFormat<GroupRow | PreferenceTreeRow> {
  const { dataSource = 'banyan', ability = 'reasoning', split = 'train', style = 'rule', agentName } = options
  return {
    name: 'verl.rl',
    ...told(options),
    accepts: ['group', 'preference-tree'],
    files: ['parquet', 'jsonl'],
    encode(row) {
      const { task, runId, node, oracle } = row.source
      const { prompt } = exchange(row, [], [], { form: 'conversational' })
      return [
        {
          data_source: dataSource,
          prompt,
          ability,
          reward_model: { style, ground_truth: referenceOf(row) },
          extra_info: { split, index: numberOf(task), task, run: runId, node, ...(oracle === undefined ? {} : { oracle }) },
          ...(agentName === undefined ? {} : { agent_name: agentName }),
        } as unknown as Json,
      ]
    },
    problem: (row) => fieldProblem(asked, row),
  }
}

const chat = z.looseObject({ messages, tools: z.array(z.looseObject({})).optional(), enable_thinking: z.boolean().optional() })

/**
 * Chats that end with a right answer: the column `messages`. For `verl.trainer.sft_trainer`, which learns the assistant's messages and
 * reads Parquet alone. Wrong outcomes give no row.
 *
 * @example
 * await writeDataset(verifiedTraces(store), verl.sft(), 'right.parquet')
 */
function sft(options: Pick<ExchangeOptions, 'separator'> = {}): DatasetFormat<VerifiedRow | OutcomeRow> {
  return {
    name: 'verl.sft',
    ...told(options),
    accepts: ['verified', 'outcome'],
    files: ['parquet'],
    encode: (row) =>
      rightAnswer(row, { ...options, form: 'conversational' }).map(
        ({ prompt, answers: [answer] }) => ({ messages: [...prompt, ...answer!] }) as unknown as Json,
      ),
    problem: (row) => fieldProblem(chat, row),
  }
}

const pair = z.looseObject({ prompt: text, chosen: text, rejected: text })

/**
 * Pairs as texts: `prompt`, `chosen`, `rejected`, which verl's `RMDataset` puts together as they are. It reads Parquet alone; verl itself
 * has no trainer for them.
 *
 * @example
 * await writeDataset(tracePairs(store), verl.rewardModel(), 'pairs.parquet')
 */
function rewardModel(options: Omit<ExchangeOptions, 'form'> = {}): DatasetFormat<PairRow> {
  return {
    name: 'verl.reward-model',
    ...told(options),
    accepts: ['pair'],
    files: ['parquet'],
    encode(row) {
      const { prompt, answers } = exchange(row, row.steps, [row.chosen, row.rejected], { ...options, form: 'standard' })
      return [{ prompt, chosen: answers[0]!, rejected: answers[1]! } as unknown as Json]
    },
    problem: (row) => fieldProblem(pair, row) ?? equalSides(row),
  }
}

/**
 * The formats of verl.
 *
 * @example
 * await writeDataset(preferenceTrees(store, { references }), verl.rl({ ability: 'math' }), 'prompts.parquet')
 */
export const verl = { rl, sft, rewardModel }

function referenceOf({ reference }: GroupRow | PreferenceTreeRow): string {
  if (reference !== undefined && reference !== '') return reference
  throw new BanyanError('E_DATASET_ROW', `the field "reference" is ${reference === undefined ? 'not there' : 'empty'}`, {
    wanted: 'the reference answer, which becomes ground_truth',
    hint: "Build the rows with the builder's option `references`.",
  })
}

/** A whole number of 52 bits that belongs to a task: 64-bit integers and JSON hold it exactly. */
function numberOf(task: string): number {
  return Number.parseInt(digest(task).slice(0, 13), 16)
}
