// The shared pieces of Monte Carlo tree search against cases computed by hand.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { proof, Tree } from '../tree.ts'
import { backUp, backups } from './backup.ts'
import { bestMove } from './best-move.ts'
import { Heap } from './heap.ts'
import { proofOf, prove } from './prove.ts'
import { maxUcb, puct, uct } from './select.ts'

const step = (terminal = false) => ({ state: '', reward: 0, terminal })

/** root 0 → 1, 2; 1 → 3, 4. With turns: 0 to move at even depth, 1 at odd. */
function tree(turns: boolean): Tree {
  const made = new Tree()
  const turn = (depth: number) => (turns ? depth % 2 : undefined)
  made.addRoot('', undefined, turn(0))
  made.offerListed(0, ['a', 'b'])
  made.addChild(0, 0, step(), undefined, turn(1))
  made.addChild(0, 1, step(), undefined, turn(1))
  made.offerListed(1, ['c', 'd'])
  made.addChild(1, 0, step(), undefined, turn(2))
  made.addChild(1, 1, step(), undefined, turn(2))
  return made
}

describe('selection', () => {
  it('UCT: Q = 0.5, N = 100, n = 4, c = 1.4 → 0.5 + 1.4 · √(ln 100 / 4)', () => {
    const rule = uct(1.4)
    expect(rule.score(0.5, 1, 4, rule.term(100))).toBeCloseTo(0.5 + 1.4 * Math.sqrt(4.605170185988092 / 4), 12)
  })
  it('PUCT: Q = 0.5, P = 0.2, N = 100, n = 4, c = 1.25 → 0.5 + 1.25 · 0.2 · 10 / 5', () => {
    const rule = puct(1.25)
    expect(rule.score(0.5, 0.2, 4, rule.term(100))).toBeCloseTo(1, 12)
  })
  it('P-UCB: Q = 0.5, P = 0.2, N = e − 1, n = 1, c = 2 → 0.5 + 2 · 0.2 · 1 / 2', () => {
    const rule = maxUcb(2)
    expect(rule.score(0.5, 0.2, 1, rule.term(Math.E - 1))).toBeCloseTo(0.7, 12)
  })
})

describe('backup', () => {
  it('mean: 0.2 and 0.8 below node 1, 0.3 at node 2 → root (0.2 + 0.8 + 0.3) / 3', () => {
    const t = tree(false)
    backUp(t, 3, 0.2, backups.mean)
    backUp(t, 4, 0.8, backups.mean)
    backUp(t, 2, 0.3, backups.mean)
    expect(t.mean(1)).toBeCloseTo(0.5)
    expect(t.mean(0)).toBeCloseTo(1.3 / 3)
    expect(t.visits[0]).toBe(3)
  })
  it('mean of two players: a win for the side at depth 2 is a loss for the side at depth 1 and a win at the root', () => {
    const t = tree(true)
    backUp(t, 3, 1, backups.mean)
    expect([t.mean(3), t.mean(1), t.mean(0)]).toEqual([1, -1, 1])
  })
  it('max: the best child counts', () => {
    const t = tree(false)
    for (const [node, value] of [
      [3, 0.2],
      [4, 0.8],
      [2, 0.3],
    ] as const)
      backUp(t, node, value, backups.max)
    expect(t.mean(1)).toBeCloseTo(0.8)
    expect(t.mean(0)).toBeCloseTo(0.8)
  })
  it('min–max: the side at depth 1 chooses what is worst for the root', () => {
    const t = tree(true)
    for (const [node, value] of [
      [3, 0.2],
      [4, 0.8],
      [2, -0.1],
    ] as const)
      backUp(t, node, value, backups['min-max'])
    // At node 1 the children are worth −0.2 and −0.8, so −0.2; for the root that is 0.2, and node 2 is worth 0.1.
    expect(t.mean(1)).toBeCloseTo(-0.2)
    expect(t.mean(0)).toBeCloseTo(0.2)
  })
  it('visit-weighted children: two visits of 0.2, one of 0.8 → 0.4', () => {
    const t = tree(false)
    for (const [node, value] of [
      [3, 0.2],
      [3, 0.2],
      [4, 0.8],
    ] as const)
      backUp(t, node, value, backups.children)
    expect(t.mean(1)).toBeCloseTo(0.4)
    expect(t.mean(0)).toBeCloseTo(0.4)
  })
  it.each(['mean', 'max', 'min-max', 'children'] as const)('%s keeps values within the range of what was backed up', (name) => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(2, 3, 4), fc.double({ min: -1, max: 1, noNaN: true })), { minLength: 1, maxLength: 30 }),
        (values) => {
          const t = tree(true)
          for (const [node, value] of values) backUp(t, node, value, backups[name])
          for (let node = 0; node < t.size; node++) if (t.visits[node]! > 0) expect(Math.abs(t.mean(node))).toBeLessThanOrEqual(1 + 1e-9)
          expect(t.visits[0]).toBe(values.length)
        },
      ),
    )
  })
})

describe('proofs', () => {
  it('two players: one lost child proves a win, all won children a loss, a draw among them a draw', () => {
    const won = tree(true)
    prove(won, 3, proof.loss)
    expect([won.proven(1), won.proven(0)]).toEqual([proof.win, proof.open])
    prove(won, 2, proof.win)
    expect(won.proven(0)).toBe(proof.loss)
    const drawn = tree(true)
    prove(drawn, 3, proof.win)
    prove(drawn, 4, proof.draw)
    expect(drawn.proven(1)).toBe(proof.draw)
    prove(drawn, 2, proof.win)
    expect(drawn.proven(0)).toBe(proof.draw)
  })
  it('one player: a solution anywhere proves the root, and a subtree without anything left is lost', () => {
    const t = tree(false)
    prove(t, 3, proof.loss)
    expect(t.proven(1)).toBe(proof.open)
    prove(t, 4, proof.loss)
    expect([t.proven(1), t.proven(0)]).toEqual([proof.loss, proof.open])
    prove(t, 2, proof.win)
    expect(t.proven(0)).toBe(proof.win)
  })
  it('reads a finished game from the side to move', () => {
    const t = tree(true)
    expect([1, 0, -1].map((value) => proofOf(t, 3, value))).toEqual([proof.win, proof.draw, proof.loss])
  })
})

describe('the move to make', () => {
  it('is a proven win, else the most visited that is not lost, and a proven draw when that looks worse', () => {
    const t = tree(true)
    for (const value of [0.5, 0.5, 0.5]) backUp(t, 1, value, backups.mean)
    backUp(t, 2, -0.9, backups.mean)
    expect(bestMove(t)).toBe(1)
    t.setProven(1, proof.win)
    expect(bestMove(t)).toBe(2)
    t.setProven(1, proof.draw)
    expect(bestMove(t)).toBe(2)
    backUp(t, 2, 0.9, backups.mean)
    backUp(t, 2, 0.9, backups.mean)
    expect(bestMove(t)).toBe(1)
    t.setProven(1, proof.loss)
    expect(bestMove(t)).toBe(1)
  })
})

describe('heap', () => {
  it('decides between equal priorities by the second', () => {
    const heap = new Heap<string>()
    heap.push('first', 1, 0)
    heap.push('longer', 1, 2)
    heap.push('worse', 0, 9)
    expect([heap.first, heap.priority]).toEqual(['longer', 1])
    expect([heap.pop(), heap.pop(), heap.pop()]).toEqual(['longer', 'first', 'worse'])
    expect(heap.priority).toBeUndefined()
  })
  it('gives the greatest first, and equals in the order of pushing', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5 })), (priorities) => {
        const heap = new Heap<number>()
        for (const [index, priority] of priorities.entries()) heap.push(index, priority)
        const popped = priorities.map(() => heap.pop()!)
        const expected = priorities.map((_, index) => index).sort((a, b) => priorities[b]! - priorities[a]! || a - b)
        expect(popped).toEqual(expected)
        expect(heap.pop()).toBeUndefined()
      }),
    )
  })
})
