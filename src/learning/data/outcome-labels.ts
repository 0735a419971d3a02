// Rows of whole answers with their verdicts, for outcome reward models and unpaired preference learning.
import type { Store } from '../../traces/store.ts'
import { buildByRun, type DatasetBuild } from './build.ts'
import type { RunsOptions } from './read-runs.ts'
import type { OutcomeRow } from './rows.ts'
import { verdictsOf } from './verdicts.ts'

/**
 * One row for each finished trace with a verdict.
 *
 * Left out and counted: `no-verdict`, `no-text`.
 *
 * The stream throws `E_DATASET_HELD_OUT`, `E_DATASET_OPTION`, `E_RUN_UNKNOWN`.
 *
 * @example
 * await writeDataset(outcomeLabels(store, { references }), trl.kto(), 'outcomes.jsonl')
 */
export function outcomeLabels(store: Store, options: RunsOptions = {}): DatasetBuild<OutcomeRow> {
  return buildByRun('outcomeLabels', store, options, async function* (run, leave) {
    const verdicts = await verdictsOf(run)
    for (const node of run.tree.nodes) {
      if (!node.terminal) continue
      const verdict = verdicts.get(node)
      const completion = run.texts.joined(run.texts.steps(node))
      if (verdict === undefined || completion === '') {
        leave(verdict === undefined ? 'no-verdict' : 'no-text')
        continue
      }
      yield {
        row: 'outcome',
        source: run.source(node, verdict.oracle),
        prompt: run.prompt,
        completion,
        right: verdict.right,
        value: verdict.value,
      }
    }
  })
}
