// The digest of a tree: a name for equality, not for trust. It reads the tree's arrays from front to back, because a search of a million
// nodes a second cannot wait for its digest.
import type { Json } from './common.ts'
import { canonical } from './digest.ts'
import { Hash, mix } from './hash.ts'
import type { Tree } from './tree.ts'

const double = new Float64Array(1)
const words = new Int32Array(double.buffer)
const single = new Float32Array(1)
const singleWord = new Int32Array(single.buffer)

/**
 * Identity of a tree: actions, statistics and states of proof of what hangs on the root, by the order of candidates.
 * It does not depend on the order in which nodes were numbered. 32 hexadecimal digits, of 64 bits' strength.
 *
 * Every node is named by a hash of its path; hashes of name and content are added up.
 */
export function treeDigest(tree: Tree): string {
  const { root, size, parent, candidateOf, blockStart, blockSize, childOf, visits, valueSum } = tree
  const priors = tree.uniform ? undefined : tree.priors
  const loose = tree.changes > 0
  const actionsOf = rememberedActions()
  const sumWords = new Int32Array(valueSum.buffer)
  // Two words a node; 0 and 0 where it does not hang on the root.
  const names = new Int32Array(2 * Math.max(0, size - root))
  let [a, b] = [0, 0]
  for (let node = root; node < size; node++) {
    const at = 2 * (node - root)
    if (node === root) names[at] = 1
    else {
      const above = parent[node]!
      const from = 2 * (above - root)
      const index = candidateOf[node]!
      if (loose) {
        if (from < 0 || (names[from] === 0 && names[from + 1] === 0)) continue
        if (index >= blockSize[above]! || childOf[blockStart[above]! + index] !== node) continue
      }
      names[at] = stirredLow(names[from]!, index + 1)
      names[at + 1] = stirredHigh(names[from + 1]!, index + 1)
    }
    const state = (tree.terminal(node) ? 1 : 0) | (tree.solved(node) ? 2 : 0) | (tree.dead(node) ? 4 : 0) | (tree.proven(node) << 3)
    const seen = visits[node]! ^ (state << 27)
    const first = sumWords[2 * node]!
    const second = sumWords[2 * node + 1]!
    let low = stirredLow(stirredLow(stirredLow(names[at]!, seen), first), second)
    let high = stirredHigh(stirredHigh(stirredHigh(names[at + 1]!, seen), first), second)
    const count = blockSize[node]!
    if (count > 0) {
      const actions = actionsOf(tree.actions(node))
      low = stirredLow(low, actions.low)
      high = stirredHigh(high, actions.high)
    }
    if (loose) {
      low = stirredLow(low, tree.revision(node))
      high = stirredHigh(high, tree.revision(node))
    }
    if (priors !== undefined) {
      const share = Math.fround(1 / count)
      const start = blockStart[node]!
      for (let slot = start; slot < start + count; slot++) {
        if (priors[slot] === share) continue
        single[0] = priors[slot]!
        low = stirredLow(stirredLow(low, slot - start), singleWord[0]!)
        high = stirredHigh(stirredHigh(high, slot - start), singleWord[0]!)
      }
    }
    a = (a + mix(low)) | 0
    b = (b + mix(high)) | 0
  }
  const hash = new Hash()
  hash.add(a)
  hash.add(b)
  return hash.digest()
}

interface Words {
  readonly low: number
  readonly high: number
}

/** Hashes of lists of actions; lists that many nodes share are read once. */
function rememberedActions(): (actions: readonly unknown[]) => Words {
  const known = new Map<readonly unknown[], Words>()
  let last: readonly unknown[] | undefined
  let words: Words = { low: 0, high: 0 }
  return (actions) => {
    if (actions === last) return words
    last = actions
    const found = known.get(actions)
    words = found ?? hashOf(actions)
    if (found === undefined && known.size < mostRemembered) known.set(actions, words)
    return words
  }
}

const mostRemembered = 1024

function hashOf(actions: readonly unknown[]): Words {
  let low = stirredLow(1, actions.length)
  let high = stirredHigh(2, actions.length)
  for (const action of actions) {
    if (typeof action === 'number') {
      double[0] = action
      low = stirredLow(stirredLow(low, words[0]!), words[1]!)
      high = stirredHigh(stirredHigh(high, words[0]!), words[1]!)
      continue
    }
    const text = canonical(action as Json)
    low = stirredLow(low, text.length)
    high = stirredHigh(high, text.length)
    // Behind the end `charCodeAt` is NaN, which counts as 0.
    for (let i = 0; i < text.length; i += 2) {
      const word = text.charCodeAt(i) | (text.charCodeAt(i + 1) << 16)
      low = stirredLow(low, word)
      high = stirredHigh(high, word)
    }
  }
  return { low, high }
}

/** The lower half of a 64-bit hash with one more word. */
function stirredLow(hash: number, word: number): number {
  const product = Math.imul(hash ^ word, 0xcc9e2d51)
  return product ^ (product >>> 15)
}

/** The upper half: stirred in another manner, so that what is lost in one half is not in both. */
function stirredHigh(hash: number, word: number): number {
  const product = Math.imul(hash ^ word, 0x1b873593) + 0x561ccd1b
  return (product << 13) | (product >>> 19)
}
