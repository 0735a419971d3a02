import { describe, expect, it } from 'vitest'
import { Random } from './random.ts'

describe('random numbers', () => {
  it('are the same for the same seed and key, and others for others', () => {
    const draw = (seed: number, key: number | string) =>
      Array.from(
        { length: 4 },
        (
          (random) => () =>
            random.integer()
        )(new Random(seed, key)),
      )
    expect(draw(1, 'a')).toEqual(draw(1, 'a'))
    expect(
      new Set([draw(1, 'a'), draw(2, 'a'), draw(1, 'b'), draw(1, 0), draw(1, 1), draw(2 ** 40, 0), draw(0, 2 ** 40)].map(String)).size,
    ).toBe(7)
  })

  it('start again when they are seeded again', () => {
    const random = new Random(5, 6)
    const first = random.integer()
    random.integer()
    expect(random.reseed(5, 6).integer()).toBe(first)
  })

  it('are uniform: chi-squared of 16 cells over 64,000 draws, and over the first draws of 64,000 keys', () => {
    const random = new Random(3)
    const cells = new Array<number>(16).fill(0)
    const firsts = new Array<number>(16).fill(0)
    for (let i = 0; i < 64_000; i++) cells[random.below(16)]!++
    for (let i = 0; i < 64_000; i++) firsts[random.reseed(9, i).below(16)]!++
    const chiSquared = (counts: number[]) => counts.reduce((sum, count) => sum + (count - 4000) ** 2 / 4000, 0)
    // 15 degrees of freedom: 99.99 % lie below 44.3.
    expect(chiSquared(cells)).toBeLessThan(44.3)
    expect(chiSquared(firsts)).toBeLessThan(44.3)
  })

  it('draw by weight, and uniformly where there is none', () => {
    const random = new Random(4)
    const counts = [0, 0, 0]
    for (let i = 0; i < 10_000; i++) counts[random.weighted([1, 0, 3])]!++
    expect(counts[1]).toBe(0)
    expect(counts[2]! / counts[0]!).toBeGreaterThan(2.7)
    expect(counts[2]! / counts[0]!).toBeLessThan(3.3)
    expect([0, 1]).toContain(random.weighted([0, 0]))
  })

  it('shuffle without loss', () => {
    expect(new Random(1).shuffled([1, 2, 3, 4, 5]).sort()).toEqual([1, 2, 3, 4, 5])
  })
})
