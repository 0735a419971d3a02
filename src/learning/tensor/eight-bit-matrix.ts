// Matrices of eight-bit numbers, filled block by block. How they lie and what a block means: `EightBitMatrix` in kernels.ts.
import { BanyanError } from '../../core/errors.ts'
import { codeBlock, codePanel, type EightBitMatrix } from './kernels.ts'

/** A block of a column: number i is scale · codes[i] + least. */
export interface CodedBlock {
  scale: number
  least: number
  /** [codeBlock] */
  readonly codes: Uint8Array
}

/** A block of zeros. */
export const codedBlock = (): CodedBlock => ({ scale: 0, least: 0, codes: new Uint8Array(codeBlock) })

/**
 * A matrix of zeros, to be filled.
 * @throws BanyanError E_TENSOR_SHAPE when `inner` does not consist of whole blocks.
 */
export function eightBitMatrix(inner: number, columns: number): EightBitMatrix {
  if (!(Number.isInteger(inner / codeBlock) && inner > 0))
    throw new BanyanError('E_TENSOR_SHAPE', 'an eight-bit matrix does not consist of whole blocks', {
      seen: inner,
      wanted: `a multiple of ${codeBlock} steps`,
    })
  const blocks = Math.ceil(columns / codePanel) * (inner / codeBlock)
  return {
    inner,
    columns,
    codes: new Uint8Array(blocks * codeBlock * codePanel),
    scales: new Float32Array(blocks * 2 * codePanel),
  }
}

/** Writes block `block` of a column. */
export function setBlock({ inner, codes, scales }: EightBitMatrix, column: number, block: number, from: CodedBlock): void {
  const at = Math.floor(column / codePanel) * (inner / codeBlock) + block
  const lane = column % codePanel
  scales[2 * at * codePanel + lane] = from.scale
  scales[(2 * at + 1) * codePanel + lane] = from.least
  for (let i = 0; i < codeBlock; i += 4) {
    const to = codeAt(at, lane, i)
    for (let j = 0; j < 4; j++) codes[to + j] = from.codes[i + j]!
  }
}

/** Where the code of step `i` of a block lies. @param block counted over all panels. @param lane the column within its panel. */
export function codeAt(block: number, lane: number, i: number): number {
  return ((block * (codeBlock / 4) + (i >> 2)) * codePanel + lane) * 4 + (i & 3)
}

/** Rounds `codeBlock` numbers to 255 equal steps from the least to the largest. */
export function roundBlock(numbers: ArrayLike<number>, into: CodedBlock): void {
  let [least, largest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let i = 0; i < codeBlock; i++) {
    least = Math.min(least, numbers[i]!)
    largest = Math.max(largest, numbers[i]!)
  }
  into.scale = (largest - least) / 255
  into.least = least
  for (let i = 0; i < codeBlock; i++) into.codes[i] = into.scale === 0 ? 0 : Math.round((numbers[i]! - least) / into.scale)
}
