import { describe, expect, it } from 'vitest'
import { threadChoice } from './thread-choice.ts'

/** Runs rounds of 16 tokens on a machine where they cost so much, and gives the thread counts used. */
function rounds(choice: ReturnType<typeof threadChoice>, count: number, cost: { one: number; two: number }): number[] {
  return Array.from({ length: count }, () => {
    const threads = choice.next(16)
    choice.took(threads, 16, 16 * (threads === 1 ? cost.one : cost.two))
    return threads
  })
}
const share = (used: number[], threads: number) => used.filter((each) => each === threads).length / used.length

describe('threadChoice', () => {
  it('uses several threads where they are faster', () => {
    expect(share(rounds(threadChoice(2), 1000, { one: 5, two: 3 }), 2)).toBeGreaterThan(0.97)
  })

  it('uses one where they are slower, and tries the other ever more seldom', () => {
    const used = rounds(threadChoice(2), 2000, { one: 5, two: 60 })
    expect(share(used, 1)).toBeGreaterThan(0.99)
    expect(used.slice(1, 200).filter((threads) => threads === 2).length).toBeGreaterThan(1)
  })

  it('changes its mind when the machine does', () => {
    const choice = threadChoice(2)
    rounds(choice, 100, { one: 5, two: 3 })
    expect(share(rounds(choice, 100, { one: 5, two: 60 }), 1)).toBeGreaterThan(0.9)
    rounds(choice, 1100, { one: 5, two: 3 })
    expect(share(rounds(choice, 100, { one: 5, two: 3 }), 2)).toBeGreaterThan(0.9)
  })

  it('uses one for few tokens, and always where only one is allowed', () => {
    const choice = threadChoice(2)
    rounds(choice, 50, { one: 5, two: 3 })
    expect(choice.next(2)).toBe(1)
    expect(share(rounds(threadChoice(1), 20, { one: 5, two: 3 }), 1)).toBe(1)
  })
})
