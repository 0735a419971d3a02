// Exact fractions over bigint. Knows nothing of puzzles or of text beyond one number.
import { BanyanError } from '../../core/errors.ts'

/** A fraction in lowest terms; `bottom` is at least 1. */
export interface Rational {
  readonly top: bigint
  readonly bottom: bigint
}

export type Operation = '+' | '-' | '*' | '/'

/**
 * A fraction in lowest terms.
 * @throws `E_RATIONAL_ZERO` for a bottom of 0.
 * @example rational(6n, -4n) // -3/2
 */
export function rational(top: bigint, bottom = 1n): Rational {
  if (bottom === 0n) throw new BanyanError('E_RATIONAL_ZERO', 'a fraction has no value when its bottom is 0', { seen: `${top}/0` })
  if (bottom === 1n) return { top, bottom }
  const shared = greatestDivisor(top < 0n ? -top : top, bottom < 0n ? -bottom : bottom) * (bottom < 0n ? -1n : 1n)
  return { top: top / shared, bottom: bottom / shared }
}

/**
 * A whole number as a fraction.
 * @throws `E_RATIONAL_WHOLE` for what is not a safe integer.
 */
export function whole(value: number): Rational {
  if (!Number.isSafeInteger(value)) throw new BanyanError('E_RATIONAL_WHOLE', 'exact arithmetic starts from whole numbers', { seen: value })
  return { top: BigInt(value), bottom: 1n }
}

/** `left` operation `right`, exactly; undefined for a division by 0. */
export function operate(left: Rational, operation: Operation, right: Rational): Rational | undefined {
  switch (operation) {
    case '+':
      return rational(left.top * right.bottom + right.top * left.bottom, left.bottom * right.bottom)
    case '-':
      return rational(left.top * right.bottom - right.top * left.bottom, left.bottom * right.bottom)
    case '*':
      return rational(left.top * right.top, left.bottom * right.bottom)
    case '/':
      return right.top === 0n ? undefined : rational(left.top * right.bottom, left.bottom * right.top)
  }
}

/** Negative, 0 or positive as `left` is below, equal to or above `right`. */
export function compare(left: Rational, right: Rational): number {
  const difference = left.top * right.bottom - right.top * left.bottom
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

/** Equal values; fractions are in lowest terms, so their parts are equal too. */
export function equal(left: Rational, right: Rational): boolean {
  return left.top === right.top && left.bottom === right.bottom
}

/** `7`, `-7`, `8/3`. */
export function rationalText(value: Rational): string {
  return value.bottom === 1n ? `${value.top}` : `${value.top}/${value.bottom}`
}

/** Reads what {@link rationalText} writes; undefined for anything else. */
export function readRational(text: string): Rational | undefined {
  const match = /^(-?\d{1,400})(?:\/(\d{1,400}))?$/.exec(text)
  if (match === null || (match[2] !== undefined && /^0+$/.test(match[2]))) return undefined
  return rational(BigInt(match[1] as string), BigInt(match[2] ?? '1'))
}

/** The nearest floating-point number, for estimates only. */
export function approximate(value: Rational): number {
  return Number(value.top) / Number(value.bottom)
}

function greatestDivisor(a: bigint, b: bigint): bigint {
  let [high, low] = [a, b]
  while (low !== 0n) [high, low] = [low, high % low]
  return high
}
