import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { extractAnswer } from '../environments/reasoning/answers.ts'
import { requirement, sharedData } from '../testing/requirements.ts'
import { boxesEqual, choicesEqual, numbersEqual, textsEqual } from './answers.ts'
import { reasoningGrader } from './reasoning.ts'

describe('the reasoning grader', () => {
  it('compares by the kind of answer', async () => {
    const { grade } = reasoningGrader()
    expect(await grade({ prompt: 'p', answerBy: 'number' }, 42, '42')).toEqual({ correct: true })
    expect(await grade({ prompt: 'p', answerBy: 'number' }, 41, '42')).toEqual({ correct: false, reason: '41 is not "42"' })
    expect(await grade({ prompt: 'p', answerBy: 'choice' }, 'B', '(B)')).toMatchObject({ correct: true })
    expect(await grade({ prompt: 'p', answerBy: 'box' }, '\\frac12', '1/2')).toMatchObject({ correct: true })
    expect(await grade({ prompt: 'p' }, 'Yes.', 'yes')).toMatchObject({ correct: true })
    expect(await grade({ prompt: 'p' }, 'Thinking.\nThe answer is Yes.', 'yes')).toMatchObject({ correct: true })
    expect(await grade({ prompt: 'p', answerBy: { kind: 'schema', schema: {} } }, { a: 1, b: 2 }, { b: 2, a: 1 })).toMatchObject({
      correct: true,
    })
    expect(await grade({ prompt: 'p', answerBy: 'number' }, 3, ['2', 3])).toMatchObject({ correct: true })
    expect(await grade({ prompt: 'p' }, undefined, 'yes')).toMatchObject({ correct: false, reason: 'no answer' })
    expect(await grade({ prompt: 'p' }, 'yes', undefined)).toMatchObject({ correct: false, reason: 'no reference answer' })
  })

  it.each([
    [1234.5, '$1,234.50', true],
    [0.1 + 0.2, 0.3, true],
    [100000.05, 100000, true],
    [1.001, 1, false],
    [Number.NaN, 1, false],
    ['five', 5, false],
    [-5, 5, false],
  ])('%s and %s as numbers: %s', (answer, reference, equal) => expect(numbersEqual(answer, reference)).toBe(equal))

  it.each([
    ['\\dfrac{1}{2}', '0.5', true],
    ['\\frac{ 14 }{3}', '\\frac{14}{3}', true],
    ['120^\\circ', '120', true],
    ['50\\%', '50', true],
    ['x=5', '5', true],
    ['5\\text{ cm}', '5', true],
    ['\\text{East}', 'east', true],
    ['\\text{(C)}', 'C', true],
    ['\\$1{,}000', '1000', true],
    ['2\\sqrt3', '2\\sqrt{3}', true],
    ['\\left( 3, \\frac{\\pi}{2} \\right)', '(3,\\frac{\\pi}{2})', true],
    ['(1,2)', '(3,2)', false],
    ['1,2', '2', false],
    ['\\frac{1}{2}', '\\frac{1}{3}', false],
    ['52_8', '52', false],
    ['-3', '3', false],
    ['2x', '2', false],
    ['', '', false],
    ['\\begin{pmatrix} 1 \\\\ 2 \\end{pmatrix}', '\\begin{pmatrix}1\\\\2\\end{pmatrix}', true],
  ])('%s and %s as boxes: %s', (answer, reference, equal) => {
    expect(boxesEqual(answer, reference)).toBe(equal)
    expect(boxesEqual(reference, answer)).toBe(equal)
  })

  it('never throws, and finds every answer equal to itself', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fc.constantFrom('\\frac', '{', '}', '\\text{', '1', '/', ',', '\\', '^', '%', ' ')).map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(text, fc.anything(), (answer, other) => {
        for (const equal of [numbersEqual, choicesEqual, textsEqual, boxesEqual]) {
          expect(typeof equal(answer, other)).toBe('boolean')
          expect(equal(answer, answer)).toBe(equal(answer, `${answer}`))
        }
      }),
      { numRuns: 1000 },
    )
  })
})

describe.skipIf(!requirement('shared-data').available)('recorded solutions', () => {
  const read = (...path: string[]) =>
    readFileSync(sharedData(...path), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))

  it('of grade-school problems are graded as their labels say', () => {
    const answers = new Map<string, string>(read('gsm8k', 'dev', 'test.jsonl').map(({ id, answer }) => [id, answer]))
    let agreed = 0
    let total = 0
    for (const { id, question: _, ...solutions } of read('gsm8k', 'dev', 'model-solutions.jsonl')) {
      for (const { solution, is_correct } of Object.values(solutions) as { solution: string; is_correct: boolean }[]) {
        if (!answers.has(id)) continue
        total++
        if (numbersEqual(extractAnswer(solution, { kind: 'number' }, true), answers.get(id)) === is_correct) agreed++
      }
    }
    expect(total).toBeGreaterThan(1000)
    expect(agreed / total).toBeGreaterThanOrEqual(0.995)
  })

  it('of competition problems have the box that their answer names', () => {
    const problems = read('math500', 'dev', 'test.jsonl')
    const agreed = problems.filter(({ solution, answer }) => boxesEqual(extractAnswer(solution, { kind: 'box' }, true), answer))
    expect(agreed.length / problems.length).toBeGreaterThanOrEqual(0.99)
  })
})
