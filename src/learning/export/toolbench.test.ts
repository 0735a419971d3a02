// ToolBench's answer trees and ToolLLaMA's rows: written out by hand, and ones that are not good.
import { describe, expect, it } from 'vitest'
import type { Json } from '../../core/common.ts'
import type { PreferenceNode, PreferenceTreeRow } from '../data/index.ts'
import { toolBench } from './index.ts'
import { sums } from './testing/rows.ts'
import { turnOf } from './toolbench/turns.ts'

const query = 'Will it rain in Bern?'
const system = 'Call functions.'
const input = '{"city":"Bern"}'
const rain = '{"return_type":"give_answer","final_answer":"rain"}'
const sun = '{"return_type":"give_answer","final_answer":"sun"}'

const called: PreferenceNode = {
  text: `{"kind":"call","tool":"weather","input":${input}}`,
  observation: 'rain',
  visits: 2,
  value: 0.5,
  terminal: false,
  children: [
    { text: `Thought: It rains.\nAction: Finish\nAction Input: ${rain}`, visits: 1, value: 1, terminal: true, children: [] },
    { text: '{"kind":"finish","answer":"sun"}', visits: 1, value: 0, terminal: true, children: [] },
  ],
}
const { reference: _, ...asked } = sums['preference-tree']
const row: PreferenceTreeRow = {
  ...asked,
  prompt: query,
  tree: { text: '', visits: 2, value: 0.5, terminal: false, children: [called] },
}

const node = (place: readonly [number, number], type: string, description: string, children: number, more: object = {}) => ({
  is_terminal: false,
  pruned: false,
  finished: false,
  depth: place[0],
  node_type: type,
  description,
  Elo: 1000,
  child_count: children,
  expand_num: place[1],
  ...(type === 'Action Input' ? { io_state: {} } : {}),
  ...more,
})
const action = node([1, 1], 'Action', 'weather', 1)
const actionInput = node([2, 2], 'Action Input', input, 2, { observation: 'rain' })
const thought = node([3, 3], 'Thought', 'It rains.', 1, { finished: true })
const finish = node([4, 4], 'Action', 'Finish', 1, { finished: true })
const finishInput = node([5, 5], 'Action Input', rain, 0, { finished: true, observation_code: 3 })
const other = node([3, 6], 'Action', 'Finish', 1, { pruned: true })
const otherInput = node([4, 7], 'Action Input', sun, 0, { pruned: true, observation_code: 3 })

const said = [
  { role: 'system', content: system },
  { role: 'user', content: query },
  { role: 'assistant', content: '', function_call: { name: 'weather', arguments: input } },
]
const functions = [
  { name: 'weather', description: 'Tells it.', parameters: { type: 'object', properties: {}, required: [], optional: [] } },
]
const nested = {
  ...node([0, 0], 'Action Input', '', 1),
  children: [
    {
      ...action,
      children: [
        {
          ...actionInput,
          children: [
            { ...thought, children: [{ ...finish, children: [{ ...finishInput, children: [] }] }] },
            { ...other, children: [{ ...otherInput, children: [] }] },
          ],
        },
      ],
    },
  ],
}
const answers = {
  win: true,
  tree: { size: 8, max_length: 6, tree: nested },
  forward_args: { single_chain_max_step: 2, tree_beam_size: 2, max_query_count: 3, answer: 1, with_filter: false },
  compare_candidates: [[action, actionInput, thought, finish, finishInput]],
  answer_generation: {
    valid_data: true,
    query_count: 3,
    total_tokens: 0,
    final_answer: rain,
    finish_type: 'give_answer',
    function: functions,
    chain: [],
    train_messages: [
      said,
      [
        ...said,
        { role: 'function', name: 'weather', content: 'rain' },
        { role: 'assistant', content: 'It rains.' },
        { role: 'assistant', content: '', function_call: { name: 'Finish', arguments: rain } },
      ],
    ],
    query,
  },
}

describe('the answer tree', () => {
  const format = toolBench.answerTree({ system, functions })

  it('has a thought, an action and its input for every step', () => {
    expect(format.encode(row)).toEqual([answers])
    expect(format.problem(answers as unknown as Json)).toBeUndefined()
  })

  it('gives up where nothing was right', () => {
    const [given] = toolBench.answerTree({ threshold: 1, system }).encode({
      ...row,
      tree: { ...row.tree, children: [{ ...called, value: 0.9, terminal: true, children: [] }] },
    })
    expect(given).toMatchObject({
      win: false,
      tree: { size: 3, tree: { children: [{ pruned: true }] } },
      compare_candidates: [],
      answer_generation: { valid_data: false, final_answer: '', finish_type: 'give_up', train_messages: [] },
    })
    expect(format.problem(given!)).toBeUndefined()
  })

  it('takes an end without a value as right when it gives an answer', () => {
    const end = (text: string): PreferenceTreeRow => ({
      ...row,
      tree: { ...row.tree, children: [{ text, visits: 0, terminal: true, children: [] }] },
    })
    expect(format.encode(end('{"finish": "rain"}'))).toMatchObject([{ win: true, answer_generation: { final_answer: rain } }])
    expect(format.encode(end('rain'))).toMatchObject([{ win: true, answer_generation: { final_answer: rain } }])
    expect(format.encode(end('{"tool": "weather", "input": {}}'))).toMatchObject([{ win: false }])
  })

  const damaged = (tree: object, answer: object = {}): Json =>
    ({ ...answers, tree: { ...answers.tree, ...tree }, answer_generation: { ...answers.answer_generation, ...answer } }) as unknown as Json
  const root = (changes: object) => ({ tree: { ...nested, ...changes } })
  it.each<[string, Json]>([
    ['win', { ...answers, win: 1 } as unknown as Json],
    ['tree.size', damaged({ size: 7 })],
    ['tree.max_length', damaged({ max_length: 5 })],
    ['tree.tree.node_type', damaged(root({ node_type: 'Step' }))],
    ['tree.tree.child_count', damaged(root({ child_count: 2 }))],
    ['tree.tree.depth', damaged(root({ depth: 1 }))],
    ['tree.tree.observation_code', damaged(root({ observation_code: 13 }))],
    ['tree.tree.children.0.description', damaged(root({ children: [{ ...nested.children[0], description: null }] }))],
    ['forward_args.answer', { ...answers, forward_args: { ...answers.forward_args, answer: '1' } } as unknown as Json],
    ['compare_candidates.0', { ...answers, compare_candidates: ['x'] } as unknown as Json],
    ['answer_generation.finish_type', damaged({}, { finish_type: 'stop' })],
    ['answer_generation.function.0.name', damaged({}, { function: [{}] })],
    ['answer_generation.train_messages.0.0.role', damaged({}, { train_messages: [[{ content: 'x' }]] })],
    ['answer_generation.query', damaged({}, { query: '' })],
  ])('names %s', (field, document) => {
    expect(format.problem(document)).toMatchObject({ field })
  })
})

describe('rows of ToolLLaMA', () => {
  const format = toolBench.toolLlama({ system })
  const before = [
    { from: 'system', value: system },
    { from: 'user', value: query },
    { from: 'assistant', value: `\nThought: \nAction: weather\nAction Input: ${input}` },
  ]
  const last = { from: 'assistant', value: `\nThought: It rains.\nAction: Finish\nAction Input: ${rain}` }

  it('are one for each call on the way to the answer', () => {
    expect(format.encode(row)).toEqual([
      { id: `Step 1: ${query}`, conversations: before },
      { id: `Step 2: ${query}`, conversations: [...before, { from: 'function', value: 'rain' }, last] },
    ])
  })

  it('are none where nothing was right', () => {
    expect(toolBench.toolLlama().encode({ ...row, tree: { ...row.tree, children: [{ ...called, children: [] }] } })).toEqual([])
  })

  it.each<[string, Json]>([
    ['id', { id: 'first', conversations: before }],
    ['conversations', { id: 'Step 1: x', conversations: [] }],
    ['conversations.0.from', { id: 'Step 1: x', conversations: [{ from: 'gpt', value: 'x' }] }],
    ['conversations.1.from', { id: 'Step 1: x', conversations: before.slice(0, 2) }],
    ['conversations.2.value', { id: 'Step 1: x', conversations: [...before.slice(0, 2), { from: 'assistant', value: 'rain' }] }],
  ])('names %s', (field, wrong) => {
    expect(format.problem(wrong)).toMatchObject({ field })
  })
})

describe('steps', () => {
  it.each<[string, object]>([
    ['{"name":"weather","arguments":"{}"}', { call: { name: 'weather', input: '{}' } }],
    ['{"tool":"weather"}', { call: { name: 'weather', input: '{}' } }],
    ['Action: weather\nAction Input: {}', { call: { name: 'weather', input: '{}' } }],
    ['Thought: why\nnot?\nAction: weather\nAction Input: {\n}', { thought: 'why\nnot?', call: { name: 'weather', input: '{\n}' } }],
    ['[1]', { thought: '[1]' }],
    ['{"a": 1}', { thought: '{"a": 1}' }],
    ['42', { thought: '42' }],
  ])('%j', (text, turn) => {
    expect(turnOf({ text }, false)).toEqual(turn)
  })

  it('keep what came back for a thought, and show it to the model', () => {
    const tree = { ...row.tree, children: [{ ...called, text: 'Look out.', children: [{ ...called.children[0]!, text: 'It rains.' }] }] }
    const [only] = toolBench.toolLlama({ system }).encode({ ...row, tree })
    expect((only as { conversations: Json }).conversations).toEqual([
      { from: 'system', value: system },
      { from: 'user', value: query },
      { from: 'assistant', value: '\nThought: Look out.' },
      { from: 'user', value: 'rain' },
      {
        from: 'assistant',
        value: '\nThought: It rains.\nAction: Finish\nAction Input: {"return_type":"give_answer","final_answer":"It rains."}',
      },
    ])
  })
})
