import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evaluateExpression, join, numberTerm, type Term } from './expression.ts'
import { listMoves, makeMove, numbersText, startNumbers } from './moves.ts'
import { compare, operate, type Rational, rational, rationalText, readRational, whole } from './rational.ts'

const fraction = fc
  .tuple(fc.bigInt({ min: -1000n, max: 1000n }), fc.bigInt({ min: 1n, max: 1000n }))
  .map(([top, bottom]): Rational => rational(top, bottom))

describe('rational numbers', () => {
  it('are kept in lowest terms, with the sign above', () => {
    expect(rational(6n, -4n)).toEqual({ top: -3n, bottom: 2n })
    expect(rational(0n, 7n)).toEqual({ top: 0n, bottom: 1n })
  })

  it('compute exactly where floating point does not', () => {
    const tenth = rational(1n, 10n)
    const sum = operate(operate(tenth, '+', tenth)!, '+', tenth)!
    expect(rationalText(sum)).toBe('3/10')
    expect(rationalText(operate(whole(8), '/', operate(whole(3), '-', rational(8n, 3n))!)!)).toBe('24')
  })

  it('undo what they do', () => {
    fc.assert(
      fc.property(fraction, fraction, (a, b) => {
        expect(operate(operate(a, '+', b)!, '-', b)).toEqual(a)
        if (b.top !== 0n) expect(operate(operate(a, '*', b)!, '/', b)).toEqual(a)
        else expect(operate(a, '/', b)).toBeUndefined()
        expect(Math.sign(compare(a, b))).toBe(-Math.sign(compare(b, a)) + 0)
      }),
    )
  })

  it('are read as they are written, and nothing else is', () => {
    fc.assert(
      fc.property(fraction, (a) => {
        expect(readRational(rationalText(a))).toEqual(a)
      }),
    )
    for (const text of ['', '1/0', '1/', '1.5', 'x', '--1', '1 / 2', 'Infinity']) expect(readRational(text)).toBeUndefined()
  })

  it('refuse what is not whole or has no value', () => {
    expect(() => whole(1.5)).toThrow(/whole numbers.*1\.5/)
    expect(() => rational(1n, 0n)).toThrow(/1\/0/)
  })
})

describe('expressions', () => {
  it('follow the precedence of operations', () => {
    expect(rationalText(evaluateExpression('2 + 3 * 4 - 10 / 4').value)).toBe('23/2')
    expect(rationalText(evaluateExpression('8/(3-8/3)').value)).toBe('24')
    expect(rationalText(evaluateExpression('20 − 4 × 2 ÷ 1 = 12').value)).toBe('12')
  })

  it('tell the numbers used and the results on the way', () => {
    const { numbers, results } = evaluateExpression('(10 - 4) * (13 - 9)')
    expect(numbers).toEqual([10n, 4n, 13n, 9n])
    expect(results.map(rationalText)).toEqual(['6', '4', '24'])
  })

  it.each(['', '3 +', '(3', '3)', '3 4', '-3 + 4', '2 ** 3', '1.5 * 2', 'x', '3 + + 4', '()', 'process.exit()', '1e3'])(
    'refuse %j',
    (text) => {
      expect(() => evaluateExpression(text)).toThrow(/broken/)
    },
  )

  it('refuse divisions by 0, endless texts and endless nesting without crashing', () => {
    expect(() => evaluateExpression('1 / (2 - 2)')).toThrow(/divides by 0/)
    expect(() => evaluateExpression('1 + '.repeat(10_000))).toThrow(/at most/)
    expect(() => evaluateExpression('('.repeat(900))).toThrow(/broken/)
  })

  it('are joined with just the parentheses that keep their value', () => {
    const [a, b, c] = [8, 3, 2].map((value) => numberTerm(whole(value))) as [Term, Term, Term]
    const texts = [
      join(a, '-', join(b, '-', c)!),
      join(join(a, '-', b)!, '-', c),
      join(join(a, '-', b)!, '*', c),
      join(a, '/', join(b, '*', c)!),
    ]
    expect(texts.map((term) => term?.text)).toEqual(['8 - (3 - 2)', '8 - 3 - 2', '(8 - 3) * 2', '8 / (3 * 2)'])
    const leaf = fc.integer({ min: 0, max: 20 }).map((value) => numberTerm(whole(value)))
    const { term } = fc.letrec<{ term: Term }>((tie) => ({
      term: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.tuple(tie('term'), fc.constantFrom('+', '-', '*', '/'), tie('term')).map(([l, o, r]) => join(l, o, r) ?? l),
      ),
    }))
    fc.assert(
      fc.property(term, ({ value, text }) => {
        fc.pre(text.length < 1000)
        expect(evaluateExpression(text).value).toEqual(value)
      }),
    )
  })
})

describe('moves', () => {
  it('list each result once, from the larger number down', () => {
    expect(listMoves(startNumbers([2, 2]))).toEqual(['2 + 2 = 4', '2 - 2 = 0', '2 / 2 = 1'])
    expect(listMoves(startNumbers([3, 0]))).toEqual(['3 + 0 = 3', '3 * 0 = 0'])
    expect(listMoves(startNumbers([3, 8]))).toEqual(['8 + 3 = 11', '8 - 3 = 5', '8 * 3 = 24', '8 / 3 = 8/3', '3 / 8 = 3/8'])
    expect(listMoves(startNumbers([4, 9, 10, 13]))).toHaveLength(30)
  })

  it('keep to whole numbers above 0 where the rules say so', () => {
    expect(listMoves(startNumbers([3, 8]), { whole: true })).toEqual(['8 + 3 = 11', '8 - 3 = 5', '8 * 3 = 24'])
    expect(() => makeMove(startNumbers([3, 8]), '8 / 3 = 8/3', { whole: true })).toThrow(/rules forbid/)
  })

  it('are made with fractions too', () => {
    const third = makeMove(startNumbers([3, 3, 8, 8]), '8 / 3 = 8/3')
    const last = makeMove(makeMove(third, '3 - 8/3 = 1/3'), '8 / 1/3 = 24')
    expect(last.left.map((term) => term.text)).toEqual(['8 / (3 - 8 / 3)'])
    expect(last.moves).toHaveLength(3)
  })

  it.each([
    ['8 - 3 = 4', /wrong/],
    ['3 - 8 = -5', /forbid/],
    ['9 - 3 = 6', /not left/],
    ['8 + 8 = 16', /not left/],
    ['8 / 0 = 0', /not left/],
    ['eight', /cannot be read/],
    ['', /cannot be read/],
  ])('refuse %j', (move, message) => {
    expect(() => makeMove(startNumbers([3, 8]), move)).toThrow(message)
  })

  it('make twins of equal numbers, however they came about', () => {
    const one = makeMove(startNumbers([2, 2, 5]), '2 + 2 = 4')
    const other = makeMove(startNumbers([2, 2, 5]), '2 * 2 = 4')
    expect(numbersText(one)).toBe('4 5')
    expect(numbersText(other)).toBe(numbersText(one))
  })
})
