import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json } from './common.ts'
import { canonical, digest } from './digest.ts'
import { Hash } from './hash.ts'
import { Tree } from './tree.ts'
import { treeDigest } from './tree-digest.ts'

const hashOf = (words: readonly number[]): string => {
  const hash = new Hash()
  for (const word of words) hash.add(word)
  return hash.digest()
}
const differingBits = (a: string, b: string): number =>
  [...(BigInt(`0x${a}`) ^ BigInt(`0x${b}`)).toString(2)].filter((bit) => bit === '1').length

describe('the hash', () => {
  // Computed with another implementation (mmh3 for Python, x86 variant, seed 0) from the same words as little-endian bytes.
  it.each([
    [[], '00000000000000000000000000000000'],
    [[0x03020100, 0x07060504, 0x0b0a0908, 0x0f0e0d0c], '6c25c825559180eeea53807489a55bef'],
    [[0x03020100, 0x07060504, 0x0b0a0908, 0x0f0e0d0c, 0x13121110, 0x17161514, 0x1b1a1918, 0x1f1e1d1c], 'd6b16afda4795780b7bd757597df89ce'],
    [Array.from({ length: 12 }, () => -1), 'da0b99f108dcd28cb7219ce211ef2616'],
  ])('is MurmurHash3 of %j', (words, expected) => {
    expect(hashOf(words)).toBe(expected)
  })

  it('tells inputs of other lengths apart', () => {
    const digests = Array.from({ length: 40 }, (_, length) => hashOf(Array.from({ length }, () => 0)))
    expect(new Set(digests).size).toBe(40)
  })

  it('changes about half of its bits with any bit of its input', () => {
    let flips = 0
    let changed = 0
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1, maxLength: 12 }), fc.nat(), fc.nat(31), (words, position, bit) => {
        const flipped = words.with(position % words.length, words[position % words.length]! ^ (1 << bit))
        const bits = differingBits(hashOf(words), hashOf(flipped))
        flips++
        changed += bits
        expect(bits).toBeGreaterThan(24)
      }),
      { numRuns: 500 },
    )
    expect(changed / flips).toBeGreaterThan(62)
    expect(changed / flips).toBeLessThan(66)
  })
})

describe('digests', () => {
  it('are 32 hexadecimal digits, and do not depend on the order of keys or on undefined fields', () => {
    expect(digest({ a: 1, b: [true, null] })).toMatch(/^[0-9a-f]{32}$/)
    expect(digest({ a: 1, b: [true, null] })).toBe(digest({ b: [true, null], c: undefined, a: 1 }))
  })

  it('of values are equal where their canonical texts are, and nowhere else', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        expect(digest(a as Json) === digest(b as Json)).toBe(canonical(a as Json) === canonical(b as Json))
      }),
    )
  })

  it('tell thousands of short texts apart', () => {
    const texts = Array.from({ length: 20_000 }, (_, index) => index.toString(36))
    expect(new Set(texts.map(digest)).size).toBe(texts.length)
  })

  it('of trees change with the order of candidates, and not with the order in which nodes were made', () => {
    const tree = (actions: string[], made: number[]): string => {
      const grown = new Tree<string, string>()
      grown.addRoot('')
      grown.offerListed(0, actions)
      for (const index of made) grown.addChild(0, index, { state: actions[index]!, reward: 0, terminal: true })
      return treeDigest(grown as Tree)
    }
    expect(tree(['a', 'b'], [0, 1])).toBe(tree(['a', 'b'], [1, 0]))
    expect(tree(['a', 'b'], [0, 1])).not.toBe(tree(['b', 'a'], [0, 1]))
    expect(tree(['a', 'b'], [0])).not.toBe(tree(['a', 'b'], [1]))
  })
})
