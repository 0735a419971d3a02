// The tree of a pure run, which is kept as seed and checkpoints: the search is made again, and its statistics are the searcher's own.
import type { Json, NodeId } from '../../core/common.ts'
import { BanyanError } from '../../core/errors.ts'
import type { RunEnd, RunHeader } from '../../core/events.ts'
import type { LogEntry } from '../../core/log.ts'
import { proof, type Tree } from '../../core/tree.ts'
import { type AssembledOptions, assemble } from '../../front/assemble.ts'
import { readRunSpec } from '../../front/run-spec.ts'
import { search } from '../../front/search.ts'
import type { Store } from '../../traces/store.ts'
import type { DraftNode, RunTree } from './run-tree.ts'

/** The search of a run, for runs whose header does not name it (those that a program started). */
export type ComputeAgain = (header: RunHeader) => AssembledOptions | undefined

/**
 * Makes a run's tree again without a call.
 * @returns undefined where nothing says what the search was.
 * @throws as `search` with `replayOnly` does.
 */
export async function computedTree(
  store: Store,
  header: RunHeader,
  entries: Iterable<LogEntry>,
  computeAgain: ComputeAgain | undefined,
  signal: AbortSignal | undefined,
): Promise<RunTree | undefined> {
  const options = computeAgain?.(header) ?? (header.spec === undefined ? undefined : assemble(readRunSpec(header.spec)))
  if (options === undefined) return undefined
  const result = await search({ ...options, store, runId: header.runId, replayOnly: true, ...(signal === undefined ? {} : { signal }) })
  signal?.throwIfAborted()
  let end: RunEnd | undefined
  for (const { event } of entries) if (event.type === 'run-end') end = event
  if (end !== undefined && end.digest !== result.digest)
    throw new BanyanError('E_RUN_DIVERGED', `the tree of the run ${header.runId} comes out otherwise than it was`, {
      seen: result.digest,
      wanted: end.digest,
    })
  return {
    header,
    nodes: draftsOf(result.tree as Tree),
    best: result.node,
    answer: result.answer as Json | undefined,
    digest: end?.digest,
    usage: result.usage,
  }
}

function draftsOf(tree: Tree): DraftNode[] {
  const drafts = new Map<NodeId, DraftNode>()
  for (let id = 0; id < tree.size; id++) {
    const parentId = tree.parent[id]!
    const parent = drafts.get(parentId)
    // What a rewriting cut off hangs on nothing.
    if (id > 0 && parent === undefined) continue
    const visits = tree.visits[id]!
    const mean = visits === 0 ? undefined : tree.mean(id)
    const won = tree.solved(id) || (tree.turn !== undefined && tree.proven(id) === proof.win)
    const draft: DraftNode = {
      id,
      parent,
      depth: tree.depth[id]!,
      children: [],
      action: parent === undefined ? undefined : (tree.action(id) as Json),
      tokens: undefined,
      reward: tree.reward(id),
      terminal: tree.terminal(id),
      observation: undefined,
      value: mean,
      verdict: won ? 1 : tree.dead(id) ? 0 : undefined,
      ends: [],
      visits,
      sum: tree.valueSum[id]!,
      side: tree.turn?.[id] ?? 0,
    }
    parent?.children.push(draft)
    drafts.set(id, draft)
  }
  return [...drafts.values()]
}
