// Which nodes of a tree a picture shows, and where: depth to the right, one row a leaf, parents beside the middle of their children.
// What does not fit is counted at the node that it hangs from. It knows nothing of SVG.
import type { NodeId } from '../../core/common.ts'
import { nodesOf, type TraceNode, type TraceTree } from '../query.ts'

export interface Placed {
  readonly node: TraceNode
  /** Column, from 0: distance from the first root. */
  readonly column: number
  /** Row of its middle, from 0; parents may lie between rows. */
  readonly row: number
  readonly onBestPath: boolean
  readonly children: readonly Placed[]
  /** Nodes below it that are not shown; they take a row of their own when there are any. */
  readonly hidden: number
  readonly hiddenRow: number
}

export interface Layout {
  readonly root: Placed
  readonly rows: number
  readonly columns: number
  readonly shown: number
}

/** Lays out at most `most` nodes: the best path first, then the most visited, then the most valued. */
export function layout(root: TraceNode, best: TraceTree['best'], most: number): Layout {
  const path = new Set<NodeId>(best)
  const shown = chosen(root, path, most)
  const below = sizes(root)
  let rows = 0
  let columns = 0
  return { root: place(root, 0), rows, columns, shown: shown.size }

  function place(node: TraceNode, column: number): Placed {
    columns = Math.max(columns, column + 1)
    const children = node.children.filter((child) => shown.has(child.id)).map((child) => place(child, column + 1))
    const hidden = node.children.reduce((sum, child) => sum + (shown.has(child.id) ? 0 : (below.get(child.id) ?? 0)), 0)
    const hiddenRow = hidden > 0 ? rows++ : -1
    if (hidden > 0) columns = Math.max(columns, column + 2)
    const taken = [...children.map((child) => child.row), ...(hidden > 0 ? [hiddenRow] : [])]
    const row = taken.length === 0 ? rows++ : ((taken[0] as number) + (taken.at(-1) as number)) / 2
    return { node, column, row, onBestPath: path.has(node.id), children, hidden, hiddenRow }
  }
}

function chosen(root: TraceNode, path: ReadonlySet<NodeId>, most: number): ReadonlySet<NodeId> {
  const shown = new Set<NodeId>()
  const open = [root]
  while (open.length > 0 && shown.size < most) {
    let first = 0
    for (let i = 1; i < open.length; i++) if (before(open[i] as TraceNode, open[first] as TraceNode, path)) first = i
    const [node] = open.splice(first, 1) as [TraceNode]
    shown.add(node.id)
    open.push(...node.children)
  }
  return shown
}

function before(a: TraceNode, b: TraceNode, path: ReadonlySet<NodeId>): boolean {
  if (path.has(a.id) !== path.has(b.id)) return path.has(a.id)
  if (a.visits !== b.visits) return a.visits > b.visits
  return (a.value ?? Number.NEGATIVE_INFINITY) > (b.value ?? Number.NEGATIVE_INFINITY)
}

/** Nodes in each subtree, itself included. */
function sizes(root: TraceNode): ReadonlyMap<NodeId, number> {
  const size = new Map<NodeId, number>()
  for (const node of [...nodesOf(root)].reverse())
    size.set(
      node.id,
      node.children.reduce((sum, child) => sum + (size.get(child.id) ?? 0), 1),
    )
  return size
}
