// Carries a plan out for real: each call at most once, also over crashes, in order, guarded and approved. Thin over the engine's commit trials.
import type { Awaitable, Json, NodeId } from '../core/common.ts'
import { canonical, digest } from '../core/digest.ts'
import type { Guard, GuardRequest, Verdict } from '../core/guard.ts'
import type { Log } from '../core/log.ts'
import { search } from '../core/search.ts'
import type { Searcher } from '../core/searcher.ts'
import type { Tree } from '../core/tree.ts'
import type { Outcome, Work } from '../core/trial.ts'
import type { ToolAction } from '../environments/tools/action.ts'
import { type CommitmentState, commitment } from '../environments/tools/commitment.ts'
import type { ReadTool } from '../environments/tools/tool.ts'
import { jsonOf, type PlannedCall, type ToolState } from '../environments/tools.ts'

/** Decides which calls may be made: when they are tried or planned (`search`), and when they are carried out (`commit`). */
export type ToolGuard = Guard<ToolState, PlannedCall>

export interface CommitOptions {
  /** Asked for every call before the first is made; a single refusal, and none is made. Default: calling `commit` is the approval. */
  readonly approve?: (call: PlannedCall) => Awaitable<boolean>
  /** Stops after the call under way, whose result may then stay unknown. */
  readonly signal?: AbortSignal
}

/**
 * - `done`: it happened; `result` is what it gave.
 * - `denied`: by the guard or by `approve`.
 * - `failed`: it threw; `error` says what. Whether it had an effect, only the tool knows.
 * - `unknown`: it was begun, and what came of it was lost. Find out by hand; it is never made again.
 * - `skipped`: an earlier one was not done.
 */
export interface CommittedCall extends PlannedCall {
  readonly status: 'done' | 'denied' | 'failed' | 'unknown' | 'skipped'
  readonly result?: Json
  readonly error?: string
}

/** What became of a plan that was carried out. */
export interface Committed {
  /** All calls were done. */
  readonly done: boolean
  readonly calls: readonly CommittedCall[]
  /** The run that recorded them. */
  readonly runId: string
}

export interface CommitParts {
  readonly state: ToolState
  readonly calls: readonly PlannedCall[]
  readonly tools: ReadonlyMap<string, ReadTool>
  readonly guard: ToolGuard | undefined
  readonly store: Log
  /** The run that made the plan. */
  readonly planRunId: string
}

/**
 * Carries a plan out. Called again, also in another process over the same store, it returns what was recorded, and goes on after what was done.
 * @throws `E_RUN_BUSY` while another process carries it out.
 */
export async function commitPlan(parts: CommitParts, { approve, signal }: CommitOptions = {}): Promise<Committed> {
  const { calls, tools, store, planRunId, guard, state } = parts
  const runId = planRunId.length <= 57 ? `${planRunId}.commit` : `commit-${digest(planRunId)}`
  if (calls.length === 0) return { done: true, calls: [], runId }
  const recorded = [...(await store.read(runId))].some(({ event }) => event.type === 'run-end')
  if (!recorded) {
    const verdicts: Verdict[] = []
    for (const index of calls.keys()) verdicts.push(await verdictOf(index, parts, approve))
    if (verdicts.some(({ allow }) => !allow))
      return { done: false, calls: calls.map((call, index) => refused(call, verdicts[index]!)), runId }
  }
  const progress: Progress = { last: undefined, committing: false }
  const { tree } = await search({
    environment: commitment(tools),
    task: { calls },
    searcher: inOrder(progress),
    store,
    runId,
    seed: 0,
    ...(guard === undefined
      ? {}
      : {
          guard: {
            name: guard.name,
            check: ({ state: { results }, action, purpose }) =>
              purpose === 'commit' ? verdictOn(guard, tools, stateBefore(state, results.length), action, purpose) : { allow: true },
          } satisfies Guard<CommitmentState, PlannedCall>,
        }),
    ...(signal === undefined ? {} : { signal }),
  })
  const { results } = tree.state(tree.root)
  const committed = calls.map((call, index): CommittedCall => {
    const { done = false, result } = results[index] ?? {}
    if (done) return { ...call, status: 'done', ...(result === undefined ? {} : { result }) }
    return { ...call, ...(index === results.length ? notDone(progress) : { status: 'skipped' }) }
  })
  return { done: committed.every(({ status }) => status === 'done'), calls: committed, runId }
}

async function verdictOf(index: number, { calls, tools, guard, state }: CommitParts, approve: CommitOptions['approve']): Promise<Verdict> {
  const call = calls[index]!
  const verdict = guard === undefined ? undefined : await verdictOn(guard, tools, stateBefore(state, index), call, 'commit')
  if (verdict?.allow === false) return verdict
  return (await approve?.(call)) === false ? { allow: false, reason: 'it was not approved' } : { allow: true }
}

/** The guard's word on a call as it was written, and as the tool's schema makes it: defaults, trimmed texts and the like are what is executed. */
async function verdictOn(
  guard: ToolGuard,
  tools: ReadonlyMap<string, ReadTool>,
  state: ToolState,
  action: PlannedCall,
  purpose: GuardRequest['purpose'],
): Promise<Verdict> {
  const { effect } = action
  const verdict = await guard.check({ state, action, effect, purpose })
  if (!verdict.allow) return verdict
  const checked = await tools.get(action.tool)?.check(action.input)
  // What does not fit the schema is not executed.
  if (checked === undefined || 'problem' in checked) return verdict
  const input = jsonOf(checked.value)
  return canonical(input) === canonical(action.input) ? verdict : guard.check({ state, action: { ...action, input }, effect, purpose })
}

/** The state in which a call of the plan was planned: rules may depend on what was called before it, never on what comes after. */
function stateBefore(state: ToolState, index: number): ToolState {
  let planned = 0
  const at = state.steps.findIndex(({ kind }) => kind === 'planned' && planned++ === index)
  return at < 0 ? state : { ...state, steps: state.steps.slice(0, at) }
}

function refused(call: PlannedCall, verdict: Verdict): CommittedCall {
  return verdict.allow ? { ...call, status: 'skipped' } : { ...call, status: 'denied', error: verdict.reason }
}

/** How far it came: the outcome that ended it, and whether a call was under way when it was stopped. */
interface Progress {
  last: Outcome | undefined
  committing: boolean
}

function notDone({ last, committing }: Progress): Pick<CommittedCall, 'status' | 'error'> {
  if (last === undefined) return { status: committing ? 'unknown' : 'skipped' }
  const error = last.error?.message ?? ''
  if (last.status === 'denied') return { status: 'denied', error }
  return { status: last.status === 'failed' ? 'failed' : 'unknown', error }
}

/** Notes the next call, commits it, and so on; ends with the first that is not done. */
function inOrder(progress: Progress): Searcher<{ waiting: boolean }> {
  return {
    name: 'in-order',
    twins: false,
    start: () => ({ waiting: false }),
    ask(tree: Tree, memory): Work[] {
      if (memory.waiting || progress.last !== undefined || tree.terminal(tree.root)) return []
      memory.waiting = true
      const [next]: (NodeId | undefined)[] = tree.children(tree.root)
      progress.committing = next !== undefined
      return next === undefined
        ? [{ kind: 'expand', node: tree.root, propose: { count: 1 }, step: true }]
        : [{ kind: 'commit', node: next }]
    },
    tell(_tree, memory, outcome) {
      memory.waiting = false
      progress.committing = false
      if (outcome.status !== 'ok') progress.last = outcome
    },
    best: (tree) => tree.root,
  }
}

/** The guard as the engine asks it during the search: with the tool's own effect, and only about calls. */
export function searchGuard(guard: ToolGuard, tools: ReadonlyMap<string, ReadTool>): Guard<ToolState, ToolAction> {
  return {
    name: guard.name,
    check({ state, action, purpose }) {
      const tool = action.kind === 'call' ? tools.get(action.tool) : undefined
      if (action.kind !== 'call' || tool === undefined) return { allow: true }
      return verdictOn(guard, tools, state, { tool: tool.name, input: action.input, effect: tool.effect }, purpose)
    },
  }
}
