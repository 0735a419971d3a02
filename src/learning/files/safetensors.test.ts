import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { replaceFile } from './replace-file.ts'
import { openTensors, tensorDigest, writeTensors } from './safetensors.ts'

const failing = (code: string, text = '') => expect.objectContaining({ code, message: expect.stringContaining(text) })

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'banyan-tensors-'))
  path = join(folder, 'some.safetensors')
})
afterEach(() => rmSync(folder, { recursive: true }))

const weight = { name: 'head.weight', shape: [2, 3], data: Float32Array.of(1, -2, 3.5, 1e-40, Number.MAX_VALUE, 0) }
const bias = { name: 'head.bias', shape: [3], data: Float32Array.of(0.1, 0.2, 0.3) }

/** A file with a header of one's own. */
function handmade(header: string | object, numbers: Uint8Array = new Uint8Array()): void {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header))
  const start = Buffer.alloc(8)
  start.writeBigUInt64LE(BigInt(text.length))
  writeFileSync(path, Buffer.concat([start, text, numbers]))
}

describe('safetensors', () => {
  it('gives back what was written, with shapes and metadata', () => {
    const written = writeTensors(path, [weight, bias], { made: 'by hand' })
    using file = openTensors(path)
    expect([...file.tensors.keys()]).toEqual(['head.weight', 'head.bias'])
    expect(file.tensors.get('head.weight')).toMatchObject({ type: 'F32', shape: [2, 3] })
    expect(file.metadata).toEqual({ made: 'by hand' })
    expect(file.read('head.weight')).toEqual(weight.data)
    const into = new Float32Array(3)
    expect(file.read('head.bias', into)).toBe(into)
    expect(into).toEqual(bias.data)
    expect(file.sha256()).toBe(written.sha256)
    expect(readFileSync(path)).toHaveLength(written.bytes)
    expect(() => file.read('tail')).toThrow(failing('E_TENSOR_FILE_NAME', 'tail'))
    expect(() => file.read('head.bias', new Float32Array(4))).toThrow(failing('E_TENSOR_SHAPE'))
  })

  it('keeps every bit of any numbers under any names', () => {
    const tensor = fc.record({
      name: fc.string().filter((name) => name !== '__metadata__'),
      bits: fc.uint32Array({ minLength: 1, maxLength: 9 }),
    })
    const tensors = fc.uniqueArray(tensor, { selector: ({ name }) => name, maxLength: 5 })
    fc.assert(
      fc.property(tensors, (list) => {
        writeTensors(
          path,
          list.map(({ name, bits }) => ({ name, shape: [bits.length], data: new Float32Array(bits.buffer, 0, bits.length) })),
        )
        using file = openTensors(path)
        // NaNs may lose their payload in arithmetic; their bits are compared where they are numbers.
        for (const { name, bits } of list) expect(file.read(name)).toEqual(new Float32Array(bits.buffer, 0, bits.length))
      }),
      { numRuns: 30 },
    )
  })

  it('reads halves of both kinds', () => {
    const header = { a: { dtype: 'F16', shape: [5], data_offsets: [0, 10] }, b: { dtype: 'BF16', shape: [2], data_offsets: [10, 14] } }
    // 1, −2, the smallest subnormal, the largest, minus infinity; 1 and −3.140625.
    handmade(header, new Uint8Array(Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7bff, 0xfc00, 0x3f80, 0xc049).buffer))
    using file = openTensors(path)
    expect([...file.read('a')]).toEqual([1, -2, 2 ** -24, 65504, Number.NEGATIVE_INFINITY])
    expect([...file.read('b')]).toEqual([1, -3.140625])
  })

  it('refuses files that were cut off, with the reason', () => {
    writeTensors(path, [weight, bias])
    const whole = readFileSync(path)
    for (let length = 0; length < whole.length; length++) {
      writeFileSync(path, whole.subarray(0, length))
      expect(() => openTensors(path)).toThrow(failing('E_TENSOR_FILE_DAMAGED', 'refused'))
    }
    writeFileSync(path, Buffer.concat([whole, Buffer.of(0)]))
    expect(() => openTensors(path)).toThrow(failing('E_TENSOR_FILE_DAMAGED', 'goes on'))
  })

  it('refuses foreign files and places that overlap, leave gaps or do not fit', () => {
    const one = { dtype: 'F32', shape: [1], data_offsets: [0, 4] }
    const cases: [string | object, string, number?][] = [
      ['not json', 'no JSON'],
      ['[1]', 'no object'],
      [{ __metadata__: { a: 1 } }, 'metadata'],
      [{ a: 4 }, 'not described'],
      [{ a: { ...one, shape: [-1] } }, 'not described', 4],
      [{ a: { ...one, shape: [2] } }, 'does not fit', 4],
      [{ a: { ...one, data_offsets: [4, 0] } }, 'does not fit', 4],
      [{ a: one, b: one }, 'does not begin', 4],
      [{ a: { ...one, data_offsets: [4, 8] } }, 'does not begin', 8],
      [{ a: { ...one, shape: [2 ** 40], data_offsets: [0, 2 ** 42] } }, 'cut off', 4],
    ]
    for (const [header, reason, bytes = 0] of cases) {
      handmade(header, new Uint8Array(bytes))
      expect(() => openTensors(path)).toThrow(failing('E_TENSOR_FILE_DAMAGED', reason))
    }
    writeFileSync(path, 'GGUF and then some more')
    expect(() => openTensors(path)).toThrow(failing('E_TENSOR_FILE_DAMAGED', 'another format'))
    expect(() => openTensors(folder)).toThrow(failing('E_TENSOR_FILE_DAMAGED', 'no file'))
    expect(() => openTensors(join(folder, 'missing'))).toThrow(failing('E_FILE_READ', 'ENOENT'))
  })

  it('refuses types that are not read, and files that shrink while they are read', () => {
    handmade({ a: { dtype: 'I64', shape: [1], data_offsets: [0, 8] } }, new Uint8Array(8))
    using whole = openTensors(path)
    expect(() => whole.read('a')).toThrow(failing('E_TENSOR_FILE_TYPE', 'I64'))
    const { bytes } = writeTensors(path, [bias])
    using shrinking = openTensors(path)
    truncateSync(path, bytes - 4)
    expect(() => shrinking.read('head.bias')).toThrow(failing('E_TENSOR_FILE_DAMAGED', 'ends early'))
  })

  it('refuses to write two tensors of one name, or other numbers than the shape says', () => {
    expect(() => writeTensors(path, [bias, bias])).toThrow(failing('E_TENSOR_FILE_NAME'))
    expect(() => writeTensors(path, [{ ...bias, shape: [4] }])).toThrow(failing('E_TENSOR_SHAPE'))
    expect(readdirSync(folder)).toEqual([])
  })

  it('leaves the file of before when writing fails half way', () => {
    writeTensors(path, [bias])
    const before = readFileSync(path)
    const full = Object.assign(new Error('no space left'), { code: 'ENOSPC', syscall: 'write' })
    expect(() =>
      replaceFile(path, (write) => {
        write(new Uint8Array(1000))
        throw full
      }),
    ).toThrow(failing('E_FILE_WRITE', 'The disk is full'))
    expect(readFileSync(path)).toEqual(before)
    expect(readdirSync(folder)).toEqual(['some.safetensors'])
    expect(() => writeTensors(join(path, 'below-a-file'), [bias])).toThrow(failing('E_FILE_WRITE'))
  })

  it('has a digest that tells names, shapes and numbers apart', () => {
    const others = [
      { ...bias, name: 'other' },
      { ...bias, shape: [1, 3] },
      { ...bias, data: Float32Array.of(0.1, 0.2, 0.4) },
    ]
    expect(new Set([bias, ...others].map((tensor) => tensorDigest([tensor]))).size).toBe(4)
  })
})
