// Trees as plain views for drawing: of a search under way, and of a run read from its log.
import type { Json, NodeId } from '../core/common.ts'
import { proof, type Tree } from '../core/tree.ts'
import type { TraceNode, TraceTree } from '../traces/query.ts'
import type { TreeStatus, TreeView } from './render/tree-lines.ts'

/** An action in words: a text as it is, an object's `text` field, else JSON. */
export function actionText(action: Json | undefined): string {
  if (action === undefined) return ''
  if (typeof action === 'string') return action
  const { text, kind, tool, input, answer } = (action ?? {}) as { readonly [name: string]: Json | undefined }
  if (kind === 'call' && typeof tool === 'string') return `${tool}(${JSON.stringify(input)})`
  if (kind === 'finish' && typeof answer === 'string') return `(end) ${answer}`
  if (typeof text === 'string') return text === '' ? '(end)' : text
  return JSON.stringify(action)
}

/** A task on one line: its prompt, else its fields: `include dog, frisbee; sentences 1`. */
export function taskText(task: Json): string {
  if (typeof task !== 'object' || task === null || Array.isArray(task)) return typeof task === 'string' ? task : JSON.stringify(task)
  const { prompt, goal, ...fields } = task as { readonly [name: string]: Json | undefined }
  if (typeof prompt === 'string') return prompt
  if (typeof goal === 'string') return goal
  return Object.entries(goal === undefined ? fields : { goal, ...fields })
    .map(([name, value]) => `${name} ${fieldText(value)}`)
    .join('; ')
}

function fieldText(value: Json | undefined): string {
  if (Array.isArray(value)) return value.map(fieldText).join(', ')
  if (typeof value === 'object' && value !== null) return Object.values(value).map(fieldText).join(' ')
  return String(value)
}

/** Most nodes of a view; below them only the best path is followed. */
const most = 3000

/** The tree of a search under way. */
export function treeView(tree: Tree, rootLabel: string, best: NodeId | undefined): TreeView {
  const path = new Set(best === undefined ? [] : tree.path(best))
  let left = most
  const view = (node: NodeId): TreeView => {
    left--
    const children = left > 0 || path.has(node) ? tree.children(node) : []
    return {
      id: node,
      label: node === tree.root ? rootLabel : actionText(tree.action(node) as Json),
      value: tree.mean(node),
      visits: tree.visits[node]!,
      status: statusOf(tree, node),
      children: children.map(view),
    }
  }
  return view(tree.root)
}

function statusOf(tree: Tree, node: NodeId): TreeStatus {
  if (tree.solved(node) || (tree.turn !== undefined && tree.proven(node) === proof.win)) return 'solved'
  if (tree.dead(node)) return 'dead'
  if (tree.terminal(node)) return 'terminal'
  return tree.pending[node]! > 0 ? 'working' : 'open'
}

/** The tree of a run read from its log. */
export function traceView(trace: TraceTree, rootLabel: string): TreeView | undefined {
  const view = (node: TraceNode): TreeView => ({
    id: node.id,
    label: node.parent < 0 ? rootLabel : actionText(node.action),
    value: node.value,
    visits: node.visits,
    status: traceStatus(node),
    children: node.children.map(view),
  })
  return trace.root === undefined ? undefined : view(trace.root)
}

function traceStatus(node: TraceNode): TreeStatus {
  const certain = node.evaluations.find((evaluation) => evaluation.certain === true)
  if (certain !== undefined && certain.value > 0) return 'solved'
  if (certain !== undefined) return 'dead'
  return node.terminal ? 'terminal' : 'open'
}
