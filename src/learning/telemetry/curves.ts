// Curves of trainings, and their comparison at equal numbers of tokens: single points of two runs never lie at the same place, and one update
// is too coarse a measure. It draws nothing; `curves-picture.ts` does.
import { BanyanError } from '../../core/errors.ts'
import type { TelemetryPoint } from './telemetry-log.ts'

/** Points of a curve, x not decreasing. */
export type Curve = readonly (readonly [x: number, y: number])[]

/** A curve with a name. */
export interface Run {
  readonly name: string
  readonly curve: Curve
}

/** One number of a telemetry over tokens, or over another of its numbers. Points without it are left out. */
export function curveOf(points: readonly TelemetryPoint[], name: string, over = 'tokens'): Curve {
  return points.flatMap((point) => {
    const [x, y] = [point[over], point[name]]
    return x === undefined || y === undefined ? [] : [[x, y] as const]
  })
}

/**
 * The curve's height at x, on the straight line between its neighbours; undefined outside of the curve: nothing is made up. Where several
 * points lie at x, the last counts.
 * @throws BanyanError E_TELEMETRY for a curve that goes back.
 */
export function heightAt(curve: Curve, x: number): number | undefined {
  const back = curve.findIndex((point, at) => at > 0 && point[0] < curve[at - 1]![0])
  if (back !== -1)
    throw new BanyanError('E_TELEMETRY', 'a curve goes back', { seen: curve[back]![0], wanted: `at least ${curve[back - 1]![0]}` })
  const after = curve.findIndex((point) => point[0] > x)
  const [right, left] = after === -1 ? [undefined, curve.at(-1)] : [curve[after], curve[after - 1]]
  if (left === undefined) return undefined
  if (left[0] === x) return left[1]
  if (right === undefined) return undefined
  return left[1] + ((right[1] - left[1]) * (x - left[0])) / (right[0] - left[0])
}

/**
 * Places that all curves cover, evenly apart: from the latest beginning to the earliest end. One or none where they share no more.
 * @param count of places, from 2.
 */
export function sharedCheckpoints(runs: readonly Run[], count: number): number[] {
  const curves = runs.map(({ curve }) => curve)
  if (curves.length === 0 || curves.some(({ length }) => length === 0)) return []
  const from = Math.max(...curves.map((curve) => curve[0]![0]))
  const to = Math.min(...curves.map((curve) => curve.at(-1)![0]))
  if (from > to) return []
  if (from === to) return [from]
  return Array.from({ length: count }, (_, at) => (at === count - 1 ? to : from + ((to - from) * at) / (count - 1)))
}

/** A row of a comparison: the height of each run at a place. */
export interface Comparison {
  readonly at: number
  /** By the runs' names; undefined where a run does not reach. */
  readonly heights: Readonly<Record<string, number | undefined>>
}

/**
 * Runs side by side at fixed places.
 *
 * @example
 * const runs = [{ name: 'grpo', curve: curveOf(readTelemetry('grpo.jsonl'), 'pass1') }, { name: 'rloo', curve: curveOf(readTelemetry('rloo.jsonl'), 'pass1') }]
 * compareAt(runs, [20_000, 40_000, 80_000])
 */
export function compareAt(runs: readonly Run[], checkpoints: readonly number[]): Comparison[] {
  return checkpoints.map((at) => ({ at, heights: Object.fromEntries(runs.map(({ name, curve }) => [name, heightAt(curve, at)])) }))
}
