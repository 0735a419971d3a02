import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { connectFour } from '../environments/connect-four.ts'
import { connectFourGrader } from './connect-four.ts'
import { countdownGrader } from './countdown.ts'
import { game24Grader } from './game24.ts'
import { ticTacToeGrader } from './tic-tac-toe.ts'

describe('game24Grader', () => {
  const grade = (answer: string | undefined) => game24Grader.grade({ numbers: [4, 9, 10, 13] }, answer)

  it.each(['(10 - 4) * (13 - 9)', '(10-4)*(13-9) = 24', '(13 − 9) × (10 − 4)', '((10 - 4)) * (13 - 9)'])('passes %j', (answer) => {
    expect(grade(answer)).toEqual({ correct: true })
  })

  it.each([
    [undefined, /no answer/],
    ['24', /uses 24/],
    ['4 + 10 + 10', /uses 10/],
    ['10 + 13 + 4', /leaves 9/],
    ['10 + 13 + 4 + 9', /comes to 36/],
    ['(10 - 4) * (13 - 9', /broken/],
    ['4 / (10 - 10) + 9', /divides by 0/],
    ['the answer is 24', /broken/],
    [24 as never, /no answer/],
  ])('fails %j', (answer, reason) => {
    expect(grade(answer)).toEqual({ correct: false, reason: expect.stringMatching(reason) })
  })

  it('is exact: a near miss in floating point is a miss, a fraction on the way is fine', () => {
    expect(game24Grader.grade({ numbers: [3, 3, 8, 8] }, '8 / (3 - 8 / 3)')).toEqual({ correct: true })
    expect(game24Grader.grade({ numbers: [1, 3, 72, 1000000000] as number[] }, '72 / 3 + 1 / 1000000000').correct).toBe(false)
  })
})

describe('countdownGrader', () => {
  it('lets numbers be left, unless all are wanted', () => {
    const task = { numbers: [90, 43, 90], target: 43 }
    expect(countdownGrader.grade(task, '43').correct).toBe(true)
    expect(countdownGrader.grade({ ...task, all: true }, '43').reason).toMatch(/unused/)
    expect(countdownGrader.grade({ ...task, all: true }, '90 - 90 + 43').correct).toBe(true)
  })

  it('keeps the television rule where it is asked for', () => {
    const task = { numbers: [8, 3, 3, 8], target: 24, whole: true }
    expect(countdownGrader.grade(task, '8 / (3 - 8 / 3)').reason).toMatch(/passes through 8\/3/)
    expect(countdownGrader.grade(task, '3 * 8').correct).toBe(true)
  })
})

describe('ticTacToeGrader', () => {
  const grader = ticTacToeGrader()

  it.each([
    ['1425', 3, true],
    ['1425', 9, false],
    ['1', 5, true],
    ['1', 2, false],
    ['', 1, true],
    ['15', 9, true],
  ])('after %j, %j keeps the value: %j', (moves, cell, correct) => {
    expect(grader.grade({ moves }, cell).correct).toBe(correct)
  })

  it('fails no answer and a taken cell', () => {
    expect(grader.grade({ moves: '5' }, undefined)).toEqual({ correct: false, reason: 'not a legal move' })
    expect(grader.grade({ moves: '5' }, 5).correct).toBe(false)
  })
})

describe('connectFourGrader', () => {
  const grader = connectFourGrader()

  it.each([
    ['112233', 4, true],
    ['112233', 7, false],
    ['1122337', 4, true],
    ['1122337', 6, false],
  ])('after %j, %j keeps the value: %j', (moves, column, correct) => {
    expect(grader.grade({ moves }, column, undefined).correct).toBe(correct)
  })

  it('may ask for the fastest win as well', () => {
    const strict = connectFourGrader({ exactScore: true })
    expect(strict.grade({ moves: '112233' }, 4, undefined).correct).toBe(true)
    expect(strict.grade({ moves: '112233' }, 7, undefined)).toEqual({ correct: false, reason: expect.stringMatching(/score 18 becomes/) })
  })

  it('fails no answer, full columns and columns that are none', () => {
    for (const column of [undefined, 0, 8, 1.5, 4]) expect(grader.grade({ moves: '444444' }, column, 0).reason).toBe('not a legal move')
  })

  it('finds, in any late position, some move right and the given score superfluous', () => {
    const environment = connectFour()
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 120, maxLength: 120 }),
        fc.integer({ min: 26, max: 38 }),
        (columns, length) => {
          let state = environment.initial({})
          let moves = ''
          for (const column of columns) {
            if (moves.length >= length || !environment.actions(state).includes(column)) continue
            const step = environment.step(state, column)
            if (step.terminal) continue
            state = step.state
            moves += column
          }
          if (environment.actions(state).length === 0) return
          expect(environment.actions(state).some((column) => grader.grade({ moves }, column, undefined).correct)).toBe(true)
        },
      ),
      { numRuns: 20 },
    )
  })
})
