// What is told of a finished search: for people, and as JSON.
import type { Json } from '../core/common.ts'
import type { Committed } from '../front/commit-plan.ts'
import type { RunSpec } from '../front/run-spec.ts'
import { setupNamed } from '../front/setups/index.ts'
import { type AnyResult, commandLine } from './carry-out.ts'
import { amountsText, print, printJson } from './output.ts'
import { duration } from './render/progress.ts'

export interface Reported {
  readonly spec: RunSpec
  readonly result: AnyResult
  /** What became of the planned calls that were carried out. */
  readonly committed?: Committed | undefined
  readonly db: string
  readonly json: boolean
  /** Remarks that belong to the result: a default that was taken. */
  readonly notes?: readonly string[]
}

export function reportRun({ spec, result, committed, db, json, notes = [] }: Reported): void {
  if (json)
    printJson({ ...runJson(result, spec), ...(committed === undefined ? {} : { committed }), db, ...(notes.length === 0 ? {} : { notes }) })
  else print(runText(result, spec, db, committed))
}

function runJson(result: AnyResult, spec: RunSpec) {
  const { runId, answer, solved, stopped, unit, value, usage, overrun, trials, calls, seconds, digest, tree } = result
  return {
    runId,
    answer: (answer as Json | undefined) ?? null,
    solved,
    stopped,
    unit: unit ?? null,
    value: Number.isNaN(value) ? null : value,
    usage,
    overrun,
    calls,
    trials,
    nodes: tree.size,
    seconds,
    digest,
    environment: spec.environment,
    model: spec.model ?? null,
    searcher: spec.searcher,
    settings: spec.settings,
    proposer: spec.proposer,
    evaluator: spec.evaluator ?? null,
    budget: spec.budget,
    concurrency: spec.concurrency,
    seed: spec.seed,
  }
}

function runText(result: AnyResult, spec: RunSpec, db: string, committed: Committed | undefined): string {
  const { runId, answer, solved, usage, overrun, seconds, tree, trials } = result
  const lines = [
    answer === undefined ? 'no answer was found' : setupNamed(spec.environment).show(answer),
    '',
    `solved   ${solved ? 'yes' : answer === undefined ? 'no' : 'not shown: no verifier is certain of it'}`,
    `stopped  ${stopText(result)}`,
    `used     ${amountsText(usage)}, ${duration(seconds)}; ${tree.size} nodes in ${trials} trials`,
    ...(Object.keys(overrun).length === 0 ? [] : [`overrun  ${amountsText(overrun)}`]),
    ...planText(result, committed),
    `run      ${runId}, kept in ${db}`,
    `tree     ${commandLine('runs tree', runId, db)}`,
  ]
  return lines.join('\n')
}

function stopText({ stopped, unit, calls }: AnyResult): string {
  const why = {
    solved: 'solved',
    converged: 'converged',
    exhausted: 'nothing was left to try',
    budget: `the budget of ${unit ?? 'something'} was used up`,
    aborted: 'it was interrupted',
    failed: 'it failed',
  }[stopped]
  const reused = calls.reused > 0 ? `; ${calls.reused} calls were taken from the run it was forked from` : ''
  const again = calls.askedAgain > 0 ? `; ${calls.askedAgain} calls without a recorded result were asked again` : ''
  return `${why}${reused}${again}`
}

/** What became of the calls of a plan, or that nothing has yet. */
function planText({ runId, answer }: AnyResult, committed: Committed | undefined): string[] {
  if (committed !== undefined)
    return committed.calls.map(({ tool, status, result, error }) => {
      const what = error ?? (result === undefined ? '' : JSON.stringify(result))
      return `${status.padEnd(7)}  ${tool}${what === '' ? '' : `: ${what}`}`
    })
  const { calls } = (answer ?? {}) as { readonly calls?: unknown }
  if (!Array.isArray(calls) || calls.length === 0) return []
  return [`plan     nothing of it was carried out; to do so, the same line with --run-id ${runId} --commit`]
}
