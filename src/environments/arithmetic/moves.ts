// The moves of a number puzzle: two of the numbers left become one. Knows neither the goal nor who chooses.
import { BanyanError } from '../../core/errors.ts'
import { join, numberTerm, type Term } from './expression.ts'
import { compare, equal, type Operation, type Rational, rationalText, readRational, whole } from './rational.ts'

/** Numbers that are left, smallest first, each with the expression that made it, and the moves made so far. */
export interface Numbers {
  readonly left: readonly Term[]
  readonly moves: readonly string[]
}

/** Allows fewer moves than exact arithmetic does. */
export interface MoveRules {
  /** Only results that are whole and above 0, as on television. Default false: any fraction from 0 up. */
  readonly whole?: boolean
}

/** The numbers at the start. */
export function startNumbers(values: readonly number[]): Numbers {
  return { left: sorted(values.map((value) => numberTerm(whole(value)))), moves: [] }
}

/**
 * Every move, as `8 - 3 = 5`, in a fixed order. Moves that leave the same numbers are listed once. Differences are taken from the larger
 * number: no puzzle with numbers and goal from 0 up needs a negative number, since |a ± b| is always a sum or difference of |a| and |b|.
 */
export function listMoves(numbers: Numbers, rules: MoveRules = {}): readonly string[] {
  const moves: string[] = []
  const seen = new Set<string>()
  for (let i = 0; i < numbers.left.length; i++) {
    for (let j = i + 1; j < numbers.left.length; j++) {
      const [low, high] = [numbers.left[i] as Term, numbers.left[j] as Term]
      for (const [first, operation, second] of [
        [high, '+', low],
        [high, '-', low],
        [high, '*', low],
        [high, '/', low],
        [low, '/', high],
      ] as const) {
        const made = join(first, operation, second)
        if (made === undefined || !allowed(made.value, rules)) continue
        const key = numbersText({ left: replaced(numbers.left, i, j, made), moves: [] })
        if (seen.has(key)) continue
        seen.add(key)
        moves.push(`${rationalText(first.value)} ${operation} ${rationalText(second.value)} = ${rationalText(made.value)}`)
      }
    }
  }
  return moves
}

/**
 * The numbers after a move. Any correct move is taken, listed or not.
 * @throws `E_MOVE_ILLEGAL` for a move that cannot be read, takes a number that is not left, is wrong, or leaves what the rules forbid.
 */
export function makeMove(numbers: Numbers, move: string, rules: MoveRules = {}): Numbers {
  const match = /^\s*(\S+) ([-+*/]) (\S+) = (\S+)\s*$/.exec(move)
  const [first, second, result] = [match?.[1], match?.[3], match?.[4]].map((text) => readRational(text ?? ''))
  const illegal = (why: string) =>
    new BanyanError('E_MOVE_ILLEGAL', why, { seen: move, wanted: `a move on ${numbersText(numbers)}, as in "8 - 3 = 5"` })
  if (first === undefined || second === undefined || result === undefined) throw illegal('the move cannot be read')
  const i = numbers.left.findIndex((term) => equal(term.value, first))
  const j = numbers.left.findIndex((term, index) => index !== i && equal(term.value, second))
  if (i < 0 || j < 0) throw illegal('the move takes a number that is not left')
  const made = join(numbers.left[i] as Term, match?.[2] as Operation, numbers.left[j] as Term)
  if (made === undefined || !equal(made.value, result)) throw illegal('the move is wrong')
  if (!allowed(made.value, rules)) throw illegal('the move leaves a number that the rules forbid')
  return { left: replaced(numbers.left, i, j, made), moves: [...numbers.moves, move.trim()] }
}

/** `3 5 8/3`: equal for equal numbers left, however they were made. */
export function numbersText(numbers: Numbers): string {
  return numbers.left.map((term) => rationalText(term.value)).join(' ')
}

/** What a person and a small model read. */
export function renderNumbers(goal: string, numbers: Numbers): string {
  const moves = numbers.moves.map((move) => `${move}\n`).join('')
  return `${goal}\n${moves}Left: ${numbersText(numbers)}`
}

/** Numbers as data. */
export function encodeNumbers(numbers: Numbers) {
  return { left: numbers.left.map(({ value, text, binding }) => [rationalText(value), text, binding] as const), moves: numbers.moves }
}

/** Reads what {@link encodeNumbers} writes. */
export function decodeNumbers(json: unknown): Numbers {
  const { left, moves } = json as ReturnType<typeof encodeNumbers>
  return { left: left.map(([value, text, binding]) => ({ value: readRational(value) as Rational, text, binding })), moves }
}

function allowed(value: Rational, rules: MoveRules): boolean {
  return rules.whole === true ? value.bottom === 1n && value.top > 0n : value.top >= 0n
}

function replaced(left: readonly Term[], i: number, j: number, made: Term): readonly Term[] {
  return sorted([...left.filter((_, index) => index !== i && index !== j), made])
}

function sorted(terms: readonly Term[]): readonly Term[] {
  return [...terms].sort((a, b) => compare(a.value, b.value))
}
