// The contract of a loss, and what all losses over rows have in common: a weighted mean that says so when there is nothing to take it of.
import { BanyanError } from '../../core/errors.ts'
import { multiply } from '../tensor/operations/arithmetic.ts'
import { sum } from '../tensor/operations/reduce.ts'
import type { Tape } from '../tensor/tape.ts'
import { constant, type Tensor } from '../tensor/tensor.ts'
import type { PolicyBatch } from './policy-batch.ts'

/** What a loss gives. */
export interface Loss {
  /** A single number [], to go back from. */
  readonly loss: Tensor
  /** What is worth telling, by name. */
  readonly telemetry: Readonly<Record<string, number>>
}

/** A loss of tokens that a policy sampled. */
export type PolicyLoss = (tape: Tape, batch: PolicyBatch) => Loss

/** How rows are made one number: Σ weight · loss / divisor. */
export interface MeanOptions {
  /** [rows], from 0; a row of 0 is left out. Default: 1 each. */
  readonly weights?: Float32Array
  /** What the sum is divided by, where a batch comes in parts: the weight of all its parts. Default: the sum of the weights. */
  readonly divisor?: number
}

/**
 * The weights that a mean gives its rows: weight / divisor.
 * @throws BanyanError E_LOSS_BATCH unless there is one weight from 0 for each row; E_LOSS_EMPTY when none is above 0; E_LOSS_OPTION for a divisor
 * that is not above 0.
 */
export function shares(loss: string, rows: number, { weights, divisor }: MeanOptions = {}): Float32Array {
  checkWeights(loss, rows, weights)
  const total = weights === undefined ? rows : weights.reduce((sum, weight) => sum + weight, 0)
  if (!(total > 0)) throw new BanyanError('E_LOSS_EMPTY', `${loss}: no row counts`, { seen: total, wanted: 'a weight above 0' })
  const by = divisor ?? total
  if (!(by > 0 && by < Number.POSITIVE_INFINITY))
    throw new BanyanError('E_LOSS_OPTION', `${loss}: the divisor is out of range`, { seen: by, wanted: 'a number above 0' })
  return Float32Array.from({ length: rows }, (_, row) => (weights?.[row] ?? 1) / by)
}

/** @throws BanyanError E_LOSS_BATCH unless there is one finite weight from 0 for each row. */
export function checkWeights(loss: string, rows: number, weights: Float32Array | undefined): void {
  if (weights === undefined) return
  wantLength(loss, 'weights', weights.length, rows)
  const at = weights.findIndex((weight) => !(weight >= 0 && weight < Number.POSITIVE_INFINITY))
  if (at !== -1)
    throw new BanyanError('E_LOSS_BATCH', `${loss}: weight ${at} is out of range`, { seen: weights[at], wanted: 'a number from 0' })
}

/** Σ x · weights over all numbers, as a single number []. */
export function weightedSum(tape: Tape, x: Tensor, weights: Float32Array): Tensor {
  return sum(tape, multiply(tape, x, constant(x.shape, weights)))
}

/** Σ x · weights, of numbers without a tape. */
export function weightedTotal(x: ArrayLike<number>, weights: ArrayLike<number>): number {
  let total = 0
  for (let at = 0; at < x.length; at++) if (weights[at] !== 0) total += x[at]! * weights[at]!
  return total
}

/** @throws BanyanError E_LOSS_BATCH unless both are the same. */
export function wantLength(loss: string, name: string, seen: number, wanted: number): void {
  if (seen !== wanted) throw new BanyanError('E_LOSS_BATCH', `${loss}: ${name} has another length`, { seen, wanted: `${wanted} entries` })
}

/** @throws BanyanError E_LOSS_OPTION unless the number is within the bounds, both included. */
export function wantOption(loss: string, name: string, seen: number, least: number, most = Number.MAX_VALUE): void {
  if (seen >= least && seen <= most) return
  const wanted = most === Number.MAX_VALUE ? `a number from ${least}` : `a number from ${least} to ${most}`
  throw new BanyanError('E_LOSS_OPTION', `${loss}: ${name} is out of range`, { seen, wanted })
}
