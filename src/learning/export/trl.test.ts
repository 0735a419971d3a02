// TRL's seven types: rows written out by hand, in both forms, and rows that are not good.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Json } from '../../core/common.ts'
import { memory } from '../../traces/memory.ts'
import { type DatasetFormat, stepPairs, type TrainingRow, writeDataset } from '../data/index.ts'
import { giveRun, rowsIn } from '../data/testing/given-run.ts'
import { trl } from './index.ts'
import { inChat, sums } from './testing/rows.ts'

it('writes pairs of steps out of a store', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'banyan-export-'))
  const store = memory()
  await giveRun(store, {
    task: { prompt: '2 + 2?' },
    root: {
      children: [
        { text: 'It is 4.', value: 1 },
        { text: 'It is 5.', value: 0.1 },
      ],
    },
  })
  const file = join(folder, 'pairs.jsonl')
  expect(await writeDataset(stepPairs(store, { margin: 0.2 }), trl.dpo(), file)).toMatchObject({ format: 'trl.dpo', rows: 1 })
  expect(readFileSync(file, 'utf8')).toBe('{"prompt":"2 + 2?","chosen":"\\nIt is 4.","rejected":"\\nIt is 5."}\n')
  rmSync(folder, { recursive: true })
})

const prompt = 'What is 2 + 3 + 4?'
const asked = { role: 'user', content: prompt }
const says = (content: string) => ({ role: 'assistant', content })

describe('the standard form', () => {
  it.each<[string, DatasetFormat, TrainingRow, readonly Json[]]>([
    ['language modelling', trl.languageModelling(), sums.verified, [{ text: `${prompt}\n2 + 3 = 5\n5 + 4 = 9` }]],
    ['prompt-only', trl.promptOnly(), sums.group, [{ prompt, solution: '9' }]],
    ['prompt-completion', trl.promptCompletion(), sums.verified, [{ prompt, completion: '\n2 + 3 = 5\n5 + 4 = 9' }]],
    ['explicit preference', trl.dpo(), sums.pair, [{ prompt: `${prompt}\n2 + 3 = 5`, chosen: '\n5 + 4 = 9', rejected: '\n5 + 4 = 8' }]],
    [
      'implicit preference',
      trl.reward({ margin: true }),
      sums.pair,
      [{ chosen: `${prompt}\n2 + 3 = 5\n5 + 4 = 9`, rejected: `${prompt}\n2 + 3 = 5\n5 + 4 = 8`, margin: 0.75 }],
    ],
    ['unpaired preference', trl.kto(), sums.outcome, [{ prompt, completion: '\nIt is 8.', label: false }]],
    [
      'unpaired preference out of a pair',
      trl.kto(),
      sums.pair,
      [
        { prompt: `${prompt}\n2 + 3 = 5`, completion: '\n5 + 4 = 9', label: true },
        { prompt: `${prompt}\n2 + 3 = 5`, completion: '\n5 + 4 = 8', label: false },
      ],
    ],
    [
      'stepwise supervision',
      trl.stepwise(),
      sums['step-labels'],
      [{ prompt, completions: ['2 + 3 = 5', '5 + 4 = 9', '9 = 10'], labels: [true, true, false] }],
    ],
  ])('%s', (_, format, row, expected) => {
    expect(format.encode(row)).toEqual(expected)
    for (const one of expected) expect(format.problem(one)).toBeUndefined()
  })

  it('puts between steps what the run or the caller wants, and an answer begins as the caller wants', () => {
    expect(trl.promptCompletion().encode({ ...sums.verified, separator: ' ' })).toEqual([{ prompt, completion: '\n2 + 3 = 5 5 + 4 = 9' }])
    expect(trl.promptCompletion({ separator: '; ', answerStart: ' ' }).encode({ ...sums.verified, separator: '' })).toEqual([
      { prompt, completion: ' 2 + 3 = 5; 5 + 4 = 9' },
    ])
    expect(trl.stepwise({ threshold: 0.01, answerStart: '\n' }).encode(sums['step-labels'])).toEqual([
      { prompt, completions: ['\n2 + 3 = 5', '5 + 4 = 9', '9 = 10'], labels: [true, true, true] },
    ])
  })
})

it('takes what the run puts between steps out of the rows', async () => {
  const store = memory()
  const second = [
    { text: 'c', value: 1 },
    { text: 'd', value: 0 },
  ]
  await giveRun(store, { root: { children: [{ text: 'a', children: [{ text: 'b', children: second }] }] } })
  const [joined] = await rowsIn(stepPairs(store, { separator: ', ' }))
  expect(trl.dpo().encode(joined!)).toEqual([{ prompt: 'What?\na, b', chosen: ', c', rejected: ', d' }])
})

it('takes a chat of one question for a text where there are only texts', () => {
  expect(trl.stepwise().encode(inChat(sums['step-labels']))).toEqual(trl.stepwise().encode(sums['step-labels']))
})

describe('the conversational form', () => {
  const conversational = { form: 'conversational' } as const
  it.each<[string, (options?: typeof conversational) => DatasetFormat, TrainingRow, readonly Json[]]>([
    ['language modelling', trl.languageModelling, sums.verified, [{ messages: [asked, says('2 + 3 = 5\n5 + 4 = 9')] }]],
    ['prompt-only', trl.promptOnly, sums.verified, [{ prompt: [asked], solution: '9' }]],
    ['prompt-completion', trl.promptCompletion, sums.verified, [{ prompt: [asked], completion: [says('2 + 3 = 5\n5 + 4 = 9')] }]],
    // What both sides have in common stands in both: a chat's prompt cannot end within an answer.
    [
      'explicit preference',
      trl.dpo,
      sums.pair,
      [{ prompt: [asked], chosen: [says('2 + 3 = 5\n5 + 4 = 9')], rejected: [says('2 + 3 = 5\n5 + 4 = 8')] }],
    ],
    [
      'implicit preference',
      trl.reward,
      sums.pair,
      [{ chosen: [asked, says('2 + 3 = 5\n5 + 4 = 9')], rejected: [asked, says('2 + 3 = 5\n5 + 4 = 8')] }],
    ],
    ['unpaired preference', trl.kto, sums.outcome, [{ prompt: [asked], completion: [says('It is 8.')], label: false }]],
  ])('%s', (_, make, row, expected) => {
    expect(make(conversational).encode(row)).toEqual(expected)
    for (const one of expected) expect(make().problem(one)).toBeUndefined()
    // The default is the form of the prompt.
    expect(make().encode(inChat(row))).toEqual(expected)
  })

  it('keeps all messages of a chat', () => {
    const [row] = trl.dpo().encode({ ...inChat(sums.pair, 'Be brief.'), steps: [] })
    expect(row).toMatchObject({ prompt: [{ role: 'system', content: 'Be brief.' }, asked], chosen: [says('5 + 4 = 9')] })
  })
})

it('has no rows of wrong outcomes where right answers are learnt', () => {
  expect(trl.promptCompletion().encode(sums.outcome)).toEqual([])
  expect(trl.languageModelling().encode({ ...sums.outcome, right: true })).toEqual([{ text: `${prompt}\nIt is 8.` }])
  expect(trl.promptCompletion().encode({ ...sums.verified, steps: [] })).toEqual([{ prompt, completion: '\n9' }])
})

describe('what cannot be written is refused with its field', () => {
  const several = inChat(sums.pair, 'Be brief.')
  it.each<[string, () => unknown, RegExp]>([
    ['a chat as a text', () => trl.dpo({ form: 'standard' }).encode(several), /"prompt" is a chat.*conversational form/],
    ['a chat as stepwise', () => trl.stepwise().encode(inChat(sums['step-labels'], 'Be brief.')), /"prompt" is a chat/],
    ['steps of a chat without the ones before', () => trl.kto().encode(several), /"steps" is not empty/],
  ])('%s', (_, encode, message) => {
    expect(encode).toThrow(expect.objectContaining({ code: 'E_DATASET_ROW', message: expect.stringMatching(message) }))
  })
})

describe('validators name the field', () => {
  it.each<[DatasetFormat, Json, string, RegExp]>([
    [trl.languageModelling(), {}, 'text', /not empty/],
    [trl.languageModelling(), { messages: [] }, 'messages', /messages/],
    [trl.languageModelling({ form: 'conversational' }), { text: 'x' }, 'messages', /messages/],
    [trl.promptOnly(), { prompt: 3 }, 'prompt', /text/],
    [trl.promptOnly(), { prompt: 'x', solution: 3 }, 'solution', /string/],
    [trl.promptOnly(), { prompt: [{ role: 'system', content: 'x' }] }, 'prompt.0.role', /user, tool or assistant/],
    [trl.promptCompletion(), { prompt: 'x' }, 'completion', /text/],
    [trl.promptCompletion(), { prompt: [asked], completion: 'x' }, 'completion', /messages/],
    [trl.dpo(), { prompt: 'x', chosen: 'y', rejected: '' }, 'rejected', /not empty/],
    [trl.dpo(), { prompt: 'x', chosen: 'y', rejected: 'y' }, 'rejected', /else than chosen/],
    [trl.dpo(), { prompt: [asked], chosen: [{ role: 'assistant' }], rejected: [says('x')] }, 'chosen.0.content', /text, or a list/],
    [trl.reward(), { chosen: 'x', rejected: 'y', margin: 'z' }, 'margin', /number/],
    [trl.kto(), { prompt: 'x', completion: 'y', label: 1 }, 'label', /boolean/],
    [trl.stepwise(), { prompt: 'x', completions: ['a', 'b'], labels: [true] }, 'labels', /2, one for each/],
    [trl.stepwise(), { prompt: 'x', completions: ['a', ''], labels: [true, true] }, 'completions.1', /not empty/],
    [trl.stepwise(), { prompt: 'x', completions: ['a'], labels: [0.5] }, 'labels.0', /boolean/],
    [trl.dpo(), ['x'], '', /object/],
  ])('%#: %j', (format, row, field, wanted) => {
    expect(format.problem(row)).toMatchObject({ field, wanted: expect.stringMatching(wanted) })
  })
})
