// Arrays that are used again. A tape takes what it needs in a step and gives all of it back at the end, so that memory stays flat, also
// where lengths vary: arrays are cut from blocks of few sizes. Knows nothing of tensors.

/** Blocks that lie ready, by their length. */
export class Pool {
  readonly #free = new Map<number, Float32Array[]>()
  readonly #array: typeof Float32Array
  #bytes = 0
  #lent = 0
  #mostLent = 0

  /** @param precision `double` gives Float64Arrays under the same type; only the reference kernels can work on them, and only checks need them. */
  constructor(precision: 'single' | 'double' = 'single') {
    this.#array = precision === 'single' ? Float32Array : (Float64Array as unknown as typeof Float32Array)
  }

  /** Bytes of all blocks, lent or ready. */
  get bytes(): number {
    return this.#bytes
  }

  /** An array of this length with anything in it. */
  take(length: number): Float32Array {
    const size = blockLength(length)
    const array = this.#free.get(size)?.pop() ?? this.#larger(size) ?? this.#grow(size)
    this.#lent += array.buffer.byteLength
    if (this.#lent > this.#mostLent) this.#mostLent = this.#lent
    return array.length === length ? array : new this.#array(array.buffer, 0, length)
  }

  /** Takes an array back. It must have come from `take`, and nobody may use it any more. */
  give(array: Float32Array): void {
    const size = array.buffer.byteLength / array.BYTES_PER_ELEMENT
    this.#lent -= array.buffer.byteLength
    const ready = this.#free.get(size)
    if (ready === undefined) this.#free.set(size, [array])
    else ready.push(array)
  }

  /** Forgets the blocks that lie ready where all blocks are half as much again as were ever lent at once: so much is of no use. */
  trim(): void {
    if (this.#bytes > 1.5 * this.#mostLent) this.clear()
  }

  /** Forgets the blocks that lie ready. */
  clear(): void {
    for (const [size, arrays] of this.#free) for (const array of arrays) this.#bytes -= size * array.BYTES_PER_ELEMENT
    this.#free.clear()
  }

  /** A ready block of up to twice the length, so that steps of like shapes share their large blocks. */
  #larger(size: number): Float32Array | undefined {
    if (size < large) return undefined
    for (let next = blockLength(size + 1); next <= 2 * size; next = blockLength(next + 1)) {
      const found = this.#free.get(next)?.pop()
      if (found !== undefined) return found
    }
    return undefined
  }

  #grow(size: number): Float32Array {
    const block = new this.#array(size)
    this.#bytes += block.byteLength
    return block
  }
}

/** Below it, a block more costs less than the search for one. */
const large = 65_536

/** The least of 16, 20, 24, 28, 32, 40, 48, 56, 64 … that is enough: at most a quarter is wasted. */
function blockLength(length: number): number {
  if (length <= 16) return 16
  const step = 2 ** (29 - Math.clz32(length - 1))
  return Math.ceil(length / step) * step
}
