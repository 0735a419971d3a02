import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type AnswerBy, extractAnswer, mostCharacters } from './answers.ts'
import { lastBox } from './boxes.ts'
import { chosenLetter } from './choices.ts'
import { findNumbers, lastNumber, wholeNumber } from './numbers.ts'
import { jsonValues } from './objects.ts'

const number: AnswerBy = { kind: 'number' }
const choice: AnswerBy = { kind: 'choice', letters: 'ABCD' }

describe('an answer in a worked solution', () => {
  it('is read by its kind', () => {
    expect(extractAnswer('17 + 25 = 42\nThe answer is 42.', number, true)).toBe(42)
    expect(extractAnswer('So $x = \\boxed{\\dfrac{1}{2}}$.', { kind: 'box' }, true)).toBe('\\frac{1}{2}')
    expect(extractAnswer('It must be (B), because …', choice, true)).toBe('B')
    expect(extractAnswer('Here:\n```json\n{"sum": 42}\n```', { kind: 'schema', schema: {} }, true, z.object({ sum: z.number() }))).toEqual({
      sum: 42,
    })
    expect(extractAnswer('  Two lines\nof prose. ', { kind: 'text' }, true)).toBe('Two lines\nof prose.')
  })

  it('of an unfinished solution needs a mark', () => {
    expect(extractAnswer('17 + 25 = 42', number, false)).toBeUndefined()
    expect(extractAnswer('The answer is 42', number, false)).toBe(42)
    expect(extractAnswer('The answer is the sum of 17 and 25', number, false)).toBeUndefined()
    expect(extractAnswer('Options (A) and (B)', choice, false)).toBeUndefined()
    expect(extractAnswer('The answer is (C)', choice, false)).toBe('C')
    expect(extractAnswer('prose', { kind: 'text' }, false)).toBeUndefined()
    expect(extractAnswer('5', { kind: 'schema', schema: {} }, false, z.number())).toBeUndefined()
    expect(extractAnswer('5', { kind: 'schema', schema: {} }, true, z.number())).toBe(5)
  })

  it.each([
    ['1,234.50', 1234.5],
    ['$5', 5],
    ['five', undefined],
    ['', undefined],
    ['It costs $1,234,567.', 1234567],
    ['−3', -3],
    ['-$5', -5],
    ['5-3', 3],
    ['a list: 10,20,', 20],
    ['50%', 50],
    ['.5', 0.5],
    ['1.5e3', 1500],
    ['3/4', 0.75],
    ['2 1/2 hours', 2.5],
    ['\\frac{3}{4}', 0.75],
    ['-\\frac12', -0.5],
    ['1{,}000', 1000],
    ['H2O', undefined],
    ['on 12/24/2020', 2020],
    ['1e999', undefined],
    ['0', 0],
    ['-0', 0],
    ['2\\times5', 5],
    ['The answer is 42. That took 3 steps.', 42],
    ['The answer is 17 + 25 = 42 apples', 42],
    ['The answer is Janet makes $18 every day', 18],
    ['**Answer:** $42', 42],
    ['Final answer: \\(42\\)', 42],
    ['#### 1,000\nok 7', 1000],
    ['#### 12 then #### 13', 13],
    ['Answer:\n42', 42],
    ['\\boxed{x = 7} since 2 < 3', 7],
    ['A: 26', 26],
  ])('%j as a number is %s', (text, value) => {
    expect(extractAnswer(text, number, true)).toBe(value)
  })

  it.each([
    ['B', 'B'],
    ['(b)', 'B'],
    ['B.', 'B'],
    ['B) Paris', 'B'],
    ['The correct answer is B', 'B'],
    ['Answer: **C**', 'C'],
    ['the answer is **(d)**', 'D'],
    ['The answer is a dog', undefined],
    ['A man walks in. I think it is C', 'C'],
    ['A is correct', 'A'],
    ['The answer is option D because', 'D'],
    ['\\boxed{\\text{(A)}}', 'A'],
    ['\\boxed{B}', 'B'],
    ['The answer is (E)', undefined],
    ['I choose B over A', 'B'],
    ['Not A, not B, so the answer is C. Not D.', 'C'],
    ['nothing here', undefined],
  ])('%j chooses %s', (text, letter) => {
    expect(chosenLetter(text, 'ABCD', true)).toBe(letter)
  })

  it.each([
    ['\\boxed{42}', '42'],
    ['\\boxed{1} then \\boxed{2}', '2'],
    ['\\boxed{\\frac{1}{2}}', '\\frac{1}{2}'],
    ['\\boxed{\\boxed{3}}', '3'],
    ['\\boxed 5', '5'],
    ['\\boxed {5}', '5'],
    ['\\boxed{\\{1, 2\\}}', '\\{1, 2\\}'],
    ['{ \\boxed{7}', '7'],
    ['\\boxed{7', undefined],
    ['no box', undefined],
    ['$\\boxed{\\left( 3, \\frac{\\pi}{2} \\right)}$', '( 3, \\frac{\\pi}{2} )'],
  ])('the box of %j is %s', (text, content) => {
    expect(lastBox(text)).toBe(content)
  })

  it('finds JSON among prose, the last that fits first', () => {
    expect([...jsonValues('a {"x": 1} b [2] c')]).toEqual([[2], { x: 1 }])
    expect([...jsonValues('{ open … {"x": "}"} end')]).toEqual([{ x: '}' }])
    expect([...jsonValues('"whole"')]).toEqual(['whole'])
    expect([...jsonValues('no')]).toEqual([])
    expect([...jsonValues('['.repeat(100) + ']'.repeat(100))]).toEqual([])
  })

  it('does not fail with a check that throws', () => {
    const check = z.any().refine(() => {
      throw new Error('broken check')
    })
    expect(extractAnswer('{}', { kind: 'schema', schema: {} }, true, check)).toBeUndefined()
  })
})

describe('numbers', () => {
  it('reads back what it writes', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 }), (value) => {
        expect(lastNumber(`so it is ${value}`)).toBe(value === 0 ? 0 : value)
      }),
    )
    fc.assert(
      fc.property(fc.integer({ min: -1e9, max: 1e9 }), (value) => {
        expect(wholeNumber(value.toLocaleString('en-US'))).toBe(value)
      }),
    )
  })

  it('knows a whole number from prose', () => {
    expect(wholeNumber(' $1,234.50. ')).toBe(1234.5)
    expect(wholeNumber('(5)')).toBe(5)
    expect(wholeNumber('5 apples')).toBeUndefined()
    expect(wholeNumber('5, 6')).toBeUndefined()
    expect(findNumbers('1 and -2').numbers.map(({ value }) => value)).toEqual([1, -2])
  })
})

describe('any text', () => {
  const kinds: AnswerBy[] = [{ kind: 'text' }, number, { kind: 'box' }, choice, { kind: 'schema', schema: {} }]
  const fragments = fc.constantFrom(
    '\\boxed',
    '{',
    '}',
    '[',
    '"',
    '\\',
    '####',
    'answer is ',
    '1',
    ',',
    '/',
    '.',
    '-',
    '(',
    'A',
    ')',
    ' ',
    '\n',
    '\\frac',
    '\ud800',
  )
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fragments, { maxLength: 60 }).map((parts) => parts.join('')),
  )

  it('is read without throwing, and a number is finite', () => {
    fc.assert(
      fc.property(texts, fc.constantFrom(...kinds), fc.boolean(), (text, by, finished) => {
        const answer = extractAnswer(text, by, finished)
        if (by.kind === 'number' && answer !== undefined) expect(Number.isFinite(answer)).toBe(true)
        if (by.kind === 'choice' && answer !== undefined) expect('ABCD').toContain(answer)
      }),
      { numRuns: 2000 },
    )
  })

  it('of a megabyte is read, however it is built', () => {
    const hostile = [
      '\\boxed{',
      '{',
      '1',
      '1,',
      '1/',
      ' ',
      'answer ',
      'answer is',
      '####',
      '####\n',
      '"',
      '[',
      '(A',
      'A ',
      '-',
      '\\frac{1',
      '{}',
      '.',
      '1 ',
      'A:\n',
      '\\boxed',
      '**',
      '\\frac{1}{',
    ]
    for (const unit of hostile) {
      const text = unit.repeat(Math.ceil((mostCharacters + 10) / unit.length))
      for (const by of kinds) extractAnswer(text, by, true)
    }
  })
})
