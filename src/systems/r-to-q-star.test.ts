// The system, and its formulas by hand.
import { describe, expect, it } from 'vitest'
import { answerWith } from '../experiments/kit/sampled-answers.ts'
import { testSystem } from '../experiments/testing/test-system.ts'
import { firstErrorAuc } from './r-to-q-star/arms.ts'
import { differences } from './r-to-q-star/same-search.ts'
import { randomProcess, type SoftProcess, solve, violations } from './r-to-q-star/soft-values.ts'
import { rToQStar } from './r-to-q-star.ts'

testSystem(rToQStar, new URL('./r-to-q-star.ts', import.meta.url))

describe('soft values', () => {
  it('of one token with rewards 1 and 0, β = 1 and an even reference: V* = ln((e + 1) / 2), π* = e : 1', () => {
    const half = Math.log(0.5)
    const process: SoftProcess = {
      vocabulary: 2,
      length: 1,
      beta: 1,
      rewards: [Float64Array.of(1, 0)],
      references: [Float64Array.of(half, half)],
    }
    const { values, logPolicy } = solve(process)
    expect(values[0]![0]).toBeCloseTo(Math.log((Math.E + 1) / 2), 12)
    expect(logPolicy[0]![0]! - logPolicy[0]![1]!).toBeCloseTo(1, 12)
  })
  it.each([1, 2, 3])('keep the identities, and search by values finds what search by likelihood finds (seed %i)', async (seed) => {
    const process = randomProcess(4, 4, 0.3, seed)
    const solution = solve(process)
    expect(Math.max(...Object.values(violations(process, solution)))).toBeLessThan(1e-12)
    expect(await differences(process, solution, 4)).toBe(0)
  })
  it('are not kept by another policy', () => {
    const process = randomProcess(3, 3, 0.5, 1)
    const { values, logPolicy } = solve(process)
    logPolicy[1]![4]! += 0.1
    expect(violations(process, { values, logPolicy }).reward).toBeCloseTo(0.05, 9)
  })
})

describe('finding the first wrong step', () => {
  const problem = {
    start: 20,
    clauses: [
      { person: 'A', verb: 'finds', amount: 3 },
      { person: 'A', verb: 'finds', amount: 4 },
      { person: 'A', verb: 'finds', amount: 5 },
    ],
  } as never
  const answer = answerWith(problem, ['+ 3 23', '- 4 19', '+ 5 24'])
  const scores = (...steps: readonly number[]) =>
    Float64Array.from(answer.tokens, (_, at) => steps[Math.floor((at - answer.promptLength) / 4)] ?? 0)
  it('looks at the steps up to it: the second is wrong, the third does not count', () => {
    expect(firstErrorAuc([answer], [scores(0, -1, -9)])).toBe(1)
    expect(firstErrorAuc([answer], [scores(-2, -1, 0)])).toBe(0)
  })
  it('says nothing of right answers', () => {
    expect(firstErrorAuc([answerWith(problem, ['+ 3 23', '+ 4 27', '+ 5 32'])], [scores(0, 0, 0)])).toBeNaN()
  })
})
