// Which examples each step takes: pass after pass over the data, each in an order of its own. A step's batch depends on seed and step alone,
// so that a training can go on anywhere.
import { Random } from '../../core/random.ts'

export interface Batches {
  /** Indices of the examples of a step, from 0. */
  at(step: number): readonly number[]
}

/** @param count of all examples. @param size of a batch; it may be larger than all, and takes from several passes then. */
export function batches(count: number, size: number, seed: number): Batches {
  const orders = new Map<number, readonly number[]>()
  const order = (pass: number): readonly number[] => {
    const known = orders.get(pass)
    if (known !== undefined) return known
    const made = new Random(seed, `training order ${pass}`).shuffled(Array.from({ length: count }, (_, index) => index))
    if (orders.size > 3) orders.clear()
    orders.set(pass, made)
    return made
  }
  return {
    at: (step) => Array.from({ length: size }, (_, at) => order(Math.floor((step * size + at) / count))[(step * size + at) % count]!),
  }
}
