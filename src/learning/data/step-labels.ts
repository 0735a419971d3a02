// Rows of whole traces with a label for each step, out of what the runs themselves found. Further rollouts are `monte-carlo-labels.ts`.
import type { Store } from '../../traces/store.ts'
import { buildByRun, type DatasetBuild } from './build.ts'
import { endShares, inferredValues } from './node-values.ts'
import type { ReadRun, RunsOptions } from './read-runs.ts'
import type { StepLabelRow } from './rows.ts'
import type { RunNode } from './run-tree.ts'
import { answerOf, verdictsOf } from './verdicts.ts'

/** Options of `stepLabels`. */
export interface StepLabelsOptions extends RunsOptions {
  /**
   * `monte-carlo` (default): the share of right ends below each step. `first-error`: 1 up to the last step with a right end below it, 0 from
   * there on. `outcome`: the verdict on the whole trace at every step. `inferred`: ReST-MCTS* values.
   */
  readonly label?: StepLabelRow['label']
  /** Labels from here on become 1, those below 0. Default: labels stay as they are. In (0, 1]. */
  readonly hard?: number
  /** Least number of ends below a step; traces with a step that has fewer are left out. Default 1. */
  readonly leastEnds?: number
}

/**
 * One row for each finished trace that has a verdict: its steps, each with a label in [0, 1].
 * What the rollouts had cost stands in the report (`usage`).
 *
 * Left out and counted: `no-verdict` (nobody was certain of the end), `ends` (too few below a step), `no-value`, `no-text`.
 *
 * The stream throws `E_DATASET_HELD_OUT`, `E_DATASET_OPTION`, `E_RUN_UNKNOWN`.
 *
 * @example
 * await writeDataset(stepLabels(store, { label: 'first-error', references }), prm800k(), 'steps.jsonl')
 */
export function stepLabels(store: Store, options: StepLabelsOptions = {}): DatasetBuild<StepLabelRow> {
  const { label = 'monte-carlo', hard, leastEnds = 1 } = options
  return buildByRun('stepLabels', store, options, async function* (run, leave) {
    const verdicts = await verdictsOf(run)
    const shares = endShares(run.tree.nodes, verdicts, run.range)
    const inferred = label === 'inferred' ? inferredValues(run.tree.nodes, verdicts) : undefined
    for (const end of run.tree.nodes) {
      if (!end.terminal || end.parent === undefined) continue
      const verdict = verdicts.get(end)
      const path = run.texts.path(end)
      if (verdict === undefined || path.length === 0) {
        leave(verdict === undefined ? 'no-verdict' : 'no-text')
        continue
      }
      if (path.some((node) => (shares.get(node)?.visits ?? 0) < leastEnds)) {
        leave('ends')
        continue
      }
      const values = path.map((node) => (inferred ?? shares).get(node)?.value)
      if (!values.every((value) => value !== undefined)) {
        leave('no-value')
        continue
      }
      const labels = label === 'outcome' ? path.map(() => verdict.value) : label === 'first-error' ? untilFirstError(values) : values
      yield await labelRow(run, end, hardened(labels, hard), { label, oracle: verdict.oracle })
    }
  })
}

/** The row of a labelled trace; `labels` are of the nodes of its path. */
export async function labelRow(
  run: ReadRun,
  end: RunNode,
  labels: readonly number[],
  { label, oracle }: { readonly label: StepLabelRow['label']; readonly oracle: boolean },
): Promise<StepLabelRow> {
  const answer = await answerOf(run, end)
  return {
    row: 'step-labels',
    source: run.source(end, oracle),
    prompt: run.prompt,
    steps: run.texts.steps(end),
    ...run.texts.separation,
    labels,
    label,
    ...(answer === undefined ? {} : { answer: run.texts.shown(answer) }),
  }
}

/** 1 for each step with a right end below it, 0 from the first one without: once a step is wrong, what follows is. */
function untilFirstError(shares: readonly number[]): number[] {
  const first = shares.indexOf(0)
  return shares.map((_, at) => (first >= 0 && at >= first ? 0 : 1))
}

/** Labels as 0 and 1 by a threshold; as they are without one. */
export function hardened(labels: readonly number[], hard: number | undefined): readonly number[] {
  return hard === undefined ? labels : labels.map((label) => Number(label >= hard))
}
