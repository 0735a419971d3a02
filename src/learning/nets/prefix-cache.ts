// Branches that were computed lately, found by the tokens that they begin with: what continues a known text pays only for what is new. What is
// found changes how much is computed, and never a result.
import { pageLength } from '../tensor/kernels.ts'
import type { Branch } from './branch.ts'
import type { Decoder } from './decoder.ts'

export interface PrefixCache {
  /** A new branch with these tokens, of which as many as possible are known already. */
  open(tokens: ArrayLike<number>): Branch
  /** Takes a branch over: it is released when it is the oldest and there is no room. */
  keep(branch: Branch): void
  /** Releases all. */
  clear(): void
}

/** @param mostTokens of all branches of the decoder together, those that are generated too; what they share counts once. */
export function prefixCache(decoder: Decoder, mostTokens: number): PrefixCache {
  /** The oldest first. */
  const kept = new Set<Branch>()
  /** By a hash of their first tokens: all of them, or whole pages of them. */
  const byPrefix = new Map<number, { readonly branch: Branch; readonly length: number }>()

  return {
    open(tokens) {
      const found = longest(tokens)
      if (found === undefined) return decoder.open(tokens)
      // Used again, so the youngest.
      kept.delete(found.branch)
      kept.add(found.branch)
      const branch = decoder.fork(found.branch)
      decoder.rewind(branch, found.length)
      decoder.append(branch, Array.from(tokens).slice(found.length))
      return branch
    },
    keep(branch) {
      if (branch.length > mostTokens) return decoder.release(branch)
      const known = longest(branch.tokens)
      // The same once more: of both, the younger one may have more computed.
      if (known !== undefined && known.branch.length === branch.length && known.length === branch.length) forget(known.branch)
      kept.add(branch)
      eachPrefix(branch.tokens, (hash, length) => {
        if (length === branch.length || (length % pageLength === 0 && !byPrefix.has(hash))) byPrefix.set(hash, { branch, length })
      })
      for (const oldest of kept) {
        if (decoder.heldPages * pageLength <= mostTokens) break
        forget(oldest)
      }
    },
    clear() {
      for (const branch of kept) decoder.release(branch)
      kept.clear()
      byPrefix.clear()
    },
  }

  function longest(tokens: ArrayLike<number>): { readonly branch: Branch; readonly length: number } | undefined {
    let best: { readonly branch: Branch; readonly length: number } | undefined
    eachPrefix(tokens, (hash, length) => {
      const known = byPrefix.get(hash)
      if (known?.length === length && same(known.branch.tokens, tokens, length)) best = known
    })
    return best
  }

  function forget(branch: Branch): void {
    eachPrefix(branch.tokens, (hash) => {
      if (byPrefix.get(hash)?.branch === branch) byPrefix.delete(hash)
    })
    kept.delete(branch)
    decoder.release(branch)
  }
}

/** 32-bit FNV-1a over the tokens. */
function eachPrefix(tokens: ArrayLike<number>, visit: (hash: number, length: number) => void): void {
  let hash = 0x811c9dc5
  for (let i = 0; i < tokens.length; i++) {
    hash = Math.imul(hash ^ tokens[i]!, 0x01000193)
    hash ^= hash >>> 15
    visit(hash, i + 1)
  }
}

function same(a: ArrayLike<number>, b: ArrayLike<number>, length: number): boolean {
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return false
  return true
}
