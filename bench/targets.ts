// What the measurements should reach: a file that names entries, each with the value or the ratio to its peer that is wanted.
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import type { Entry } from './entry.ts'

/** One measurement as it is printed. */
export interface Result {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly peer?: { readonly name: string; readonly value: number }
  /** How many times better than the peer. */
  readonly ratio?: number
}

/** By entry. `value` is the most or the least, by what is better there; `ratio` is the least. */
export type Targets = Readonly<Record<string, { readonly value?: number | undefined; readonly ratio?: number | undefined }>>

const shape = z.record(z.string(), z.strictObject({ value: z.number().optional(), ratio: z.number().optional() }))

/** @throws Error for a file that is not there, no JSON, or of another shape. */
export function readTargets(path: string): Targets {
  return shape.parse(JSON.parse(readFileSync(path, 'utf8')))
}

/**
 * One line for each target that is missed, and for each that could not be judged. Entries that were not to be measured are left out, and
 * so is the ratio of an entry without a peer.
 * @param entries those that were to be measured, each with the peer that was to be measured beside it.
 */
export function missedTargets(targets: Targets, entries: readonly Entry[], results: readonly Result[]): string[] {
  return entries.flatMap(({ name, unit, better, peer }) => {
    const target = targets[name]
    if (target === undefined) return []
    const result = results.find((result) => result.name === name)
    if (result === undefined) return [`${name}: not measured`]
    const missed: string[] = []
    const { value, ratio } = target
    if (value !== undefined && !(better === 'higher' ? result.value >= value : result.value <= value))
      missed.push(`${name}: ${figure(result.value)} ${unit}, wanted at ${better === 'higher' ? 'least' : 'most'} ${figure(value)}`)
    if (ratio === undefined || peer === undefined) return missed
    if (result.ratio === undefined) missed.push(`${name}: its peer was not measured`)
    else if (!(result.ratio >= ratio)) missed.push(`${name}: ${figure(result.ratio)} times ${peer.name}, wanted at least ${ratio}`)
    return missed
  })
}

/** A figure as people read it: three digits below a hundred, whole above. */
export function figure(value: number): string {
  return Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)))
}
