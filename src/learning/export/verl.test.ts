// verl's data sets: rows written out by hand, rows that are refused, rows that are not good; and the recipe over verl's own configurations.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import { describe, expect, it } from 'vitest'
import type { Json } from '../../core/common.ts'
import { memory } from '../../traces/memory.ts'
import { type DatasetFormat, preferenceTrees, type References, readManifest, writeDataset } from '../data/index.ts'
import { giveRun } from '../data/testing/given-run.ts'
import { recipes, verl } from './index.ts'
import { inChat, sums } from './testing/rows.ts'

const prompt = 'What is 2 + 3 + 4?'
const asked = { role: 'user', content: prompt }
const index = 4242816759821819
const group = {
  data_source: 'banyan',
  prompt: [asked],
  ability: 'reasoning',
  reward_model: { style: 'rule', ground_truth: '9' },
  extra_info: { split: 'train', index, task: 'sum', run: 'run', node: 3 },
}

it('writes prompts with their references as nested columns, and says that a reference was used', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'banyan-verl-'))
  const store = memory()
  await giveRun(store, { task: { prompt: '2 + 2?' }, root: { children: [{ text: 'It is 4.', value: 1 }] } })
  const file = join(folder, 'prompts.parquet')
  const references: References = () => ({ answer: '4', grade: (answer) => answer === '4' })
  await writeDataset(preferenceTrees(store, { references }), verl.rl({ dataSource: 'openai/gsm8k', ability: 'math' }), file)
  expect(await readManifest(file)).toMatchObject({ format: 'verl.rl', rows: 1, oracle: true })
  const [row] = await parquetReadObjects({ file: await asyncBufferFromFile(file) })
  expect(row).toMatchObject({
    data_source: 'openai/gsm8k',
    prompt: [{ role: 'user', content: '2 + 2?' }],
    ability: 'math',
    reward_model: { style: 'rule', ground_truth: '4' },
    extra_info: { split: 'train', oracle: 'training-label' },
  })
  rmSync(folder, { recursive: true })
})

describe('rows', () => {
  it('are prompts with what is right', () => {
    expect(verl.rl().encode(sums.group)).toEqual([group])
    expect(verl.rl({ split: 'test', style: 'model', agentName: 'tool_agent' }).encode(inChat(sums['preference-tree'], 'Add.'))).toEqual([
      {
        ...group,
        prompt: [{ role: 'system', content: 'Add.' }, asked],
        reward_model: { style: 'model', ground_truth: '9' },
        extra_info: { ...group.extra_info, split: 'test' },
        agent_name: 'tool_agent',
      },
    ])
  })

  it('have one index for a task, and keep that a reference was used', () => {
    const of = (task: string) =>
      verl.rl().encode({ ...sums.group, source: { runId: 'other', node: 7, task, oracle: 'training-label' } })[0] as typeof group
    expect(of('sum').extra_info).toEqual({ split: 'train', index, task: 'sum', run: 'other', node: 7, oracle: 'training-label' })
    expect(of('product').extra_info.index).not.toBe(index)
    expect(of('product').extra_info.index).toSatisfy(Number.isSafeInteger)
  })

  it('are refused without a reference', () => {
    const { reference: _, ...without } = sums.group
    for (const row of [without, { ...sums.group, reference: '' }])
      expect(() => verl.rl().encode(row)).toThrow(
        expect.objectContaining({ code: 'E_DATASET_ROW', message: expect.stringMatching(/"reference".*references/) }),
      )
  })

  it('are chats with right answers', () => {
    const chat = { messages: [asked, { role: 'assistant', content: '2 + 3 = 5\n5 + 4 = 9' }] }
    expect(verl.sft().encode(sums.verified)).toEqual([chat])
    expect(verl.sft().encode(sums.outcome)).toEqual([])
  })

  it('are pairs of texts', () => {
    expect(verl.rewardModel().encode(sums.pair)).toEqual([
      { prompt: `${prompt}\n2 + 3 = 5`, chosen: '\n5 + 4 = 9', rejected: '\n5 + 4 = 8' },
    ])
  })
})

describe('validators name the field', () => {
  const messages = [asked]
  it.each<[DatasetFormat, Json, string]>([
    [verl.rl(), { ...group, data_source: '' }, 'data_source'],
    [verl.rl(), { ...group, prompt }, 'prompt'],
    [verl.rl(), { ...group, prompt: [{ role: 'user' }] }, 'prompt.0.content'],
    [verl.rl(), { ...group, ability: 3 }, 'ability'],
    [verl.rl(), { ...group, reward_model: { style: 'rules', ground_truth: '9' } }, 'reward_model.style'],
    [verl.rl(), { ...group, reward_model: { style: 'rule' } }, 'reward_model.ground_truth'],
    [verl.rl(), { ...group, extra_info: { split: 'train', index: 0.5 } }, 'extra_info.index'],
    [verl.rl(), { ...group, extra_info: { index } }, 'extra_info.split'],
    [verl.rl(), { ...group, agent_name: '' }, 'agent_name'],
    [verl.sft(), { messages: [] }, 'messages'],
    [verl.sft(), { messages, tools: {} }, 'tools'],
    [verl.sft(), { messages, enable_thinking: 'yes' }, 'enable_thinking'],
    [verl.rewardModel(), { prompt, chosen: 'a' }, 'rejected'],
    [verl.rewardModel(), { prompt, chosen: 'a', rejected: 'a' }, 'rejected'],
  ])('%#: %j', (format, row, field) => {
    expect(format.problem(row)).toMatchObject({ field })
  })

  it('takes several right answers, as verl does', () => {
    expect(verl.rl().problem({ ...group, reward_model: { style: 'rule', ground_truth: ['9', 'nine'] } })).toBeUndefined()
  })
})

describe('the recipe', () => {
  const parts = (format: string, rows = 200) => recipes.verl!.parts({ file: 'out/some data.parquet', format, as: 'parquet', rows })

  it('trains on prompts with GRPO and a reward that stands beside the data', () => {
    const { files, command } = parts('verl.rl')
    expect(command).toEqual(['python3', '-m', 'verl.trainer.main_ppo', '--config-dir', '.', '--config-name', 'some data.verl'])
    expect(files.map(({ name }) => name)).toEqual(['some data.verl.yaml', 'some data.reward.py'])
    expect(files[0]!.text).toContain('defaults: ["ppo_trainer","_self_"]\n')
    expect(files[0]!.text).toContain('custom_reward_function:\n  path: "some data.reward.py"\n  name: "compute_score"\n')
    expect(files[1]!.text).toContain('def compute_score(data_source, solution_str, ground_truth, extra_info=None')
  })

  it('trains on chats', () => {
    const { files, command } = parts('verl.sft')
    expect(command.slice(0, 6)).toEqual(['torchrun', '--standalone', '--nnodes=1', '--nproc_per_node=1', '-m', 'verl.trainer.sft_trainer'])
    expect(files[0]!.text).toContain('defaults: ["sft_trainer_engine","_self_"]\n')
  })

  it.each([
    [1, 1],
    [7, 4],
    [200, 128],
    [100_000, 256],
  ])('has batches that %i rows can fill: %i', (rows, batch) => {
    for (const format of ['verl.rl', 'verl.sft']) expect(parts(format, rows).files[0]!.text).toContain(`train_batch_size: ${batch}\n`)
  })
})
