import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Random } from '../core/random.ts'
import { testEnvironment } from '../testing/test-environment.ts'
import { type ConnectFourState, connectFour, connectFourTask } from './connect-four.ts'
import { ticTacToe, ticTacToeTask } from './tic-tac-toe.ts'

testEnvironment({ name: 'tic-tac-toe', create: ticTacToe, tasks: [{ moves: '' }, { moves: '519' }, {}], illegal: 0 })
testEnvironment({ name: 'connect-four', create: connectFour, tasks: [{ moves: '' }, { moves: '444444' }, {}], illegal: 8 })

describe('tic-tac-toe', () => {
  const environment = ticTacToe()

  it('gives the win to its maker', () => {
    const step = environment.step(environment.initial({ moves: '1425' }), 3)
    expect(step).toMatchObject({ reward: 1, terminal: true })
    expect(environment.render(step.state)).toBe('X X X\nO O 6\n7 8 9\nX has won.')
    expect(environment.rollout(step.state, new Random(1))).toBe(-1)
  })

  it('ends in a draw on a full board', () => {
    const step = environment.step(environment.initial({ moves: '15237468' }), 9)
    expect(step).toMatchObject({ reward: 0, terminal: true })
    expect(environment.rollout(step.state, new Random(1))).toBe(0)
  })

  it('answers with the first move after the position of the task', () => {
    const start = environment.initial({ moves: '5' })
    expect(environment.answer(start)).toBeUndefined()
    const second = environment.step(environment.step(start, 1).state, 9).state
    expect(environment.answer(second)).toBe(1)
  })

  it('refuses positions that cannot be', () => {
    expect(() => environment.initial({ moves: '55' })).toThrow(/move 2/)
    expect(() => environment.initial({ moves: '142536' })).toThrow(/after the end/)
  })
})

describe('connect four', () => {
  const environment = connectFour()

  it.each([
    ['upwards', '121212', 1],
    ['along a row', '112233', 4],
    ['at the right edge', '776655', 4],
    ['over the middle of the board', '223344', 5],
  ])('sees four in a row %s', (_, moves, column) => {
    expect(environment.step(environment.initial({ moves }), column)).toMatchObject({ reward: 1, terminal: true })
  })

  it('sees both diagonals', () => {
    expect(environment.step(environment.initial({ moves: '1223343474' }), 4)).toMatchObject({ reward: 1, terminal: true })
    expect(environment.step(environment.initial({ moves: '7665545414' }), 4)).toMatchObject({ reward: 1, terminal: true })
  })

  it('finds the same fours as counting on a plain board', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 7 }), { maxLength: 60 }), (columns) => {
        let state: ConnectFourState = environment.initial({})
        const board: number[][] = Array.from({ length: 7 }, () => [])
        for (const column of columns) {
          if (!environment.actions(state).includes(column)) continue
          board[column - 1]!.push(state.ply & 1)
          const step = environment.step(state, column)
          expect(step.reward).toBe(plainFour(board, state.ply & 1) ? 1 : 0)
          state = step.state
        }
      }),
    )
  })

  it('draws a full board', () => {
    const state = environment.initial({ moves: '121212212121343434434343565656656565777777'.slice(0, 41) })
    const step = environment.step(state, 7)
    expect(step).toMatchObject({ reward: 0, terminal: true })
    expect(environment.render(step.state)).toMatch(/A draw\.$/)
  })

  it('shows the board as it lies', () => {
    expect(environment.render(environment.initial({ moves: '443' }))).toBe(
      [
        '1 2 3 4 5 6 7',
        '. . . . . . .',
        '. . . . . . .',
        '. . . . . . .',
        '. . . . . . .',
        '. . . O . . .',
        '. . X X . . .',
        'O to move.',
      ].join('\n'),
    )
  })

  it('has different keys for different positions, and one for transpositions', () => {
    const key = (moves: string) => environment.key(environment.initial({ moves }))
    expect(key('1234')).toBe(key('3214'))
    const keys = new Map<string, string>()
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 7 }), { maxLength: 12 }), (columns) => {
        let state = environment.initial({})
        for (const column of columns) if (environment.actions(state).includes(column)) state = environment.step(state, column).state
        const shown = environment.render(state)
        expect(keys.get(environment.key(state)) ?? shown).toBe(shown)
        keys.set(environment.key(state), shown)
      }),
    )
  })

  it('plays out fairly: whoever moves first wins a little more often than not', () => {
    const random = new Random(3)
    const start = environment.initial({})
    let sum = 0
    for (let i = 0; i < 4000; i++) sum += environment.rollout(start, random)
    expect(sum / 4000).toBeGreaterThan(0.03)
    expect(sum / 4000).toBeLessThan(0.2)
  })

  it('refuses positions that cannot be', () => {
    expect(() => environment.initial({ moves: '1111111' })).toThrow(/move 7/)
    expect(() => environment.initial({ moves: '12121211' })).toThrow(/after the end/)
  })
})

it.each([
  [connectFourTask, { moves: '8' }, /columns from 1 to 7/],
  [connectFourTask, { moves: '1111111' }, /move 7/],
  [connectFourTask, { moves: '1212121' }, /not over/],
  [connectFourTask, { moves: 44 }, /string/],
  [ticTacToeTask, { moves: '55' }, /move 2/],
  [ticTacToeTask, { moves: '14253' }, /not over/],
])('a task is checked: %#', (schema, task, message) => {
  expect(
    schema
      .safeParse(task)
      .error?.issues.map((issue) => issue.message)
      .join('; '),
  ).toMatch(message)
})

function plainFour(board: readonly (readonly number[])[], player: number): boolean {
  for (let column = 0; column < 7; column++)
    for (let row = 0; row < 6; row++)
      for (const [dc, dr] of [
        [0, 1],
        [1, 0],
        [1, 1],
        [1, -1],
      ] as const)
        if ([0, 1, 2, 3].every((i) => board[column + i * dc]?.[row + i * dr] === player)) return true
  return false
}
