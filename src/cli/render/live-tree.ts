// A tree that grows before one's eyes: drawn in place on a terminal, told in plain lines elsewhere.
// It is given views and knows nothing of the search that makes them.
import { createLogUpdate } from 'log-update'
import { shorten } from './columns.ts'
import { duration } from './progress.ts'
import { sanitize } from './sanitize.ts'
import type { Terminal } from './terminal.ts'
import { pathTo, type TreeView, treeLines } from './tree-lines.ts'

/** One picture of a search. */
export interface TreeFrame {
  readonly root: TreeView
  /** Id of the best node so far. */
  readonly best?: number | undefined
  /** Trials told so far. */
  readonly trials: number
  /** A line above the tree: the task, the searcher, what is spent. */
  readonly caption?: string
}

export interface LiveTreeOptions {
  /** Default: stderr. */
  readonly stream?: Terminal
  /** Most lines of the tree. Default: 16, and never more than the terminal has. */
  readonly lines?: number
  /** Without a terminal: a line at least every so many trials. Default: 25. */
  readonly every?: number
  /** Milliseconds, any origin. Default: the process's monotonic clock. */
  readonly now?: () => number
}

export interface LiveTree {
  /** Tells that the tree has grown. `frame` is asked for at most ten times a second. */
  update(frame: () => TreeFrame): void
  /** Draws the last picture and leaves it there. */
  end(frame: () => TreeFrame): void
}

/**
 * Draws a growing tree: at most ten times a second on a terminal (in colour, unless `NO_COLOR` is set); elsewhere a line for each
 * new best node and for each 25th trial.
 *
 * @example
 * const tree = liveTree()
 * tree.update(() => ({ root, best: 3, trials: 12, caption: 'game of 24: 4 6 7 8' }))
 * tree.end(() => ({ root, best: 3, trials: 40 }))
 */
export function liveTree(options: LiveTreeOptions = {}): LiveTree {
  const { stream = process.stderr, now = () => performance.now() } = options
  const start = now()
  const show =
    stream.isTTY === true ? drawInPlace(stream, options.lines ?? 16) : tellLines(stream, options.every ?? 25, () => now() - start)
  let shown = Number.NEGATIVE_INFINITY
  return {
    update(frame) {
      const at = now()
      if (at - shown < 100) return
      shown = at
      show(frame(), false)
    },
    end(frame) {
      show(frame(), true)
    },
  }
}

type Show = (frame: TreeFrame, last: boolean) => void

function drawInPlace(stream: Terminal, lines: number): Show {
  const draw = createLogUpdate(stream)
  const color = !process.env.NO_COLOR
  return ({ root, best, caption }, last) => {
    const width = (stream.columns || 80) - 1
    const head = caption === undefined ? [] : [shorten(sanitize(caption), width)]
    const room = Math.min(lines, (stream.rows ?? 24) - head.length - 1)
    draw([...head, ...treeLines(root, { lines: room, width, color, best })].join('\n'))
    if (last) draw.done()
  }
}

function tellLines(stream: Terminal, every: number, elapsed: () => number): Show {
  let told = Number.NEGATIVE_INFINITY
  let toldBest: number | undefined
  return ({ root, best, trials, caption }, last) => {
    const first = told === Number.NEGATIVE_INFINITY
    const newBest = best !== undefined && best !== toldBest
    if (!first && !newBest && !last && trials - told < every) return
    if (first && caption !== undefined) stream.write(`${sanitize(caption)}\n`)
    told = trials
    toldBest = best
    stream.write(`${plainLine(root, best, trials, newBest)}  (${duration(elapsed() / 1000)})\n`)
  }
}

function plainLine(root: TreeView, best: number | undefined, trials: number, newBest: boolean): string {
  if (best === undefined) return `trial ${trials}: nothing yet`
  const node = pathTo(root, best).at(-1) ?? root
  const value = node.value === undefined || Number.isNaN(node.value) ? '' : ` ${node.value.toFixed(2)}`
  return `trial ${trials}: ${newBest ? 'new best' : 'best still'}${value} ${JSON.stringify(sanitize(node.label).trim())}`
}
