import { describe, expect, it } from 'vitest'
import { Random } from '../../core/random.ts'
import { codedBlock } from '../tensor/eight-bit-matrix.ts'
import { tensorTypes } from './tensor-types.ts'

/** The numbers of some bytes. */
function numbersOf(type: number, bytes: Uint8Array): number[] {
  const { numbers, bytes: size, read } = tensorTypes[type]!
  const blocks = bytes.length / size
  const out = new Float32Array(blocks * numbers)
  read(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), blocks, out)
  return [...out]
}

/** Half precision: 1 is 3C00, 2 is 4000, −1.5 is BE00, 0.5 is 3800. */
const [one, two, minus, quarterTurn] = [
  [0x00, 0x3c],
  [0x00, 0x40],
  [0x00, 0xbe],
  [0x00, 0x38],
] as const
/** Lower bits 0 … 15, upper bits 15 … 0. */
const pairs = Array.from({ length: 16 }, (_, i) => i | ((15 - i) << 4))
const up = Array.from({ length: 16 }, (_, i) => i)
const down = [...up].reverse()

describe('tensor types', () => {
  it('reads plain numbers', () => {
    expect(numbersOf(0, new Uint8Array(Float32Array.of(1.5, -3).buffer))).toEqual([1.5, -3])
    expect(numbersOf(1, Uint8Array.of(...one, ...minus))).toEqual([1, -1.5])
  })

  it('reads four bits with a scale, around 8: Q4_0', () => {
    const block = Uint8Array.of(...two, ...pairs)
    expect(numbersOf(2, block)).toEqual([...up, ...down].map((level) => 2 * (level - 8)))
  })

  it('reads four bits with a scale and a least value: Q4_1', () => {
    const block = Uint8Array.of(...quarterTurn, ...minus, ...pairs)
    expect(numbersOf(3, Uint8Array.of(...block, ...block))).toEqual([...up, ...down, ...up, ...down].map((level) => 0.5 * level - 1.5))
  })

  it('gives the codes of a block that say the same numbers', () => {
    const random = new Random(1)
    for (const type of [2, 3, 8]) {
      const { bytes, coded } = tensorTypes[type]!
      const data = Uint8Array.from({ length: bytes }, (_, at) => (at === 1 || (at === 3 && type === 3) ? 0x3c : random.below(256)))
      const block = codedBlock()
      coded!(new DataView(data.buffer), 0, block)
      expect([...block.codes].map((code) => block.scale * code + block.least)).toEqual(numbersOf(type, data))
    }
  })

  it('reads eight bits with a sign: Q8_0', () => {
    const levels = Array.from({ length: 32 }, (_, i) => (i - 15.5) * 8)
    expect(numbersOf(8, Uint8Array.of(...minus, ...levels.map((level) => level & 255)))).toEqual(levels.map((level) => -1.5 * level))
  })
})
