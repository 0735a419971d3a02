// Formats of steps with labels (Math-Shepherd, PRM800K, MATH-APS): rows written out by hand, and rows that are not good.
import { describe, expect, it } from 'vitest'
import type { Json } from '../../core/common.ts'
import type { DatasetFormat, PreferenceNode, PreferenceTreeRow } from '../data/index.ts'
import { mathAps, mathShepherd, prm800k } from './index.ts'
import { inChat, sums } from './testing/rows.ts'

const question = 'What is 2 + 3 + 4?'
const labelled = sums['step-labels']
const searched: PreferenceTreeRow = sums['preference-tree']
const leaf = (text: string, value?: number, visits = 1): PreferenceNode => ({
  text,
  visits,
  terminal: true,
  children: [],
  ...(value === undefined ? {} : { value }),
})
const withTree = (tree: Partial<PreferenceNode>): PreferenceTreeRow => ({ ...searched, tree: { ...searched.tree, ...tree } })

describe('Math-Shepherd', () => {
  const input = `${question} Step 1: 2 + 3 = 5 ки\nStep 2: 5 + 4 = 9 ки\nStep 3: 9 = 10 The answer is: 10 ки`
  const label = `${question} Step 1: 2 + 3 = 5 +\nStep 2: 5 + 4 = 9 +\nStep 3: 9 = 10 The answer is: 10 -`

  it('marks every step with a tag, and with a sign in its place', () => {
    expect(mathShepherd({ task: 'GSM8K' }).encode(labelled)).toEqual([{ input, label, task: 'GSM8K' }])
    expect(mathShepherd({ threshold: 0.001 }).encode(labelled)).toMatchObject([{ label: label.replace(/-$/, '+') }])
  })

  it('is a list of signs in the layout of OpenR', () => {
    const tag = '\n\n\n\n\n'
    expect(mathShepherd({ layout: 'process' }).encode(inChat(labelled))).toEqual([
      {
        question,
        process: `Step 1: 2 + 3 = 5 ${tag}Step 2: 5 + 4 = 9 ${tag}Step 3: 9 = 10 The answer is: 10 ${tag}`,
        label: ['+', '+', '-'],
      },
    ])
  })

  it('keeps numbers and answers that the steps have already', () => {
    const steps = ['Step 1: 2 + 3 = 5', 'Step 2: 5 + 4 = 9. The answer is: 9']
    expect(mathShepherd().encode({ ...labelled, steps, labels: [1, 1], answer: '9' })).toMatchObject([
      { input: `${question} Step 1: 2 + 3 = 5 ки\nStep 2: 5 + 4 = 9. The answer is: 9 ки` },
    ])
  })

  it('refuses texts with the tag in them', () => {
    for (const steps of [
      ['a', 'ноги и руки', 'c'],
      ['a', 'b', 'ки'],
    ])
      expect(() => mathShepherd().encode({ ...labelled, steps })).toThrow(expect.objectContaining({ code: 'E_DATASET_ROW' }))
    expect(() => mathShepherd({ tag: ' 2' }).encode(labelled)).toThrow(/"prompt" holds the tag/)
    expect(() => mathShepherd({ tag: 'x x' }).encode({ ...labelled, steps: ['1 x', '2', '3'] })).toThrow(/"steps.0" holds the tag/)
  })

  it.each<[DatasetFormat, Json, string]>([
    [mathShepherd(), { input, label }, 'task'],
    [mathShepherd(), { input: 'no tag', label: 'no tag', task: 'x' }, 'input'],
    [mathShepherd(), { input, label: input, task: 'x' }, 'label'],
    [mathShepherd(), { input, label: `${label} and more`, task: 'x' }, 'label'],
    [mathShepherd(), { input, label: label.replace('2 + 3 = 5 +', '2 + 3 = 6 +'), task: 'x' }, 'label'],
    [mathShepherd({ layout: 'process', tag: '|' }), { question, process: 'a |b |', label: ['+'] }, 'label'],
    [mathShepherd({ layout: 'process', tag: '|' }), { question, process: 'a |', label: [1] }, 'label.0'],
    [mathShepherd({ layout: 'process' }), { question, label: ['+'] }, 'process'],
  ])('names what is wrong %#', (format, row, field) => {
    expect(format.problem(row)).toMatchObject({ field })
  })
})

const completion = (text: string, rating: number | null) => ({ text, rating, flagged: false })
const step = (chosen: number, ...completions: Json[]) => ({ completions, human_completion: null, chosen_completion: chosen })
const solution = {
  labeler: '00000000-0000-0000-0000-000000000000',
  timestamp: '1970-01-01T00:00:00.000000',
  generation: null,
  is_quality_control_question: false,
  is_initial_screening_question: false,
  question: { problem: question, ground_truth_answer: '9', pre_generated_steps: ['2 + 3 = 5', '5 + 4 = 9'] },
  label: {
    steps: [step(0, completion('2 + 3 = 5', 1), completion('2 + 3 = 6', -1)), step(0, completion('5 + 4 = 9', 1))],
    total_time: 0,
    finish_reason: 'solution',
  },
}

describe('PRM800K', () => {
  it('has the siblings of a tree as candidates, and the best as the chosen one', () => {
    expect(prm800k().encode(searched)).toEqual([solution])
  })

  it('ends with the first step that is wrong', () => {
    const labeler = '340d89bc-f5b7-45e9-b272-909ba68ee363'
    const timestamp = '2026-11-23T09:30:00Z'
    const steps = ['2 + 3 = 6', '6 + 4 = 10', '10']
    expect(prm800k({ labeler, timestamp, threshold: 0.6, neutral: 0.3 }).encode({ ...labelled, steps, labels: [0.5, 0.2, 0] })).toEqual([
      {
        ...solution,
        labeler,
        timestamp,
        question: { problem: question, ground_truth_answer: null, pre_generated_steps: steps, pre_generated_answer: '10' },
        label: {
          steps: [step(0, completion('2 + 3 = 6', 0)), step(0, completion('6 + 4 = 10', -1))],
          total_time: 0,
          finish_reason: 'found_error',
        },
      },
    ])
  })

  it('does not rate what has no value, and goes on with what has one, or with what was visited most', () => {
    const [row] = prm800k().encode(withTree({ children: [leaf('a', undefined, 9), leaf('b', 0.7), leaf('c', 0.7, 2)] }))
    expect(row).toMatchObject({ label: { steps: [step(2, completion('a', null), completion('b', 1), completion('c', 1))] } })
    const open = { ...leaf('a', 0.9), terminal: false }
    expect(prm800k().encode(withTree({ children: [open] }))).toMatchObject([{ label: { finish_reason: 'give_up' } }])
  })

  it('passes over steps without text', () => {
    const ends = { ...leaf('5 + 4 = 9', 1), terminal: false, children: [leaf('', 1)] }
    expect(prm800k().encode(withTree({ children: [{ ...leaf('', 1), terminal: false, children: [ends] }] }))).toMatchObject([
      { label: { steps: [step(0, completion('5 + 4 = 9', 1))], finish_reason: 'solution' } },
    ])
    expect(prm800k().encode(withTree({ children: [leaf('', 1)] }))).toEqual([])
  })

  it('refuses values that are no shares, and chats of several messages', () => {
    expect(() => prm800k().encode(withTree({ children: [leaf('a', 3)] }))).toThrow(
      expect.objectContaining({ code: 'E_DATASET_ROW', message: expect.stringMatching(/"value".*monte-carlo/) }),
    )
    expect(() => prm800k().encode(inChat(labelled, 'Add.'))).toThrow(/"prompt" is a chat/)
  })

  const withLabel = (label: object): Json => ({ ...solution, label: { ...solution.label, ...label } }) as unknown as Json
  it.each<[string, Json]>([
    ['labeler', { ...solution, labeler: 'somebody' }],
    ['timestamp', { ...solution, timestamp: 'today' }],
    ['generation', { ...solution, generation: 'x' }],
    ['is_quality_control_question', { ...solution, is_quality_control_question: null }],
    ['question.problem', { ...solution, question: {} }],
    ['label.steps', withLabel({ steps: [] })],
    ['label.steps.0.completions.0.rating', withLabel({ steps: [step(0, completion('a', 2))] })],
    ['label.steps.0.chosen_completion', withLabel({ steps: [step(1, completion('a', 1))] })],
    ['label.total_time', withLabel({ total_time: -1 })],
    ['label.finish_reason', withLabel({ finish_reason: 'done' })],
  ])('names %s', (field, row) => {
    expect(prm800k().problem(row)).toMatchObject({ field })
  })

  it('takes steps of people, and steps that nothing was chosen at', () => {
    const human = { completions: null, human_completion: completion('a', 1), chosen_completion: null }
    const none = { completions: [{ text: 'b', rating: -1, flagged: null }], human_completion: null, chosen_completion: null }
    expect(prm800k().problem(withLabel({ steps: [human, none] }))).toBeUndefined()
  })
})

describe('MATH-APS', () => {
  const prefix = (solution_prefix: string, mc_value: number) => ({ solution_prefix, mc_value })

  it('lists the prefixes of a tree', () => {
    expect(mathAps.flat().encode(searched)).toEqual([
      {
        question,
        final_answer: '9',
        reasoning_steps: [
          prefix(question, 0.5),
          prefix(`${question}\n\n2 + 3 = 5`, 1),
          prefix(`${question}\n\n2 + 3 = 5\n\n5 + 4 = 9`, 1),
          prefix(`${question}\n\n2 + 3 = 6`, 0),
        ],
      },
    ])
  })

  it('lists the prefixes of steps with labels; their answer is only told where it is right', () => {
    const steps = [prefix(`${question} 2 + 3 = 5`, 1), prefix(`${question} 2 + 3 = 5 5 + 4 = 9`, 0.5)]
    const flat = mathAps.flat({ separator: ' ' })
    expect(flat.encode({ ...labelled, steps: labelled.steps.slice(0, 2), labels: [1, 0.5] })).toEqual([
      { question, final_answer: '', reasoning_steps: steps },
    ])
    expect(flat.encode({ ...labelled, labels: [1, 1, 1] })).toMatchObject([{ final_answer: '10' }])
  })

  const node = (text: string, mc_value: number, ...children: Json[]) => ({ text, mc_value, children })

  it('holds trees, without what has no value', () => {
    const tree = node(question, 0.5, node('2 + 3 = 5', 1, node('5 + 4 = 9', 1)), node('2 + 3 = 6', 0))
    expect(mathAps.tree().encode(searched)).toEqual([{ question, final_answer: '9', reasoning_steps: tree }])
    expect(mathAps.tree().encode(withTree({ children: [leaf('a'), leaf('b', 0.25)] }))).toMatchObject([
      { reasoning_steps: node(question, 0.5, node('b', 0.25)) },
    ])
    const path = node(question, 1, node('2 + 3 = 5', 1, node('5 + 4 = 9', 0.5, node('9 = 10', 0.25))))
    expect(mathAps.tree().encode(labelled)).toEqual([{ question, final_answer: '', reasoning_steps: path }])
  })

  it('refuses trees without values, and values that are no shares', () => {
    const { value: _, ...without } = leaf('', 1)
    for (const format of [mathAps.flat(), mathAps.tree()]) {
      expect(() => format.encode({ ...searched, tree: without })).toThrow(/"tree.value"/)
      expect(() => format.encode({ ...searched, tree: leaf('', -1) })).toThrow(/no share/)
      expect(() => format.encode({ ...labelled, steps: [], labels: [] })).toThrow(/"steps" is empty/)
    }
  })

  it.each<[DatasetFormat, Json, string]>([
    [mathAps.flat(), { question, reasoning_steps: [prefix('a', 1)] }, 'final_answer'],
    [mathAps.flat(), { question, final_answer: '', reasoning_steps: [] }, 'reasoning_steps'],
    [mathAps.flat(), { question, final_answer: '', reasoning_steps: [prefix('a', 1.5)] }, 'reasoning_steps.0.mc_value'],
    [mathAps.flat(), { question, final_answer: '', question_id: 'x', reasoning_steps: [prefix('a', 1)] }, 'question_id'],
    [mathAps.tree(), { question, final_answer: '', reasoning_steps: [] }, 'reasoning_steps'],
    [mathAps.tree(), { question, final_answer: '', reasoning_steps: node('a', 1, node('b', -1)) }, 'reasoning_steps.children.0.mc_value'],
    [mathAps.tree(), { question, final_answer: '', reasoning_steps: { text: 'a', mc_value: 1 } }, 'reasoning_steps.children'],
  ])('names what is wrong %#', (format, row, field) => {
    expect(format.problem(row)).toMatchObject({ field })
  })
})
