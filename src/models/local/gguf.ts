// Reads the header of a GGUF file: where its tensors lie. Values of the metadata are passed over. Format: the GGUF specification of the
// ggml project, versions 2 and 3. It knows nothing of what the tensors mean.
import { type FileHandle, open } from 'node:fs/promises'
import { BanyanError } from '../../core/errors.ts'

export interface GgufHeader {
  /** Where the list of tensors begins, and where it ends. Bytes from the file's beginning. */
  readonly list: { readonly start: number; readonly end: number }
  /** The list's end and each tensor are followed by zeros up to a multiple of it. Bytes. */
  readonly alignment: number
  /** Where the tensors' data begins. */
  readonly dataStart: number
  readonly tensors: readonly GgufTensor[]
}

export interface GgufTensor {
  readonly name: string
  /** Fastest changing first; up to 4. */
  readonly dimensions: readonly number[]
  readonly elements: number
  /** ggml's number of the type. */
  readonly type: number
  /** From `dataStart`. */
  readonly offset: number
  /** 0 where the type is not known. */
  readonly bytes: number
}

/** @throws `E_MODEL_FILE` (fatal) for a file that is missing, not a GGUF, or shorter than it says. */
export async function readGgufHeader(path: string): Promise<GgufHeader> {
  const file = await open(path).catch((cause: unknown) => {
    const reason = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT' ? 'does not exist' : 'cannot be opened'
    throw new BanyanError('E_MODEL_FILE', `the model file ${reason}`, {
      seen: path,
      hint: 'Give the path of a GGUF file.',
      cause,
      fatal: true,
    })
  })
  try {
    const info = await file.stat()
    if (!info.isFile()) throw wrong(path, 'is not a file', 'a directory or device')
    return await headerOf(path, file, info.size)
  } finally {
    await file.close()
  }
}

/** The header's length is not known before it is read, so it is read in growing pieces. */
async function headerOf(path: string, file: FileHandle, size: number): Promise<GgufHeader> {
  for (let length = Math.min(size, 2 ** 22); ; length = Math.min(size, length * 4)) {
    const bytes = Buffer.alloc(length)
    const { bytesRead } = await file.read(bytes, 0, length, 0)
    try {
      const header = parsed(path, new Reader(bytes.subarray(0, bytesRead)))
      const needed = header.tensors.reduce((most, { offset, bytes }) => Math.max(most, header.dataStart + offset + bytes), header.dataStart)
      if (needed <= size) return header
      throw wrong(path, 'is truncated', `${size} bytes`, `${needed} bytes, as its header says`)
    } catch (error) {
      if (!(error instanceof TooShort)) throw error
      if (length >= size) throw wrong(path, 'is truncated within its header', `${size} bytes`)
      if (length >= longestHeader) throw wrong(path, 'has a header that never ends', `${length} bytes read`)
    }
  }
}

function parsed(path: string, reader: Reader): GgufHeader {
  const magic = reader.text(4)
  if (magic !== 'GGUF') throw wrong(path, 'is not a GGUF', `the first bytes ${JSON.stringify(magic)}`, '"GGUF"')
  const version = reader.u32()
  if (version !== 2 && version !== 3) throw wrong(path, 'has an unknown GGUF version', version, '2 or 3')
  const count = reader.u64()
  const entries = reader.u64()
  if (count > mostItems || entries > mostItems) throw wrong(path, 'has a damaged header', `${count} tensors and ${entries} entries`)
  let alignment = 32
  for (let i = 0; i < entries; i++) {
    const key = reader.text(reader.u64())
    const type = reader.u32()
    if (key === 'general.alignment' && type === 4) alignment = reader.u32()
    else if (!skip(reader, type, 0)) throw wrong(path, 'has a damaged header', `value type ${type} for ${JSON.stringify(key)}`)
  }
  if (alignment < 1 || alignment > 2 ** 16) throw wrong(path, 'has a damaged header', `an alignment of ${alignment}`)
  const start = reader.offset
  const tensors: GgufTensor[] = []
  for (let i = 0; i < count; i++) {
    const name = reader.text(reader.u64())
    const axes = reader.u32()
    if (axes > 4) throw wrong(path, 'has a damaged header', `${axes} dimensions of the tensor ${JSON.stringify(name)}`)
    const dimensions = Array.from({ length: axes }, () => reader.u64())
    const elements = dimensions.reduce((product, length) => product * length, 1)
    const type = reader.u32()
    const [blockLength, blockBytes] = tensorTypes[type] ?? [1, 0]
    tensors.push({ name, dimensions, elements, type, offset: reader.u64(), bytes: Math.ceil(elements / blockLength) * blockBytes })
  }
  const end = reader.offset
  return { list: { start, end }, alignment, dataStart: Math.ceil(end / alignment) * alignment, tensors }
}

/** Passes over a value; false for an unknown type. */
function skip(reader: Reader, type: number, depth: number): boolean {
  const bytes = scalarBytes[type]
  if (bytes !== undefined) reader.skip(bytes)
  else if (type === 8) reader.skip(reader.u64())
  else if (type === 9 && depth < 4) {
    const element = reader.u32()
    const count = reader.u64()
    const size = scalarBytes[element]
    if (size !== undefined) reader.skip(size * count)
    else for (let i = 0; i < count; i++) if (!skip(reader, element, depth + 1)) return false
  } else return false
  return true
}

/** Reads little-endian numbers; throws `TooShort` at the end of what there is. */
class Reader {
  readonly #bytes: Buffer
  offset = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  skip(length: number): number {
    const start = this.offset
    if (!(length >= 0 && start + length <= this.#bytes.length)) throw new TooShort()
    this.offset = start + length
    return start
  }

  u32(): number {
    return this.#bytes.readUInt32LE(this.skip(4))
  }

  u64(): number {
    return Number(this.#bytes.readBigUInt64LE(this.skip(8)))
  }

  text(length: number): string {
    const start = this.skip(length)
    return this.#bytes.toString('latin1', start, start + length)
  }
}

class TooShort extends Error {}

function wrong(path: string, what: string, seen: unknown, wanted?: string): BanyanError {
  return new BanyanError('E_MODEL_FILE', `the model file ${path} ${what}`, {
    seen,
    ...(wanted === undefined ? {} : { wanted }),
    hint: 'Fetch it again (`npx banyan models pull <name>` for a model of the catalogue), or give another GGUF file.',
    fatal: true,
  })
}

/** Bytes of the scalar value types of GGUF, by number: 8 is a text, 9 an array. */
const scalarBytes: Readonly<Record<number, number>> = { 0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8 }

/** Elements and bytes of one block, by ggml tensor type. For a type that is not here only the offset is checked. */
const tensorTypes: Readonly<Record<number, readonly [number, number]>> = {
  0: [1, 4],
  1: [1, 2],
  2: [32, 18],
  3: [32, 20],
  6: [32, 22],
  7: [32, 24],
  8: [32, 34],
  10: [256, 84],
  11: [256, 110],
  12: [256, 144],
  13: [256, 176],
  14: [256, 210],
  20: [32, 18],
  23: [256, 136],
  24: [1, 1],
  25: [1, 2],
  26: [1, 4],
  27: [1, 8],
  28: [1, 8],
  30: [1, 2],
}

/** Far more than any model has; keeps a damaged count from being looped over for hours. */
const mostItems = 1_000_000
/** Bytes. The largest vocabularies take some thirty megabytes. */
const longestHeader = 2 ** 28
