// Named tensors in a file, in the safetensors format: eight bytes with the header's length, a JSON header with type, shape and place of each
// tensor, then the numbers. Written as F32; F16 and BF16 are read too. Reading believes nothing: header, places and sizes are checked before
// any number is read, and no more memory is used than for the tensors asked for. It knows no net.
import { createHash } from 'node:crypto'
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { endianness } from 'node:os'
import { z } from 'zod'
import { BanyanError } from '../../core/errors.ts'
import { type Shape, sizeOf } from '../tensor/shape.ts'
import { replaceFile } from './replace-file.ts'

/** Numbers with a name; parameters of a net are such. */
export interface NamedTensor {
  readonly name: string
  readonly shape: Shape
  readonly data: Float32Array
}

/** What was written. */
export interface WrittenTensors {
  readonly bytes: number
  /** Of the whole file, lower-case hexadecimal. Equal tensors and metadata give equal files. */
  readonly sha256: string
}

/** A tensor as the header describes it. */
export interface StoredTensor {
  readonly name: string
  /** `F32`, `F16` and `BF16` can be read; others (whole numbers, F64, F8…) may lie in a file, and are refused when they are read. */
  readonly type: string
  readonly shape: Shape
  /** Its bytes in the file, half open. */
  readonly from: number
  readonly to: number
}

/** An open file. */
export interface TensorFile extends Disposable {
  readonly path: string
  /** In the order of the header. */
  readonly tensors: ReadonlyMap<string, StoredTensor>
  /** Free texts that were written with the tensors. */
  readonly metadata: Readonly<Record<string, string>>
  /**
   * The numbers of a tensor.
   *
   * @param into receives them; a new array otherwise.
   * @throws BanyanError E_TENSOR_FILE_NAME when there is none of this name; E_TENSOR_FILE_TYPE when its numbers are of another type;
   * E_TENSOR_SHAPE when `into` has another length; E_TENSOR_FILE_DAMAGED when the file ends early.
   */
  read(name: string, into?: Float32Array): Float32Array
  /** Of the whole file, lower-case hexadecimal. */
  sha256(): string
  close(): void
}

const mostHeaderBytes = 100_000_000
const chunkBytes = 1 << 20
const bytesOf: Readonly<Record<string, number>> = { F32: 4, F16: 2, BF16: 2 }

/**
 * Writes tensors to a file that is there whole or not at all.
 *
 * @param metadata free texts for the header.
 * @throws BanyanError E_TENSOR_FILE_NAME for two tensors of one name; E_TENSOR_SHAPE for one whose numbers do not fit its shape;
 * E_FILE_WRITE when the system cannot write: what was there before is untouched.
 * @example
 * writeTensors('out/net.safetensors', net.parameters, { made: 'by hand' })
 */
export function writeTensors(
  path: string,
  tensors: readonly NamedTensor[],
  metadata: Readonly<Record<string, string>> = {},
): WrittenTensors {
  const header: Record<string, unknown> = Object.create(null)
  if (Object.keys(metadata).length > 0) header.__metadata__ = metadata
  let at = 0
  for (const { name, shape, data } of tensors) {
    if (name in header || name === '__metadata__')
      throw new BanyanError('E_TENSOR_FILE_NAME', `${path}: a name of a tensor is taken`, { seen: name, wanted: 'a name for each tensor' })
    if (sizeOf(shape) !== data.length)
      throw new BanyanError('E_TENSOR_SHAPE', `${path}: tensor ${name} does not fit its shape`, {
        seen: data.length,
        wanted: `${sizeOf(shape)} numbers`,
      })
    header[name] = { dtype: 'F32', shape, data_offsets: [at, at + data.byteLength] }
    at += data.byteLength
  }
  const text = Buffer.from(JSON.stringify(header))
  // The numbers begin at a multiple of eight; blanks at the end of the header are part of the format.
  const start = Buffer.alloc(8 + Math.ceil(text.length / 8) * 8, ' ')
  start.writeBigUInt64LE(BigInt(start.length - 8))
  text.copy(start, 8)
  const hash = createHash('sha256')
  replaceFile(path, (write) => {
    hash.update(start)
    write(start)
    for (const { data } of tensors) {
      const bytes = littleEndian(data)
      hash.update(bytes)
      write(bytes)
    }
  })
  return { bytes: start.length + at, sha256: hash.digest('hex') }
}

/**
 * Opens a file and checks its header: nothing of the numbers is read yet.
 *
 * @throws BanyanError E_FILE_READ when it cannot be opened; E_TENSOR_FILE_DAMAGED, with the reason, when it is not such a file, was cut
 * off, or places tensors outside of itself, over each other or with gaps.
 * @example
 * using file = openTensors('out/net.safetensors')
 * for (const name of file.tensors.keys()) use(name, file.read(name))
 */
export function openTensors(path: string): TensorFile {
  const file = opened(path)
  let closed = false
  const close = () => {
    if (!closed) closeSync(file)
    closed = true
  }
  try {
    const { tensors, metadata, bytes } = readHeader(path, file)
    return {
      path,
      tensors,
      metadata,
      read(name, into) {
        const tensor = tensors.get(name)
        if (tensor === undefined)
          throw new BanyanError('E_TENSOR_FILE_NAME', `${path} has no tensor of this name`, {
            seen: name,
            wanted: [...tensors.keys()].slice(0, 5).join(', '),
          })
        return readNumbers(path, file, tensor, into)
      },
      sha256() {
        const hash = createHash('sha256')
        for (const chunk of chunks(path, file, 0, bytes)) hash.update(chunk)
        return hash.digest('hex')
      },
      close,
      [Symbol.dispose]: close,
    }
  } catch (error) {
    close()
    throw error
  }
}

/** SHA-256 of names, shapes and numbers, in order: equal nets have equal digests. */
export function tensorDigest(tensors: readonly NamedTensor[]): string {
  const hash = createHash('sha256')
  for (const { name, shape, data } of tensors) hash.update(`${JSON.stringify([name, shape])}\n`).update(littleEndian(data))
  return hash.digest('hex')
}

const headerSchema = z.record(z.string(), z.unknown())
const metadataSchema = z.record(z.string(), z.string())
const tensorSchema = z.object({
  dtype: z.string(),
  shape: z.array(z.int().min(0)),
  data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
})

interface Header {
  readonly tensors: ReadonlyMap<string, StoredTensor>
  readonly metadata: Readonly<Record<string, string>>
  readonly bytes: number
}

function readHeader(path: string, file: number): Header {
  const status = fstatSync(file)
  if (!status.isFile()) throw damaged(path, 'it is no file', 'a folder or device', 'a file')
  const { size } = status
  if (size < 8) throw damaged(path, 'it is too short for a header', size, 'at least 8 bytes')
  const length = Number(readBytes(path, file, 0, 8).readBigUInt64LE())
  if (length > Math.min(mostHeaderBytes, size - 8))
    throw damaged(
      path,
      'its header would be longer than the file, so it was cut off or is of another format',
      length,
      `at most ${size - 8} bytes`,
    )
  const parsed = headerSchema.safeParse(parseJson(path, readBytes(path, file, 8, length).toString('utf8')))
  if (!parsed.success) throw damaged(path, 'its header is no object', undefined, 'names with places')
  const metadata = metadataSchema.safeParse(parsed.data.__metadata__ ?? {})
  if (!metadata.success) throw damaged(path, 'its metadata are not texts', undefined, 'texts by name')
  const tensors = new Map<string, StoredTensor>()
  for (const [name, described] of Object.entries(parsed.data)) {
    if (name === '__metadata__') continue
    const { success, data } = tensorSchema.safeParse(described)
    if (!success) throw damaged(path, `tensor ${name} is not described`, described, 'dtype, shape and data_offsets')
    const [from, to] = data.data_offsets
    const width = bytesOf[data.dtype]
    if (from > to || (width !== undefined && to - from !== sizeOf(data.shape) * width))
      throw damaged(
        path,
        `the place of tensor ${name} does not fit its shape`,
        data.data_offsets,
        `${sizeOf(data.shape)} numbers of ${data.dtype}`,
      )
    tensors.set(name, { name, type: data.dtype, shape: data.shape, from: 8 + length + from, to: 8 + length + to })
  }
  let at = 8 + length
  for (const { name, from, to } of [...tensors.values()].sort((a, b) => a.from - b.from || a.to - b.to)) {
    if (from !== at) throw damaged(path, `tensor ${name} does not begin where the one before ends`, from, String(at))
    at = to
  }
  if (at !== size) throw damaged(path, at > size ? 'it was cut off' : 'it goes on behind its last tensor', size, `${at} bytes`)
  return { tensors, metadata: metadata.data, bytes: size }
}

function readNumbers(path: string, file: number, { name, type, shape, from, to }: StoredTensor, into?: Float32Array): Float32Array {
  const width = bytesOf[type]
  if (width === undefined)
    throw new BanyanError('E_TENSOR_FILE_TYPE', `${path}: tensor ${name} is of a type that is not read`, {
      seen: type,
      wanted: 'F32, F16 or BF16',
    })
  const out = into ?? new Float32Array(sizeOf(shape))
  if (out.length !== sizeOf(shape))
    throw new BanyanError('E_TENSOR_SHAPE', `${path}: tensor ${name} has another size`, {
      seen: sizeOf(shape),
      wanted: `${out.length} numbers`,
    })
  let at = 0
  for (const chunk of chunks(path, file, from, to)) {
    const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.length)
    if (type === 'F32') for (let i = 0; i < chunk.length; i += 4) out[at++] = view.getFloat32(i, true)
    else if (type === 'F16') for (let i = 0; i < chunk.length; i += 2) out[at++] = half(view.getUint16(i, true))
    else for (let i = 0; i < chunk.length; i += 2) out[at++] = brainHalf(view.getUint16(i, true))
  }
  return out
}

/** IEEE 754 binary16: one bit of sign, five of exponent, ten of fraction. */
export function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

const floatOfBits = new DataView(new ArrayBuffer(4))

/** The upper sixteen bits of a binary32. */
function brainHalf(bits: number): number {
  floatOfBits.setUint32(0, bits << 16)
  return floatOfBits.getFloat32(0)
}

/** Bytes of a range of the file, a piece at a time; a piece is good until the next. */
function* chunks(path: string, file: number, from: number, to: number): Generator<Buffer> {
  for (let at = from; at < to; at += chunkBytes) yield readBytes(path, file, at, Math.min(chunkBytes, to - at))
}

function readBytes(path: string, file: number, from: number, length: number): Buffer {
  const bytes = Buffer.alloc(length)
  for (let at = 0; at < length; ) {
    const count = readSync(file, bytes, at, length - at, from + at)
    if (count === 0) throw damaged(path, 'it ends early', from + at, `${from + length} bytes`)
    at += count
  }
  return bytes
}

function opened(path: string): number {
  try {
    return openSync(path, 'r')
  } catch (error) {
    throw new BanyanError('E_FILE_READ', `${path} cannot be opened`, { seen: (error as NodeJS.ErrnoException).code, cause: error })
  }
}

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new BanyanError('E_TENSOR_FILE_DAMAGED', `${path} is refused: its header is no JSON`, { seen: text.slice(0, 40), cause: error })
  }
}

function damaged(path: string, why: string, seen: unknown, wanted: string): BanyanError {
  return new BanyanError('E_TENSOR_FILE_DAMAGED', `${path} is refused: ${why}`, { seen, wanted })
}

/** The bytes of the numbers as they lie in files. */
function littleEndian(data: Float32Array): Uint8Array {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  return endianness() === 'LE' ? bytes : Buffer.from(bytes).swap32()
}
