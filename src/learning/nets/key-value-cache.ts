// Pages of keys and values, counted by how many sequences hold them: sequences with a common beginning hold the same pages, and a page that
// several hold is copied before one of them writes to it. It knows no sequence and no token.
import { pageLength } from '../tensor/kernels.ts'
import type { CausalShape } from './causal-net.ts'

/** Pages by number, one array for each layer. */
export interface KeyValueCache {
  /** Of all arrays. */
  readonly bytes: number
  /** Pages that somebody holds. */
  readonly held: number
  /** All pages of a layer; another array after `take` or `own`, when the cache had to grow. */
  layer(layer: number): Float32Array
  /** A page for one holder, with anything in it. */
  take(): number
  /** One holder more. */
  hold(page: number): void
  /** One holder less. */
  leave(page: number): void
  /** Whether more than one hold it. */
  shared(page: number): boolean
  /** A page with the same contents, for one of its holders alone: this one, or a copy. */
  own(page: number): number
}

/** @example const cache = keyValueCache(net.shape) */
export function keyValueCache({ layers, keyHeads, headSize }: CausalShape): KeyValueCache {
  const pageFloats = keyHeads * headSize * 2 * pageLength
  const arrays = Array.from({ length: layers }, () => new Float32Array(0))
  let holders = new Int32Array(0)
  const free: number[] = []
  let held = 0

  return {
    get bytes() {
      return layers * holders.length * pageFloats * Float32Array.BYTES_PER_ELEMENT
    },
    get held() {
      return held
    },
    layer: (layer) => arrays[layer]!,
    take,
    hold: (page) => void holders[page]!++,
    leave(page) {
      if (--holders[page]! > 0) return
      held--
      free.push(page)
    },
    shared: (page) => holders[page]! > 1,
    own(page) {
      if (holders[page] === 1) return page
      const copy = take()
      holders[page]!--
      for (const array of arrays) array.copyWithin(copy * pageFloats, page * pageFloats, (page + 1) * pageFloats)
      return copy
    },
  }

  function take(): number {
    if (free.length === 0) grow()
    const page = free.pop()!
    holders[page] = 1
    held++
    return page
  }

  /** One layer after another, so that never more than one is there twice. */
  function grow(): void {
    const before = holders.length
    const after = Math.max(16, before + Math.ceil(before / 2))
    for (let layer = 0; layer < layers; layer++) {
      const larger = new Float32Array(after * pageFloats)
      larger.set(arrays[layer]!)
      arrays[layer] = larger
    }
    const counts = new Int32Array(after)
    counts.set(holders)
    holders = counts
    for (let page = after - 1; page >= before; page--) free.push(page)
  }
}
