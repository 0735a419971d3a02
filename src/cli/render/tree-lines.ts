// A tree as a bounded number of lines: the best path always, then the most visited nodes; the rest is counted.
// Pure: from a plain view to text. It knows nothing of searches, terminals or time.
import { styleText } from 'node:util'
import { columnsOf, pad, shorten } from './columns.ts'
import { sanitize } from './sanitize.ts'

export type TreeStatus = 'open' | 'working' | 'terminal' | 'solved' | 'dead'

/** One node, and what is below it. */
export interface TreeView {
  readonly id: number
  /** What led here: an action or a piece of text. Made safe to print here. */
  readonly label: string
  /** Mean value; undefined or NaN where there is none yet. */
  readonly value?: number | undefined
  readonly visits: number
  readonly status: TreeStatus
  readonly children: readonly TreeView[]
}

export interface TreeLinesOptions {
  /** Most lines; at least 4. Default: 16. */
  readonly lines?: number
  /** Columns of the terminal; at least 30. Default: 80. */
  readonly width?: number
  /** Colours and weights. Default: false. */
  readonly color?: boolean
  /** Id of the best node: it and the way to it are set off. Absent: nothing is. */
  readonly best?: number | undefined
}

/**
 * Draws a tree.
 *
 * @example
 * const leaf = { id: 1, label: '6 × 4', value: 1, visits: 3, status: 'solved', children: [] } as const
 * treeLines({ id: 0, label: '4 6', value: 0.5, visits: 4, status: 'open', children: [leaf] }, { best: 1, width: 40 })
 * // ['· 4 6                         0.50     4', '└─ ✓ 6 × 4                    1.00     3']
 */
export function treeLines(root: TreeView, options: TreeLinesOptions = {}): string[] {
  const lines = Math.max(4, options.lines ?? 16)
  const path = pathTo(root, options.best)
  const drawing: Drawing = {
    shown: chooseNodes(path, lines),
    path,
    best: options.best,
    width: Math.max(30, options.width ?? 80),
    color: options.color ?? false,
    lines: [],
  }
  draw(root, '', '', drawing)
  return drawing.lines
}

/** The nodes from the root to the one of that id; the root alone when it is not there. */
export function pathTo(root: TreeView, id: number | undefined): TreeView[] {
  const stack: Link[] = [{ node: root, up: undefined }]
  for (let link = stack.pop(); id !== undefined && link !== undefined; link = stack.pop()) {
    if (link.node.id === id) {
      const path: TreeView[] = []
      for (let at: Link | undefined = link; at !== undefined; at = at.up) path.unshift(at.node)
      return path
    }
    for (const node of link.node.children) stack.push({ node, up: link })
  }
  return [root]
}

interface Link {
  readonly node: TreeView
  readonly up: Link | undefined
}

/** Which nodes get a line. A shown node with hidden children takes one line more, which counts them. */
function chooseNodes(path: readonly TreeView[], lines: number): Set<TreeView> {
  // The way to the best node: all of it, or the root and as much of the end as fits.
  let shown = new Set(path)
  for (let start = 2; cost(shown) > lines && start < path.length; start++) shown = new Set([...path.slice(0, 1), ...path.slice(start)])
  const opened = new Set([...shown].filter((node) => node !== path[0] || path[1] === undefined || shown.has(path[1])))

  while (true) {
    const left = lines - cost(shown)
    let chosen: TreeView | undefined
    for (const parent of opened) {
      const last = hiddenChildren(parent, shown) === 1
      for (const child of parent.children) {
        const added = 1 + (child.children.length > 0 ? 1 : 0) - (last ? 1 : 0)
        if (!shown.has(child) && added <= left && (chosen === undefined || before(child, chosen))) chosen = child
      }
    }
    if (chosen === undefined) return shown
    shown.add(chosen)
    opened.add(chosen)
  }
}

function cost(shown: ReadonlySet<TreeView>): number {
  let lines = shown.size
  for (const node of shown) if (hiddenChildren(node, shown) > 0) lines++
  return lines
}

function hiddenChildren(node: TreeView, shown: ReadonlySet<TreeView>): number {
  return node.children.reduce((count, child) => count + (shown.has(child) ? 0 : 1), 0)
}

/** Whether the first is worth a line more than the second. */
function before(first: TreeView, second: TreeView): boolean {
  if (first.visits !== second.visits) return first.visits > second.visits
  const values = [first.value, second.value].map((value) => (value === undefined || Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value))
  if (values[0] !== values[1]) return Number(values[0]) > Number(values[1])
  return first.id < second.id
}

interface Drawing {
  readonly shown: ReadonlySet<TreeView>
  readonly path: readonly TreeView[]
  readonly best: number | undefined
  readonly width: number
  readonly color: boolean
  readonly lines: string[]
}

function draw(node: TreeView, branch: string, guide: string, drawing: Drawing): void {
  drawing.lines.push(nodeLine(node, branch, drawing))
  const { shown, path } = drawing
  const children = node.children.filter((child) => shown.has(child))
  const hidden = node.children.length - children.length
  // Only the root's part of the best path can be left out; it goes on further down.
  const next = path.findIndex((step, index) => index > 0 && shown.has(step))
  const skipped = node === path[0] && next > 1 ? path[next] : undefined

  for (const [index, child] of children.entries()) {
    const last = index === children.length - 1 && hidden === 0
    draw(child, `${guide}${last ? '└─ ' : '├─ '}`, `${guide}${last ? '   ' : '│  '}`, drawing)
  }
  if (skipped !== undefined) {
    const others = hidden > 1 ? `, ${hidden - 1} more beside` : ''
    drawing.lines.push(note(`${guide}⋮  ${next - 1} levels${others}`, drawing))
    draw(skipped, `${guide}└─ `, `${guide}   `, drawing)
  } else if (hidden > 0) drawing.lines.push(note(`${guide}└─ … ${hidden} more`, drawing))
}

const marks = { open: '·', working: '…', terminal: '■', solved: '✓', dead: '✗' } satisfies Record<TreeStatus, string>
/** Columns of value and visits at the end of a line. */
const figures = 13

function nodeLine(node: TreeView, branch: string, { path, best, width, color }: Drawing): string {
  const shortBranch = columnsOf(branch) > width / 3 ? `⋯${branch.slice(branch.length - Math.floor(width / 3) + 1)}` : branch
  const room = width - figures - columnsOf(shortBranch) - 2
  const label = pad(shorten(sanitize(node.label).trim(), room), room)
  const value = node.value === undefined || Number.isNaN(node.value) ? '–' : node.value.toFixed(2)
  const visits = node.visits < 100_000 ? String(node.visits) : `${Math.floor(node.visits / 1000)}k`
  const text = `${marks[node.status]} ${label}${value.padStart(7)}${visits.padStart(6)}`
  if (!color) return shortBranch + text
  const format = node.id === best ? bestNode : path.includes(node) ? onPath : node.status === 'dead' ? dim : undefined
  return styled(dim, shortBranch) + (format === undefined ? text : styled(format, text))
}

function note(text: string, { width, color }: Drawing): string {
  const short = shorten(text, width)
  return color ? styled(dim, short) : short
}

type Format = Parameters<typeof styleText>[0]
const bestNode: Format = ['bold', 'green']
const onPath: Format = 'bold'
const dim: Format = 'dim'

function styled(format: Format, text: string): string {
  return styleText(format, text, { validateStream: false })
}
