// MurmurHash3 (Austin Appleby, public domain algorithm): its 128-bit variant for x86, over whole 32-bit words, and its 32-bit finaliser.
// Fast and well mixed, and not cryptographic: its digests are names for equality, not for trust.

const multipliers = [0x239b961b, 0xab0e9789, 0x38b34ae5, 0xa1e38b93] as const
const addends = [0x561ccd1b, 0x0bcaa747, 0x96cd1c35, 0x32ac3b17] as const

/**
 * A hash of what is added, in order.
 *
 * @example
 * const hash = new Hash()
 * hash.addText('banyan')
 * hash.digest()
 */
export class Hash {
  readonly #lanes = new Int32Array(4)
  #words = 0

  /** Adds a whole number modulo 2^32. */
  add(word: number): void {
    const lanes = this.#lanes
    const lane = this.#words++ & 3
    const next = (lane + 1) & 3
    const scattered = Math.imul(rotated(Math.imul(word, multipliers[lane]!), 15 + lane), multipliers[next]!)
    lanes[lane] = Math.imul(rotated(lanes[lane]! ^ scattered, 19 - 2 * lane) + lanes[next]!, 5) + addends[lane]!
  }

  /** Adds a text with its length, two UTF-16 units a word. */
  addText(text: string): void {
    this.add(text.length)
    // Behind the end `charCodeAt` is NaN, which counts as 0.
    for (let i = 0; i < text.length; i += 2) this.add(text.charCodeAt(i) | (text.charCodeAt(i + 1) << 16))
  }

  /** 32 hexadecimal digits. Ends the hash: nothing may be added afterwards. */
  digest(): string {
    const bytes = this.#words * 4
    while (this.#words % 4 > 0) this.add(0)
    const mixed = spread(spread(this.#lanes.map((lane) => lane ^ bytes)).map(mix))
    return Array.from(mixed, (lane) => (lane >>> 0).toString(16).padStart(8, '0')).join('')
  }
}

/** The 32-bit finaliser: every input bit changes every output bit with probability near one half. */
export function mix(word: number): number {
  let hash = word
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}

/** Carries every lane into every other. */
function spread(lanes: Int32Array): Int32Array {
  lanes[0]! += lanes[1]! + lanes[2]! + lanes[3]!
  for (let lane = 1; lane < 4; lane++) lanes[lane]! += lanes[0]!
  return lanes
}

function rotated(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by))
}
