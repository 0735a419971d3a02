import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { codedBlock, eightBitMatrix, roundBlock, setBlock } from './eight-bit-matrix.ts'
import { codeBlock, type EightBitMatrix } from './kernels.ts'
import { eightBitLinear } from './operations/eight-bit.ts'
import { referenceKernels as kernels } from './reference/reference.ts'
import { Tape } from './tape.ts'
import { constant, parameter } from './tensor.ts'

/** A matrix whose columns are given. */
function matrixOf(columns: readonly ArrayLike<number>[]): EightBitMatrix {
  const matrix = eightBitMatrix(columns[0]!.length, columns.length)
  const block = codedBlock()
  columns.forEach((column, at) => {
    for (let from = 0; from < column.length; from += codeBlock) {
      roundBlock(Array.from(column).slice(from, from + codeBlock), block)
      setBlock(matrix, at, from / codeBlock, block)
    }
  })
  return matrix
}

function productOf(x: ArrayLike<number>, matrix: EightBitMatrix, residual?: Float32Array): number[] {
  const rows = x.length / matrix.inner
  const out = new Float32Array(rows * matrix.columns)
  kernels.eightBitMatmul({ rows, columns: matrix.columns, inner: matrix.inner, residual }, Float32Array.from(x), matrix, out)
  return [...out]
}

const steps = <T>(count: number, number: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => number(i))

describe('eight-bit matrices', () => {
  it('hold steps between the least and the largest number of a block', () => {
    const block = codedBlock()
    roundBlock(
      steps(32, (i) => (i === 0 ? -1 : i === 1 ? 4.1 : 0.98)),
      block,
    )
    expect(block.scale).toBeCloseTo(5.1 / 255)
    expect([block.least, ...block.codes.slice(0, 3)]).toEqual([-1, 0, 255, 99])
    roundBlock(
      steps(32, () => 7),
      block,
    )
    expect([block.scale, block.least, block.codes[5]]).toEqual([0, 7, 0])
  })

  it('are multiplied by rows whose numbers become whole parts of the largest', () => {
    // One block, x = 127, 1, 0 …: its codes are the numbers themselves. Columns 0 … 31 and all ones: 0 · 127 + 1 · 1 and 127 + 1.
    const x = steps(32, (i) => (i === 0 ? 127 : i === 1 ? 1 : 0))
    const matrix = matrixOf([steps(32, (i) => (i * 255) / 31), steps(32, () => 1)])
    const product = productOf(x, matrix)
    expect(product[0]).toBeCloseTo(255 / 31, 0)
    expect(product[1]).toBeCloseTo(128, 4)
    expect(productOf(x, matrix, Float32Array.of(1, -128))[1]).toBeCloseTo(0, 4)
  })

  it('round halves of a row to even', () => {
    const x = steps(32, (i) => [127, 0.5, 1.5, 2.5][i] ?? 0)
    const units = steps(4, (at) => steps(32, (i) => (i === at ? 1 : 0)))
    productOf(x, matrixOf(units)).forEach((number, at) => {
      expect(number).toBeCloseTo([127, 0, 2, 2][at]!, 4)
    })
  })

  it('give nearly the product of floats, whatever the sizes', () => {
    const numbers = (length: number) => fc.array(fc.float({ min: -1, max: 1, noNaN: true }), { minLength: length, maxLength: length })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 40 }), fc.gen(), (blocks, columns, draw) => {
        const inner = 32 * blocks
        const x = draw(numbers, inner)
        const matrix = steps(columns, () => draw(numbers, inner))
        productOf(x, matrixOf(matrix)).forEach((number, column) => {
          const exact = x.reduce((sum, one, i) => sum + one * matrix[column]![i]!, 0)
          // Half a step of each side for each number.
          expect(Math.abs(number - exact)).toBeLessThan(inner * (0.5 / 127 + 1 / 255))
        })
      }),
      { numRuns: 50 },
    )
  })

  it('let a row with NaN or infinities show, and no other', () => {
    const matrix = matrixOf([steps(32, (i) => i)])
    const ones = steps(32, () => 1)
    for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      const [bad, good] = productOf([...ones.slice(1), wrong, ...ones], matrix)
      expect(bad).toBeNaN()
      expect(good).toBeCloseTo(496, 0)
    }
    expect(productOf(new Float32Array(32), matrix)).toEqual([0])
  })

  it('consist of whole blocks, and give no gradient', () => {
    expect(() => eightBitMatrix(40, 3)).toThrow(expect.objectContaining({ code: 'E_TENSOR_SHAPE' }))
    const matrix = eightBitMatrix(32, 3)
    const tape = new Tape({ kernels })
    expect(eightBitLinear(tape, constant([2, 32], new Float32Array(64)), matrix).shape).toEqual([2, 3])
    expect(() => eightBitLinear(tape, constant([2, 16], new Float32Array(32)), matrix)).toThrow(
      expect.objectContaining({ code: 'E_TENSOR_SHAPE' }),
    )
    expect(() => eightBitLinear(tape, parameter('x', [1, 32], { data: new Float32Array(32) }), matrix)).toThrow(
      expect.objectContaining({ code: 'E_TENSOR_EIGHT_BIT' }),
    )
  })
})
