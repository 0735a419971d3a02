import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Random } from '../../core/random.ts'
import { countdown } from '../../environments/countdown.ts'
import { countdownGrader } from '../../graders/countdown.ts'
import {
  type CountdownProblem,
  countdownCodec,
  countdownDemonstration,
  countdownExample,
  countdownId,
  countdownLengths,
  countdownMoves,
  countdownTaskOf,
  countdownTokeniser,
  countdownTokens,
  drawCountdown,
  isHeldOutCountdown,
  reachesTarget,
} from './countdown-kit.ts'

const problem: CountdownProblem = { numbers: [3, 8, 2], target: 22, whole: true }
const drawn = fc
  .record({ index: fc.nat(10_000), seed: fc.nat(20), heldOut: fc.boolean(), numbers: fc.constantFrom(3 as const, 4 as const) })
  .map((draw) => ({ ...draw, problem: drawCountdown(draw.index, draw) }))
const never = { habits: { '+': 0, '-': 0, '*': 0, '/': 0 }, slips: 0 }

describe('countdown as a kit', () => {
  it('draws problems by seed and index that can be solved, and holds some out', () => {
    fc.assert(
      fc.property(drawn, ({ problem: one, ...draw }) => {
        expect(drawCountdown(draw.index, draw)).toEqual(one)
        expect(isHeldOutCountdown(one)).toBe(draw.heldOut)
        expect(isHeldOutCountdown({ ...one, numbers: [...one.numbers].reverse() })).toBe(draw.heldOut)
        expect(one.numbers).toHaveLength(draw.numbers)
        expect(reachesTarget(one, countdownDemonstration(one, new Random(1), never))).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  it('checks answers exactly, as the grader does', () => {
    expect(reachesTarget(problem, ['3 * 8 = 24', '24 - 2 = 22'])).toBe(true)
    expect(reachesTarget(problem, ['3 * 8 = 24'])).toBe(false)
    expect(reachesTarget(problem, ['3 * 8 = 22'])).toBe(false)
    expect(reachesTarget(problem, ['8 + 8 = 16'])).toBe(false)
    expect(reachesTarget(problem, ['3 * 8 = 24', '24 - 2 = 22', '22 - 1 = 21'])).toBe(false)
    expect(reachesTarget(problem, ['no move'])).toBe(false)
    const environment = countdown()
    fc.assert(
      fc.property(drawn, fc.nat(), ({ problem: one }, seed) => {
        const moves = countdownDemonstration(one, new Random(seed), { slips: 0.2 })
        let state = environment.initial(countdownTaskOf(one))
        try {
          for (const move of moves) state = environment.step(state, move).state
        } catch {
          expect(reachesTarget(one, moves)).toBe(false)
          return
        }
        expect(reachesTarget(one, moves)).toBe(countdownGrader.grade(countdownTaskOf(one), environment.answer(state)).correct)
      }),
      { numRuns: 60 },
    )
  })

  it('has a demonstrator whose habits are systematic: what needs an overlooked operation is seldom reached', () => {
    const rate = (one: CountdownProblem) =>
      Array.from({ length: 200 }, (_, seed) => countdownDemonstration(one, new Random(seed))).filter((moves) => reachesTarget(one, moves))
        .length / 200
    // 9 + 5 + 4 by sums alone; 96 needs two products.
    expect(rate({ numbers: [9, 5, 4], target: 18, whole: true })).toBeGreaterThan(0.9)
    expect(rate({ numbers: [8, 3, 4], target: 96, whole: true })).toBeLessThan(0.5)
  })

  it('is right in about half of its demonstrations', () => {
    const right = (numbers: 3 | 4) => {
      const problems = Array.from({ length: 300 }, (_, index) => drawCountdown(index, { numbers, heldOut: false, seed: 0 }))
      return problems.filter((one, at) => reachesTarget(one, countdownDemonstration(one, new Random(at)))).length / problems.length
    }
    for (const numbers of [3, 4] as const) {
      expect(right(numbers)).toBeGreaterThan(0.3)
      expect(right(numbers)).toBeLessThan(0.8)
    }
  })

  it('reads and writes tokens, and takes part in a search', () => {
    const moves = ['8 * 3 = 24', '24 - 2 = 22']
    const tokens = countdownExample(problem, moves)
    expect(countdownTokeniser.decode(tokens)).toBe('? 22 3 8 2 <pad> ; 8 * 3 = 24 ; 24 - 2 = 22 <end>')
    expect(countdownMoves(tokens.slice(countdownLengths.prompt))).toEqual(moves)
    expect(countdownMoves(tokens.slice(countdownLengths.prompt, -1))).toBeUndefined()
    const environment = countdown()
    const codec = countdownCodec(problem)
    const state = environment.initial(countdownTaskOf(problem))
    expect(Array.from(codec.prompt(state))).toEqual([...countdownTokens(problem)])
    const action = (text: string) => codec.action([...countdownTokeniser.encode(text)], state)
    expect([action('8 * 3 = 24 ;'), action('8 * 3 = 25 ;'), action('8 8 8 ;')]).toEqual(['8 * 3 = 24', undefined, undefined])
    fc.assert(
      fc.property(drawn, ({ problem: one }) => {
        const example = countdownExample(one, countdownDemonstration(one, new Random(2)))
        expect(example.length).toBeLessThanOrEqual(countdownLengths.context)
      }),
      { numRuns: 40 },
    )
  })

  it('names problems by what they are', () => {
    expect(countdownId(problem)).toBe('22 2 3 8')
  })
})
