import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { tinyGguf } from '../../testing/tiny-gguf.ts'
import { eightBitGguf, fromHalf, toHalf } from './eight-bit.ts'
import { readGgufHeader } from './gguf.ts'

const directory = mkdtempSync(join(tmpdir(), 'banyan-eight-bit-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** A file of one block of four-bit weights and one tensor of two plain numbers, without metadata. */
function oneBlock(scale: number, least: number, weights: readonly number[]): Buffer {
  const parts: Buffer[] = [Buffer.from('GGUF'), u32(3), u64(2), u64(0)]
  parts.push(u64(1), Buffer.from('a'), u32(1), u64(32), u32(3), u64(0))
  parts.push(u64(1), Buffer.from('b'), u32(1), u64(2), u32(0), u64(32))
  const head = Buffer.concat(parts)
  const block = Buffer.alloc(32)
  block.writeUInt16LE(toHalf(scale), 0)
  block.writeUInt16LE(toHalf(Math.abs(least)) | (least < 0 ? 0x8000 : 0), 2)
  for (let i = 0; i < 16; i++) block[4 + i] = weights[i]! | (weights[16 + i]! << 4)
  const numbers = Buffer.alloc(8)
  numbers.writeFloatLE(1.5, 0)
  numbers.writeFloatLE(-2.5, 4)
  return Buffer.concat([head, Buffer.alloc((32 - (head.length % 32)) % 32), block, numbers])
}

async function converted(bytes: Buffer) {
  const [from, to] = [join(directory, 'four.gguf'), join(directory, 'eight.gguf')]
  writeFileSync(from, bytes)
  const pieces: Uint8Array[] = []
  for await (const piece of eightBitGguf(from)) pieces.push(piece)
  const eight = Buffer.concat(pieces)
  writeFileSync(to, eight)
  return { eight, header: await readGgufHeader(to) }
}

describe('eight-bit files', () => {
  it('hold four-bit weights to a two hundred and fifty-fourth of the largest, and all else as it was', async () => {
    const weight = fc.integer({ min: 0, max: 15 })
    const part = fc.double({ min: 2 ** -10, max: 4, noNaN: true })
    await fc.assert(
      fc.asyncProperty(part, part, fc.array(weight, { minLength: 32, maxLength: 32 }), async (scale, least, weights) => {
        const { eight, header } = await converted(oneBlock(scale, -least, weights))
        const [a, b] = header.tensors
        expect(header.tensors).toMatchObject([
          { name: 'a', type: 8, elements: 32 },
          { name: 'b', type: 0, elements: 2 },
        ])
        const at = header.dataStart + a!.offset
        const step = fromHalf(eight.readUInt16LE(at))
        const wanted = weights.map((level) => fromHalf(toHalf(scale)) * level - fromHalf(toHalf(least)))
        const largest = Math.max(...wanted.map(Math.abs))
        // The scale itself is rounded to half precision.
        for (const [i, value] of wanted.entries())
          expect(Math.abs(eight.readInt8(at + 2 + i) * step - value)).toBeLessThanOrEqual(largest * (1 / 254 + 2 ** -10) + 2 ** -24)
        expect(eight.readFloatLE(header.dataStart + b!.offset)).toBe(1.5)
        expect(eight.readFloatLE(header.dataStart + b!.offset + 4)).toBe(-2.5)
      }),
      { numRuns: 100 },
    )
  })

  it('are the same where there are no four-bit weights', async () => {
    const plain = tinyGguf()
    const { eight } = await converted(plain)
    expect(eight.equals(Buffer.concat([plain], eight.length))).toBe(true)
  })

  it('are not made of what is no GGUF', async () => {
    await expect(converted(Buffer.from('something else'))).rejects.toMatchObject({ code: 'E_MODEL_FILE' })
  })
})

describe('half precision', () => {
  it('comes back as it was', () => {
    for (let bits = 0; bits < 31 << 10; bits++) expect(toHalf(fromHalf(bits))).toBe(bits)
  })

  it('takes the nearer neighbour', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: (31 << 10) - 2 }), fc.double({ min: 0, max: 1, noNaN: true }), (bits, share) => {
        const [low, high] = [fromHalf(bits), fromHalf(bits + 1)]
        const value = Math.fround(low + share * (high - low))
        const nearest = fromHalf(toHalf(value))
        expect(Math.abs(nearest - value)).toBeLessThanOrEqual((high - low) / 2)
      }),
    )
  })
})

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(value))
  return bytes
}
