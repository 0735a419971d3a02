import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { toHalf } from '../../models/local/eight-bit.ts'
import { tinyGguf } from '../../testing/tiny-gguf.ts'
import { referenceKernels } from '../tensor/reference/reference.ts'
import { openGguf } from './open-gguf.ts'
import { rewriteGguf, type TensorForm } from './rewrite-gguf.ts'

const folder = mkdtempSync(join(tmpdir(), 'banyan-open-gguf-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const whole = tinyGguf()
const path = join(folder, 'tiny.gguf')
writeFileSync(path, whole)
const failing = (code: string, text = '') => expect.objectContaining({ code, message: expect.stringContaining(text) })

function opened(bytes: Uint8Array) {
  const changed = join(folder, 'changed.gguf')
  writeFileSync(changed, bytes)
  return openGguf(changed)
}

const halfPrecision: TensorForm = {
  type: 1,
  bytes: (numbers) => 2 * numbers,
  encode: (numbers) => new Uint8Array(Uint16Array.from(numbers, (number) => (number < 0 ? 0x8000 : 0) | toHalf(Math.abs(number))).buffer),
}

describe('openGguf', () => {
  it('reads what a file says of itself, and its numbers', async () => {
    using file = await openGguf(path)
    expect(file.metadata.text('general.architecture')).toBe('llama')
    expect(file.metadata.number('llama.block_count')).toBe(2)
    expect(file.metadata.flag('tokenizer.ggml.add_bos_token')).toBe(false)
    expect(file.metadata.texts('tokenizer.ggml.tokens')[2]).toBe('<|im_end|>')
    expect(file.metadata.number('nowhere', 7)).toBe(7)
    expect([...file.read('output_norm.weight')]).toEqual(Array(64).fill(1))
    const rows = file.read('token_embd.weight', new Float32Array(273 * 64))
    expect(rows[64]).toBe(2)
  })

  it('reads matrices in eight bits: of quantised types as they are, of others nearly', async () => {
    using file = await openGguf(path)
    for (const [name, tensor] of file.tensors) {
      if (tensor.dimensions.length !== 2) continue
      const matrix = file.eightBits(name)
      const numbers = file.read(name)
      const [inner, columns] = tensor.dimensions as [number, number]
      const unit = new Float32Array(inner)
      const seen = Array.from({ length: columns }, () => new Float32Array(inner))
      for (let i = 0; i < inner; i++) {
        const row = new Float32Array(columns)
        referenceKernels.eightBitMatmul({ rows: 1, columns, inner }, unit.fill(0).fill(1, i, i + 1), matrix, row)
        row.forEach((number, column) => {
          seen[column]![i] = number
        })
      }
      const farthest = seen.reduce(
        (most, column, at) => column.reduce((far, number, i) => Math.max(far, Math.abs(number - numbers[at * inner + i]!)), most),
        0,
      )
      // Half of the 255 steps that the reach of a block is cut into.
      const halfStep = numbers.reduce((largest, number) => Math.max(largest, Math.abs(number)), 0) / 255
      expect(farthest, name).toBeLessThan(tensor.type === 0 || tensor.type === 1 ? halfStep + 1e-6 : 1e-6)
    }
    expect(() => file.eightBits('output_norm.weight')).not.toThrow()
    expect(() => file.eightBits('nothing')).toThrow(failing('E_GGUF_TENSOR'))
  })

  it('names what is missing or of another kind', async () => {
    using file = await openGguf(path)
    expect(() => file.metadata.number('nowhere')).toThrow(failing('E_GGUF_METADATA', 'nowhere is missing'))
    expect(() => file.metadata.number('general.architecture')).toThrow(failing('E_GGUF_METADATA', 'wanted a number'))
    expect(() => file.metadata.numbers('tokenizer.ggml.tokens')).toThrow(failing('E_GGUF_METADATA', 'a list of numbers'))
    expect(() => file.read('nothing')).toThrow(failing('E_GGUF_TENSOR', 'no tensor of this name'))
    expect(() => file.read('output_norm.weight', new Float32Array(3))).toThrow(failing('E_GGUF_TENSOR', 'another size'))
  })

  it('refuses files that are cut off or of another kind', async () => {
    for (const length of [0, 3, 20, 2000, whole.length - 1])
      await expect(opened(whole.subarray(0, length))).rejects.toMatchObject({ code: 'E_MODEL_FILE', fatal: true })
    await expect(opened(Buffer.from('{"not": "a model"}'))).rejects.toThrow(/is not a GGUF/)
    await expect(openGguf(join(folder, 'none.gguf'))).rejects.toThrow(/does not exist/)
  })

  it('ends, with an error of ours or without, whatever bytes of the header are wrong', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(9000), fc.nat(255)), { minLength: 1, maxLength: 5 }), async (changes) => {
        const damaged = Buffer.from(whole)
        for (const [at, value] of changes) damaged[at] = value
        try {
          using file = await opened(damaged)
          for (const name of file.tensors.keys()) file.read(name)
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^E_(MODEL_FILE|GGUF_TYPE|GGUF_TENSOR)$/) })
        }
      }),
      { numRuns: 60 },
    )
  })

  it('writes a file again with other numbers, or the same', async () => {
    using file = await openGguf(path)
    rewriteGguf(file, join(folder, 'same.gguf'))
    expect(readFileSync(join(folder, 'same.gguf')).equals(whole)).toBe(true)
    rewriteGguf(file, join(folder, 'half.gguf'), ({ dimensions, type }) =>
      dimensions.length === 2 ? halfPrecision : { ...halfPrecision, type, bytes: (n) => 4 * n, encode: (n) => new Uint8Array(n.buffer) },
    )
    using half = await openGguf(join(folder, 'half.gguf'))
    for (const [name, { dimensions }] of file.tensors) {
      const [exact, seen] = [file.read(name), half.read(name)]
      expect(half.tensors.get(name)!.type).toBe(dimensions.length === 2 ? 1 : 0)
      expect(exact.every((number, at) => Math.abs(number - seen[at]!) <= Math.abs(number) / 2048 + 1e-7)).toBe(true)
    }
  })

  it('refuses a type that it cannot read, when it is asked for', async () => {
    using file = await openGguf(path)
    rewriteGguf(file, join(folder, 'other.gguf'), () => ({ ...halfPrecision, type: 30 }))
    using other = await openGguf(join(folder, 'other.gguf'))
    expect(() => other.read('token_embd.weight')).toThrow(failing('E_GGUF_TYPE', 'ggml type 30'))
  })
})
