import { describe, expect, it } from 'vitest'
import { Random } from '../../core/random.ts'
import { drawFrom } from './logits.ts'

const distribution = new Map([
  [10, Math.log(0.5)],
  [11, Math.log(0.3)],
  [12, Math.log(0.2)],
])
const frequency = (settings: { temperature?: number; topP?: number; topK?: number }, token: number): number => {
  const random = new Random(1)
  const draws = Array.from({ length: 4000 }, () =>
    drawFrom(distribution, { temperature: 1, topP: 1, topK: 0, seed: 1, ...settings }, random),
  )
  return draws.filter((drawn) => drawn === token).length / draws.length
}

describe('drawFrom', () => {
  it('takes the most likely token at temperature 0', () => {
    expect(frequency({ temperature: 0 }, 10)).toBe(1)
  })

  it('draws in proportion at temperature 1', () => {
    expect(frequency({}, 10)).toBeCloseTo(0.5, 1)
    expect(frequency({}, 12)).toBeCloseTo(0.2, 1)
  })

  it('sharpens with the temperature: p^(1/T), here 0.25 of 0.38', () => {
    expect(frequency({ temperature: 0.5 }, 10)).toBeCloseTo(0.25 / 0.38, 1)
  })

  it('keeps the topK, and the fewest that hold topP', () => {
    expect(frequency({ topK: 1 }, 10)).toBe(1)
    expect(frequency({ topK: 2 }, 12)).toBe(0)
    expect(frequency({ topP: 0.5 }, 10)).toBe(1)
    expect(frequency({ topP: 0.6 }, 11)).toBeCloseTo(0.375, 1)
  })
})
