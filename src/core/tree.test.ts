import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { proof, Tree, untried } from './tree.ts'
import { treeDigest } from './tree-digest.ts'

const step = (state: string, terminal = false) => ({ state, reward: 0, terminal })

/** root → (a, b); a → (c); priors .75 and .25. */
function small(): Tree<string, string> {
  const tree = new Tree<string, string>()
  tree.addRoot('root', 'root')
  tree.offer(0, [
    { action: 'a', prior: 0.75, score: -1, tokens: { ids: [1, 2], model: 'm' } },
    { action: 'b', prior: 0.25 },
  ])
  tree.addChild(0, 0, step('A'), 'A')
  tree.offer(1, [{ action: 'c', score: -0.5, tokens: { ids: [3], model: 'm' } }])
  tree.addChild(1, 0, step('C', true), 'C')
  return tree
}

describe('tree', () => {
  it('keeps candidates apart from nodes', () => {
    const tree = small()
    expect(tree.size).toBe(3)
    expect(tree.actions(0)).toEqual(['a', 'b'])
    expect(tree.child(0, 1)).toBe(untried)
    expect(tree.children(0)).toEqual([1])
    expect(tree.prior(1)).toBe(0.75)
    expect(tree.path(2)).toEqual([0, 1, 2])
    expect(tree.action(2)).toBe('c')
    expect(tree.terminal(2)).toBe(true)
  })

  it('sums log-probabilities and tokens along a path', () => {
    const tree = small()
    expect(tree.logProb(2)).toBe(-1.5)
    expect(tree.tokenCount(2)).toBe(3)
    expect(tree.view(2).logProb).toBe(-1.5)
  })

  it('gives candidates without a prior equal shares', () => {
    const tree = new Tree<string, string>()
    tree.addRoot('root')
    tree.offer(0, [{ action: 'x' }, { action: 'y' }, { action: 'z' }, { action: 'w' }])
    expect([...tree.priors.slice(0, 4)]).toEqual([0.25, 0.25, 0.25, 0.25])
  })

  it('marks twins and never merges them', () => {
    const tree = small()
    tree.addChild(0, 1, step('C'), 'C')
    expect(tree.twin(3)).toBe(2)
    expect(tree.twin(2)).toBeUndefined()
    expect(tree.size).toBe(4)
  })

  it('moves a block that grows later without losing its children', () => {
    const tree = small()
    tree.offer(0, [{ action: 'd' }])
    expect(tree.actions(0)).toEqual(['a', 'b', 'd'])
    expect(tree.child(0, 0)).toBe(1)
    expect(tree.prior(1)).toBe(0.75)
    expect(tree.attached(2)).toBe(true)
  })

  it('revises in place: new state and action, subtree and statistics gone', () => {
    const tree = small()
    tree.visits[1] = 4
    tree.valueSum[1] = 2
    tree.revise(1, { action: 'A2', score: -2 }, step('A2'))
    expect([tree.state(1), tree.action(1), tree.visits[1], tree.valueSum[1], tree.revision(1)]).toEqual(['A2', 'A2', 0, 0, 1])
    expect(tree.children(1)).toEqual([])
    expect(tree.attached(2)).toBe(false)
    expect(tree.logProb(1)).toBe(-2)
  })

  it('knows verdicts, proofs and completeness apart from one another', () => {
    const tree = small()
    tree.mark(2, 'solved')
    tree.setProven(2, proof.draw)
    tree.setComplete(2)
    expect([tree.solved(2), tree.dead(2), tree.certain(2), tree.proven(2), tree.complete(2), tree.terminal(2)]).toEqual([
      true,
      false,
      true,
      proof.draw,
      true,
      true,
    ])
    tree.setProven(2, proof.win)
    expect([tree.proven(2), tree.complete(2)]).toEqual([proof.win, true])
  })

  it('does not move a block that grows by ones each time', () => {
    const tree = new Tree<string, number>()
    tree.addRoot('root')
    for (let action = 0; action < 1000; action++) {
      tree.offer(0, [{ action, prior: 0.5 }])
      tree.addChild(0, action, step('child'))
    }
    expect(tree.actions(0)).toHaveLength(1000)
    expect(tree.children(0)).toEqual(Array.from({ length: 1000 }, (_, index) => index + 1))
    expect(tree.childOf.length).toBeLessThan(8192)
  })

  it('makes priors when they are read, and gives equal shares until then', () => {
    const tree = new Tree<string, number>()
    tree.addRoot('root')
    tree.offerListed(0, [1, 2, 3, 4], true)
    tree.addChild(0, 1, step('second'))
    tree.offerListed(1, [5, 6], true)
    expect([tree.uniform, tree.prior(1)]).toEqual([true, 0.25])
    const at = (node: number) => [...tree.priors.subarray(tree.blockStart[node]!, tree.blockStart[node]! + tree.blockSize[node]!)]
    expect([at(0), at(1), tree.uniform]).toEqual([[0.25, 0.25, 0.25, 0.25], [0.5, 0.5], false])
  })

  it('carries extra numbers of candidates along with their block', () => {
    const tree = new Tree<string, string>()
    tree.addRoot('root')
    const column = tree.candidateColumn('doubt', -1)
    tree.offer(0, [{ action: 'a' }, { action: 'b' }])
    column.values[tree.slot(0, 1)] = 7
    tree.addChild(0, 0, step('A'))
    tree.offer(1, [{ action: 'c' }])
    tree.offer(0, [{ action: 'd' }])
    expect([0, 1, 2].map((index) => column.values[tree.slot(0, index)])).toEqual([-1, 7, -1])
    expect(tree.candidateColumn('doubt', -1)).toBe(column)
  })

  it('refuses to be deeper than its depths can say', () => {
    const tree = new Tree<number, number>()
    tree.addRoot(0)
    for (let node = 0; node < 65_535; node++) {
      tree.offerListed(node, [0])
      tree.addChild(node, 0, { state: 0, reward: 0, terminal: false })
    }
    tree.offerListed(65_535, [0])
    expect(() => tree.addChild(65_535, 0, { state: 0, reward: 0, terminal: false })).toThrow(
      expect.objectContaining({ code: 'E_TREE_DEPTH', seen: 65_536 }),
    )
    expect(tree.size).toBe(65_536)
  })

  it('is the same whether listed actions get their slots at once or later', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 70 })), { maxLength: 200 }), (growth) => {
        const [now, later] = [false, true].map((waits) => {
          const tree = new Tree<number, number>()
          tree.addRoot(0)
          const list = (node: number, count: number) =>
            tree.offerListed(
              node,
              Array.from({ length: count }, (_, action) => action),
              waits,
            )
          list(0, 3)
          for (const [pick, candidate, count] of growth) {
            const parent = pick % tree.size
            const index = candidate % tree.blockSize[parent]!
            if (tree.child(parent, index) !== untried) continue
            list(tree.addChild(parent, index, { state: 0, reward: 0, terminal: false }), count)
          }
          return tree
        }) as [Tree, Tree]
        expect(treeDigest(later)).toBe(treeDigest(now))
        for (let node = 0; node < now.size; node++) {
          expect(later.children(node)).toEqual(now.children(node))
          expect(later.actions(node)).toEqual(now.actions(node))
        }
        expect(later.priors.length).toBeGreaterThan(0)
        expect(treeDigest(later)).toBe(treeDigest(now))
      }),
      { numRuns: 50 },
    )
  })

  it('keeps parents, depths, columns and candidates right however it grows', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 5 })), { minLength: 1, maxLength: 300 }), (growth) => {
        const tree = new Tree<number, number>()
        const model: { parent: number; action: number }[] = [{ parent: -1, action: -1 }]
        tree.addRoot(0)
        const marked = tree.column('marked', 7)
        let action = 0
        for (const [pick, count] of growth) {
          const parent = pick % tree.size
          const first = tree.blockSize[parent]!
          const actions = Array.from({ length: count }, () => action++)
          tree.offer(
            parent,
            actions.map((value) => ({ action: value })),
          )
          const index = first + (pick % count)
          tree.addChild(parent, index, { state: tree.size, reward: 0, terminal: false })
          model.push({ parent, action: actions[pick % count]! })
        }
        expect(tree.size).toBe(model.length)
        for (const [node, { parent, action: expected }] of model.entries()) {
          expect(tree.parent[node]).toBe(parent)
          expect(marked.values[node]).toBe(7)
          expect(tree.state(node)).toBe(node)
          if (node === 0) continue
          expect(tree.action(node)).toBe(expected)
          expect(tree.depth[node]).toBe(tree.depth[parent]! + 1)
          expect(tree.attached(node)).toBe(true)
          expect(tree.children(parent)).toContain(node)
        }
      }),
      { numRuns: 40 },
    )
  })
})
