import { expect, it } from 'vitest'
import { table } from './table.ts'

it('aligns text to the left and numbers to the right', () => {
  expect(
    table(
      ['arm', 'solved', 'rate', 'note'],
      [
        ['greedy', 8, '20.0 %', 'alone'],
        ['beam', 131, '68.2 %', undefined],
      ],
    ),
  ).toBe(
    [
      'arm     solved    rate  note', //
      '──────  ──────  ──────  ─────',
      'greedy       8  20.0 %  alone',
      'beam       131  68.2 %  –',
    ].join('\n'),
  )
})

it('measures wide characters, and lets no cell break its row', () => {
  expect(
    table(
      ['text', 'n'],
      [
        ['树', 1],
        ['a\nb\u001b[2J', 2],
      ],
    ),
  ).toBe('text  n\n────  ─\n树    1\na b   2')
})

it('cuts the widest column where the terminal is narrow', () => {
  const lines = table(['name', 'answer'], [['a', 'a very long answer that does not fit']], { width: 24 }).split('\n')
  expect(lines).toEqual(['name  answer', '────  ──────────────────', 'a     a very long answe…'])
})

it('shows a table without rows as its header', () => {
  expect(table(['run', 'state'], [])).toBe('run  state\n───  ─────')
})
