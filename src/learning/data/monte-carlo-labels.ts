// Step labels by further rollouts: from the states along finished traces a policy goes on to the end, and the share of right ends is the label.
// Rollouts are billed in tokens. It knows no model: the policy is a function.
import type { Awaitable, Json } from '../../core/common.ts'
import { BanyanError } from '../../core/errors.ts'
import { Random } from '../../core/random.ts'
import type { Store } from '../../traces/store.ts'
import { buildWithMemory, type DatasetBuild } from './build.ts'
import type { ReportDraft } from './build-report.ts'
import { firstError } from './first-error.ts'
import type { ReadRun, RunsOptions } from './read-runs.ts'
import type { Prompt, StepLabelRow } from './rows.ts'
import { askedLater } from './run-texts.ts'
import type { RunNode } from './run-tree.ts'
import { hardened, labelRow } from './step-labels.ts'
import { type Verdict, verdictsOf } from './verdicts.ts'

/** From where a policy is to go on. */
export interface RolloutStart {
  /** The task as it was given to the run. */
  readonly task: Json
  readonly prompt: Prompt
  /** The steps so far. */
  readonly steps: readonly string[]
  /** How many rollouts are wanted. */
  readonly count: number
  /** Keyed by the seed, the run and the node: a whole number in [0, 2^32). */
  readonly seed: number
  /** Tokens that are left of the budget. */
  readonly tokens: number
  readonly signal: AbortSignal | undefined
}

/** How one rollout ended. */
export interface RolloutEnd {
  /** The answer, graded by `references`; needed where `right` is absent. */
  readonly answer?: Json
  /** A verifier's verdict: true, false, or how right in [0, 1]. Comes before `references`. */
  readonly right?: boolean | number
  /** Tokens that it cost. */
  readonly tokens: number
}

/** Goes on to the end, `count` times. */
export type RolloutPolicy = (start: RolloutStart) => Awaitable<readonly RolloutEnd[]>

/** Options of `monteCarloLabels`. */
export interface MonteCarloLabelsOptions extends RunsOptions {
  readonly policy: RolloutPolicy
  /** Most tokens of all rollouts together; the last ones may go beyond it by what one call costs. */
  readonly budget: { readonly tokens: number }
  /** Rollouts from each state. Default 8. */
  readonly rollouts?: number
  /**
   * `monte-carlo` (default): the share of right ends after each step. `first-error`: 1 before the first wrong step and 0 from there on, found
   * by binary search; right traces need no rollout.
   */
  readonly label?: 'monte-carlo' | 'first-error'
  /** Labels from here on become 1, those below 0. Default: labels stay as they are. In (0, 1]. */
  readonly hard?: number
  /** Most traces of a run, the first ones. Default: all. */
  readonly mostPerRun?: number
  /** Default 0. */
  readonly seed?: number
}

/** So many policies' failures in a row end the build. */
const mostFailures = 8

/**
 * One row for each finished trace with a verdict, labelled by further rollouts. States that several traces of a run share are asked
 * once. The last step's label is the trace's own verdict.
 *
 * Left out and counted: `no-verdict`, `no-text`, `budget` (traces that were not labelled any more), `rollout-failed`, `most`.
 * The report's `rolloutTokens` says what was spent.
 *
 * @throws BanyanError E_DATASET_OPTION for a budget or a number of rollouts that is not above 0. The stream throws E_DATASET_HELD_OUT;
 * E_DATASET_VERDICT when a rollout has neither `right` nor a reference; E_DATASET_ROLLOUTS when the policy fails eight times in a row.
 *
 * @example
 * const rows = monteCarloLabels(store, { policy, references, budget: { tokens: 100_000 }, label: 'first-error' })
 * await writeDataset(rows, prm800k(), 'steps.jsonl')
 */
export function monteCarloLabels(store: Store, options: MonteCarloLabelsOptions): DatasetBuild<StepLabelRow> {
  const { budget, rollouts = 8, label = 'monte-carlo', hard, mostPerRun = Number.POSITIVE_INFINITY } = options
  if (!(budget.tokens > 0)) throw badOption('budget.tokens', budget.tokens, 'a number above 0')
  if (!(Number.isInteger(rollouts) && rollouts > 0)) throw badOption('rollouts', rollouts, 'a whole number above 0')
  return buildWithMemory('monteCarloLabels', store, options, (report) => {
    const estimator = estimatorOf(options, rollouts, report)
    return async function* (run, leave) {
      const shareAfter = estimator(run)
      const verdicts = await verdictsOf(run)
      let traces = 0
      for (const end of run.tree.nodes) {
        if (!end.terminal || end.parent === undefined) continue
        const verdict = verdicts.get(end)
        const path = run.texts.path(end)
        const reason = verdict === undefined ? 'no-verdict' : path.length === 0 ? 'no-text' : traces >= mostPerRun ? 'most' : undefined
        if (verdict === undefined || reason !== undefined) {
          leave(reason ?? 'no-verdict')
          continue
        }
        traces++
        const labels = await (label === 'first-error' ? searched : everyStep)(path, verdict, shareAfter)
        if (typeof labels === 'string') leave(labels)
        else yield await labelRow(run, end, hardened(labels, hard), { label, oracle: verdict.oracle || run.reference !== undefined })
      }
    }
  })
}

/** The share of right ends after a node; why it is not known where it is not. */
type ShareAfter = (node: RunNode) => Promise<number | 'budget' | 'rollout-failed'>

async function everyStep(path: readonly RunNode[], verdict: Verdict, shareAfter: ShareAfter): Promise<readonly number[] | string> {
  const labels: number[] = []
  for (const node of path.slice(0, -1)) {
    const share = await shareAfter(node)
    if (typeof share === 'string') return share
    labels.push(share)
  }
  return [...labels, verdict.value]
}

async function searched(path: readonly RunNode[], verdict: Verdict, shareAfter: ShareAfter): Promise<readonly number[] | string> {
  if (verdict.right) return path.map(() => 1)
  let failed: string | undefined
  const first = await firstError(path.length, async (step) => {
    const share = failed ?? (await shareAfter(path[step - 1]!))
    if (typeof share === 'string') failed = share
    return typeof share === 'number' && share > 0
  })
  return failed ?? path.map((_, at) => (at + 1 < first ? 1 : 0))
}

/** Asks the policy, once for each state of a run, until the budget is spent. */
function estimatorOf(
  { policy, budget, seed = 0, signal }: MonteCarloLabelsOptions,
  count: number,
  report: ReportDraft,
): (run: ReadRun) => ShareAfter {
  let failures = 0
  return (run) => {
    const known = new Map<RunNode, number>()
    return async (node) => {
      const before = known.get(node)
      if (before !== undefined) return before
      if (report.rolloutTokens >= budget.tokens) return 'budget'
      signal?.throwIfAborted()
      let ends: readonly RolloutEnd[]
      try {
        ends = await policy({
          task: run.tree.header.task,
          prompt: run.prompt,
          steps: run.texts.steps(node),
          count,
          seed: new Random(seed, `${run.tree.header.runId}/${node.id}`).integer(),
          tokens: budget.tokens - report.rolloutTokens,
          signal,
        })
        failures = 0
      } catch (cause) {
        signal?.throwIfAborted()
        if (++failures >= mostFailures)
          throw new BanyanError('E_DATASET_ROLLOUTS', 'the policy of rollouts keeps failing', {
            seen: cause instanceof Error ? cause.message : String(cause),
            cause,
          })
        return 'rollout-failed'
      }
      for (const { tokens } of ends) report.rolloutTokens += tokens
      if (ends.length === 0) return 'rollout-failed'
      let right = 0
      for (const end of ends) right += await rightness(run, end)
      known.set(node, right / ends.length)
      return right / ends.length
    }
  }
}

async function rightness({ reference }: ReadRun, { right, answer }: RolloutEnd): Promise<number> {
  if (right !== undefined) return Math.min(1, Math.max(0, Number(right)))
  if (reference !== undefined) return Math.min(1, Math.max(0, Number(await askedLater('grade', () => reference.grade(answer)))))
  throw new BanyanError('E_DATASET_VERDICT', 'nothing says whether a rollout ended right', {
    wanted: '`right` from the policy, or `references`',
  })
}

function badOption(name: string, seen: unknown, wanted: string): BanyanError {
  return new BanyanError('E_DATASET_OPTION', `the option ${JSON.stringify(name)} cannot be used`, { seen, wanted })
}
