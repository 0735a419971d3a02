// How numbers lie in the tensors of GGUF files, by ggml's number of the type, and how they become single precision. Blocks of quantised types
// hold 32 numbers: a scale in half precision, for Q4_1 also the least value, then 4 or 8 bits for each number; of 4 bits the first half of the
// block lies in the lower ones. It knows no files.
import { half } from '../files/safetensors.ts'
import type { CodedBlock } from '../tensor/eight-bit-matrix.ts'

export interface TensorType {
  readonly name: string
  /** Numbers of a block. */
  readonly numbers: number
  /** Bytes of a block. */
  readonly bytes: number
  /** Writes the numbers of whole blocks to `out`. */
  read(view: DataView, blocks: number, out: Float32Array): void
  /** The block at `from`, exactly, as scale, least number and codes of eight bits; only where blocks have 32 numbers. */
  coded?(view: DataView, from: number, into: CodedBlock): void
}

/** Types that can be read, by number. */
export const tensorTypes: Readonly<Record<number, TensorType>> = {
  0: {
    name: 'F32',
    numbers: 1,
    bytes: 4,
    read(view, blocks, out) {
      for (let i = 0; i < blocks; i++) out[i] = view.getFloat32(4 * i, true)
    },
  },
  1: {
    name: 'F16',
    numbers: 1,
    bytes: 2,
    read(view, blocks, out) {
      for (let i = 0; i < blocks; i++) out[i] = half(view.getUint16(2 * i, true))
    },
  },
  2: {
    name: 'Q4_0',
    numbers: 32,
    bytes: 18,
    read(view, blocks, out) {
      for (let block = 0; block < blocks; block++) {
        const scale = half(view.getUint16(18 * block, true))
        fourBits(view, 18 * block + 2, scale, -8 * scale, out, 32 * block)
      }
    },
    coded(view, from, into) {
      into.scale = half(view.getUint16(from, true))
      into.least = -8 * into.scale
      fourBitCodes(view, from + 2, into.codes)
    },
  },
  3: {
    name: 'Q4_1',
    numbers: 32,
    bytes: 20,
    read(view, blocks, out) {
      for (let block = 0; block < blocks; block++) {
        const least = half(view.getUint16(20 * block + 2, true))
        fourBits(view, 20 * block + 4, half(view.getUint16(20 * block, true)), least, out, 32 * block)
      }
    },
    coded(view, from, into) {
      into.scale = half(view.getUint16(from, true))
      into.least = half(view.getUint16(from + 2, true))
      fourBitCodes(view, from + 4, into.codes)
    },
  },
  8: {
    name: 'Q8_0',
    numbers: 32,
    bytes: 34,
    read(view, blocks, out) {
      for (let block = 0; block < blocks; block++) {
        const scale = half(view.getUint16(34 * block, true))
        for (let i = 0; i < 32; i++) out[32 * block + i] = scale * view.getInt8(34 * block + 2 + i)
      }
    },
    coded(view, from, into) {
      into.scale = half(view.getUint16(from, true))
      into.least = -128 * into.scale
      for (let i = 0; i < 32; i++) into.codes[i] = view.getInt8(from + 2 + i) + 128
    },
  },
}

/** The number of F32, which is also what everything is read as. */
export const single = 0

function fourBits(view: DataView, from: number, scale: number, least: number, out: Float32Array, to: number): void {
  for (let i = 0; i < 16; i++) {
    const pair = view.getUint8(from + i)
    out[to + i] = scale * (pair & 15) + least
    out[to + 16 + i] = scale * (pair >> 4) + least
  }
}

function fourBitCodes(view: DataView, from: number, codes: Uint8Array): void {
  for (let i = 0; i < 16; i++) {
    const pair = view.getUint8(from + i)
    codes[i] = pair & 15
    codes[i + 16] = pair >> 4
  }
}
