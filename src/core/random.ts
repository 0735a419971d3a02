// Seeded random numbers. Every draw is keyed, so that timing and order of arrival never change one.
import { mix } from './hash.ts'

/** A small fast generator (sfc32 by Chris Doty-Humphrey: 128 bits of state, passes PractRand). */
export class Random {
  #a = 0
  #b = 0
  #c = 0
  #counter = 1

  constructor(seed: number, key: number | string = 0) {
    this.reseed(seed, key)
  }

  /** Starts the stream of (seed, key) again, without making a new object. */
  reseed(seed: number, key: number | string): this {
    const low = typeof key === 'number' ? key : hashText(key)
    let a = mix(seed ^ 0x9e3779b9)
    let b = mix(low ^ 0x85ebca6b)
    let c = mix(
      Math.imul(Math.floor(seed / 4294967296), 0x27d4eb2f) ^
        (typeof key === 'number' ? Math.floor(key / 4294967296) : hashText(key, 0x5bd1e995)) ^
        0xc2b2ae35,
    )
    // Twelve draws, as `integer` makes them, without writing each to the object.
    for (let counter = 1; counter <= 12; counter++) {
      const sum = (a + b + counter) | 0
      a = b ^ (b >>> 9)
      b = (c + (c << 3)) | 0
      c = (((c << 21) | (c >>> 11)) + sum) | 0
    }
    this.#a = a
    this.#b = b
    this.#c = c
    this.#counter = 13
    return this
  }

  /** A whole number in [0, 2^32). */
  integer(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0
    return sum >>> 0
  }

  /** A number in [0, 1) with 32 random bits. */
  unit(): number {
    return this.integer() / 4294967296
  }

  /** A whole number in [0, bound), for bounds up to 2^32; bias below bound / 2^32. */
  below(bound: number): number {
    return Math.floor(this.unit() * bound)
  }

  /** An index drawn in proportion to `weights` (not negative, not all zero; otherwise uniform). */
  weighted(weights: ArrayLike<number>): number {
    let total = 0
    for (let i = 0; i < weights.length; i++) total += weights[i] ?? 0
    if (!(total > 0)) return this.below(weights.length)
    let point = this.unit() * total
    for (let i = 0; i < weights.length; i++) {
      point -= weights[i] ?? 0
      if (point < 0) return i
    }
    return weights.length - 1
  }

  /** A new array in random order. */
  shuffled<T>(values: readonly T[]): T[] {
    const result = [...values]
    for (let i = result.length - 1; i > 0; i--) {
      const j = this.below(i + 1)
      const held = result[i] as T
      result[i] = result[j] as T
      result[j] = held
    }
    return result
  }
}

/** 32-bit FNV-1a of a text, mixed; for keys of streams, not for identity. */
export function hashText(text: string, basis = 0x811c9dc5): number {
  let hash = basis
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return mix(hash)
}
