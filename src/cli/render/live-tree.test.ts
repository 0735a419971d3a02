import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { fakeTerminal } from './fake-terminal.ts'
import { liveTree } from './live-tree.ts'
import type { TreeView } from './tree-lines.ts'

const leaf = (id: number, value: number): TreeView => ({ id, label: `answer ${id}`, value, visits: 1, status: 'open', children: [] })
const root = (...children: TreeView[]): TreeView => ({
  id: 0,
  label: 'task',
  value: 0.5,
  visits: children.length,
  status: 'open',
  children,
})

describe('a live tree', () => {
  it('tells a line for each new best and each nth trial where there is no terminal', () => {
    const stream = fakeTerminal()
    let at = 0
    const tree = liveTree({ stream, every: 10, now: () => at })
    const states = [
      [1, 1],
      [2, 1],
      [3, 2],
      [12, 2],
      [13, 2],
    ] as const
    for (const [trials, best] of states) {
      at += 1_000
      tree.update(() => ({ root: root(leaf(1, 0.2), leaf(2, 0.75)), best, trials, caption: 'game of 24' }))
    }
    tree.end(() => ({ root: root(leaf(1, 0.2), leaf(2, 0.75)), best: 2, trials: 14 }))
    expect(stream.written().trimEnd().split('\n')).toEqual([
      'game of 24',
      'trial 1: new best 0.20 "answer 1"  (1 s)',
      'trial 3: new best 0.75 "answer 2"  (3 s)',
      'trial 13: best still 0.75 "answer 2"  (5 s)',
      'trial 14: best still 0.75 "answer 2"  (5 s)',
    ])
  })

  it('says so while nothing was found', () => {
    const stream = fakeTerminal()
    liveTree({ stream, now: () => 0 }).update(() => ({ root: root(), trials: 1 }))
    expect(stream.written()).toBe('trial 1: nothing yet  (0 s)\n')
  })

  it('draws in place on a terminal, within its width', () => {
    const stream = fakeTerminal(50)
    let at = 0
    const tree = liveTree({ stream, now: () => at })
    tree.update(() => ({ root: root(leaf(1, 0.2)), best: 1, trials: 1, caption: 'game of 24' }))
    at = 1_000
    tree.update(() => ({ root: root(leaf(1, 0.2), leaf(2, 0.75)), best: 2, trials: 2, caption: 'game of 24' }))
    tree.end(() => ({ root: root(leaf(1, 0.2), leaf(2, 0.75)), best: 2, trials: 2, caption: 'game of 24' }))
    const drawn = stripVTControlCharacters(stream.written())
    expect(drawn.split('game of 24').length - 1).toBe(1) // the caption did not change, so it was drawn once
    expect(drawn).toContain('└─ · answer 2')
    expect(Math.max(...drawn.split('\n').map((line) => line.length))).toBeLessThanOrEqual(50)
  })

  it('asks for a picture at most ten times a second', () => {
    let at = 0
    let asked = 0
    const tree = liveTree({ stream: fakeTerminal(), now: () => at })
    for (let trial = 1; trial <= 1_000; trial++) {
      at += 1
      tree.update(() => {
        asked++
        return { root: root(leaf(1, 0.2)), best: 1, trials: trial }
      })
    }
    expect(asked).toBe(10)
  })
})
