// Digests: SHA-256 of what was asked (FIPS 180-4), and a fast 128-bit hash of a tree's numbers.
import type { Json } from './common.ts'
import type { Tree } from './tree.ts'

/** The JSON text of a value with its keys in order, so that equal values have equal texts. Undefined fields are left out. */
export function canonical(value: Json | undefined): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null'
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item as Json)).join(',')}]`
  const object = value as { readonly [key: string]: Json | undefined }
  const fields = Object.keys(object).filter((key) => object[key] !== undefined)
  fields.sort()
  return `{${fields.map((key) => `${JSON.stringify(key)}:${canonical(object[key])}`).join(',')}}`
}

/** SHA-256 of a value's canonical text: 64 hexadecimal digits. */
export function digest(value: Json): string {
  return sha256(canonical(value))
}

/**
 * Identity of a tree: actions, statistics and states of proof, from the root down in the order of candidates.
 * It does not depend on the order in which nodes were numbered. 32 hexadecimal digits.
 */
export function treeDigest(tree: Tree): string {
  const hash = new NumberHash()
  const stack = tree.size === 0 ? [] : [tree.root]
  while (stack.length > 0) {
    const node = stack.pop()!
    hash.add(tree.depth[node]!)
    hash.add(tree.visits[node]!)
    hash.addFloat(tree.valueSum[node]!)
    hash.add(tree.revision(node))
    hash.add((tree.terminal(node) ? 1 : 0) | (tree.solved(node) ? 2 : 0) | (tree.dead(node) ? 4 : 0) | (tree.proven(node) << 3))
    const size = tree.blockSize[node]!
    hash.add(size)
    const actions = tree.actions(node)
    for (let index = 0; index < size; index++) {
      hash.addText(canonical(actions[index] as Json))
      hash.addFloat(tree.priors[tree.blockStart[node]! + index]!)
    }
    for (let index = size - 1; index >= 0; index--) {
      const child = tree.child(node, index)
      if (child >= 0) stack.push(child)
      hash.add(child >= 0 ? 1 : 0)
    }
  }
  return hash.digest()
}

/** SHA-256 of a text's UTF-8 bytes: 64 hexadecimal digits. */
export function sha256(text: string): string {
  const bytes = new TextEncoder().encode(text)
  const length = bytes.length
  const padded = new Uint8Array(((length + 8) >> 6) * 64 + 64)
  padded.set(bytes)
  padded[length] = 0x80
  const view = new DataView(padded.buffer)
  view.setUint32(padded.length - 8, Math.floor(length / 2 ** 29))
  view.setUint32(padded.length - 4, (length << 3) >>> 0)
  const state = Int32Array.from(initialState)
  const schedule = new Int32Array(64)
  for (let offset = 0; offset < padded.length; offset += 64) compress(state, schedule, view, offset)
  return [...state].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('')
}

function compress(state: Int32Array, schedule: Int32Array, view: DataView, offset: number): void {
  for (let t = 0; t < 16; t++) schedule[t] = view.getInt32(offset + t * 4)
  for (let t = 16; t < 64; t++) {
    const w15 = schedule[t - 15]!
    const w2 = schedule[t - 2]!
    const small0 = rotate(w15, 7) ^ rotate(w15, 18) ^ (w15 >>> 3)
    const small1 = rotate(w2, 17) ^ rotate(w2, 19) ^ (w2 >>> 10)
    schedule[t] = schedule[t - 16]! + small0 + schedule[t - 7]! + small1
  }
  let [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number]
  for (let t = 0; t < 64; t++) {
    const first = (h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & f) ^ (~e & g)) + roundConstants[t]! + schedule[t]!) | 0
    const second = ((rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0
    h = g
    g = f
    f = e
    e = (d + first) | 0
    d = c
    c = b
    b = a
    a = (first + second) | 0
  }
  const words = [a, b, c, d, e, f, g, h]
  for (let i = 0; i < 8; i++) state[i] = state[i]! + words[i]!
}

function rotate(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by))
}

/** The first 32 bits of the fractional parts of the square (initial state) and cube roots (rounds) of the first primes. */
const primes = firstPrimes(64)
const initialState = Int32Array.from(primes.slice(0, 8), (prime) => fraction(Math.sqrt(prime)))
const roundConstants = Int32Array.from(primes, (prime) => fraction(Math.cbrt(prime)))

function fraction(root: number): number {
  return Math.floor((root - Math.floor(root)) * 2 ** 32) | 0
}

function firstPrimes(count: number): number[] {
  const found: number[] = []
  for (let n = 2; found.length < count; n++) if (found.every((prime) => n % prime !== 0)) found.push(n)
  return found
}

/** Four lanes of the mixing step of MurmurHash3 (Austin Appleby, public domain algorithm); not cryptographic. */
class NumberHash {
  readonly #lanes = new Int32Array([0x239b961b, 0x38b34ae5, 0x5bd1e995, 0x1b873593])
  readonly #float = new Float64Array(1)
  readonly #words = new Int32Array(this.#float.buffer)
  #count = 0

  add(word: number): void {
    const lane = this.#count++ & 3
    let k = Math.imul(word, 0xcc9e2d51)
    k = (k << 15) | (k >>> 17)
    let h = this.#lanes[lane]! ^ Math.imul(k, 0x1b873593)
    h = (h << 13) | (h >>> 19)
    this.#lanes[lane] = (Math.imul(h, 5) + 0xe6546b64 + this.#lanes[(lane + 3) & 3]!) | 0
  }

  addFloat(value: number): void {
    this.#float[0] = value
    this.add(this.#words[0]!)
    this.add(this.#words[1]!)
  }

  addText(text: string): void {
    this.add(text.length)
    for (let i = 0; i < text.length; i++) this.add(text.charCodeAt(i))
  }

  digest(): string {
    this.add(this.#count)
    for (let round = 0; round < 8; round++) this.add(0)
    return [...this.#lanes].map((lane) => (lane >>> 0).toString(16).padStart(8, '0')).join('')
  }
}
