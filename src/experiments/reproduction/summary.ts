// Sums up what arms have done with all seeds, and decides the claims. Pure.
import type { Amounts, Json } from '../../core/common.ts'
import { BanyanError } from '../../core/errors.ts'
import { heightAt, sharedCheckpoints } from '../../learning/telemetry/curves.ts'
import { tInterval } from '../../stats/t-interval.ts'
import type { AnyExperiment, ArmRun, ArmText, Scale } from '../experiment.ts'
import type { Card } from '../system.ts'
import { claimResult } from './answer.ts'
import type { ArmSummary, MetricSummary, Reproduction } from './results.ts'

/** A run of an arm at one point of the grid. */
export interface CellRun {
  readonly arm: string
  readonly seed: number
  readonly rate?: number
  readonly run: ArmRun
  readonly seconds: number
}

export interface SummaryOptions {
  readonly card: Card
  readonly experiment: AnyExperiment
  readonly scale: Scale
  readonly seeds: readonly number[]
  /** Of all arms, seeds and rates. */
  readonly cells: readonly CellRun[]
  readonly versions: Readonly<Record<string, Json>>
}

const curvePoints = 25

/** @throws BanyanError E_EXPERIMENT_CLAIM for claims that do not fit the runs; E_EXPERIMENT_MAIN unless one claim is the main one. */
export function reproductionOf({ card, experiment, scale, seeds, cells, versions }: SummaryOptions): Reproduction {
  const chosen = new Map(experiment.arms.map(({ name }) => [name, chosenRuns(name, seeds, cells)]))
  const claims = experiment.claims.map((claim) => claimResult(claim, (arm) => runsNamed(chosen, arm)))
  const [main, ...others] = claims.filter((claim) => claim.main)
  if (main === undefined || others.length > 0)
    throw new BanyanError('E_EXPERIMENT_MAIN', 'one claim is the main one', {
      seen: others.length + Number(main !== undefined),
      wanted: '1',
    })
  return {
    slug: card.slug,
    scale,
    seeds,
    claims,
    arms: experiment.arms.map((arm) => armSummary(arm, chosen.get(arm.name)!)),
    verdict: main.verdict,
    oracle: card.oracle,
    seconds: Number(cells.reduce((sum, { seconds }) => sum + seconds, 0).toFixed(3)),
    versions,
  }
}

/** Runs of an arm in the order of the seeds, at the point of the grid where its validation is best in the mean; the first among equals. */
function chosenRuns(arm: string, seeds: readonly number[], cells: readonly CellRun[]): readonly CellRun[] {
  const own = cells.filter((cell) => cell.arm === arm)
  const rates = [...new Set(own.map(({ rate }) => rate))]
  const at = (rate: number | undefined) => seeds.map((seed) => own.find((cell) => cell.rate === rate && cell.seed === seed)!)
  if (rates.length === 1) return at(rates[0])
  const validations = rates.map((rate) => at(rate).reduce((sum, { run }) => sum + (run.validation ?? Number.NaN), 0))
  if (validations.some(Number.isNaN))
    throw new BanyanError('E_EXPERIMENT_CLAIM', `the arm ${arm} says not which of its rates is best`, {
      wanted: '"validation" in each of its runs',
    })
  return at(rates[validations.indexOf(Math.max(...validations))])
}

function runsNamed(chosen: ReadonlyMap<string, readonly CellRun[]>, arm: string): readonly ArmRun[] {
  const found = chosen.get(arm)
  if (found === undefined)
    throw new BanyanError('E_EXPERIMENT_CLAIM', 'a claim names an arm that is not there', {
      seen: arm,
      wanted: [...chosen.keys()].join(', '),
    })
  return found.map(({ run }) => run)
}

function armSummary({ name, text }: ArmText, cells: readonly CellRun[]): ArmSummary {
  const runs = cells.map(({ run }) => run)
  const [rate] = cells.map((cell) => cell.rate)
  return {
    name,
    text,
    metrics: Object.fromEntries(Object.keys(runs[0]?.metrics ?? {}).map((metric) => [metric, metricSummary(runs, metric)])),
    spent: meanAmounts(runs),
    ...(rate !== undefined && { rate }),
    curves: Object.fromEntries(Object.keys(runs[0]?.curves ?? {}).map((metric) => [metric, meanCurve(runs, metric)])),
  }
}

function metricSummary(runs: readonly ArmRun[], metric: string): MetricSummary {
  const perSeed = runs.map(({ metrics }) => mean([metrics[metric] ?? Number.NaN].flat().map((value) => value ?? Number.NaN)))
  const { mean: value, interval } = tInterval(perSeed)
  const known = (one: number) => (Number.isFinite(one) ? one : null)
  return { mean: known(value), interval: [known(interval[0]), known(interval[1])], perSeed: perSeed.map(known) }
}

function meanAmounts(runs: readonly ArmRun[]): Amounts {
  const units = [...new Set(runs.flatMap(({ spent }) => Object.keys(spent)))].sort()
  return Object.fromEntries(units.map((unit) => [unit, mean(runs.map(({ spent }) => spent[unit] ?? 0))]))
}

function meanCurve(runs: readonly ArmRun[], metric: string): (readonly [number, number])[] {
  const curves = runs.map(({ curves }) => curves?.[metric] ?? [])
  const places = sharedCheckpoints(
    curves.map((curve, at) => ({ name: String(at), curve })),
    curvePoints,
  )
  return places.map((place) => [place, mean(curves.map((curve) => heightAt(curve, place)!))] as const)
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
