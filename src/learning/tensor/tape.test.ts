import { describe, expect, it } from 'vitest'
import { adam } from './adam.ts'
import { exp, log } from './operations/activation.ts'
import { add, multiply } from './operations/arithmetic.ts'
import { reshape } from './operations/arrange.ts'
import { crossEntropy } from './operations/cross-entropy.ts'
import { linear, matmul } from './operations/linear.ts'
import { sum } from './operations/reduce.ts'
import { gatherRows } from './operations/rows.ts'
import { referenceKernels } from './reference/reference.ts'
import { Tape } from './tape.ts'
import { constant, parameter } from './tensor.ts'

const kernels = referenceKernels
const failing = (code: string) => expect.objectContaining({ code })

describe('a tape', () => {
  it('gives gradients of what was computed', () => {
    const tape = new Tape({ kernels })
    const weight = parameter('weight', [2, 1], { data: Float32Array.of(3, -1) })
    const product = matmul(tape, constant([1, 2], Float32Array.of(2, 5)), weight)
    expect([...product.data]).toEqual([1])
    // d(p²)/dw = 2·p·x with p = 1
    tape.backward(reshape(tape, multiply(tape, product, product), []))
    expect([...weight.gradient!]).toEqual([4, 10])
  })

  it('adds gradients up until they are cleared', () => {
    const tape = new Tape({ kernels })
    const x = parameter('x', [2], { data: Float32Array.of(1, 2) })
    for (let i = 0; i < 3; i++) {
      tape.backward(sum(tape, add(tape, x, x)))
      tape.reset()
    }
    expect([...x.gradient!]).toEqual([6, 6])
    x.clearGradient()
    expect(x.gradient).toBeUndefined()
  })

  it('leaves frozen parameters and constants without gradients', () => {
    const tape = new Tape({ kernels })
    const frozen = parameter('frozen', [2, 2], { data: Float32Array.of(1, 2, 3, 4), trainable: false })
    const trained = parameter('trained', [1, 2], { data: Float32Array.of(1, 1) })
    tape.backward(sum(tape, matmul(tape, trained, frozen)))
    expect(frozen.gradient).toBeUndefined()
    expect([...trained.gradient!]).toEqual([3, 7])
  })

  it('uses the arrays that it is given, without copies', () => {
    const data = new Float32Array(10).subarray(2, 6)
    const weight = parameter('weight', [2, 2], { data })
    expect(weight.data).toBe(data)
    const tape = new Tape({ kernels })
    const optimizer = adam({ kernels, parameters: [weight] })
    tape.backward(sum(tape, weight))
    optimizer.step(0.5)
    expect(data[0]).toBeCloseTo(-0.5)
  })

  it('goes back from a loss that was computed elsewhere', () => {
    const tape = new Tape({ kernels })
    const x = parameter('x', [3], { data: Float32Array.of(1, 2, 3) })
    tape.backward(multiply(tape, x, x), Float32Array.of(1, 0, -1))
    expect([...x.gradient!]).toEqual([2, 0, -6])
  })

  it('takes no more memory after the first steps, also where lengths vary', () => {
    const tape = new Tape({ kernels })
    const table = parameter('table', [7, 4], { data: new Float32Array(28).fill(0.1) })
    const head = parameter('head', [4, 7], { data: Float32Array.from({ length: 28 }, (_, i) => Math.sin(i)) })
    const optimizer = adam({ kernels, parameters: [table, head] })
    let early = 0
    for (let step = 0; step < 1000; step++) {
      const tokens = Int32Array.from({ length: 1 + ((step * 7) % 40) }, (_, i) => (i * step) % 7)
      const logits = linear(tape, gatherRows(tape, table, tokens), head, { activation: 'gelu' })
      tape.backward(crossEntropy(tape, logits, tokens))
      optimizer.step(1e-3)
      tape.reset()
      if (step === 80) early = tape.bytes
    }
    expect(tape.bytes).toBe(early)
  })

  it('shares large arrays between steps of like shapes, and with another tape', () => {
    const tape = new Tape({ kernels })
    const other = new Tape({ kernels, gradients: false, sharing: tape })
    tape.take(100_000)
    const { bytes } = tape
    tape.reset()
    other.take(90_000)
    expect([tape.bytes, other.bytes]).toEqual([bytes, bytes])
    tape.take(60_000)
    expect(tape.bytes).toBeGreaterThan(bytes)
  })

  it('lets go of what serves no step any more', () => {
    const tape = new Tape({ kernels })
    for (const length of [1000, 1300, 1700]) {
      tape.take(length)
      tape.reset()
    }
    const { bytes } = tape
    tape.trim()
    expect(bytes).toBeGreaterThan(0)
    expect(tape.bytes).toBe(0)
    tape.take(1700)
    tape.reset()
    tape.trim()
    expect(tape.bytes).toBeGreaterThan(0)
  })

  it('refuses tensors of a step that is over, and of other tapes', () => {
    const tape = new Tape({ kernels })
    const x = parameter('x', [2])
    const old = add(tape, x, x)
    expect(() => new Tape({ kernels }).backward(old)).toThrow(failing('E_TENSOR_STALE'))
    tape.reset()
    expect(() => add(tape, old, x)).toThrow(failing('E_TENSOR_STALE'))
    expect(() => tape.backward(old)).toThrow(failing('E_TENSOR_STALE'))
  })

  it('stops at a loss or a gradient that is not finite, before a parameter changes', () => {
    const tape = new Tape({ kernels })
    const x = parameter('x', [2], { data: Float32Array.of(1, -1) })
    const optimizer = adam({ kernels, parameters: [x] })
    expect(() => tape.backward(sum(tape, log(tape, x)))).toThrow(failing('E_TENSOR_NOT_FINITE'))
    tape.reset()
    // Twice 3e38 is beyond single precision.
    tape.backward(add(tape, x, x), Float32Array.of(1e38, 3e38))
    expect(() => optimizer.step(1)).toThrow(/gradient of x is not finite/)
    expect([...x.data]).toEqual([1, -1])
  })

  it('names the operation where a number stopped being finite, when asked to', () => {
    const tape = new Tape({ kernels, check: true })
    const x = parameter('x', [1], { data: Float32Array.of(100) })
    expect(() => exp(tape, x)).toThrow(/result of exp is not finite at place 0/)
  })

  it('says what is wrong with a way back', () => {
    const tape = new Tape({ kernels })
    const x = parameter('x', [2])
    expect(() => tape.backward(add(tape, x, x))).toThrow(failing('E_TENSOR_SHAPE'))
    expect(() => tape.backward(add(tape, x, x), new Float32Array(3))).toThrow(failing('E_TENSOR_SHAPE'))
    expect(() => tape.backward(sum(tape, constant([2], Float32Array.of(1, 2))))).toThrow(failing('E_TENSOR_GRADIENT'))
    const oneWay = new Tape({ kernels, gradients: false })
    expect(() => oneWay.backward(sum(oneWay, x))).toThrow(failing('E_TENSOR_GRADIENT'))
  })
})
