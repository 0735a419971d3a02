import { createReadStream } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Json } from '../../core/common.ts'
import { connectFourTask } from '../../environments/connect-four.ts'
import { countdownTask } from '../../environments/countdown.ts'
import { game24Task } from '../../environments/game24.ts'
import { reasoningTaskSchema } from '../../environments/reasoning.ts'
import { requirement, sharedData } from '../../testing/requirements.ts'
import { readTasks } from '../task-file.ts'
import { connect4Format } from './connect4.ts'
import { countdownFormat } from './countdown.ts'
import type { TaskFormat } from './format.ts'
import { game24Format } from './game24.ts'
import { gsm8kFormat } from './gsm8k.ts'
import { plainFormat } from './plain.ts'

const formats: Readonly<Record<string, TaskFormat>> = {
  game24: game24Format,
  countdown: countdownFormat,
  connect4: connect4Format,
  gsm8k: gsm8kFormat,
  jsonl: plainFormat('writing'),
}
const parse = (format: string, line: Json) => formats[format]!.parse(line, 6)

describe('task formats', () => {
  it.each([
    [
      'game24',
      { rank: 3, puzzle: '1 1 3 8', numbers: [1, 1, 3, 8], solvedRate: '99.20%' },
      { id: 'game24-3', task: { numbers: [1, 1, 3, 8] } },
    ],
    ['game24', { puzzle: '4 9 10 13' }, { id: 'game24-7', task: { numbers: [4, 9, 10, 13] } }],
    ['countdown', { id: 2, numbers: [76, 41, 59], target: 24 }, { id: 'countdown-2', task: { numbers: [76, 41, 59], target: 24 } }],
    ['connect4', { id: 'L1-1', moves: '6146', score: 18 }, { id: 'L1-1', task: { moves: '6146' }, reference: 18 }],
    ['connect4', { moves: '' }, { id: 'connect4-7', task: { moves: '' } }],
    [
      'gsm8k',
      { id: 'test-0', question: 'How many?', solution: '…', answer: '1,018' },
      { id: 'test-0', task: { prompt: 'How many?', answerBy: 'number' }, reference: '1018' },
    ],
    [
      'gsm8k',
      { question: 'How many?', answer: '2 + 2 = <<2+2=4>>4\n#### 4' },
      { id: 'gsm8k-7', task: { prompt: 'How many?', answerBy: 'number' }, reference: '4' },
    ],
    ['jsonl', { task: { include: ['dog'] } }, { id: '7', task: { include: ['dog'] } }],
    ['jsonl', { id: 'a', task: {}, reference: null }, { id: 'a', task: {}, reference: null }],
  ])('%s reads %j', (format, line, record) => {
    expect(parse(format, line as Json)).toEqual(record)
  })

  it.each([
    ['game24', {}, /no puzzle/],
    ['game24', { numbers: [1, 'x'] }, /"numbers\.1".*got "x"/],
    ['game24', { puzzle: 'four' }, /"puzzle".*"four".*"4 9 10 13"/],
    ['countdown', { numbers: [1, 2] }, /"target"/],
    ['connect4', { moves: '8' }, /"moves".*"8"/],
    ['connect4', { moves: '4', score: 99 }, /"score".*99/],
    ['gsm8k', { question: 'How many?', answer: 'none' }, /"answer".*"none"/],
    ['jsonl', { prompt: 'x' }, /does not fit/],
    ['gsm8k', 'just text', /the line does not fit/],
    ['gsm8k', null, /the line does not fit/],
  ])('%s refuses %j', (format, line, message) => {
    expect(() => parse(format, line as Json)).toThrow(message)
    expect(() => parse(format, line as Json)).toThrow(expect.objectContaining({ code: 'E_TASK_FORMAT' }))
  })

  const data = requirement('shared-data')
  it.skipIf(!data.available).each([
    ['game24', ['tot', 'dev', 'game24.jsonl'], game24Task, 681],
    ['countdown', ['countdown-sudoku', 'dev', 'countdown3.jsonl'], countdownTask, 128],
    ['connect4', ['connect4', 'dev', 'end-easy.jsonl'], connectFourTask, 500],
    ['gsm8k', ['gsm8k', 'dev', 'test.jsonl'], reasoningTaskSchema, 660],
  ] as const)('%s reads its public file whole', async (format, path, schema, count) => {
    const { records } = await readTasks(createReadStream(sharedData(...path), 'utf8'), { format: formats[format]! })
    expect(records).toHaveLength(count)
    expect(new Set(records.map(({ id }) => id)).size).toBe(count)
    for (const { task } of records) expect(schema.safeParse(task).success).toBe(true)
  })
})
