// The product with an eight-bit matrix. Rows are rounded to codes from -127 to 127, block by block, as the other side is; so a block's sum is a
// whole number and exact.
import { codeAt } from '../eight-bit-matrix.ts'
import { codeBlock, codePanel, type Kernels } from '../kernels.ts'

/** See `Kernels`. */
export const eightBitProducts = {
  eightBitMatmul({ rows, columns, inner, residual }, x, { codes, scales }, out) {
    const blocks = inner / codeBlock
    const rounded = new Int8Array(inner)
    const worth = new Float32Array(blocks)
    const sums = new Float32Array(blocks)
    for (let row = 0; row < rows; row++) {
      for (let block = 0; block < blocks; block++) {
        const from = block * codeBlock
        const numbers = x.subarray(row * inner + from, row * inner + from + codeBlock)
        const largest = Math.fround(numbers.reduce((most, number) => Math.max(most, Math.abs(number)), 0))
        const finite = Number.isFinite(largest)
        const inverse = finite && largest > 0 ? Math.fround(127 / largest) : 0
        let sum = 0
        for (let i = 0; i < codeBlock; i++) {
          rounded[from + i] = finite ? toEven(Math.fround(numbers[i]! * inverse)) : 0
          sum += rounded[from + i]!
        }
        worth[block] = finite ? largest / 127 : Number.NaN
        sums[block] = worth[block]! * sum
      }
      for (let column = 0; column < columns; column++) {
        const panel = Math.floor(column / codePanel)
        const lane = column % codePanel
        let total = 0
        for (let block = 0; block < blocks; block++) {
          const at = panel * blocks + block
          let whole = 0
          for (let i = 0; i < codeBlock; i++) whole += codes[codeAt(at, lane, i)]! * rounded[block * codeBlock + i]!
          const scale = scales[at * 2 * codePanel + lane]!
          const least = scales[(at * 2 + 1) * codePanel + lane]!
          total += whole * scale * worth[block]! + least * sums[block]!
        }
        out[row * columns + column] = total + (residual?.[row * columns + column] ?? 0)
      }
    }
  },
} satisfies Partial<Kernels>

/** The nearest whole number; halves go to the even one. */
function toEven(x: number): number {
  const down = Math.floor(x)
  const rest = x - down
  return rest > 0.5 || (rest === 0.5 && down % 2 !== 0) ? down + 1 : down
}
