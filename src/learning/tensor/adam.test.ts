import { describe, expect, it } from 'vitest'
import { type AdamOptions, adam } from './adam.ts'
import { multiply } from './operations/arithmetic.ts'
import { sum } from './operations/reduce.ts'
import { referenceKernels as kernels } from './reference/reference.ts'
import { Tape } from './tape.ts'
import { constant, parameter } from './tensor.ts'

const failing = (code: string) => expect.objectContaining({ code })

/** One parameter, and a way to give it a gradient. */
function one(options: Partial<AdamOptions> = {}, start = [1, 2]) {
  const x = parameter('x', [1, 2], { data: Float32Array.from(start) })
  const optimizer = adam({ kernels, parameters: [x], ...options })
  const step = (gradient: number[], rate: number) => {
    const tape = new Tape({ kernels })
    tape.backward(sum(tape, multiply(tape, x, constant([1, 2], Float32Array.from(gradient)))))
    return optimizer.step(rate)
  }
  return { x, optimizer, step }
}

describe('adam', () => {
  it('goes one learning rate against the sign of the first gradient', () => {
    const { x, step } = one()
    step([3, -0.1], 0.25)
    expect(x.data[0]).toBeCloseTo(0.75)
    expect(x.data[1]).toBeCloseTo(2.25)
    expect(x.gradient).toBeUndefined()
  })

  it('follows the published equations, by hand for two steps', () => {
    const { x, step } = one({ beta1: 0.5, beta2: 0.5 })
    step([2, 0], 0.1)
    step([1, 0], 0.1)
    // m = 1 then 1, corrected by 1/0.75; v = 2 then 1.5, corrected by 1/0.75.
    expect(x.data[0]).toBeCloseTo(1 - 0.1 - (0.1 * (1 / 0.75)) / Math.sqrt(1.5 / 0.75), 5)
  })

  it('lets matrices decay apart from the gradient, and spares vectors', () => {
    const { x, step } = one({ decay: 0.1 })
    step([0, 0], 0.5)
    expect([...x.data]).toEqual([Math.fround(0.95), Math.fround(1.9)])
    const spared = one({ decay: 0.1, decays: () => false })
    spared.step([0, 0], 0.5)
    expect([...spared.x.data]).toEqual([1, 2])
  })

  it('clips by the norm of all gradients together', () => {
    const { step, optimizer } = one({ clip: 1 })
    expect(step([3, 4], 0.1)).toEqual({ gradientNorm: 5, clipped: true })
    expect(optimizer.state().moments.x!.first[1]).toBeCloseTo(0.1 * 0.8)
    expect(step([0.3, 0.4], 0.1).clipped).toBe(false)
  })

  it('goes on from a state as if it had not stopped', () => {
    const whole = one()
    for (let i = 0; i < 6; i++) whole.step([i - 2.5, 1], 0.1)
    const first = one()
    for (let i = 0; i < 3; i++) first.step([i - 2.5, 1], 0.1)
    const second = one({}, [...first.x.data])
    second.optimizer.restore(structuredClone(first.optimizer.state()))
    for (let i = 3; i < 6; i++) second.step([i - 2.5, 1], 0.1)
    expect([...second.x.data]).toEqual([...whole.x.data])
  })

  it('refuses what cannot be', () => {
    const x = parameter('x', [2])
    expect(() => adam({ kernels, parameters: [x, parameter('x', [3])] })).toThrow(failing('E_TENSOR_OPTION'))
    expect(() => adam({ kernels, parameters: [x], beta2: 1 })).toThrow(failing('E_TENSOR_OPTION'))
    const other = adam({ kernels, parameters: [parameter('y', [2])] })
    expect(() => other.restore(adam({ kernels, parameters: [x] }).state())).toThrow(failing('E_TENSOR_SHAPE'))
    const { step } = one()
    expect(() => step([1, 1], Number.NaN)).toThrow(failing('E_TENSOR_NOT_FINITE'))
  })
})
