// Learning rates by step: a warm-up from 0, then constant, linear or along half a cosine. Knows no optimizer.
import { BanyanError } from '../../core/errors.ts'

/** How learning rates rise and fall. */
export interface ScheduleOptions {
  /** The highest learning rate. */
  readonly rate: number
  /** Steps of the warm-up: step i of it has rate · (i + 1)/warmup. Default 0. */
  readonly warmup?: number
  /** constant: stays there. linear, cosine: falls to `end` at the last step. */
  readonly kind: 'constant' | 'linear' | 'cosine'
  /** Steps of the whole training; from there on the rate stays. Needed unless constant. */
  readonly steps?: number
  /** What is left at the end, as a part of `rate`. Default 0. */
  readonly end?: number
}

/**
 * The learning rate of each step, counted from 0.
 *
 * @throws BanyanError E_TENSOR_OPTION when numbers are out of range.
 * @example
 * const rateAt = schedule({ kind: 'linear', rate: 4e-3, warmup: 50, steps: 1500, end: 0.05 })
 * optimizer.step(rateAt(step))
 */
export function schedule({ kind, rate, warmup = 0, steps, end = 0 }: ScheduleOptions): (step: number) => number {
  if (!(rate > 0 && Number.isFinite(rate))) throw optionError('rate', rate, 'a number above 0')
  if (!(Number.isInteger(warmup) && warmup >= 0)) throw optionError('warmup', warmup, 'a whole number from 0')
  if (!(end >= 0 && end <= 1)) throw optionError('end', end, 'a part from 0 to 1')
  if (kind === 'constant') return (step) => rate * warm(step, warmup)
  if (steps === undefined || !(Number.isInteger(steps) && steps > warmup))
    throw optionError('steps', steps, `a whole number above the warm-up's ${warmup}`)
  const fall = kind === 'linear' ? (part: number) => 1 - part : (part: number) => (1 + Math.cos(Math.PI * part)) / 2
  return (step) => {
    if (step < warmup) return rate * warm(step, warmup)
    const part = Math.min(1, (step - warmup) / Math.max(1, steps - 1 - warmup))
    return rate * (end + (1 - end) * fall(part))
  }
}

function warm(step: number, warmup: number): number {
  return step < warmup ? (step + 1) / warmup : 1
}

function optionError(name: string, seen: unknown, wanted: string): BanyanError {
  return new BanyanError('E_TENSOR_OPTION', `schedule: ${name} is out of range`, { seen, wanted })
}
