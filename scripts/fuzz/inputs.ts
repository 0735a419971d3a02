// Inputs: texts as models write them and as nobody writes them, and JSON that is nearly right.
import fc from 'fast-check'
import type { Json } from '../../src/core/common.ts'

const any = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  // Halves of surrogate pairs, control characters, marks of direction.
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)), maxLength: 12 }),
)

/** Pieces that parsers look for. */
const telling = fc.constantFrom(
  '\\boxed{',
  '\\frac{1}{2}',
  '\\left(',
  '\\text{',
  '$',
  '{',
  '}',
  '[',
  ']',
  '"',
  "'",
  '\\',
  '`',
  '```json\n',
  '```',
  '<think>',
  '</think>',
  'The answer is ',
  'Answer: ',
  'answer',
  'Final answer',
  '(A)',
  '**B**',
  'C.',
  'Choice 2',
  'Choice: ',
  'The best choice is 3',
  'Yes',
  'No',
  'sure',
  'likely',
  'impossible',
  '1',
  '23',
  '-4.5e3',
  '1,234,567',
  '1/3',
  '50%',
  '٣',
  '½',
  '9007199254740993',
  '1e999',
  'NaN',
  'null',
  'true',
  '{"tool":',
  '"name":',
  '{"finish":"x"}',
  '"arguments":',
  '"input":',
  '{"a":1}',
  '[1,2',
  ',',
  ':',
  'Step 1:',
  'Step 2',
  'DONE',
  '- ',
  '1. ',
  '# ',
  '4 + 9 = 13',
  '(4 + 9) * 2',
  '* (',
  ')',
  '/ 0',
  '\n',
  '\n\n',
  ' ',
  '\t',
  '\r\n',
  '.',
  '!',
  '? ',
  'dog',
  'frisbee',
  'the words',
  'word “dog”',
  'A dog, a frisbee and a ball.',
  '…',
  '—',
  '\u202e',
  '\u0000',
  '\ud83d',
  'ﬁ',
  'İ',
)

/** A text of pieces, some of them many times over: what is slow for a parser that goes back. */
export const modelText: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.array(fc.oneof({ weight: 3, arbitrary: telling }, any), { maxLength: 14 }).map((parts) => parts.join('')) },
  { weight: 1, arbitrary: any },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.array(telling, { maxLength: 3 }), telling, fc.integer({ min: 2, max: 400 }), fc.array(telling, { maxLength: 3 }))
      .map(([before, piece, times, after]) => before.join('') + piece.repeat(times) + after.join('')),
  },
)

/** As `modelText`, now and then of a hundred thousand characters: for parsers that say they are linear. */
export const longText: fc.Arbitrary<string> = fc.oneof(
  { weight: 400, arbitrary: modelText },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        fc.array(telling, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 1000, max: 100_000 }),
        fc.array(telling, { maxLength: 2 }),
      )
      .map(([pieces, length, end]) => {
        const piece = pieces.join('')
        return piece.repeat(Math.ceil(length / piece.length)) + end.join('')
      }),
  },
)

export const anyJson = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<Json>

const leaf: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(
    null,
    true,
    false,
    '',
    'x',
    0,
    -1,
    0.5,
    1e308,
    -0,
    2 ** 53,
    4294967296,
    [],
    {},
    [[]],
    [null],
    { length: 3 },
    '__proto__',
  ),
  modelText,
  anyJson,
)

/** JSON like one of the samples, with a few values replaced, removed, doubled or put under other names. */
export function nearly(...samples: readonly Json[]): fc.Arbitrary<Json> {
  const change = fc.record({ at: fc.nat({ max: 4000 }), how: fc.constantFrom('replace', 'remove', 'double', 'rename'), value: leaf })
  return fc
    .tuple(fc.constantFrom(...samples), fc.array(change, { maxLength: 4 }))
    .map(([sample, changes]) => changes.reduce((value, { at, how, value: by }) => changed(value, at, how, by), sample))
}

/** The text of such JSON, sometimes cut or with other text in it. */
export function nearlyText(...samples: readonly Json[]): fc.Arbitrary<string> {
  return fc
    .tuple(nearly(...samples), fc.option(fc.nat({ max: 4000 }), { freq: 4 }), fc.option(any, { freq: 6 }))
    .map(([json, cut, other]) => {
      const text = JSON.stringify(json)
      const place = cut === null ? text.length : cut % (text.length + 1)
      return other === null ? text.slice(0, place) : text.slice(0, place) + other + text.slice(place)
    })
}

/** Changes the value at the `at`-th place, counted through the whole value. */
function changed(value: Json, at: number, how: string, by: Json): Json {
  const target = at % size(value)
  let place = 0
  const walk = (inner: Json): Json | undefined => {
    if (place++ === target) return how === 'remove' ? undefined : by
    if (Array.isArray(inner)) {
      const items = inner.flatMap((item: Json) => {
        const doubled = how === 'double' && place === target
        const made = walk(item)
        return doubled ? [item, item] : made === undefined ? [] : [made]
      })
      return items
    }
    if (typeof inner !== 'object' || inner === null) return inner
    const entries = Object.entries(inner as { readonly [key: string]: Json }).flatMap(([key, item]) => {
      const renamed = how === 'rename' && place === target
      const made = walk(item)
      return renamed ? [[typeof by === 'string' ? by.slice(0, 20) : 'other', item]] : made === undefined ? [] : [[key, made]]
    })
    return Object.fromEntries(entries) as Json
  }
  return walk(value) ?? null
}

function size(value: Json): number {
  if (typeof value !== 'object' || value === null) return 1
  return Object.values(value).reduce<number>((sum, item) => sum + size(item as Json), 1)
}
