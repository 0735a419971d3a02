import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { schedule } from './schedules.ts'

const failing = (code: string) => expect.objectContaining({ code })

describe('a schedule', () => {
  it('warms up and falls', () => {
    const linear = schedule({ kind: 'linear', rate: 1, warmup: 2, steps: 7, end: 0.2 })
    expect([0, 1, 2, 4, 6, 100].map((step) => Number(linear(step).toFixed(6)))).toEqual([0.5, 1, 1, 0.6, 0.2, 0.2])
    const cosine = schedule({ kind: 'cosine', rate: 2, steps: 5 })
    expect([0, 2, 4].map((step) => Number(cosine(step).toFixed(6)))).toEqual([2, 1, 0])
    const constant = schedule({ kind: 'constant', rate: 3, warmup: 3 })
    expect([0, 1, 2, 3, 1e6].map(constant)).toEqual([1, 2, 3, 3, 3])
  })

  it('never leaves the range from end to rate after the warm-up', () => {
    const options = fc.record({
      kind: fc.constantFrom('linear', 'cosine'),
      rate: fc.double({ min: 1e-6, max: 1, noNaN: true }),
      warmup: fc.nat(20),
      end: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    fc.assert(
      fc.property(options, fc.integer({ min: 1, max: 50 }), fc.nat(100), (options, more, step) => {
        const rate = schedule({ ...options, steps: options.warmup + more })(options.warmup + step)
        expect(rate).toBeLessThanOrEqual(options.rate * (1 + 1e-12))
        expect(rate).toBeGreaterThanOrEqual(options.rate * options.end * (1 - 1e-12))
      }),
    )
  })

  it('refuses what cannot be', () => {
    expect(() => schedule({ kind: 'linear', rate: 1 })).toThrow(failing('E_TENSOR_OPTION'))
    expect(() => schedule({ kind: 'cosine', rate: 1, warmup: 5, steps: 5 })).toThrow(failing('E_TENSOR_OPTION'))
    expect(() => schedule({ kind: 'constant', rate: Number.NaN })).toThrow(failing('E_TENSOR_OPTION'))
    expect(() => schedule({ kind: 'constant', rate: 1, end: 2 })).toThrow(failing('E_TENSOR_OPTION'))
  })
})
