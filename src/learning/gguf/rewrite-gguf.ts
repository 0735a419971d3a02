// Writes a GGUF file once more with its numbers in another form: in single precision, say, to compare programs without their quantised
// arithmetic. The metadata stay as they are, `general.file_type` too.
import { closeSync, openSync, readSync } from 'node:fs'
import { endianness } from 'node:os'
import type { GgufTensor } from '../../models/local/gguf.ts'
import { replaceFile } from '../files/replace-file.ts'
import type { GgufFile } from './open-gguf.ts'
import { single } from './tensor-types.ts'

/** How the numbers of a tensor will lie. */
export interface TensorForm {
  /** ggml's number of the type. */
  readonly type: number
  /** Bytes of so many numbers. */
  bytes(numbers: number): number
  encode(numbers: Float32Array): Uint8Array
}

/** Single precision. */
const singlePrecision: TensorForm = {
  type: single,
  bytes: (numbers) => 4 * numbers,
  encode(numbers) {
    const bytes = Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength)
    return endianness() === 'LE' ? bytes : Buffer.from(bytes).swap32()
  },
}

/**
 * Writes the file whole or not at all.
 *
 * @param formOf of each tensor. Default: single precision.
 * @throws BanyanError E_GGUF_TYPE for a tensor that cannot be read; E_FILE_WRITE when the system cannot write.
 * @example
 * using file = await openGguf('model.Q4_1.gguf')
 * rewriteGguf(file, 'model.F32.gguf')
 */
export function rewriteGguf(file: GgufFile, path: string, formOf: (tensor: GgufTensor) => TensorForm = () => singlePrecision): void {
  const { header } = file
  const before = Buffer.alloc(header.list.start)
  const from = openSync(file.path, 'r')
  try {
    readSync(from, before, 0, before.length, 0)
  } finally {
    closeSync(from)
  }
  const padded = (length: number) => Math.ceil(length / header.alignment) * header.alignment
  const fill = (length: number) => Buffer.alloc(padded(length) - length)
  const entries: Buffer[] = []
  let offset = 0
  for (const tensor of header.tensors) {
    const form = formOf(tensor)
    entries.push(entryOf(tensor, form.type, offset))
    offset += padded(form.bytes(tensor.elements))
  }
  const list = Buffer.concat(entries)
  replaceFile(path, (write) => {
    write(before)
    write(list)
    write(fill(before.length + list.length))
    for (const tensor of header.tensors) {
      const bytes = formOf(tensor).encode(file.read(tensor.name))
      write(bytes)
      write(fill(bytes.length))
    }
  })
}

function entryOf({ name, dimensions }: GgufTensor, type: number, offset: number): Buffer {
  const text = Buffer.from(name, 'latin1')
  const entry = Buffer.alloc(8 + text.length + 4 + 8 * dimensions.length + 12)
  let at = entry.writeBigUInt64LE(BigInt(text.length), 0)
  at += text.copy(entry, at)
  at = entry.writeUInt32LE(dimensions.length, at)
  for (const length of dimensions) at = entry.writeBigUInt64LE(BigInt(length), at)
  at = entry.writeUInt32LE(type, at)
  entry.writeBigUInt64LE(BigInt(offset), at)
  return entry
}
