// Digests of data and of trees: names for equality, not for trust. Who must not be deceived compares the canonical texts themselves.
import type { Json } from './common.ts'
import { Hash } from './hash.ts'
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

/** A 128-bit hash of a value's canonical text: 32 hexadecimal digits. Equal values have equal digests; it is not cryptographic. */
export function digest(value: Json): string {
  const hash = new Hash()
  hash.addText(canonical(value))
  return hash.digest()
}

/**
 * Identity of a tree: actions, statistics and states of proof, from the root down in the order of candidates.
 * It does not depend on the order in which nodes were numbered. 32 hexadecimal digits.
 */
export function treeDigest(tree: Tree): string {
  const hash = new Hash()
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
