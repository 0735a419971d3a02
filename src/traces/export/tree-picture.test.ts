import { describe, expect, it } from 'vitest'
import type { LogEvent } from '../../core/events.ts'
import { sampleLog } from '../../testing/sample-log.ts'
import { treeOf } from '../query.ts'
import { colourOf, valueRange } from './colour.ts'
import { layout, type Placed } from './layout.ts'
import { label } from './svg.ts'
import { exportSvg } from './tree-picture.ts'

const entries = (events: readonly LogEvent[]) => events.map((event, sequence) => ({ sequence, event }))
const placedOf = (root: Placed): Placed[] => [root, ...root.children.flatMap(placedOf)]

it('draws every node of a small tree, its answer and a legend', () => {
  const svg = exportSvg(entries(sampleLog({ trials: 24, seed: 3 })))
  expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" role="img" width="\d+" height="\d+" viewBox="0 0 \d+ \d+">/)
  expect(svg).toContain('writing · mcts')
  expect(svg).toContain('solved · 25 trials · 23 nodes · 96 tokens')
  expect(svg).toContain('“A brown dog dives with a frisbee in its mouth.”')
  expect(svg.match(/<title>node /g)).toHaveLength(23)
  for (const words of ['best path', 'verified', 'value, 0 to 1']) expect(svg).toContain(words)
})

it('counts what it does not draw', () => {
  const svg = exportSvg(entries(sampleLog({ trials: 300, seed: 2 })), { most: 40, title: 'Three hundred trials' })
  expect(svg.match(/<title>node /g)).toHaveLength(40)
  const hidden = [...svg.matchAll(/\+ (\d+) more/g)].reduce((sum, match) => sum + Number(match[1]), 0)
  expect(hidden).toBe(274 - 40)
  expect(svg).toContain('40 of 274 nodes drawn')
  expect(svg).toContain('Three hundred trials')
})

it('says so when a run keeps no tree', () => {
  expect(exportSvg([])).toContain('This run keeps no tree in its log.')
  expect(exportSvg(entries(sampleLog().slice(0, 1)))).toContain('not finished')
})

describe('layout', () => {
  const tree = treeOf(entries(sampleLog({ trials: 120, seed: 5 })))
  const { root, rows, shown } = layout(tree.root!, tree.best, 50)
  const placed = placedOf(root)

  it('keeps the best path, and gives every leaf a row of its own', () => {
    expect(shown).toBe(50)
    expect(tree.best.every((id) => placed.some(({ node }) => node.id === id))).toBe(true)
    const taken = placed.flatMap(({ row, children, hidden, hiddenRow }) => [
      ...(children.length + hidden === 0 ? [row] : []),
      ...(hidden > 0 ? [hiddenRow] : []),
    ])
    expect(taken.toSorted((a, b) => a - b)).toEqual(Array.from({ length: rows }, (_, i) => i))
  })

  it('puts parents between their children, and no two nodes of a column on one place', () => {
    for (const { row, children } of placed) {
      if (children.length === 0) continue
      expect(row).toBeGreaterThanOrEqual(children[0]!.row)
      expect(children.slice(1).every((child, i) => child.row >= children[i]!.row + 1 - 1e-9 || child.row > children[i]!.row)).toBe(true)
    }
    expect(new Set(placed.map(({ row, column }) => `${row}/${column}`)).size).toBe(placed.length)
  })
})

describe('what models say', () => {
  it('cannot become markup, a script or a link', () => {
    const nasty = `<script>alert(1)</script>"'&]]><a href="javascript:x" onload=x>`
    const svg = exportSvg(entries(withAction(nasty)), { title: nasty })
    const elements = new Set([...svg.matchAll(/<([^\s/>]+)/g)].map((match) => match[1]))
    expect([...elements].toSorted()).toEqual(['circle', 'g', 'linearGradient', 'path', 'rect', 'stop', 'svg', 'text', 'title'])
    expect(svg.replaceAll(/"[^"]*"/g, '').match(/<[^>]*(on\w+|href)\s*=/)).toBeNull()
    expect(svg).not.toContain(']]>')
    expect(svg).toContain('&lt;script&gt;')
  })

  it('cannot turn the direction of writing, steer a terminal or break the file', () => {
    const svg = exportSvg(entries(withAction('a\u202eb\u0000c\u001b[31md\ud83ce\uffff')))
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none of these may be there
    expect(svg).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202a-\u202e\uffff]/)
    expect(svg.isWellFormed()).toBe(true)
  })

  it('is shortened, whole characters at a time', () => {
    expect(label('one two three', 8)).toBe('one two…')
    expect(label('🌳🌳🌳🌳', 3)).toBe('🌳🌳…')
    expect(label(' a \n\t b ', 9)).toBe('a b')
    expect(label('x'.repeat(1_000_000), 5)).toBe('xxxx…')
  })
})

it('colours values from light to dark over the range that they lie in', () => {
  expect([colourOf(0), colourOf(1), colourOf(-5), colourOf(5)]).toEqual(['#d8e2e8', '#0a4546', '#d8e2e8', '#0a4546'])
  const rangeOf = (...values: number[]) =>
    valueRange({
      ...treeOf(entries(sampleLog({ trials: 0 }))).root!,
      value: values[0]!,
      children: values.slice(1).map((value) => ({ ...treeOf(entries(sampleLog({ trials: 0 }))).root!, value })),
    })
  expect(rangeOf(0.2, 0.9)).toEqual([0, 1])
  expect(rangeOf(-0.2, 0.9)).toEqual([-1, 1])
  expect(rangeOf(-7, Number.NaN, 3)).toEqual([-7, 3])
  expect(rangeOf(5)).toEqual([4, 6])
  expect(rangeOf(Number.NaN)).toBeUndefined()
})

/** A log whose first action is the given text. */
function withAction(action: string): LogEvent[] {
  const log = sampleLog({ trials: 3 })
  const text = JSON.stringify(log)
    .replaceAll(JSON.stringify('A brown dog'), JSON.stringify(action))
    .replaceAll(JSON.stringify('Every morning'), JSON.stringify(action))
  return JSON.parse(text) as LogEvent[]
}
