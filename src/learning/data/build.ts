// What every builder is made of: a pass over runs in the order of their ids that gives rows, and a report of it.
// The rows of a run are made before the first is given, so that a run that turns out damaged leaves none behind.
import type { Json } from '../../core/common.ts'
import type { Store } from '../../traces/store.ts'
import { type BuildReport, ReportDraft } from './build-report.ts'
import { orSkipped, type ReadRun, type RunsOptions, readRun, taskOfRun, wantedRuns } from './read-runs.ts'
import type { TrainingRow } from './rows.ts'

/** A builder's rows, as a stream that can be gone through again, with a report of the latest pass. */
export interface DatasetBuild<Kind extends TrainingRow = TrainingRow> extends AsyncIterable<Kind> {
  /** `stepPairs` … */
  readonly builder: string
  /** What it was told, as far as it is plain data; functions are named `function`. */
  readonly options: Json
  readonly report: BuildReport
}

/** What a builder makes of one run, or of all runs of one task. `leave` counts what is no row, and why. */
export type RowsOf<Runs, Kind> = (runs: Runs, leave: (reason: string, count?: number) => void) => AsyncIterable<Kind>

/** A builder that looks at one run at a time. */
export function buildByRun<Kind extends TrainingRow>(
  builder: string,
  store: Store,
  options: RunsOptions,
  rowsOf: RowsOf<ReadRun, Kind>,
): DatasetBuild<Kind> {
  return buildWithMemory(builder, store, options, () => rowsOf)
}

/** The same for a builder that remembers something from run to run: `begin` is called at the start of every pass. */
export function buildWithMemory<Kind extends TrainingRow>(
  builder: string,
  store: Store,
  given: RunsOptions,
  begin: (report: ReportDraft) => RowsOf<ReadRun, Kind>,
): DatasetBuild<Kind> {
  const options = withHeldOutOnce(given)
  return build(builder, options, async function* (report) {
    const rowsOf = begin(report)
    for (const runId of await wantedRuns(store, options, report)) {
      const rows = await orSkipped(runId, report, async () => {
        const run = await readRun(store, runId, options, report)
        return run === undefined ? [] : await gathered(rowsOf(run, report.leave.bind(report)))
      })
      yield* rows ?? []
    }
  })
}

/** A builder that looks at all runs of a task together; tasks in the order of their first run. */
export function buildByTask<Kind extends TrainingRow>(
  builder: string,
  store: Store,
  given: RunsOptions,
  rowsOf: RowsOf<readonly ReadRun[], Kind>,
): DatasetBuild<Kind> {
  const options = withHeldOutOnce(given)
  return build(builder, options, async function* (report) {
    const tasks = new Map<string, string[]>()
    for (const runId of await wantedRuns(store, options, report)) {
      const task = await orSkipped(runId, report, async () => (await taskOfRun(store, runId)) ?? '')
      if (task === undefined) continue
      tasks.set(task, [...(tasks.get(task) ?? []), runId])
    }
    for (const runIds of tasks.values()) {
      const runs: ReadRun[] = []
      for (const runId of runIds) {
        const run = await readRun(store, runId, options, report)
        if (run !== undefined) runs.push(run)
      }
      if (runs.length === 0) continue
      yield* (await orSkipped(runIds[0]!, report, () => gathered(rowsOf(runs, report.leave.bind(report))))) ?? []
    }
  })
}

function build<Kind extends TrainingRow>(
  builder: string,
  options: object,
  rows: (report: ReportDraft) => AsyncGenerator<Kind>,
): DatasetBuild<Kind> {
  let report = new ReportDraft()
  return {
    builder,
    options: plainOptions(options),
    get report() {
      return report
    },
    async *[Symbol.asyncIterator]() {
      const own = new ReportDraft()
      report = own
      for await (const row of rows(own)) {
        own.rows++
        own.oracle ||= row.source.oracle !== undefined
        yield row
      }
    },
  }
}

async function gathered<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = []
  for await (const item of items) found.push(item)
  return found
}

/** An iterable of names is gone through once, and asked for every run. */
function withHeldOutOnce<Options extends RunsOptions>(options: Options): Options {
  const { heldOut } = options
  return heldOut === undefined || typeof heldOut === 'function' ? options : { ...options, heldOut: new Set(heldOut) }
}

function plainOptions(options: object): Json {
  const plain: Record<string, Json> = {}
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || name === 'signal') continue
    if (typeof value === 'function' || name === 'environment') plain[name] = typeof value === 'function' ? 'function' : nameOf(value)
    else if (name === 'heldOut') plain[name] = `${[...(value as Iterable<string>)].length} tasks`
    else plain[name] = JSON.parse(JSON.stringify(value)) as Json
  }
  return plain
}

function nameOf(value: unknown): string {
  return String((value as { readonly name?: unknown }).name ?? 'object')
}
