// The end of a run: records it, and tells what was found.
import type { Json, NodeId } from './common.ts'
import { defined } from './defined.ts'
import { runDiverged } from './errors.ts'
import type { SearchResult, Stop } from './options.ts'
import { Random } from './random.ts'
import type { Run } from './run.ts'
import type { Tree } from './tree.ts'
import { treeDigest } from './tree-digest.ts'

/**
 * Records how the run ended, unless it was stopped to be resumed, and returns its result.
 * @param seconds wall time of this opening.
 * @throws `E_RUN_DIVERGED` when the log says that another tree was grown.
 */
export async function finish<State, Action, Task, Answer>(
  { options, desk, tree, ledger, memory, trials }: Run<State, Action, Task, Answer>,
  stop: Stop,
  seconds: number,
): Promise<SearchResult<State, Action, Answer>> {
  const { environment, searcher, observe, replayOnly, runId, seed } = options
  const { recorder, history, counts } = desk
  const { end } = history
  const answerAt = (node: NodeId): Answer | undefined => environment.answer(tree.state(node))
  const node = searcher.best(tree as Tree, memory)
  const answer = node === undefined ? undefined : answerAt(node)
  const value = node === undefined ? Number.NaN : tree.mean(node)
  const digest = treeDigest(tree as Tree)
  const solved = node !== undefined && tree.solved(node)
  const common = { solved, trials, digest, usage: ledger.used(), seconds }
  if (end !== undefined) {
    if (end.digest !== digest) throw runDiverged('the tree read from the log is not the one that was recorded', digest, end.digest)
    observe?.(end)
  } else if (!replayOnly && stop.stopped !== 'aborted') {
    recorder.record({
      type: 'run-end',
      stopped: stop.stopped,
      ...defined({
        unit: stop.unit,
        best: node,
        answer: answer === undefined ? undefined : loggable(answer),
        value: Number.isNaN(value) ? undefined : value,
      }),
      nodes: tree.size,
      ...common,
    })
  }
  await recorder.flush()
  const { stopped, unit } = end ?? stop
  return {
    runId,
    answer,
    node,
    state: node === undefined ? undefined : tree.state(node),
    value,
    stopped,
    unit,
    overrun: ledger.overrun(),
    calls: { ...counts },
    tree,
    ...common,
    answers(count) {
      const nodes = searcher.answers?.(tree as Tree, memory, count, new Random(seed, 'answers')) ?? (node === undefined ? [] : [node])
      return nodes.flatMap((node) => {
        const answer = answerAt(node)
        return answer === undefined ? [] : [{ node, answer }]
      })
    },
  }
}

/** An answer as it can be logged. */
export function loggable(answer: unknown): Json {
  return JSON.parse(JSON.stringify(answer) ?? 'null') as Json
}
