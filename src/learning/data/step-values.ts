// Rows of state values, for value nets and process reward models with soft targets.
import type { Store } from '../../traces/store.ts'
import { buildByRun, type DatasetBuild } from './build.ts'
import type { RunsOptions } from './read-runs.ts'
import type { StepValueRow } from './rows.ts'
import { type ValueSource, valuesOf } from './value-source.ts'

/** Options of `stepValues`. */
export interface StepValuesOptions extends RunsOptions {
  /** Default `visit-mean`. */
  readonly value?: ValueSource
  /** Least number of values (or ends, for values found by them) behind a row. Default 1. */
  readonly leastVisits?: number
  /** Also the state at the beginning. Default false. */
  readonly root?: boolean
}

/**
 * One row for each node with a value: the steps that lead there, and the value of the state after them, in `range`.
 * In games for two the value is from the side to move in that state.
 *
 * Left out and counted: `visits` (too few values), `no-value`.
 *
 * The stream throws `E_DATASET_HELD_OUT`, `E_DATASET_RANGE`, `E_DATASET_OPTION`, `E_RUN_UNKNOWN`.
 *
 * @example
 * await writeDataset(stepValues(store, { value: 'inferred', references }), banyanRows, 'values.jsonl')
 */
export function stepValues(store: Store, options: StepValuesOptions = {}): DatasetBuild<StepValueRow> {
  const { value: label = 'visit-mean', leastVisits = 1, root = false } = options
  return buildByRun('stepValues', store, options, async function* (run, leave) {
    const { values, range, oracle } = await valuesOf(run, label)
    for (const node of run.tree.nodes) {
      if (node.parent === undefined && !root) continue
      const found = values.get(node)
      if (found === undefined || found.visits < leastVisits) {
        leave(found === undefined ? 'no-value' : 'visits')
        continue
      }
      yield {
        row: 'step-value',
        source: run.source(node, oracle),
        prompt: run.prompt,
        steps: run.texts.steps(node),
        ...run.texts.separation,
        value: found.value,
        range,
        label,
        visits: found.visits,
      }
    }
  })
}
