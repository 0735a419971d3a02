// Right traces, each once, for supervised fine-tuning (rejection sampling).
import { digest } from '../../core/digest.ts'
import type { Store } from '../../traces/store.ts'
import { buildWithMemory, type DatasetBuild } from './build.ts'
import type { RunsOptions } from './read-runs.ts'
import type { VerifiedRow } from './rows.ts'
import { answerOf, verdictsOf } from './verdicts.ts'

/** Options of `verifiedTraces`. */
export interface VerifiedTracesOptions extends RunsOptions {
  /** Most traces of a task. Default: all. */
  readonly mostPerTask?: number
  /** Least length of the whole trace in characters; ReST-MCTS* takes 50. Default 1. */
  readonly leastLength?: number
}

/**
 * One row for each finished trace that was found right. Traces of one task whose texts are equal but for case and spaces count once, over
 * all runs; digests of the texts are kept for that, not the texts.
 *
 * Left out and counted: `wrong`, `no-verdict`, `duplicate`, `short`, `most`.
 *
 * The stream throws `E_DATASET_HELD_OUT`, `E_DATASET_OPTION`, `E_RUN_UNKNOWN`.
 *
 * @example
 * await writeDataset(verifiedTraces(store, { references, heldOut: testTasks }), trl.promptCompletion(), 'right.jsonl')
 */
export function verifiedTraces(store: Store, options: VerifiedTracesOptions = {}): DatasetBuild<VerifiedRow> {
  const { mostPerTask = Number.POSITIVE_INFINITY, leastLength = 1 } = options
  return buildWithMemory('verifiedTraces', store, options, () => {
    const seen = new Set<string>()
    const kept = new Map<string, number>()
    return async function* (run, leave) {
      const verdicts = await verdictsOf(run)
      for (const node of run.tree.nodes) {
        if (!node.terminal) continue
        const verdict = verdicts.get(node)
        if (verdict?.right !== true) {
          leave(verdict === undefined ? 'no-verdict' : 'wrong')
          continue
        }
        const source = run.source(node, verdict.oracle)
        const steps = run.texts.steps(node)
        const text = run.texts.joined(steps)
        const name = digest([source.task, normalised(text)])
        const count = kept.get(source.task) ?? 0
        const reason = text.length < leastLength ? 'short' : seen.has(name) ? 'duplicate' : count >= mostPerTask ? 'most' : undefined
        if (reason !== undefined) {
          leave(reason)
          continue
        }
        seen.add(name)
        kept.set(source.task, count + 1)
        const answer = await answerOf(run, node)
        yield {
          row: 'verified',
          source,
          prompt: run.prompt,
          steps,
          ...run.texts.separation,
          answer: answer === undefined ? '' : run.texts.shown(answer),
        }
      }
    }
  })
}

/** A text as it is compared with others: without case and differences of spaces, in one Unicode form. */
function normalised(text: string): string {
  return text.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim()
}
