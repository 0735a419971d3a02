// Whole trees with values, for list-wise preference learning (TPO) and the formats that hold trees.
import type { Store } from '../../traces/store.ts'
import { buildByRun, type DatasetBuild } from './build.ts'
import type { RunsOptions } from './read-runs.ts'
import type { PreferenceNode, PreferenceTreeRow } from './rows.ts'
import type { RunNode } from './run-tree.ts'
import { type ValueSource, valuesOf } from './value-source.ts'

/** Options of `preferenceTrees`. */
export interface PreferenceTreesOptions extends RunsOptions {
  /** Default `visit-mean`. */
  readonly value?: ValueSource
  /** Nodes with fewer values are left out with all that is below them. Default 0. */
  readonly leastVisits?: number
}

/** Deeper chains cannot be written as nested JSON everywhere. */
const deepest = 400

/**
 * One row for each run whose root has a child. Children stand in the order of their ids.
 *
 * Left out and counted: `no-children`, `too-deep` (more than 400 steps).
 *
 * The stream throws `E_DATASET_HELD_OUT`, `E_DATASET_RANGE`, `E_DATASET_OPTION`, `E_RUN_UNKNOWN`.
 *
 * @example
 * await writeDataset(preferenceTrees(store, { value: 'monte-carlo', references }), mathAps.tree(), 'trees.jsonl')
 */
export function preferenceTrees(store: Store, options: PreferenceTreesOptions = {}): DatasetBuild<PreferenceTreeRow> {
  const { value = 'visit-mean', leastVisits = 0 } = options
  return buildByRun('preferenceTrees', store, options, async function* (run, leave) {
    const { values, oracle } = await valuesOf(run, value)
    const [root] = run.tree.nodes
    const kept = run.tree.nodes.filter((node) => node === root || (values.get(node)?.visits ?? node.visits) >= leastVisits)
    if (root === undefined || kept.length < 2) return leave('no-children')
    if (kept.some(({ depth }) => depth > deepest)) return leave('too-deep')
    // Children have higher ids than their parents: from the last node on, every node's children are there before it.
    const made = new Map<RunNode, PreferenceNode>()
    for (const node of kept.toReversed()) {
      const found = values.get(node)
      made.set(node, {
        text: run.texts.step(node),
        ...(found === undefined ? {} : { value: found.value }),
        visits: found?.visits ?? node.visits,
        terminal: node.terminal,
        ...(node.observation === undefined ? {} : { observation: node.observation }),
        children: node.children.flatMap((child) => made.get(child) ?? []),
      })
    }
    const { reference } = run
    yield {
      row: 'preference-tree',
      source: run.source(root, oracle || reference !== undefined),
      prompt: run.prompt,
      tree: made.get(root)!,
      ...(reference?.answer === undefined ? {} : { reference: run.texts.shown(reference.answer) }),
    }
  })
}
