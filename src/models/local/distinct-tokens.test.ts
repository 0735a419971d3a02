import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { distinctTokens } from './distinct-tokens.ts'

describe('distinctTokens', () => {
  it('counts a token once for each text that it follows', () => {
    const seen = distinctTokens()
    seen.add([], [1, 2, 3])
    seen.add([1, 2], [3, 4])
    seen.add([1], [3])
    // 1 · 12 · 123 · 1234 · 13
    expect(seen.count).toBe(5)
  })

  it('counts the nodes of the trie of all texts', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.nat(5), { maxLength: 6 }), { maxLength: 20 }), (texts) => {
        const seen = distinctTokens()
        const trie = new Set<string>()
        for (const text of texts) {
          seen.add([], text)
          for (let length = 1; length <= text.length; length++) trie.add(text.slice(0, length).join(' '))
        }
        expect(seen.count).toBe(trie.size)
      }),
    )
  })

  it('says that it does not know past its limit', () => {
    const seen = distinctTokens(10)
    seen.add(
      [],
      Array.from({ length: 11 }, (_, token) => token),
    )
    expect(seen.count).toBeUndefined()
  })
})
