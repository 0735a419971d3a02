// A GGUF file: its metadata, and its tensors as numbers in single precision. Header and places are checked before anything is read. It knows no
// architecture.
import { closeSync, openSync, readSync } from 'node:fs'
import { type GGUFParseOutput, gguf } from '@huggingface/gguf'
import { BanyanError } from '../../core/errors.ts'
import { type GgufHeader, type GgufTensor, readGgufHeader } from '../../models/local/gguf.ts'
import { codedBlock, eightBitMatrix, roundBlock, setBlock } from '../tensor/eight-bit-matrix.ts'
import { codeBlock, type EightBitMatrix } from '../tensor/kernels.ts'
import { type TensorType, tensorTypes } from './tensor-types.ts'

/** An open GGUF file. */
export interface GgufFile extends Disposable {
  readonly path: string
  readonly metadata: Metadata
  readonly header: GgufHeader
  /** By name. */
  readonly tensors: ReadonlyMap<string, GgufTensor>
  /**
   * The numbers of a tensor, in the order of the file: `dimensions[0]` changes fastest.
   *
   * @param into receives them; a new array otherwise.
   * @throws BanyanError E_GGUF_TENSOR when there is none of this name, or `into` has another length; E_GGUF_TYPE for a type that is not read;
   * E_MODEL_FILE when the file ends early.
   */
  read(name: string, into?: Float32Array): Float32Array
  /**
   * The numbers of a matrix of `dimensions[1]` columns in eight bits: those of quantised types as they are, others rounded.
   *
   * @throws BanyanError E_TENSOR_SHAPE when columns do not consist of whole blocks; the errors of `read`.
   */
  eightBits(name: string): EightBitMatrix
  close(): void
}

/** What a file says of itself. Each reading throws BanyanError E_GGUF_METADATA for a value of another kind, and for one that is missing without default. */
export interface Metadata {
  has(key: string): boolean
  number(key: string, otherwise?: number): number
  text(key: string, otherwise?: string): string
  flag(key: string, otherwise?: boolean): boolean
  texts(key: string): readonly string[]
  numbers(key: string): readonly number[]
}

/**
 * Opens a file.
 *
 * @throws BanyanError E_MODEL_FILE (fatal) for a file that is missing, not a GGUF, damaged, or shorter than it says.
 * @example
 * using file = await openGguf('model.gguf')
 * const gains = file.read('blk.0.attn_norm.weight')
 */
export async function openGguf(path: string): Promise<GgufFile> {
  const header = await readGgufHeader(path)
  const values = await valuesIn(path)
  const tensors = new Map(header.tensors.map((tensor) => [tensor.name, tensor]))
  const file = openSync(path, 'r')
  let closed = false
  const close = () => {
    if (!closed) closeSync(file)
    closed = true
  }
  return {
    path,
    header,
    metadata: metadataOf(path, values),
    tensors,
    read(name, into) {
      const tensor = tensorNamed(name)
      const out = into ?? new Float32Array(tensor.elements)
      if (out.length !== tensor.elements)
        throw new BanyanError('E_GGUF_TENSOR', `${path}: the tensor ${name} has another size`, {
          seen: tensor.elements,
          wanted: `${out.length} numbers`,
        })
      const type = typeOf(path, tensor)
      readBlocks(path, file, header.dataStart + tensor.offset, tensor, type, (view, blocks, from) =>
        type.read(view, blocks, out.subarray(from * type.numbers, (from + blocks) * type.numbers)),
      )
      return out
    },
    eightBits(name) {
      const tensor = tensorNamed(name)
      const type = typeOf(path, tensor)
      const [inner, columns = 1] = tensor.dimensions as readonly [number, number?]
      const matrix = eightBitMatrix(inner, columns)
      const blocksOfColumn = inner / codeBlock
      const block = codedBlock()
      const numbers = new Float32Array(codeBlock)
      /** In how many of the file's blocks a block of ours lies. */
      const pieces = codeBlock / type.numbers
      readBlocks(path, file, header.dataStart + tensor.offset, tensor, type, (view, blocks, from) => {
        for (let at = 0; at < blocks / pieces; at++) {
          const start = at * pieces * type.bytes
          if (type.coded !== undefined) type.coded(view, start, block)
          else {
            type.read(new DataView(view.buffer, view.byteOffset + start), pieces, numbers)
            roundBlock(numbers, block)
          }
          const nth = from / pieces + at
          setBlock(matrix, Math.floor(nth / blocksOfColumn), nth % blocksOfColumn, block)
        }
      })
      return matrix
    },
    close,
    [Symbol.dispose]: close,
  }

  function tensorNamed(name: string): GgufTensor {
    const tensor = tensors.get(name)
    if (tensor !== undefined) return tensor
    throw new BanyanError('E_GGUF_TENSOR', `${path} has no tensor of this name`, {
      seen: name,
      wanted: [...tensors.keys()].slice(0, 5).join(', '),
    })
  }
}

function typeOf(path: string, { name, type, elements }: GgufTensor): TensorType {
  const known = tensorTypes[type]
  if (known === undefined)
    throw new BanyanError('E_GGUF_TYPE', `${path}: the tensor ${name} is of a type that is not read`, {
      seen: `ggml type ${type}`,
      wanted: Object.values(tensorTypes)
        .map(({ name }) => name)
        .join(', '),
      hint: 'Take the model in one of these types',
    })
  if (elements % known.numbers === 0) return known
  throw new BanyanError('E_GGUF_TENSOR', `${path}: the tensor ${name} does not consist of whole blocks`, {
    seen: elements,
    wanted: `a multiple of ${known.numbers} numbers`,
  })
}

/** Shows a tensor's blocks a piece at a time, so that a large one does not need twice its memory. @param show gets blocks from the `from`-th on. */
function readBlocks(
  path: string,
  file: number,
  start: number,
  { name, elements }: GgufTensor,
  type: TensorType,
  show: (view: DataView, blocks: number, from: number) => void,
): void {
  const atOnce = Math.floor(pieceBytes / type.bytes / codeBlock) * codeBlock
  const piece = Buffer.alloc(atOnce * type.bytes)
  const all = elements / type.numbers
  for (let from = 0; from < all; from += atOnce) {
    const blocks = Math.min(atOnce, all - from)
    const length = blocks * type.bytes
    for (let at = 0; at < length; ) {
      const count = readSync(file, piece, at, length - at, start + from * type.bytes + at)
      if (count === 0)
        throw new BanyanError('E_MODEL_FILE', `the model file ${path} ends within the tensor ${name}`, {
          hint: 'It was cut off while it was read; fetch it again',
          fatal: true,
        })
      at += count
    }
    show(new DataView(piece.buffer, piece.byteOffset, length), blocks, from)
  }
}

async function valuesIn(path: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    const { metadata }: GGUFParseOutput<{ strict: false }> = await gguf(path, { allowLocalFile: true })
    return metadata
  } catch (cause) {
    throw new BanyanError('E_MODEL_FILE', `the metadata of ${path} cannot be read`, {
      seen: cause instanceof Error ? cause.message : cause,
      hint: 'It is damaged; fetch it again',
      cause,
      fatal: true,
    })
  }
}

function metadataOf(path: string, values: Readonly<Record<string, unknown>>): Metadata {
  const value = <T>(key: string, kind: string, read: (found: unknown) => T | undefined, otherwise?: T): T => {
    const found = Object.hasOwn(values, key) ? values[key] : undefined
    const result = found === undefined ? otherwise : read(found)
    if (result !== undefined) return result
    throw new BanyanError('E_GGUF_METADATA', `${path}: ${key} ${found === undefined ? 'is missing' : 'is of another kind'}`, {
      ...(found !== undefined && { seen: typeof found === 'bigint' ? String(found) : found }),
      wanted: kind,
    })
  }
  const asNumber = (found: unknown) => (typeof found === 'number' ? found : typeof found === 'bigint' ? Number(found) : undefined)
  const asText = (found: unknown) => (typeof found === 'string' ? found : undefined)
  const listOf =
    <T>(one: (found: unknown) => T | undefined) =>
    (found: unknown): T[] | undefined => {
      if (!Array.isArray(found)) return undefined
      const list = found.map(one)
      return list.every((item) => item !== undefined) ? (list as T[]) : undefined
    }
  return {
    has: (key) => Object.hasOwn(values, key),
    number: (key, otherwise) => value(key, 'a number', asNumber, otherwise),
    text: (key, otherwise) => value(key, 'a text', asText, otherwise),
    flag: (key, otherwise) => value(key, 'true or false', (found) => (typeof found === 'boolean' ? found : undefined), otherwise),
    texts: (key) => value(key, 'a list of texts', listOf(asText)),
    numbers: (key) => value(key, 'a list of numbers', listOf(asNumber)),
  }
}

const pieceBytes = 2 ** 22
