// One piece of a reproduction: an arm with a seed (and a rate), or what the arms of a seed share. Runs it, and keeps what came of it in a file,
// so that nothing is run twice. A file that was made under another setup is left aside.
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Amounts, Json } from '../../core/common.ts'
import { digest } from '../../core/digest.ts'
import { BanyanError } from '../../core/errors.ts'
import { replaceFile } from '../../learning/files/replace-file.ts'
import { availableInstructions, openKernels } from '../../learning/tensor/open-kernels.ts'
import type { ArmRun, Scale } from '../experiment.ts'
import type { System } from '../system.ts'

export interface Cell {
  readonly seed: number
  /** Absent: what the arms of the seed share. */
  readonly arm?: string
  readonly rate?: number
}

export interface CellPlace {
  readonly system: System
  readonly scale: Scale
  /** Of the whole reproduction. */
  readonly folder: string
}

/** What is kept of a cell. */
export interface KeptCell {
  readonly key: string
  readonly result: Json
  /** Of processor, all threads. */
  readonly seconds: number
}

export interface CellOptions {
  readonly signal: AbortSignal
  progress(text: string): void
}

/**
 * Runs a cell in this process and keeps it. What the seed's arms share must have been run before.
 *
 * @throws BanyanError E_EXPERIMENT_BUDGET when the arm has spent more than it may; E_EXPERIMENT_ABORTED when it was stopped, and nothing is kept
 * then; what the experiment throws.
 */
export async function runCell(place: CellPlace, cell: Cell, { signal, progress }: CellOptions): Promise<KeptCell> {
  const { experiment } = place.system
  const { setup, limits } = experiment.scales[place.scale]
  // Apart from what is kept of cells, so that no name is taken twice.
  const folder = join(seedFolder(place, cell), 'files')
  mkdirSync(folder, { recursive: true })
  const context = { seed: cell.seed, folder, kernels: reportedKernels(), signal, progress }
  const before = process.cpuUsage()
  let result: Json
  if (cell.arm === undefined) result = (await experiment.prepare?.(setup, context)) ?? null
  else {
    const prepared = keptCell(place, { seed: cell.seed })?.result ?? null
    const run = await experiment.run(cell.arm, setup, { ...context, prepared, ...(cell.rate !== undefined && { rate: cell.rate }) })
    if (!signal.aborted) checkSpent(cell.arm, run, limits)
    result = run as unknown as Json
  }
  if (signal.aborted) throw new BanyanError('E_EXPERIMENT_ABORTED', `${nameOf(cell)} was stopped`, {})
  const { user, system } = process.cpuUsage(before)
  // As it will be read again.
  const kept = JSON.parse(JSON.stringify({ key: keyOf(place, cell), result, seconds: (user + system) / 1e6 })) as KeptCell
  replaceFile(pathOf(place, cell), (write) => write(Buffer.from(`${JSON.stringify(kept)}\n`)))
  return kept
}

/** What is kept of a cell; undefined where it is not there, cut, or of another setup. */
export function keptCell(place: CellPlace, cell: Cell): KeptCell | undefined {
  try {
    const kept = JSON.parse(readFileSync(pathOf(place, cell), 'utf8')) as KeptCell
    return kept.key === keyOf(place, cell) ? kept : undefined
  } catch {
    return undefined
  }
}

/** `seed 3: ets` … */
export function nameOf({ seed, arm, rate }: Cell): string {
  return `seed ${seed}: ${arm ?? 'what its arms share'}${rate === undefined ? '' : ` at ${rate}`}`
}

/** One thread, AVX2 where it is: the same numbers on every machine that has it. */
export function reportedKernels() {
  return openKernels(availableInstructions().includes('avx2') ? { instructions: 'avx2', threads: 1 } : { threads: 1 })
}

function keyOf({ system, scale }: CellPlace, cell: Cell): string {
  const { setup, limits } = system.experiment.scales[scale]
  return digest({ version: 1, slug: system.card.slug, scale, setup, limits, kernels: reportedKernels().name, ...cell } as Json)
}

function seedFolder({ folder }: CellPlace, { seed }: Cell): string {
  return join(folder, `seed-${seed}`)
}

function pathOf(place: CellPlace, cell: Cell): string {
  return join(seedFolder(place, cell), `${cell.arm ?? 'shared'}${cell.rate === undefined ? '' : `@${cell.rate}`}.json`)
}

function checkSpent(arm: string, { spent }: ArmRun, limits: Amounts): void {
  for (const [unit, most] of Object.entries(limits))
    if ((spent[unit] ?? 0) > most)
      throw new BanyanError('E_EXPERIMENT_BUDGET', `the arm ${arm} has spent more than it may`, {
        seen: `${spent[unit]} ${unit}`,
        wanted: `at most ${most}`,
      })
}
