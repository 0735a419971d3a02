// Pairs of siblings, for step-wise preference learning (MCTS-DPO and its kin).
import type { Store } from '../../traces/store.ts'
import { buildByRun, type DatasetBuild } from './build.ts'
import { apart } from './edit-distance.ts'
import type { NodeValue } from './node-values.ts'
import type { ReadRun, RunsOptions } from './read-runs.ts'
import type { PairRow } from './rows.ts'
import { beginsAnew } from './run-texts.ts'
import type { RunNode } from './run-tree.ts'
import { type ValueSource, valuesOf } from './value-source.ts'

/** What both kinds of pairs take. */
export interface PairOptions {
  /** Least difference of values; above 0. Default 0.1. In units of the values' range. */
  readonly margin?: number
  /** `best-worst` (default): one pair, of the highest and the lowest value. `all`: every two with the margin. */
  readonly pairs?: 'best-worst' | 'all'
  /** Least edit distance between the two texts, as a share of the longer one, in [0, 1]. Default 0: any difference will do. */
  readonly leastDistance?: number
}

/** Options of `stepPairs`. */
export interface StepPairsOptions extends RunsOptions, PairOptions {
  /** Default `visit-mean`. */
  readonly value?: ValueSource
  /** Least number of values behind either side. Default 1. */
  readonly leastVisits?: number
}

/** One of several that are compared; `value` is from the side that chose it. */
export interface Contender {
  readonly node: RunNode
  readonly text: string
  readonly value: number
  readonly visits: number
}

/**
 * One row for each pair of children of a node whose values differ enough; values are from the side that chose. In the order of the
 * parents' ids; the row's node is the chosen child.
 *
 * Left out and counted: `visits`, `margin`, `near-identical` (equal texts, or closer than `leastDistance`).
 *
 * The stream throws `E_DATASET_HELD_OUT`, `E_DATASET_RANGE`, `E_DATASET_OPTION`, `E_RUN_UNKNOWN`.
 *
 * @example
 * await writeDataset(stepPairs(store, { margin: 0.2 }), trl.dpo(), 'pairs.jsonl')
 */
export function stepPairs(store: Store, options: StepPairsOptions = {}): DatasetBuild<PairRow> {
  const { value = 'visit-mean', leastVisits = 1 } = options
  return buildByRun('stepPairs', store, options, async function* (run, leave) {
    const { values, oracle } = await valuesOf(run, value)
    for (const parent of run.tree.nodes) {
      const contenders: Contender[] = []
      for (const child of parent.children) {
        const found = values.get(child)
        if (found === undefined) continue
        if (found.visits < leastVisits) leave('visits')
        else contenders.push(contender(run, child, found))
      }
      for (const { chosen, rejected } of pairsOf(contenders, options, leave)) {
        const anew = beginsAnew(chosen.node.action)
        yield {
          row: 'pair',
          source: run.source(chosen.node, oracle),
          prompt: run.prompt,
          steps: anew ? [] : run.texts.steps(parent),
          ...run.texts.separation,
          ...sidesOf(chosen, rejected),
        }
      }
    }
  })
}

/** The fields of a pair that are about its two sides. */
export function sidesOf(chosen: Contender, rejected: Contender) {
  return {
    chosen: chosen.text,
    rejected: rejected.text,
    chosenValue: chosen.value,
    rejectedValue: rejected.value,
    margin: chosen.value - rejected.value,
    chosenVisits: chosen.visits,
    rejectedVisits: rejected.visits,
  }
}

/** Pairs among contenders with a text, best first; equals stay in their order. */
export function pairsOf(
  contenders: readonly Contender[],
  { margin = 0.1, pairs = 'best-worst', leastDistance = 0 }: PairOptions,
  leave: (reason: string) => void,
): { readonly chosen: Contender; readonly rejected: Contender }[] {
  const ranked = contenders.filter(({ text }) => text !== '').sort((a, b) => b.value - a.value)
  const found: { chosen: Contender; rejected: Contender }[] = []
  const take = (chosen: Contender, rejected: Contender): void => {
    if (!(chosen.value - rejected.value >= margin && chosen.value > rejected.value)) leave('margin')
    else if (beginsAnew(chosen.node.action) !== beginsAnew(rejected.node.action)) leave('anew')
    else if (!apart(chosen.text, rejected.text, leastDistance)) leave('near-identical')
    else found.push({ chosen, rejected })
  }
  if (ranked.length < 2) return found
  if (pairs === 'best-worst') take(ranked[0]!, ranked.at(-1)!)
  else for (const [i, chosen] of ranked.entries()) for (const rejected of ranked.slice(i + 1)) take(chosen, rejected)
  return found
}

function contender(run: ReadRun, node: RunNode, { value, visits }: NodeValue): Contender {
  const sign = node.parent !== undefined && node.parent.side !== node.side ? -1 : 1
  return { node, text: run.texts.step(node), value: sign * value, visits }
}
