// Chooses how the nodes of a run get their values, for all builders that take a `value`.

import { endShares, inferredValues, type NodeValues, outcomes, visitMeans } from './node-values.ts'
import type { ReadRun } from './read-runs.ts'
import type { StepValueRow } from './rows.ts'
import { type Verdicts, verdictsOf } from './verdicts.ts'

/**
 * Where values come from:
 * `visit-mean` (the mean of what evaluators said at the node and below it), `inferred` (from right and wrong ends, as in ReST-MCTS*),
 * `monte-carlo` (the share of right ends below it), `outcome` (the verdict, on ends alone).
 */
export type ValueSource = Exclude<StepValueRow['label'], 'first-error'>

export interface ValuedRun {
  readonly values: NodeValues
  readonly range: readonly [number, number]
  /** The reference answer had a part in it. */
  readonly oracle: boolean
}

export async function valuesOf(run: ReadRun, source: ValueSource): Promise<ValuedRun> {
  const { nodes } = run.tree
  if (source === 'visit-mean') return { values: visitMeans(nodes, run.range), range: run.range, oracle: false }
  const verdicts = await verdictsOf(run)
  return { values: fromVerdicts(run, source, verdicts), range: [0, 1], oracle: usesOracle(verdicts) }
}

function fromVerdicts(run: ReadRun, source: Exclude<ValueSource, 'visit-mean'>, verdicts: Verdicts): NodeValues {
  const { nodes } = run.tree
  if (source === 'outcome') return outcomes(verdicts)
  return source === 'inferred' ? inferredValues(nodes, verdicts) : endShares(nodes, verdicts, run.range)
}

/** Whether some verdict was found with the reference answer. */
function usesOracle(verdicts: Verdicts): boolean {
  for (const { oracle } of verdicts.values()) if (oracle) return true
  return false
}
