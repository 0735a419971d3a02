// Calls as words: what is the same in two tasks reads the same.
import { expect, it } from 'vitest'
import type { ToolStep } from '../tools.ts'
import { callWords } from './call-words.ts'

const found: ToolStep = {
  kind: 'called',
  tool: 'find',
  input: { city: 'Arden' },
  result: [
    { id: 'Arden-thai-1', price: 12 },
    { id: 'Arden-thai-2', price: 30 },
  ],
}
const book = (input: object): ToolStep => ({ kind: 'planned', tool: 'book', input: input as never })

it('say where each argument was found, not what it is', () => {
  const steps = [found, book({ place: 'Arden-thai-2', guest: { name: 'Ada Moss' }, people: 4, hour: 19, quick: true })]
  expect(callWords({ goal: 'A table for Ada Moss in Arden, 4 people.', steps, answer: 'booked' })).toEqual([
    'find(city←goal)',
    'book(guest.name←goal, hour←new, people←goal, place←find, quick←true)',
    'finish',
  ])
})

it('are the same for another task of the same kind', () => {
  const first = callWords({ goal: 'Arden', steps: [found, book({ place: 'Arden-thai-1' })] })
  const other = { ...found, input: { city: 'Corvo' }, result: [{ id: 'x' }] } as ToolStep
  expect(callWords({ goal: 'In Corvo, please', steps: [other, book({ place: 'x' })] })).toEqual(first)
})

it('do not take a part of a word for the word', () => {
  expect(callWords({ goal: 'at 19 o’clock in Ardenne', steps: [book({ hour: 9, city: 'Arden', empty: '' })] })).toEqual([
    'book(city←new, empty←new, hour←new)',
  ])
})

it('are like no other word where nothing was done', () => {
  const steps: ToolStep[] = [
    { kind: 'failed', tool: 'book', input: {}, error: 'no' },
    { kind: 'unreadable', text: 'hm', error: 'no' },
  ]
  expect(callWords({ goal: '', steps })).toEqual(['refused 0', 'refused 1'])
})
