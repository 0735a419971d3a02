// Carries out the calls of a plan that a search has found, each at most once, and lets Ctrl-C stop between them.

import type { Plan, ToolState } from '../environments/tools.ts'
import { type Committed, commitPlan } from '../front/commit-plan.ts'
import type { Store } from '../traces/store.ts'
import type { AnyResult } from './carry-out.ts'
import { untilInterrupted } from './interrupt.ts'
import type { OpenTools } from './tools.ts'

/** Undefined where no plan was found. The exit code is 1 when a call was not done. */
export async function carryOutPlan(
  { answer, state, runId, stopped }: AnyResult,
  { known, guard }: OpenTools,
  store: Store,
): Promise<Committed | undefined> {
  if (answer === undefined || stopped === 'aborted') return undefined
  using interrupt = untilInterrupted()
  const { calls } = answer as Plan
  const committed = await commitPlan(
    { state: state as ToolState, calls, tools: known, guard, store, planRunId: runId },
    { signal: interrupt.signal },
  )
  if (!committed.done) process.exitCode ||= 1
  return committed
}
