import { describe, expect, it } from 'vitest'
import { testEnvironment } from '../testing/test-environment.ts'
import { type CountdownTask, countdown, countdownTask } from './countdown.ts'
import { type Game24Task, game24, game24Task } from './game24.ts'

testEnvironment({
  name: 'game24',
  create: game24,
  tasks: [{ numbers: [4, 9, 10, 13] }, { numbers: [1, 1, 1, 1] }, { numbers: [3, 3, 8, 8] }, { numbers: [0, 0, 24] }],
  illegal: '1000000 + 1 = 1000001',
})

testEnvironment<ReturnType<ReturnType<typeof countdown>['initial']>, string, CountdownTask, string>({
  name: 'countdown',
  create: countdown,
  tasks: [
    { numbers: [76, 41, 59], target: 24 },
    { numbers: [100, 75, 50, 25, 6, 3], target: 952, whole: true },
    { numbers: [2, 3, 7], target: 13, all: true },
    { numbers: [0, 0, 5], target: 7, whole: true },
  ],
  illegal: '1000000 + 1 = 1000001',
})

describe('game24', () => {
  const environment = game24()
  const play = (task: Game24Task, ...moves: string[]) => {
    let step = { state: environment.initial(task), reward: 0, terminal: false }
    for (const move of moves) step = environment.step(step.state, move)
    return step
  }

  it('is played by moves and answered by an expression', () => {
    const { state, reward, terminal } = play({ numbers: [4, 9, 10, 13] }, '10 - 4 = 6', '13 - 9 = 4', '6 * 4 = 24')
    expect({ reward, terminal }).toEqual({ reward: 1, terminal: true })
    expect(environment.answer(state)).toBe('(10 - 4) * (13 - 9)')
  })

  it('ends without an answer when another number is left', () => {
    const { state, reward, terminal } = play({ numbers: [4, 9, 10, 13] }, '10 - 4 = 6', '13 - 9 = 4', '6 + 4 = 10')
    expect({ reward, terminal }).toEqual({ reward: 0, terminal: true })
    expect(environment.answer(state)).toBeUndefined()
  })

  it('does not end while 24 is only one of the numbers', () => {
    const { state, terminal } = play({ numbers: [3, 8, 1] }, '8 * 3 = 24')
    expect(terminal).toBe(false)
    expect(environment.answer(state)).toBeUndefined()
  })

  it('reads so that a small model can go on', () => {
    expect(environment.render(play({ numbers: [4, 9, 10, 13] }, '10 - 4 = 6').state)).toBe(
      'Make 24 from all the numbers.\n10 - 4 = 6\nLeft: 6 9 13',
    )
  })

  it('has tasks that are checked', () => {
    expect(game24Task.safeParse({ numbers: [4, 9, 10, 13] }).success).toBe(true)
    for (const task of [{}, { numbers: [4] }, { numbers: [1.5, 2] }, { numbers: [-1, 2] }, { numbers: [1, 2], x: 1 }, { numbers: '4 9' }])
      expect(game24Task.safeParse(task).success).toBe(false)
  })
})

describe('countdown', () => {
  const environment = countdown()

  it('ends as soon as the target is among the numbers', () => {
    const start = environment.initial({ numbers: [75, 50, 2, 8], target: 100 })
    const { state, reward, terminal } = environment.step(start, '50 * 2 = 100')
    expect({ reward, terminal, actions: environment.actions(state) }).toEqual({ reward: 1, terminal: true, actions: [] })
    expect(environment.answer(state)).toBe('50 * 2')
  })

  it('counts a given number as an answer', () => {
    const start = environment.initial({ numbers: [90, 43, 90], target: 43 })
    expect(environment.answer(start)).toBe('43')
    expect(environment.actions(start)).toEqual([])
  })

  it('goes on until every number is used where all are wanted', () => {
    const start = environment.initial({ numbers: [90, 43, 90], target: 43, all: true })
    expect(environment.answer(start)).toBeUndefined()
    const zero = environment.step(start, '90 - 90 = 0').state
    const { state, reward, terminal } = environment.step(zero, '43 + 0 = 43')
    expect({ reward, terminal, answer: environment.answer(state) }).toEqual({
      reward: 1,
      terminal: true,
      answer: '43 + 90 - 90',
    })
  })

  it('ends where the rules leave no move', () => {
    const start = environment.initial({ numbers: [0, 0, 5], target: 7, whole: true })
    const { state, terminal } = environment.step(start, '5 + 0 = 5')
    expect({ terminal, actions: environment.actions(state) }).toEqual({ terminal: false, actions: ['5 + 0 = 5'] })
  })

  it('fills the defaults of its tasks', () => {
    expect(countdownTask.parse({ numbers: [1, 2], target: 3 })).toEqual({ numbers: [1, 2], target: 3, all: false, whole: false })
    expect(countdownTask.safeParse({ numbers: [1, 2] }).success).toBe(false)
  })
})
