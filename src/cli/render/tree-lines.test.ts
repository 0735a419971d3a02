import { stripVTControlCharacters } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { columnsOf } from './columns.ts'
import { pathTo, type TreeView, treeLines } from './tree-lines.ts'

let ids = 0
const node = (label: string, visits: number, children: readonly TreeView[] = [], rest: Partial<TreeView> = {}): TreeView => ({
  id: ids++,
  label,
  value: visits / 10,
  visits,
  status: 'open',
  children,
  ...rest,
})
const trim = (lines: readonly string[]) => lines.map((line) => line.trimEnd())

describe('a tree in lines', () => {
  it('shows every node of a small tree with value and visits', () => {
    const solved = node('6 × 4 = 24', 3, [], { status: 'solved', value: 1 })
    const root = node('4 6 1', 9, [node('4 × 1 = 4', 5, [solved]), node('6 + 4 = 10', 4, [], { status: 'dead', value: 0 })])
    expect(trim(treeLines(root, { best: solved.id, width: 40 }))).toEqual([
      '· 4 6 1                       0.90     9',
      '├─ · 4 × 1 = 4                0.50     5',
      '│  └─ ✓ 6 × 4 = 24            1.00     3',
      '└─ ✗ 6 + 4 = 10               0.00     4',
    ])
  })

  it('counts what has no room, most visited first, and always keeps the best path', () => {
    const best = node('seldom but good', 1)
    const root = node('root', 100, [node('a', 60, [node('a1', 15), node('a2', 14)]), node('b', 20), node('c', 10), node('d', 5), best])
    expect(trim(treeLines(root, { lines: 6, width: 40, best: best.id })).map((line) => line.slice(0, 24).trimEnd())).toEqual([
      '· root',
      '├─ · a',
      '│  └─ … 2 more',
      '├─ · b',
      '├─ · seldom but good',
      '└─ … 2 more',
    ])
  })

  it('shows root and end of a best path that is longer than the room', () => {
    let chain = node('end', 1)
    const best = chain.id
    for (let depth = 9; depth >= 1; depth--) chain = node(`step ${depth}`, 1, [chain])
    const lines = treeLines(node('root', 1, [chain, node('other', 1)]), { lines: 5, width: 40, best })
    expect(lines.map((line) => line.slice(0, 27).trimEnd())).toEqual([
      '· root',
      '⋮  7 levels, 1 more beside',
      '└─ · step 8',
      '   └─ · step 9',
      '      └─ · end',
    ])
  })

  it('leaves out values that are not there, and escapes that are', () => {
    const [line = ''] = treeLines(node('\u001b[31mred\nnext', 0, [], { value: Number.NaN }), { width: 40 })
    expect(line).toBe('· red next                       –     0')
  })

  it('sets off the best path in colour', () => {
    const best = node('best', 1)
    const lines = treeLines(node('root', 2, [best, node('dead', 1, [], { status: 'dead' })]), { color: true, best: best.id })
    expect(lines[0]).toContain('\u001b[1m·')
    expect(lines[1]).toContain('\u001b[32m')
    expect(lines[2]).toContain('\u001b[2m✗')
  })

  it('never takes more lines or columns than it may, whatever the tree', () => {
    const parts = fc.array(fc.tuple(fc.string({ unit: 'grapheme' }), fc.nat(9), fc.nat()), { minLength: 1, maxLength: 40 })
    // The node of each entry hangs below an entry before it.
    const tree = parts.map((entries) => {
      const children: TreeView[][] = entries.map(() => [])
      const nodes = entries.map(([label, visits], index) => node(label, visits, children[index]))
      for (const [index, [, , pick]] of entries.entries()) if (index > 0) children[pick % index]?.push(nodes[index] as TreeView)
      return nodes[0] as TreeView
    })
    const bounds = fc.record({ lines: fc.integer({ min: 4, max: 20 }), width: fc.integer({ min: 30, max: 100 }), pick: fc.nat() })
    fc.assert(
      fc.property(tree, bounds, (root, { lines, width, pick }) => {
        const all = [root]
        for (const at of all) all.push(...at.children)
        const best = all[pick % all.length] as TreeView
        const drawn = treeLines(root, { lines, width, best: best.id })
        expect(drawn.length).toBeLessThanOrEqual(lines)
        expect(Math.max(...drawn.map(columnsOf))).toBeLessThanOrEqual(width)
        expect(treeLines(root, { lines, width, best: best.id, color: true }).map(stripVTControlCharacters)).toEqual(drawn)
        expect(pathTo(root, best.id).at(-1)).toBe(best)
        if (all.length <= lines) expect(drawn.length).toBe(all.length)
      }),
    )
  })
})
