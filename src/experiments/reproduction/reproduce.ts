// Reproduces a system: runs every arm with every seed, several at once, and sums them up. What is kept from before is not run again.

import type { Json } from '../../core/common.ts'
import { BanyanError } from '../../core/errors.ts'
import type { AnyExperiment, ArmRun, Scale } from '../experiment.ts'
import type { System } from '../system.ts'
import { type Cell, type CellOptions, type KeptCell, keptCell, nameOf, reportedKernels, runCell } from './cell.ts'
import type { Reproduction } from './results.ts'
import { reproductionOf } from './summary.ts'

/** Options of `reproduce`. */
export interface ReproduceOptions {
  readonly system: System
  readonly scale: Scale
  /** Default: those of the scale. */
  readonly seeds?: readonly number[]
  /** Where cells are kept. */
  readonly folder: string
  /** Cells at once. Default 1. */
  readonly jobs?: number
  /** Run everything anew. Default false. */
  readonly fresh?: boolean
  readonly signal?: AbortSignal
  /** Runs a cell and keeps it, perhaps in another process. Default: here. */
  readonly run?: (cell: Cell, options: CellOptions) => Promise<KeptCell>
  /** Told whenever something is done, or says how far it is. */
  readonly progress?: (progress: ReproductionProgress) => void
  /** What else made the result: versions by name. */
  readonly versions?: Readonly<Record<string, Json>>
}

/** How far a reproduction is, in cells. */
export interface ReproductionProgress {
  readonly done: number
  readonly total: number
  /** Cells known from before. */
  readonly reused: number
  readonly note: string
}

/**
 * Runs what is not there yet. Cells of one seed that share something wait for it.
 *
 * @returns undefined when it was stopped before its end: what is done is kept, and the same call goes on.
 * @throws BanyanError E_EXPERIMENT_SEEDS for seeds that are none; E_EXPERIMENT_BUDGET, E_EXPERIMENT_CLAIM, E_EXPERIMENT_MAIN; what the experiment
 * throws.
 *
 * @example
 * const result = await reproduce({ system: ets, scale: 'smoke', folder: '.banyan/reproductions/ets/smoke' })
 */
export async function reproduce(options: ReproduceOptions): Promise<Reproduction | undefined> {
  const { system, scale, folder, jobs = 1, fresh = false, signal = new AbortController().signal, progress, versions } = options
  const { experiment } = system
  const seeds = checkedSeeds(options.seeds ?? experiment.scales[scale].seeds)
  const place = { system, scale, folder }
  const run = options.run ?? ((cell: Cell, how: CellOptions) => runCell(place, cell, how))
  const known = (cell: Cell) => (fresh ? undefined : keptCell(place, cell))
  const seedsOfCells = seeds.map((seed) => cellsOf(experiment, seed))
  const total = seedsOfCells.flat().length
  const kept = new Map<Cell, KeptCell>()
  let [done, reused] = [0, 0]
  const take = (cell: Cell, result: KeptCell) => {
    kept.set(cell, result)
    progress?.({ done: ++done, total, reused, note: nameOf(cell) })
  }

  // Once one fails, the others are stopped: what they have done is kept.
  const stop = new AbortController()
  const stopped = AbortSignal.any([signal, stop.signal])
  const slots = new Slots(jobs)
  const carryOut = async (cell: Cell): Promise<void> => {
    const found = known(cell)
    if (found !== undefined) {
      reused++
      return take(cell, found)
    }
    await slots.use(async () => {
      if (stopped.aborted) return
      const told = (text: string) => progress?.({ done, total, reused, note: `${nameOf(cell)}, ${text}` })
      take(cell, await run(cell, { signal: stopped, progress: told }))
    })
  }
  const seedsDone = seedsOfCells.map(async ([shared, ...arms]) => {
    if (shared?.arm === undefined) await carryOut(shared!)
    else arms.unshift(shared)
    if (!stopped.aborted) await Promise.all(arms.map(carryOut))
  })
  const results = await Promise.allSettled(
    seedsDone.map((seed) =>
      seed.catch((error) => {
        stop.abort()
        throw error
      }),
    ),
  )
  const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []))
  const failure = failures.find((error) => !isAborted(error))
  if (failure !== undefined) throw failure
  if (signal.aborted) return undefined
  const cells = [...kept].flatMap(([{ arm, seed, rate }, { result, seconds }]) =>
    arm === undefined ? [] : [{ arm, seed, ...(rate !== undefined && { rate }), run: result as unknown as ArmRun, seconds }],
  )
  const shared = [...kept].reduce((sum, [{ arm }, { seconds }]) => sum + (arm === undefined ? seconds : 0), 0)
  const found = reproductionOf({
    card: system.card,
    experiment,
    scale,
    seeds,
    cells,
    versions: { ...versions, kernels: reportedKernels().name },
  })
  return { ...found, seconds: Number((found.seconds + shared).toFixed(3)) }
}

/** What the arms of a seed share comes first. */
function cellsOf(experiment: AnyExperiment, seed: number): Cell[] {
  const ratesOf = (untrained: boolean): readonly (number | undefined)[] => (untrained ? undefined : experiment.rates) ?? [undefined]
  const arms = experiment.arms.flatMap(({ name, untrained = false }) =>
    ratesOf(untrained).map((rate) => ({ seed, arm: name, ...(rate !== undefined && { rate }) })),
  )
  return experiment.prepare === undefined ? arms : [{ seed }, ...arms]
}

function checkedSeeds(seeds: readonly number[]): readonly number[] {
  const good = seeds.length > 0 && new Set(seeds).size === seeds.length && seeds.every((seed) => Number.isInteger(seed) && seed >= 0)
  if (good) return seeds
  throw new BanyanError('E_EXPERIMENT_SEEDS', 'these are no seeds', { seen: seeds, wanted: 'different whole numbers from 0, at least one' })
}

function isAborted(error: unknown): boolean {
  return BanyanError.isInstance(error) && error.code === 'E_EXPERIMENT_ABORTED'
}

/** At most so many at once; the others wait in the order they came. */
class Slots {
  readonly #waiting: (() => void)[] = []
  #free: number

  constructor(count: number) {
    this.#free = count
  }

  async use(work: () => Promise<void>): Promise<void> {
    if (this.#free === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    else this.#free--
    try {
      await work()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#free++
      else next()
    }
  }
}
