// Steps of an answer: `+ 3 45` adds 3 and says that this makes 45. It does not know which step is right.
import { BanyanError } from '../../core/errors.ts'

/** How a number becomes the next; `skip` leaves it as it is. */
export const operations = ['+', '-', '*', 'skip'] as const
export type Operation = (typeof operations)[number]

export interface WordStep {
  readonly operation: Operation
  /** 0 to 99. */
  readonly number: number
  /** What the writer says it makes, 0 to 99; not necessarily so. */
  readonly value: number
}

/** Numbers of problems and steps are whole, from 0 to this. */
export const greatest = 99

/** What an operation makes of a value, held between 0 and 99. */
export function applied(value: number, operation: Operation, number: number): number {
  const made = operation === '+' ? value + number : operation === '-' ? value - number : operation === '*' ? value * number : value
  return Math.max(0, Math.min(greatest, made))
}

export function stepText({ operation, number, value }: WordStep): string {
  return `${operation} ${number} ${value}`
}

/** @throws BanyanError E_MOVE_ILLEGAL for a text that is no step. */
export function readStep(text: string): WordStep {
  const match = typeof text === 'string' ? /^(\+|-|\*|skip) (0|[1-9]\d?) (0|[1-9]\d?)$/.exec(text) : null
  if (match !== null) return { operation: match[1] as Operation, number: Number(match[2]), value: Number(match[3]) }
  throw new BanyanError('E_MOVE_ILLEGAL', 'the step cannot be read', {
    seen: text,
    wanted: 'an operation (+ - * skip), its number and the value that it makes, from 0 to 99, as in "+ 3 45"',
  })
}
