import { describe, expect, it } from 'vitest'
import type { Evaluator } from '../core/evaluator.ts'
import type { NodeView } from '../core/node-view.ts'
import { makeMove, type Numbers, startNumbers } from '../environments/arithmetic/moves.ts'
import { readRational } from '../environments/arithmetic/rational.ts'
import { type CountdownState, countdown } from '../environments/countdown.ts'
import { game24 } from '../environments/game24.ts'
import { fakeContext } from '../testing/fake-context.ts'
import { fakeNode } from '../testing/fake-node.ts'
import { goalReached, numberPromise, promise } from './numbers.ts'

const goal = { target: () => 24, answer: game24().answer }
const left = (...numbers: number[]) => fakeNode<Numbers, string>(startNumbers(numbers))
const judged = async (evaluator: Evaluator<Numbers, string>, ...nodes: NodeView<Numbers, string>[]) =>
  (await evaluator.evaluate([nodes], fakeContext()))[0]!
const ended = (state: Numbers) => fakeNode<Numbers, string>(state, { terminal: true })

describe('numberPromise', () => {
  it('is certain at the end, and never before', async () => {
    const won = ended(makeMove(startNumbers([8, 3]), '8 * 3 = 24'))
    const lost = ended(makeMove(startNumbers([8, 3]), '8 - 3 = 5'))
    const [first, second, third] = await judged(numberPromise(goal), won, lost, left(3, 8))
    expect([first, second]).toEqual([
      { value: 1, certain: true },
      { value: 0, certain: true },
    ])
    expect(third).toEqual({ value: expect.closeTo(0.95) })
  })

  it('prefers numbers that help towards the goal', async () => {
    const judgements = await judged(numberPromise(goal), left(3, 8), left(5, 23), left(25, 47), left(97, 100))
    const numbers = judgements.map(({ value }) => value)
    expect([...numbers].sort((a, b) => b - a)).toEqual(numbers)
  })

  it('cannot tell 3 and 8 from 4 and 12: it looks at each number alone and tries no move', async () => {
    const [solvable, not] = await judged(numberPromise(goal), left(3, 8), left(4, 12))
    expect(solvable).toEqual(not)
  })

  it('knows the goal of countdown, which some of the numbers may reach', async () => {
    const environment = countdown()
    const evaluator = numberPromise({ target: (state: CountdownState) => state.target, answer: environment.answer })
    const node = fakeNode<CountdownState, string>(environment.initial({ numbers: [43, 90], target: 43 }))
    const [[evaluation] = []] = await evaluator.evaluate([[node]], fakeContext())
    expect(evaluation).toEqual({ value: 1, certain: true })
  })
})

it('goalReached knows nothing before the end', async () => {
  const [open, lost] = await judged(goalReached(goal), left(3, 8), ended(startNumbers([5])))
  expect([open, lost]).toEqual([{ value: 0.5 }, { value: 0, certain: true }])
})

it.each([
  ['6', 0.95],
  ['7', 0.67],
  ['0', 0.67],
  ['29', 0.76],
  ['48', 0.57],
  ['49', 0.14],
  ['1/3', 0.76],
  ['8/3', 0.38],
  ['10/3', 0.05],
  ['1/7', 0.05],
])('promise of %s towards 24 is %d', (number, expected) => {
  expect(promise(readRational(number)!, 24)).toBe(expected)
})
