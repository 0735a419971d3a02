// Pairs of whole traces, right against wrong, for instance-level preference learning.
import type { Store } from '../../traces/store.ts'
import { buildByRun, buildByTask, type DatasetBuild } from './build.ts'
import type { ReadRun, RunsOptions } from './read-runs.ts'
import type { PairRow } from './rows.ts'
import { type Contender, type PairOptions, pairsOf, sidesOf } from './step-pairs.ts'
import { verdictsOf } from './verdicts.ts'

/** Options of `tracePairs`. */
export interface TracePairsOptions extends RunsOptions, PairOptions {
  /** Compare the traces of one run (default), or those of all runs of a task: they are then held in memory together. */
  readonly within?: 'run' | 'task'
  /** Most pairs of a run (or task). Default: all that `pairs` gives. */
  readonly most?: number
}

/**
 * Pairs of finished traces with verdicts, whole answers as texts; `margin` is of verdicts in [0, 1]. The row's node is the chosen end,
 * `steps` is empty. Equal answers of a run count once.
 *
 * Left out and counted: `no-verdict`, `duplicate`, `margin`, `near-identical`, `most`.
 *
 * The stream throws `E_DATASET_HELD_OUT`, `E_DATASET_OPTION`, `E_RUN_UNKNOWN`.
 *
 * @example
 * await writeDataset(tracePairs(store, { references, within: 'task' }), trl.dpo(), 'pairs.jsonl')
 */
export function tracePairs(store: Store, options: TracePairsOptions = {}): DatasetBuild<PairRow> {
  const { within = 'run', most = Number.POSITIVE_INFINITY } = options
  const rows = async function* (runs: readonly ReadRun[], leave: (reason: string, count?: number) => void): AsyncGenerator<PairRow> {
    const contenders: (Contender & { readonly run: ReadRun; readonly oracle: boolean })[] = []
    const seen = new Set<string>()
    for (const run of runs) {
      const verdicts = await verdictsOf(run)
      for (const node of run.tree.nodes) {
        if (!node.terminal) continue
        const verdict = verdicts.get(node)
        const text = run.texts.joined(run.texts.steps(node))
        if (verdict === undefined || seen.has(text)) {
          leave(verdict === undefined ? 'no-verdict' : 'duplicate')
          continue
        }
        seen.add(text)
        contenders.push({ node, text, value: verdict.value, visits: 1, run, oracle: verdict.oracle })
      }
    }
    const found = pairsOf(contenders, options, leave)
    leave('most', Math.max(0, found.length - most))
    for (const { chosen, rejected } of found.slice(0, most)) {
      const { run, oracle } = chosen as (typeof contenders)[number]
      yield { row: 'pair', source: run.source(chosen.node, oracle), prompt: run.prompt, steps: [], ...sidesOf(chosen, rejected) }
    }
  }
  return within === 'task'
    ? buildByTask('tracePairs', store, options, rows)
    : buildByRun('tracePairs', store, options, (run, leave) => rows([run], leave))
}
