// OpenRLHF's data sets: rows written out by hand, and rows that are not good.
import { describe, expect, it } from 'vitest'
import type { Json } from '../../core/common.ts'
import type { DatasetFormat, TrainingRow } from '../data/index.ts'
import { openRlhf } from './index.ts'
import { inChat, sums } from './testing/rows.ts'

const prompt = 'What is 2 + 3 + 4?'

describe('rows', () => {
  it.each<[string, DatasetFormat, TrainingRow, readonly Json[]]>([
    ['supervised', openRlhf.sft(), sums.verified, [{ input: prompt, output: '\n2 + 3 = 5\n5 + 4 = 9' }]],
    [
      'pairs',
      openRlhf.preference(),
      sums.pair,
      [{ prompt: `${prompt}\n2 + 3 = 5`, chosen: '\n5 + 4 = 9', rejected: '\n5 + 4 = 8', margin: 0.75 }],
    ],
    [
      'pairs in chats',
      openRlhf.preference(),
      { ...inChat(sums.pair), steps: [] },
      [
        {
          prompt: [{ role: 'user', content: prompt }],
          chosen: [{ role: 'assistant', content: '5 + 4 = 9' }],
          rejected: [{ role: 'assistant', content: '5 + 4 = 8' }],
          margin: 0.75,
        },
      ],
    ],
    ['prompts', openRlhf.prompts(), sums.group, [{ input: prompt, label: '9' }]],
    ['KTO', openRlhf.kto(), sums.outcome, [{ input: prompt, output: '\nIt is 8.', label: false }]],
    [
      'steps with tokens',
      openRlhf.prm(),
      sums['step-labels'],
      [{ input: `${prompt}\n2 + 3 = 5 ки\n5 + 4 = 9 ки\n9 = 10 ки`, label: ['+', '+', '-'] }],
    ],
    [
      'steps with numbers',
      openRlhf.prm({ labels: 'soft', placeholder: '<end>', separator: ' ', answerStart: ' ' }),
      sums['step-labels'],
      [{ input: `${prompt} 2 + 3 = 5 <end> 5 + 4 = 9 <end> 9 = 10 <end>`, label: [1, 0.5, 0.25] }],
    ],
  ])('%s', (_, format, row, expected) => {
    expect(format.encode(row)).toEqual(expected)
    for (const one of expected) expect(format.problem(one)).toBeUndefined()
  })

  it('may not hold the placeholder in a text', () => {
    const row = { ...sums['step-labels'], steps: ['a', 'b ки', 'c'] }
    expect(() => openRlhf.prm().encode(row)).toThrow(
      expect.objectContaining({ code: 'E_DATASET_ROW', message: expect.stringMatching(/"steps.1" holds the placeholder/) }),
    )
    expect(openRlhf.prm({ placeholder: '§' }).encode(row)).toHaveLength(1)
  })
})

describe('validators name the field', () => {
  it.each<[DatasetFormat, Json, string]>([
    [openRlhf.sft(), { input: 'x' }, 'output'],
    [openRlhf.preference(), { prompt: 'x', chosen: 'a', rejected: 'a', margin: 1 }, 'rejected'],
    [openRlhf.preference(), { prompt: 'x', chosen: 'a', rejected: 'b', margin: true }, 'margin'],
    [openRlhf.prompts(), { input: '' }, 'input'],
    [openRlhf.prompts(), { input: 'x', label: 3 }, 'label'],
    [openRlhf.kto(), { input: 'x', output: 'y', label: 'true' }, 'label'],
    [openRlhf.prm(), { input: 'x ки', label: [] }, 'label'],
    [openRlhf.prm(), { input: 'x ки', label: ['+', '-'] }, 'label'],
    [openRlhf.prm(), { input: 'x ки', label: ['?'] }, 'label.0'],
    [openRlhf.prm({ labels: 'soft' }), { input: 'x ки', label: [1.5] }, 'label.0'],
  ])('%#: %j', (format, row, field) => {
    expect(format.problem(row)).toMatchObject({ field })
  })
})
