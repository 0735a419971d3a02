// Arithmetic expressions as text: building them with few parentheses, and evaluating them exactly. Never uses `eval`.
import { BanyanError } from '../../core/errors.ts'
import { type Operation, operate, type Rational, rationalText } from './rational.ts'

/** A number and the expression that made it. */
export interface Term {
  readonly value: Rational
  readonly text: string
  /** How strongly the expression holds together: 1 sums and differences, 2 products and quotients, 3 a number alone. */
  readonly binding: 1 | 2 | 3
}

/** What an expression comes to. */
export interface Evaluated {
  readonly value: Rational
  /** The numbers written in it, in order, repetitions included. */
  readonly numbers: readonly bigint[]
  /** The result of each operation, innermost first. */
  readonly results: readonly Rational[]
}

/** A number that stands for itself. */
export function numberTerm(value: Rational): Term {
  return { value, text: rationalText(value), binding: 3 }
}

/**
 * Joins two terms, with parentheses only where they are needed.
 * @returns undefined for a division by 0.
 */
export function join(left: Term, operation: Operation, right: Term): Term | undefined {
  const value = operate(left.value, operation, right.value)
  if (value === undefined) return undefined
  const binding = operation === '+' || operation === '-' ? 1 : 2
  const first = left.binding < binding ? `(${left.text})` : left.text
  const tight = right.binding > binding || (right.binding === binding && (operation === '+' || operation === '*'))
  return { value, text: `${first} ${operation} ${tight ? right.text : `(${right.text})`}`, binding }
}

const longest = 1000

/**
 * Evaluates whole numbers, `+ - * / ( )` (also `× · ÷ −`) exactly; a closing `= 24` is read over. No signs, no powers, no decimals.
 * @throws `E_EXPRESSION_SYNTAX`, with the place; `E_EXPRESSION_ZERO` for a division by 0.
 * @example evaluateExpression('8 / (3 - 8 / 3)').value // 24
 */
export function evaluateExpression(text: string): Evaluated {
  if (text.length > longest) throw new BanyanError('E_EXPRESSION_SYNTAX', `an expression has at most ${longest} characters`, { seen: text })
  const source = text
    .replace(/[×·]/g, '*')
    .replace(/÷/g, '/')
    .replace(/−/g, '-')
    .replace(/\s*=\s*-?\d+\s*\.?\s*$/, '')
  const tokens = source.match(/\d+|\S/g) ?? []
  const numbers: bigint[] = []
  const results: Rational[] = []
  let next = 0

  const broken = (wanted: string) =>
    new BanyanError('E_EXPRESSION_SYNTAX', `the expression ${JSON.stringify(text)} is broken at ${place(tokens, next)}`, { wanted })

  const factor = (): Rational => {
    const token = tokens[next]
    if (token === '(') {
      next++
      const inside = sum()
      if (tokens[next] !== ')') throw broken('")"')
      next++
      return inside
    }
    if (token === undefined || !/^\d+$/.test(token)) throw broken('a whole number or "("')
    next++
    numbers.push(BigInt(token))
    return { top: BigInt(token), bottom: 1n }
  }
  const chain = (part: () => Rational, operations: string) => {
    let value = part()
    for (let token = tokens[next]; token !== undefined && operations.includes(token); token = tokens[next]) {
      next++
      const result = operate(value, token as Operation, part())
      if (result === undefined) throw new BanyanError('E_EXPRESSION_ZERO', 'the expression divides by 0', { seen: text })
      results.push(result)
      value = result
    }
    return value
  }
  const product = () => chain(factor, '*/')
  const sum = (): Rational => chain(product, '+-')

  const value = sum()
  if (next < tokens.length) throw broken('an operation or the end')
  return { value, numbers, results }
}

function place(tokens: readonly string[], index: number): string {
  const token = tokens[index]
  return token === undefined ? 'its end' : `${JSON.stringify(token)} (part ${index + 1})`
}
