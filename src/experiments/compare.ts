// The engine of `banyan compare`: every arm on every task with every seed at the same budget, many at once, resumable, graded afterwards.
// It knows no searcher and no model: an arm brings a function that runs one search.
import type { Awaitable, Json } from '../core/common.ts'
import { BanyanError } from '../core/errors.ts'
import type { Grader } from '../graders/grader.ts'
import { type Cell, type CellRun, type CellStore, cellKey } from './cells.ts'
import { armResult, type Comparison, type FinishedCell, pairResults } from './comparison.ts'
import type { TaskRecord } from './formats/format.ts'

/** One contestant. */
export interface Arm {
  /** `searcher` or `searcher/proposer`; unique among the arms. */
  readonly name: string
  /** Everything that decides what it does, but for model and budget: its runs are known again by it. */
  readonly settings: Json
  /** Its evaluators, so that those that know the answer are refused. */
  readonly evaluators?: readonly { readonly name: string; readonly oracle?: 'training-label' }[]
  /** Runs one search. It is never given the reference answer. */
  run(task: Pick<TaskRecord, 'id' | 'task'>, seed: number, signal: AbortSignal): Promise<CellRun>
}

export interface CompareOptions {
  readonly arms: readonly Arm[]
  readonly tasks: readonly TaskRecord[]
  readonly grader: Grader
  /** Written to the result, and part of every cell's key; arms keep to it by themselves. */
  readonly budget: Json
  /** The model's name. */
  readonly model?: string
  /** Default `[1]`. */
  readonly seeds?: readonly number[]
  /** Searches at once. A local model answers many in lock step. Default 1. */
  readonly jobs?: number
  readonly cells?: CellStore
  /** Ends the comparison; what is done is kept and reported. */
  readonly signal?: AbortSignal
  onProgress?(progress: CompareProgress): void
  /** Seed of the bootstrap. Default 1. */
  readonly bootstrapSeed?: number
}

export interface CompareProgress {
  readonly done: number
  readonly total: number
  /** Taken from the store instead of run. */
  readonly reused: number
  readonly failed: number
  /** Correct so far, by arm. */
  readonly solved: Readonly<Record<string, number>>
  /** Since the start. */
  readonly seconds: number
  /** Estimated from the runs so far; undefined before the first. */
  readonly secondsLeft: number | undefined
}

/**
 * Compares arms on the same tasks.
 *
 * A run that fails counts as not solved and is reported; it is tried again when the comparison is resumed.
 *
 * @throws `E_COMPARE_ORACLE` when an arm's search uses the reference answer; `E_COMPARE_ARMS`, `E_COMPARE_SEEDS`, `E_COMPARE_TASKS` for
 * none or doubled ones; `E_COMPARE_FAILED` when every run failed, or every arm failed for good (a refused key) before any run succeeded.
 *
 * @example
 * const result = await compare({ arms: [greedyArm, beamArm], tasks, grader, budget: { tokens: 200 }, jobs: 16 })
 * result.pairs[0] // { first: 'greedy', second: 'beam', difference: -0.4, interval: [-0.5, -0.3], tasks: 100 }
 */
export async function compare(options: CompareOptions): Promise<Comparison> {
  const { arms, tasks, grader, budget, model, seeds = [1], jobs = 1, cells, signal, onProgress } = options
  check(options, seeds, jobs)
  const stop = new AbortController()
  const either = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal])
  const table: (FinishedCell | undefined)[][][] = arms.map(() => tasks.map(() => seeds.map(() => undefined)))
  const work = tasks.flatMap((record, task) =>
    seeds.flatMap((seed, place) => arms.map((arm, index) => ({ arm, index, record, task, seed, place }))),
  )
  const solved: Record<string, number> = Object.fromEntries(arms.map(({ name }) => [name, 0]))
  const errors: string[] = []
  const hopeless = new Set<string>()
  const started = performance.now()
  let cause: unknown
  let done = 0
  let reused = 0
  let failed = 0

  await pool(jobs, work, either, async ({ arm, index, record, task, seed, place }) => {
    const key = cellKey({
      arm: arm.name,
      settings: arm.settings,
      task: record.task,
      reference: record.reference,
      grader: grader.name,
      seed,
      budget,
      model,
    })
    const known = await cells?.get(key)
    const finished = known === undefined ? await runCell(arm, record, seed) : { cell: known, failed: false }
    if (finished === undefined) return
    if (known === undefined && !finished.failed) await cells?.put(key, finished.cell)
    ;(table[index]?.[task] as (FinishedCell | undefined)[])[place] = finished
    done++
    if (known !== undefined) reused++
    if (finished.failed) failed++
    if (finished.cell.correct) solved[arm.name] = (solved[arm.name] ?? 0) + 1
    report()
  })

  const complete = done === work.length
  const givenUp = hopeless.size === arms.length
  if (failed > 0 && failed === done && (complete || givenUp || !either.aborted))
    throw new BanyanError('E_COMPARE_FAILED', `every run failed (${failed}); the first error: ${errors[0] ?? 'unknown'}`, { cause })
  const names = arms.map(({ name }) => name)
  return {
    arms: names.map((name, index) => armResult(name, table[index] ?? [])),
    pairs: pairResults(names, table, { seed: options.bootstrapSeed ?? 1 }),
    budget,
    model: model ?? null,
    seeds,
    complete,
    failed,
    errors,
  }

  // Undefined when the run was cut short: it is neither counted nor kept.
  async function runCell(arm: Arm, record: TaskRecord, seed: number): Promise<FinishedCell | undefined> {
    const from = performance.now()
    try {
      const run = await arm.run({ id: record.id, task: record.task }, seed, either)
      if (run.oracle !== undefined) throw oracleError(arm.name, 'its run')
      if (run.stopped === 'aborted') return undefined
      if (run.stopped === 'failed') noteError(arm, record, run.error?.message ?? 'the run failed', undefined)
      return { cell: await graded(grader, record, run), failed: run.stopped === 'failed' }
    } catch (error) {
      if (BanyanError.isInstance(error) && error.code === 'E_COMPARE_ORACLE') throw error
      if (either.aborted) return undefined
      noteError(arm, record, error instanceof Error ? error.message : String(error), error)
      const usage = BanyanError.isInstance(error) ? (error.usage ?? {}) : {}
      return {
        cell: { correct: false, reason: 'failed', usage, seconds: (performance.now() - from) / 1000, stopped: 'failed' },
        failed: true,
      }
    }
  }

  // A fatal error, such as a refused key, comes again for every task: when all arms have one and none has a result, going on is pointless.
  function noteError(arm: Arm, record: TaskRecord, message: string, error: unknown): void {
    if (errors.length < 5) errors.push(`${arm.name}, task ${record.id}: ${message}`)
    cause ??= error
    if (BanyanError.isInstance(error) && error.fatal) hopeless.add(arm.name)
    if (hopeless.size === arms.length && done === failed) stop.abort()
  }

  function report(): void {
    const seconds = (performance.now() - started) / 1000
    const ran = done - reused
    const secondsLeft = done === work.length ? 0 : ran === 0 ? undefined : (seconds / ran) * (work.length - done)
    onProgress?.({ done, total: work.length, reused, failed, solved: { ...solved }, seconds, secondsLeft })
  }
}

async function graded(grader: Grader, record: TaskRecord, run: CellRun): Promise<Cell> {
  const { correct, reason } = await grader.grade(record.task, run.answer, record.reference)
  return {
    ...(run.runId === undefined ? {} : { runId: run.runId }),
    ...(run.answer === undefined ? {} : { answer: run.answer }),
    correct,
    ...(reason === undefined ? {} : { reason }),
    usage: run.usage,
    seconds: run.seconds,
    stopped: run.stopped,
  }
}

function check(options: CompareOptions, seeds: readonly number[], jobs: number): void {
  const names = options.arms.map(({ name }) => name)
  if (names.length === 0 || new Set(names).size < names.length)
    throw new BanyanError('E_COMPARE_ARMS', 'the arms cannot be compared', {
      seen: names,
      wanted: 'at least one arm, each with a name of its own',
    })
  if (options.tasks.length === 0) throw new BanyanError('E_COMPARE_TASKS', 'there are no tasks', { wanted: 'at least one task' })
  if (seeds.length === 0 || new Set(seeds).size < seeds.length || !seeds.every((seed) => Number.isSafeInteger(seed) && seed >= 0))
    throw new BanyanError('E_COMPARE_SEEDS', 'the seeds cannot be used', {
      seen: seeds,
      wanted: 'different whole numbers from 0, at least one',
    })
  if (!Number.isInteger(jobs) || jobs < 1)
    throw new BanyanError('E_COMPARE_JOBS', 'jobs cannot be used', { seen: jobs, wanted: 'a whole number from 1' })
  for (const arm of options.arms) {
    const oracle = arm.evaluators?.find((evaluator) => evaluator.oracle !== undefined)
    if (oracle !== undefined) throw oracleError(arm.name, `its evaluator ${JSON.stringify(oracle.name)}`)
  }
}

function oracleError(arm: string, part: string): BanyanError {
  return new BanyanError(
    'E_COMPARE_ORACLE',
    `the arm ${JSON.stringify(arm)} cannot be compared: ${part} uses the reference answer (training-label)`,
    {
      hint: 'Such a search makes training data only. Use an evaluator that does not know the answer',
      fatal: true,
    },
  )
}

/** Works through items in order, `size` at once, until done or aborted. The first error ends it after the others under way. */
async function pool<Item>(size: number, items: readonly Item[], signal: AbortSignal, run: (item: Item) => Awaitable<void>): Promise<void> {
  let next = 0
  let failure: { readonly error: unknown } | undefined
  const worker = async () => {
    while (next < items.length && !signal.aborted && failure === undefined) {
      try {
        await run(items[next++] as Item)
      } catch (error) {
        failure ??= { error }
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(size, items.length) }, worker))
  if (failure !== undefined) throw failure.error
}
