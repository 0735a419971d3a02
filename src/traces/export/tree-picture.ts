// A tidy static picture of a run's tree: best path marked, values as colours, what is not drawn counted. It opens anywhere and loads nothing.
// Over 300 lines: the parts of one drawing, from the frame to the legend.
import type { Json } from '../../core/common.ts'
import type { LogEntry } from '../../core/log.ts'
import { orDamaged } from '../damaged.ts'
import { type TraceNode, type TraceTree, treeOf } from '../query.ts'
import { type RunSummary, runSummary } from '../summary.ts'
import { colourOf, scale, valueRange } from './colour.ts'
import { type Layout, layout, type Placed } from './layout.ts'
import { element, label, picture, type Svg, textWidth } from './svg.ts'

/** Options of a picture of a tree. */
export interface TreePictureOptions {
  /** Default: environment and searcher. */
  readonly title?: string
  /** Most nodes that are drawn; the rest is counted. Default 60. */
  readonly most?: number
  /** What a node is called. Default: its action, as text. */
  readonly label?: (node: TraceNode) => string
}

const ink = '#1f2a33'
const muted = '#6b7884'
const faint = '#9aa5ae'
const line = '#cfd7dd'
const accent = '#d9781c'
const accentTint = '#fff6ea'
const solvedColour = '#1d8a4e'
const font = "ui-sans-serif, system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'DejaVu Sans', Arial, sans-serif"

const fontSize = 12.5
const rowHeight = 31
const boxHeight = 24
const columnGap = 46
const margin = 24
const longestLabel = 30

/**
 * Draws the tree of a run as SVG.
 * @throws `E_TRACE_DAMAGED` for a log that no search wrote.
 * @example
 * writeFileSync('tree.svg', exportSvg(await store.read('nightly-42')))
 */
export function exportSvg(entries: Iterable<LogEntry>, options: TreePictureOptions = {}): string {
  const list = [...entries]
  return orDamaged(() => drawTree(treeOf(list), runSummary(list), options))
}

/** The same from a tree that is already read. */
export function drawTree(tree: TraceTree, summary: RunSummary, options: TreePictureOptions = {}): string {
  const { title = [summary.environment, summary.searcher].filter(Boolean).join(' · ') || 'A run', most = 60 } = options
  const facts = factsOf(summary)
  const answer = summary.answer === undefined ? '' : `“${label(asText(summary.answer), 110)}”`
  const headerHeight = answer === '' ? 74 : 98
  const textSpace = Math.max(textWidth(label(title, 80), 18), textWidth(facts, fontSize), textWidth(answer, fontSize)) + 2 * margin

  const drawn = tree.root === undefined ? undefined : drawing(tree.root, tree, most, options.label ?? nodeLabel)
  const legendHeight = drawn === undefined ? 0 : 44
  const width = Math.max(560, textSpace, drawn === undefined ? 0 : drawn.width + 2 * margin)
  const height = headerHeight + (drawn?.height ?? 30) + legendHeight + 12
  const empty = 'This run keeps no tree in its log.'
  return picture(
    width,
    height,
    `${label(title, 80)}: ${facts}`,
    element('rect', {
      x: 0.5,
      y: 0.5,
      width: Math.ceil(width) - 1,
      height: Math.ceil(height) - 1,
      rx: 10,
      fill: '#ffffff',
      stroke: '#e1e7eb',
    }),
    element(
      'g',
      { 'font-family': font, 'font-size': String(fontSize), fill: ink },
      text(margin, 38, label(title, 80), { 'font-size': '18', 'font-weight': '650' }),
      text(margin, 60, facts, { fill: muted }),
      ...(answer === '' ? [] : [text(margin, 83, answer, { fill: ink, 'font-style': 'italic' })]),
      ...(drawn === undefined
        ? [text(margin, headerHeight + 8, empty, { fill: muted })]
        : [
            element('g', { transform: `translate(${margin} ${headerHeight})` }, drawn.svg),
            legend(drawn, headerHeight + drawn.height + 26),
          ]),
    ),
  )
}

interface Drawing {
  readonly svg: Svg
  readonly width: number
  readonly height: number
  readonly layout: Layout
  readonly range: readonly [number, number] | undefined
  readonly size: number
  readonly solved: boolean
  readonly best: boolean
}

interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
}

function drawing(root: TraceNode, tree: TraceTree, most: number, labelOf: (node: TraceNode) => string): Drawing {
  const range = valueRange(root)
  const placing = layout(root, tree.best, Math.max(1, most))
  const placed = all(placing.root)
  const words = new Map(placed.map(({ node }) => [node.id, label(labelOf(node), longestLabel)]))
  const boxWidths = Array.from({ length: placing.columns }, () => 0)
  const stubWidths = [...boxWidths]
  for (const { node, column, hidden, onBestPath } of placed) {
    const width = boxWidth(words.get(node.id) as string, node, isSolved(node, tree), onBestPath)
    boxWidths[column] = Math.max(boxWidths[column] as number, width)
    if (hidden > 0) stubWidths[column + 1] = Math.max(stubWidths[column + 1] ?? 0, textWidth(`+ ${hidden} more`, 11.5) + 8)
  }
  const columnWidths = boxWidths.map((width, i) => Math.max(width, stubWidths[i] as number))
  const lefts: number[] = []
  for (const [i, width] of columnWidths.entries())
    lefts.push(i === 0 ? 0 : (lefts[i - 1] as number) + (columnWidths[i - 1] as number) + columnGap * Math.min(1, width))
  const boxOf = ({ column, row }: Placed): Box => ({
    x: lefts[column] as number,
    y: row * rowHeight + rowHeight / 2,
    width: boxWidths[column] as number,
  })

  const edges: Svg[] = []
  const bestEdges: Svg[] = []
  const boxes: Svg[] = []
  for (const parent of placed) {
    const from = boxOf(parent)
    for (const child of parent.children) {
      const marked = parent.onBestPath && child.onBestPath
      const path = curve(from, boxOf(child), columnWidths[parent.column] as number)
      if (marked) bestEdges.push(element('path', { d: path, stroke: accent, 'stroke-width': '2.5' }))
      else edges.push(element('path', { d: path, stroke: line, 'stroke-width': '1.5' }))
    }
    if (parent.hidden > 0) {
      const to = { x: lefts[parent.column + 1] as number, y: parent.hiddenRow * rowHeight + rowHeight / 2, width: 0 }
      edges.push(
        element('path', {
          d: curve(from, to, columnWidths[parent.column] as number),
          stroke: line,
          'stroke-width': '1.5',
          'stroke-dasharray': '2 4',
        }),
      )
      boxes.push(text(to.x + 6, to.y + 4, `+ ${parent.hidden} more`, { fill: faint, 'font-size': '11.5' }))
    }
    boxes.push(nodeBox(parent, from, words.get(parent.node.id) as string, labelOf(parent.node), range, isSolved(parent.node, tree)))
  }
  return {
    svg: element('g', {}, element('g', { fill: 'none' }, ...edges, ...bestEdges), ...boxes),
    width: (lefts.at(-1) as number) + (columnWidths.at(-1) as number),
    height: placing.rows * rowHeight,
    layout: placing,
    range,
    size: tree.size,
    best: tree.best.length > 0,
    solved: placed.some(({ node }) => isSolved(node, tree)),
  }
}

function nodeBox(
  placed: Placed,
  box: Box,
  words: string,
  whole: string,
  range: readonly [number, number] | undefined,
  solved: boolean,
): Svg {
  const { node, onBestPath } = placed
  const top = box.y - boxHeight / 2
  const share = node.value === undefined || range === undefined ? undefined : (node.value - range[0]) / (range[1] - range[0])
  const frame = onBestPath
    ? { stroke: accent, 'stroke-width': '2', fill: accentTint }
    : { stroke: line, 'stroke-width': '1', fill: '#ffffff' }
  const chip = share === undefined ? { fill: '#ffffff', stroke: line } : { fill: colourOf(share), stroke: '#00000022' }
  const right = box.x + box.width
  const value = shownValue(node)
  const dim = node.evaluations.some(({ certain }) => certain === true) && !solved && !onBestPath
  return element(
    'g',
    {},
    element('title', {}, tooltip(node, whole)),
    element('rect', { x: box.x, y: top, width: box.width, height: boxHeight, rx: 7, ...frame }),
    element('circle', { cx: box.x + 14, cy: box.y, r: 5.5, ...chip }),
    text(box.x + 26, box.y + 4.3, words, { fill: dim ? faint : ink, 'font-weight': onBestPath ? '600' : undefined }),
    ...(solved
      ? [
          element('circle', { cx: right - 14, cy: box.y, r: 7, fill: solvedColour }),
          element('path', {
            d: tick(right - 14, box.y),
            fill: 'none',
            stroke: '#ffffff',
            'stroke-width': '1.8',
            'stroke-linecap': 'round',
            'stroke-linejoin': 'round',
          }),
        ]
      : value === ''
        ? []
        : [text(right - 9, box.y + 4, value, { fill: dim ? faint : muted, 'font-size': '11', 'text-anchor': 'end' })]),
  )
}

function legend({ layout: { shown }, range, size, solved, best }: Drawing, y: number): Svg {
  const parts: Svg[] = []
  let x = margin
  const entry = (width: number, mark: Svg, words: string): void => {
    parts.push(mark, text(x + width + 8, y + 4, words))
    x += width + 8 + textWidth(words, 11.5) + 26
  }
  if (range !== undefined) {
    const stops = scale.map((colour, i) => element('stop', { offset: `${(100 * i) / (scale.length - 1)}%`, 'stop-color': colour }))
    const bar = element('rect', { x, y: y - 5, width: 96, height: 10, rx: 2, fill: 'url(#banyan-values)' })
    const mark = element('g', {}, element('linearGradient', { id: 'banyan-values' }, ...stops), bar)
    entry(96, mark, `value, ${shortValue(range[0])} to ${shortValue(range[1])}`)
  }
  if (best) entry(22, element('path', { d: `M ${x} ${y} H ${x + 22}`, stroke: accent, 'stroke-width': '2.5' }), 'best path')
  if (solved) {
    const mark = element(
      'g',
      {},
      element('circle', { cx: x + 7, cy: y, r: 7, fill: solvedColour }),
      element('path', {
        d: tick(x + 7, y),
        fill: 'none',
        stroke: '#ffffff',
        'stroke-width': '1.8',
        'stroke-linecap': 'round',
        'stroke-linejoin': 'round',
      }),
    )
    entry(14, mark, 'verified')
  }
  if (shown < size) parts.push(text(x, y + 4, `${shown} of ${size} nodes drawn`))
  return element('g', { fill: muted, 'font-size': '11.5' }, ...parts)
}

/** A verifier was certain of it, at the top of a usual range, or the run ended with it as its solution. */
function isSolved(node: TraceNode, tree: TraceTree): boolean {
  return (
    (tree.end?.solved === true && tree.end.best === node.id) ||
    node.evaluations.some(({ certain, value }) => certain === true && value >= 1)
  )
}

function boxWidth(words: string, node: TraceNode, solved: boolean, bold: boolean): number {
  const end = solved ? 30 : shownValue(node) === '' ? 10 : textWidth(shownValue(node), 11) + 20
  return 26 + textWidth(words, fontSize) * (bold ? 1.1 : 1) + end
}

function curve(from: Box, to: Box, columnWidth: number): string {
  const start = from.x + from.width
  const bend = from.x + columnWidth + columnGap / 2
  const round = (value: number): number => Math.round(value * 10) / 10
  return `M ${round(start)} ${round(from.y)} H ${round(bend - columnGap / 2)} C ${round(bend)} ${round(from.y)} ${round(bend)} ${round(to.y)} ${round(to.x)} ${round(to.y)}`
}

function tick(x: number, y: number): string {
  return `M ${x - 3.2} ${y + 0.2} L ${x - 0.9} ${y + 2.6} L ${x + 3.4} ${y - 2.4}`
}

function tooltip(node: TraceNode, whole: string): string {
  const value = shownValue(node)
  return [`node ${node.id}`, label(whole, 400), value === '' ? '' : `value ${value}`, `${node.visits} trials`].filter(Boolean).join(' · ')
}

function text(x: number, y: number, words: string, attributes: Readonly<Record<string, string | undefined>> = {}): Svg {
  return element('text', { x, y, ...attributes }, words)
}

function all(root: Placed): Placed[] {
  return [root, ...root.children.flatMap(all)]
}

function nodeLabel(node: TraceNode): string {
  return node.action === undefined ? 'start' : asText(node.action)
}

/** A text as it is, an object by its only text, anything else as JSON. */
function asText(value: Json): string {
  if (typeof value === 'string') return value
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const texts = Object.values(value as { readonly [key: string]: Json }).filter((item) => typeof item === 'string')
    if (texts.length === 1) return texts[0] as string
  }
  return JSON.stringify(value)
}

function shownValue(node: TraceNode): string {
  return node.value === undefined || !Number.isFinite(node.value) ? '' : shortValue(node.value)
}

function shortValue(value: number): string {
  return Number.isInteger(value) ? String(value) : Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(2)
}

function factsOf({ solved, status, stopped, trials, nodes, usage, model, seconds }: RunSummary): string {
  const end = solved ? 'solved' : status === 'finished' ? `not solved (${stopped ?? 'ended'})` : 'not finished'
  const tokens = usage.tokens === undefined ? undefined : `${usage.tokens.toLocaleString('en')} tokens`
  const time = seconds === undefined ? undefined : `${seconds.toFixed(seconds < 1 ? 2 : seconds < 10 ? 1 : 0)} s`
  return [end, `${trials} trials`, `${nodes} nodes`, tokens, time, label(model, 40) || undefined]
    .filter((fact) => fact !== undefined)
    .join(' · ')
}
