import { describe, expect, it } from 'vitest'
import { rowProblem } from '../data/row-schemas.ts'
import { ourRow } from './plain-rows.ts'

const asked = [{ role: 'user', content: 'Two and two?' }]
const answered = [{ role: 'assistant', content: 'Four.' }]

describe('rows of other programs', () => {
  it('become rows of ours', () => {
    expect(ourRow({ prompt: 'Two and two?', completion: ' Four.' })).toMatchObject({
      row: 'verified',
      prompt: 'Two and two?',
      steps: [' Four.'],
    })
    expect(ourRow({ messages: [...asked, ...answered] })).toMatchObject({ row: 'verified', prompt: asked, steps: ['Four.'] })
    expect(ourRow({ prompt: asked, completion: answered })).toMatchObject({ row: 'verified', prompt: asked, steps: ['Four.'] })
    expect(ourRow({ prompt: asked, chosen: answered, rejected: 'Five.' })).toMatchObject({
      row: 'pair',
      chosen: 'Four.',
      rejected: 'Five.',
    })
    expect(ourRow({ text: 'Once upon a time' })).toMatchObject({ row: 'verified', prompt: '', steps: ['Once upon a time'] })
    for (const row of [{ prompt: 'a', completion: 'b' }, { text: 'a' }, { prompt: 'a', chosen: 'b', rejected: 'c' }])
      expect(rowProblem(ourRow(row))).toBeUndefined()
  })

  it('stay as they are where they are ours, or of no known form', () => {
    for (const row of [{ row: 'verified', prompt: 'a', completion: 'b' }, { prompt: 'a' }, { messages: [] }, [1], 'a', null])
      expect(ourRow(row)).toBe(row)
  })

  it('are refused where the answer is none', () => {
    for (const completion of [asked, [...answered, ...answered], 7, []])
      expect(() => ourRow({ prompt: 'a', completion })).toThrow(
        expect.objectContaining({ code: 'E_TRAIN_ROW', message: expect.stringContaining('completion: it is no answer') }),
      )
  })
})
