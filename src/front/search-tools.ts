// Tool calls as actions: searches for a plan, and carries it out when it is told to. Nothing irreversible happens in the search.
import type { Amounts, Awaitable, Json } from '../core/common.ts'
import type { Evaluator } from '../core/evaluator.ts'
import type { SearchResult } from '../core/options.ts'
import type { Searcher } from '../core/searcher.ts'
import { searcherNamed } from '../core/searchers/named.ts'
import type { ToolAction } from '../environments/tools/action.ts'
import { toolCalls } from '../environments/tools/proposer.ts'
import type { Effects, Tools } from '../environments/tools/tool.ts'
import { type Plan, type PlannedCall, type ToolState, type ToolStep, tools, transcript } from '../environments/tools.ts'
import { cascade } from '../evaluators/combine.ts'
import { type CheckResult, verify as verifyAnswers } from '../evaluators/verify/answer-check.ts'
import { requirePrice } from '../models/middleware/prices.ts'
import type { Model } from '../models/model.ts'
import { memory } from '../traces/memory.ts'
import { type CommitOptions, type Committed, commitPlan, searchGuard, type ToolGuard } from './commit-plan.ts'
import { foundAnswer } from './found-answer.ts'
import type { Chosen, ImproveOptions } from './improvement.ts'
import { type AnyModel, modelOf } from './model-of.ts'
import { optionError } from './option-error.ts'
import { planJudge, planValue } from './plan-value.ts'
import { budgetOf, presetFor } from './presets.ts'

/** A check of a finished plan: before anything irreversible has happened. */
export type VerifyPlan = (found: {
  /** What the model says at the end. */
  readonly answer: string
  /** To be carried out, in order. */
  readonly calls: readonly PlannedCall[]
  /** All steps, with the results of the calls that were made. */
  readonly steps: readonly ToolStep[]
  readonly signal: AbortSignal
}) => Awaitable<CheckResult>

/** Options of `searchTools`. */
export interface SearchToolsOptions
  extends Pick<
    ImproveOptions,
    'system' | 'verifySeconds' | 'preset' | 'searcher' | 'budget' | 'concurrency' | 'seed' | 'store' | 'runId' | 'signal'
  > {
  readonly model: AnyModel
  /** Tools of the AI SDK with `execute`, or ours, by name. */
  readonly tools: Tools
  /** What the tools may do to the world, by name; before what they say themselves. A tool of which nothing is said is irreversible. */
  readonly effects?: Effects
  /** What is to be reached. */
  readonly goal: string
  readonly verify?: VerifyPlan
  /** Who judges finished plans that `verify` leaves open: the model itself (the default without `verify`), another one, or an evaluator. */
  readonly judge?: true | AnyModel | Evaluator<ToolState, ToolAction>
  /** Asked before each call: when it is tried or planned, and when it is carried out. */
  readonly guard?: ToolGuard
  /** Most steps of one path. Default 12. */
  readonly maxSteps?: number
  /** Seconds that one call may take in the search. Default 60. */
  readonly toolSeconds?: number
  /** Most tokens of one step. Default 256. */
  readonly maxTokens?: number
  /** Above 0. Default 0.8. */
  readonly temperature?: number
}

/** A plan, and the way to carry it out. */
export interface FoundPlan {
  readonly answer: string
  readonly calls: readonly PlannedCall[]
  readonly steps: readonly ToolStep[]
  /** The path as a person reads it. */
  readonly text: string
  readonly value: number
  readonly solved: boolean
  readonly stopped: SearchResult<never, never, never>['stopped']
  readonly unit: string | undefined
  readonly usage: Amounts
  readonly overrun: Amounts
  readonly seconds: number
  readonly runId: string
  readonly settings: Chosen
  readonly tree: SearchResult<ToolState, ToolAction, never>['tree']
  /**
   * Makes the planned calls, in order, each at most once. Again, it returns what was recorded; after a crash, with the same `store` and
   * `runId`, it goes on, and a call whose result was lost is `unknown` and not made again.
   * @throws `E_RUN_BUSY` while another process carries the plan out.
   */
  commit(options?: CommitOptions): Promise<Committed>
}

/**
 * Searches with tools: plans, and commits.
 *
 * Tools without effect are called in the search; reversible ones with `undo` are tried and taken back at once; all others only stand in the plan
 * until `commit`. What goes wrong in a step (no such tool, a wrong input, an error, an unreadable reply) is shown to the model.
 *
 * @throws `E_TOOL_CONTRACT`, `E_FRONT_OPTION` before it starts; `E_TOOL_UNDO` when a tried call could not be taken back; `E_ANSWER_NONE`,
 * `E_SEARCH_FAILING`, `E_SEARCH_ABORTED` when there is no plan; otherwise as `improve`.
 *
 * @example
 * const plan = await searchTools({ model, goal: 'Book the cheapest flight to Rome.', tools: { flights, book }, effects: { flights: 'none' },
 *   verify: ({ calls }) => calls.length === 1 })
 * const { done } = await plan.commit({ approve: (call) => confirm(`${call.tool} ${JSON.stringify(call.input)}?`) })
 */
export async function searchTools(options: SearchToolsOptions): Promise<FoundPlan> {
  const { goal, system, guard, seed = 0, runId, signal, store = memory(), maxSteps, maxTokens, temperature } = options
  if (typeof goal !== 'string' || goal.trim() === '') throw optionError('goal', goal, 'a text that says what is to be reached')
  if (maxSteps !== undefined && !(Number.isInteger(maxSteps) && maxSteps >= 1))
    throw optionError('maxSteps', maxSteps, 'a whole number of at least 1')
  const model = modelOf(options.model)
  const preset = presetFor(options.preset ?? 'balanced', 'tools')
  const { budget, note } = budgetOf(options.budget, preset, model)
  if (budget.usd !== undefined) requirePrice(model)
  const environment = tools({
    tools: options.tools,
    ...(options.effects === undefined ? {} : { effects: options.effects }),
    ...(options.toolSeconds === undefined ? {} : { seconds: options.toolSeconds }),
  })
  const searcher: Searcher = options.searcher ?? searcherNamed(preset.searcher, preset.settings)
  const proposer = toolCalls({
    model,
    tools: environment.known,
    ...(maxTokens === undefined ? {} : { maxTokens }),
    ...(temperature === undefined ? {} : { temperature }),
  })
  const evaluator = planValue(evaluatorOf(options, model, environment))
  const concurrency = options.concurrency ?? preset.concurrency
  const found = await foundAnswer<ToolState, ToolAction, Parameters<typeof environment.initial>[0], Plan>({
    environment,
    task: { goal, ...(system === undefined ? {} : { system }), ...(maxSteps === undefined ? {} : { maxSteps }) },
    searcher,
    proposer,
    evaluator,
    budget,
    concurrency,
    seed,
    store,
    ...(guard === undefined ? {} : { guard: searchGuard(guard, environment.known) }),
    ...(runId === undefined ? {} : { runId }),
    ...(signal === undefined ? {} : { signal }),
  })
  const { state, answer: plan } = found
  const identity = ({ name, settings = null }: { readonly name: string; readonly settings?: Json }) => ({ name, settings })
  return {
    ...plan,
    steps: state.steps,
    text: transcript(state),
    value: found.value,
    solved: found.solved,
    stopped: found.stopped,
    unit: found.unit,
    usage: found.usage,
    overrun: found.overrun,
    seconds: found.seconds,
    runId: found.runId,
    tree: found.tree,
    settings: {
      model: model.name,
      ...(options.searcher === undefined ? { preset: options.preset ?? 'balanced' } : {}),
      searcher: identity(searcher),
      proposer: identity(proposer),
      evaluator: identity(evaluator),
      budget,
      concurrency,
      seed,
      notes: note === undefined ? [] : [note],
    },
    commit: (commitOptions) =>
      commitPlan({ state, calls: plan.calls, tools: environment.known, guard, store, planRunId: found.runId }, commitOptions),
  }
}

function evaluatorOf(
  { verify, verifySeconds, judge }: SearchToolsOptions,
  model: Model,
  environment: ReturnType<typeof tools>,
): Evaluator<ToolState, ToolAction> {
  const verifier =
    verify &&
    verifyAnswers<ToolState, Plan>(({ answer, state, signal }) => verify({ ...answer, steps: state.steps, signal }), {
      environment,
      ...(verifySeconds === undefined ? {} : { seconds: verifySeconds }),
    })
  if (verifier !== undefined && judge === undefined) return verifier
  const judged =
    typeof judge === 'object' && 'evaluate' in judge
      ? judge
      : planJudge(judge === undefined || judge === true ? model : modelOf(judge, 'judge'), environment)
  return verifier === undefined ? judged : cascade([verifier, judged])
}
