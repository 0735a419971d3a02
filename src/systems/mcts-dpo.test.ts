// The system, and its backup by hand.
import { describe, expect, it } from 'vitest'
import { backUp } from '../core/searchers/backup.ts'
import { Tree } from '../core/tree.ts'
import { testSystem } from '../experiments/testing/test-system.ts'
import { advantageBackup } from './mcts-dpo/advantage-backup.ts'
import { mctsDpo } from './mcts-dpo.ts'

testSystem(mctsDpo, new URL('./mcts-dpo.ts', import.meta.url))

describe('the advantage backup', () => {
  it('gives a step the change of value where it leads, and what comes after', () => {
    // root 0 → 1; 1 → 2, 3. v: 0 at the root, 0.2, 1, −1.
    const tree = new Tree()
    const step = { state: '', reward: 0, terminal: false }
    tree.addRoot('')
    tree.offerListed(0, ['a'])
    tree.addChild(0, 0, step)
    tree.offerListed(1, ['b', 'c'])
    tree.addChild(1, 0, step)
    tree.addChild(1, 1, step)
    const backup = advantageBackup()
    backUp(tree, 1, 0.2, backup)
    expect(tree.mean(1)).toBeCloseTo(0.2, 12)
    backUp(tree, 2, 1, backup)
    // Q of 2 is 1 − 0.2, so that of 1 is 0.2 + 0.8.
    expect(tree.mean(2)).toBeCloseTo(0.8, 12)
    expect(tree.mean(1)).toBeCloseTo(1, 12)
    backUp(tree, 3, -1, backup)
    // Q of 3 is −1 − 0.2; V of 1 is (0.8 − 1.2) / 2.
    expect(tree.mean(3)).toBeCloseTo(-1.2, 12)
    expect(tree.mean(1)).toBeCloseTo(0, 12)
    expect([0, 1, 2, 3].map((node) => tree.visits[node])).toEqual([3, 3, 1, 1])
  })
})
