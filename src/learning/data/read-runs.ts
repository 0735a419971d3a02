// Goes through the runs of a store in the order of their ids, one tree in memory at a time, and hands them to a builder.
// It knows what may not be used (running, damaged, held out), and no kind of row.
import type { Json } from '../../core/common.ts'
import { BanyanError } from '../../core/errors.ts'
import type { RunHeader } from '../../core/events.ts'
import { setupNamed, setupNames } from '../../front/setups/index.ts'
import type { Store } from '../../traces/store.ts'
import type { RunSummary } from '../../traces/summary.ts'
import type { ReportDraft } from './build-report.ts'
import { type ComputeAgain, computedTree } from './computed-tree.ts'
import { type HeldOutOptions, heldOutRefused, heldOutTest, taskName } from './held-out.ts'
import type { Reference, References } from './references.ts'
import type { Prompt, RowSource } from './rows.ts'
import { askedLater, type RunTexts, runTexts, type TextOptions } from './run-texts.ts'
import { type RunNode, type RunTree, readRunTree } from './run-tree.ts'

/** What all builders take. */
export interface RunsOptions extends HeldOutOptions, TextOptions {
  /** Which runs: ids, or a look at the summary. Default: all. */
  readonly runs?: readonly string[] | ((run: RunSummary) => boolean)
  /** Also runs that are parts of others. Default false. */
  readonly parts?: boolean
  /** Runs that a living writer holds: left out and counted, or read up to their last whole record. Default `skip`. */
  readonly running?: 'skip' | 'read'
  /** Reference answers. Rows made with them say so (`source.oracle`). Default: none, verdicts are those of the run's verifiers. */
  readonly references?: References
  /** Lowest and highest value of the runs' evaluators. Default: of the evaluator that the run names, else [0, 1]. */
  readonly range?: readonly [number, number]
  /** The search of pure runs that a program started, whose tree is not in their log. */
  readonly computeAgain?: ComputeAgain
  readonly signal?: AbortSignal
}

/** A run, ready for a builder. */
export interface ReadRun {
  readonly tree: RunTree
  readonly texts: RunTexts
  readonly prompt: Prompt
  readonly range: readonly [number, number]
  /** Undefined where none was given for its task. */
  readonly reference: Reference | undefined
  /** The run's own evaluator knew the reference answer. */
  readonly oracle: boolean
  /** @param oracle the row was made with the reference answer. */
  source(node: RunNode, oracle?: boolean): RowSource
}

/** Ids of the runs that are wanted, in order; runs that are being written are counted where they are left out. */
export async function wantedRuns(store: Store, options: RunsOptions, report: ReportDraft): Promise<string[]> {
  const { runs, parts = false, running = 'skip' } = options
  const chosen = typeof runs === 'function' ? runs : runs === undefined ? () => true : among(new Set(runs))
  const named = typeof runs === 'object'
  const summaries = await store.list({ limit: Number.MAX_SAFE_INTEGER, parts: parts || named })
  const ids: string[] = []
  for (const summary of summaries) {
    if (!chosen(summary)) continue
    if (summary.status === 'running' && running === 'skip') report.skip('running')
    else ids.push(summary.id)
  }
  if (named) for (const id of runs) if (!summaries.some((summary) => summary.id === id)) throw unknownRun(id)
  return ids.sort((a, b) => (a < b ? -1 : 1))
}

/** The task of a run as the guard names it, without reading its tree; undefined for a log without a beginning. */
export async function taskOfRun(store: Store, runId: string): Promise<string | undefined> {
  const header = await headerOf(store, runId)
  return header === undefined ? undefined : nameOf(header, header.task).id
}

/**
 * Reads one run.
 * @returns undefined when it cannot be used; the report says why.
 * @throws BanyanError E_DATASET_HELD_OUT for a run of a held-out task, unless those are left out; E_DATASET_OPTION when a function of the
 * options throws; what the store throws when it is closed; the signal's reason.
 */
export async function readRun(store: Store, runId: string, options: RunsOptions, report: ReportDraft): Promise<ReadRun | undefined> {
  options.signal?.throwIfAborted()
  return orSkipped(runId, report, async () => {
    const header = await headerOf(store, runId)
    if (header === undefined) return skipped(report, 'empty')
    const texts = runTexts(header, options)
    const task = nameOf(header, texts.task)
    if (heldOutTest(options.heldOut)(task)) {
      if (options.skipHeldOut !== true) throw heldOutRefused(task, `the run ${runId}`)
      return skipped(report, 'held-out')
    }
    const entries = await store.read(runId)
    const tree =
      header.detail === 'checkpoints'
        ? await computedTree(store, header, entries, options.computeAgain, options.signal)
        : await readRunTree(entries, texts.sideOf)
    if (tree === undefined) return skipped(report, header.detail === 'checkpoints' ? 'computed' : 'empty')
    const { references } = options
    const reference = references === undefined ? undefined : await askedLater('references', () => references(header.task))
    const oracle = header.oracle !== undefined
    if (tree.digest === undefined) report.unfinished++
    report.runs.set(runId, tree.digest ?? 'unfinished')
    report.spend(tree.usage)
    return {
      tree,
      texts,
      prompt: texts.prompt,
      range: options.range ?? rangeOf(header),
      reference,
      oracle,
      source: (node, byReference = false) => ({
        runId,
        node: node.id,
        task: task.id,
        ...(oracle || byReference ? { oracle: 'training-label' as const } : {}),
      }),
    }
  })
}

/** Runs whose log is damaged, or whose parts are not as they were, are counted and left out; everything else is thrown on. */
export async function orSkipped<Result>(runId: string, report: ReportDraft, read: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await read()
  } catch (error) {
    const code = BanyanError.isInstance(error) ? error.code : ''
    if (!code.startsWith('E_') || notOfTheRun.test(code)) throw error
    // It may turn out only while its rows are made.
    if (report.runs.get(runId) === 'unfinished') report.unfinished--
    report.runs.delete(runId)
    report.skip('damaged', runId, `${code}: ${(error as BanyanError).message}`)
    return undefined
  }
}

/** Codes that say nothing about the run: what the caller gave, and stores that are gone. */
const notOfTheRun = /^E_(DATASET|STORE_(CLOSED|BUSY|MISSING)|SEARCH_(ABORTED|OPTION))/

function skipped(report: ReportDraft, reason: string): undefined {
  report.skip(reason)
  return undefined
}

async function headerOf(store: Store, runId: string): Promise<RunHeader | undefined> {
  for (const { event } of await store.read(runId)) {
    if (event.type === 'run-start' && typeof event.fingerprint === 'object' && event.fingerprint !== null) return event
    throw new BanyanError('E_TRACE_DAMAGED', 'this log has no beginning: its first record is missing or cannot be read')
  }
  return undefined
}

function nameOf(header: RunHeader, filled: Json) {
  return taskName(header.task, filled)
}

/** What the default evaluator's settings say, else the range of the one that the specification names, where it can be made without a model. */
function rangeOf({ spec, fingerprint }: RunHeader): readonly [number, number] {
  const recorded = (fingerprint.evaluator as { readonly default?: { readonly settings?: { readonly range?: Json } } } | null)?.default
    ?.settings?.range
  if (Array.isArray(recorded) && typeof recorded[0] === 'number' && typeof recorded[1] === 'number') return [recorded[0], recorded[1]]
  const { environment, evaluator } = (spec ?? {}) as { readonly environment?: Json; readonly evaluator?: Json }
  if (typeof environment !== 'string' || typeof evaluator !== 'string' || !setupNames.includes(environment)) return [0, 1]
  const { evaluators } = setupNamed(environment)
  try {
    return Object.hasOwn(evaluators, evaluator) ? evaluators[evaluator]!({}).range : [0, 1]
  } catch (error) {
    // It needs a model; judges and likelihoods give values in [0, 1].
    if (BanyanError.isInstance(error)) return [0, 1]
    throw error
  }
}

function among(ids: ReadonlySet<string>): (run: RunSummary) => boolean {
  return ({ id }) => ids.has(id)
}

function unknownRun(id: string): BanyanError {
  return new BanyanError('E_RUN_UNKNOWN', 'there is no run of that name', { seen: id, wanted: 'the id of a run in the store' })
}
