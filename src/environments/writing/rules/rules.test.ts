import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { avoidRule } from './avoid.ts'
import { countRule } from './count.ts'
import { beginsWith, endsWith } from './edges.ts'
import { includeRule } from './include.ts'
import { jsonRule } from './json.ts'
import { jsonBroken } from './json-prefix.ts'
import { caseRule, noCommas } from './letters.ts'
import { patternRule } from './pattern.ts'
import type { Rule } from './rule.ts'

/** A text that passes has no broken beginning. */
function expectNoBrokenPrefix(rule: Rule, text: string): void {
  if (!rule.check(text).passed) return
  for (let length = 0; length <= text.length; length++) {
    const prefix = text.slice(0, length)
    expect({ prefix, broken: rule.broken(prefix) }).toEqual({ prefix, broken: undefined })
  }
}

const pieces = fc.array(
  fc.constantFrom(
    ...[
      'the',
      'a',
      'dog',
      'dogs',
      'Dog',
      'catch',
      'caught',
      'frisbee',
      'ice cream',
      'park',
      'and',
      'in',
      'word',
      'that',
      'is',
      'The',
      'Mr',
      'with',
    ],
    ...['. ', '.', ', ', ',', ' ', ' ', ' ', '! ', '? ', ': ', '"', '“', '”', "'", '-', '\n', '\n\n', '(', ')', '1', '3.5', 'É', 'ß', '😀'],
  ),
  { maxLength: 24 },
)
const spaced = fc.array(
  fc.constantFrom('the', 'a', 'dogs', 'dog', 'caught', 'catch', 'frisbees', 'frisbee', 'in', 'park', 'boy', 'with', 'and', 'sees'),
  { maxLength: 14 },
)
const someText = fc.oneof(
  pieces.map((parts) => parts.join('')),
  spaced.map((parts) => `${parts.join(' ')}.`),
)

const rules: Record<string, Rule> = {
  include: includeRule([{ word: 'dog' }, { word: 'catch' }]),
  'include by part of speech': includeRule([
    { word: 'dog', part: 'noun' },
    { word: 'catch', part: 'verb' },
  ]),
  'include one': includeRule([{ word: 'frisbee' }]),
  'include a phrase': includeRule([{ word: 'ice cream' }]),
  avoid: avoidRule([{ word: 'frisbee' }, { word: 'ice cream' }]),
  'one sentence': countRule('sentences', { exactly: 1 }),
  'few words': countRule('words', { atLeast: 2, atMost: 8 }),
  'two paragraphs': countRule('paragraphs', { atMost: 2 }),
  begins: beginsWith('The dog'),
  ends: endsWith('dog'),
  commas: noCommas(),
  lower: caseRule('lower'),
  upper: caseRule('upper'),
  pattern: patternRule('d.g'),
}

describe.each(Object.entries(rules))('the rule %s', (_, rule) => {
  it('calls no beginning broken that a passing text has, and its progress is 1 exactly for those', () => {
    fc.assert(
      fc.property(someText, (text) => {
        const { passed, progress, reason } = rule.check(text)
        expect(progress === 1).toBe(passed)
        expect(progress).toBeGreaterThanOrEqual(0)
        expect(reason === '').toBe(passed)
        expectNoBrokenPrefix(rule, text)
      }),
      { numRuns: 400 },
    )
  })
})

describe('include', () => {
  const four = includeRule(['catch', 'dog', 'frisbee', 'throw'].map((word) => ({ word })))

  it.each([
    'The dog catches the frisbee that the boy throws.',
    'Two dogs caught the frisbees he had thrown.',
    'Watch the dog catch the frisbee you throw.',
    'I throw a frisbee and my dog will catch it.',
    'A boy throws, the dog runs, and the frisbee is caught.',
    'He shouted "Throw it!", so she threw the frisbee, and the dog caught it.',
    'While catching the frisbee, the dog’s owner threw a ball.',
    'a dog leaps to catch a thrown frisbee',
  ])('passes: %s', (text) => {
    expect(four.check(text)).toEqual({ passed: true, reason: '', progress: 1 })
    expectNoBrokenPrefix(four, text)
  })

  it.each([
    'The dog, park, muffin, frisbee; the catch, the throw.',
    'dog, frisbee, catch, throw.',
    'Catch, dog, frisbee, throw.',
    'Dog frisbee catch throw.',
    'Dog. Frisbee. Catch. Throw.',
    '"dog" "frisbee" "catch" "throw"',
    '“dog”, “frisbee”, “catch” and “throw”',
    'The words are dog, frisbee, catch and throw.',
    'The word dog, the word frisbee, the word catch, the word throw.',
    'Here is a sentence: The dog catches the frisbee that I throw.',
    'This sentence has a dog who will catch a frisbee that I throw.',
    'dog and frisbee and catch and throw',
    'The dog, the frisbee, the catch, the throw.',
    'The dog the frisbee the catch the throw.',
    '- dog\n- frisbee\n- catch\n- throw',
    '1. dog 2. frisbee 3. catch 4. throw',
    'I like dog, frisbee, catch, and throw.',
    'The dog ran in the park, frisbee, catch, throw.',
    'A man uses "dog", "frisbee", "catch" and "throw" in the park.',
    '(dog, frisbee, catch, throw) is fun in the park today.',
    'The dog catch throw frisbee in the park.',
    'The dog catches, the dog throws, the dog frisbees, the dog catches.',
    'The dog throws the frisbee and catches the frisbee and throws the frisbee and catches the frisbee.',
    'The dog dog dog catches the frisbee that I throw.',
    'The dog catches a frisbee.',
    'The doghouse keeper, a thrower, is catchy about his frisbees.',
    '',
  ])('fails: %s', (text) => {
    expect(four.check(text).passed).toBe(false)
  })

  it('prunes what cannot be mended', () => {
    expect(four.broken('The words are ')).toMatch(/talks about words/)
    expect(four.broken('A dog catches a frisbee. A dog catches a frisbee. ')).toMatch(/repeats/)
    expect(four.broken('Catch dog frisbee throw ')).toMatch(/row/)
    expect(four.broken('The dog catches')).toBeUndefined()
  })

  it('wants a place of its own for each word', () => {
    const leaves = includeRule([
      { word: 'leaf', part: 'noun' },
      { word: 'leave', part: 'verb' },
    ])
    expect(leaves.check('The tree leaves.').reason).toMatch(/does not use/)
    expect(leaves.check('He leaves the red leaves alone.').passed).toBe(true)
  })

  it('does not take a noun for a verb right after an article or a preposition', () => {
    const sit = includeRule([{ word: 'sit', part: 'verb' }])
    expect(sit.check('She takes a sit in the park.').passed).toBe(false)
    expect(sit.check('She will sit in the park.').passed).toBe(true)
    expect(includeRule([{ word: 'throw', part: 'verb' }]).check('She saw the thrown ball.').passed).toBe(true)
    expect(includeRule([{ word: 'sit' }]).check('She takes a sit in the park.').passed).toBe(true)
  })

  it('lets enumerations stand in prose', () => {
    const shopping = includeRule(['apple', 'pear', 'plum'].map((word) => ({ word, part: 'noun' as const })))
    expect(shopping.check('She bought apples, pears, and plums at the market.').passed).toBe(true)
    expect(shopping.check('Apples, pears, and plums.').passed).toBe(false)
  })

  it('lets words about words be used where the task asks for them', () => {
    expect(includeRule([{ word: 'word' }, { word: 'sentence' }]).check('He read the words of this sentence aloud.').passed).toBe(true)
  })

  it('reports what is missing', () => {
    expect(four.missing('A dog throws')).toEqual(['catch', 'frisbee'])
    expect(four.check('A dog throws.').progress).toBe(0.5)
  })
})

describe('avoid', () => {
  const rule = avoidRule([{ word: 'dog' }, { word: 'ice cream' }])
  it('knows inflections, possessives and compounds, and not other words', () => {
    expect(['Two dogs.', "The dog's tail.", 'A dog-friendly bar.', 'Ice creams melt.'].map((text) => rule.check(text).passed)).toEqual([
      false,
      false,
      false,
      false,
    ])
    expect(rule.check('A dogma, and cream on ice.').passed).toBe(true)
  })
  it('prunes a finished word only', () => {
    expect(rule.broken('A dog')).toBeUndefined()
    expect(rule.broken('A dog ')).toBe('uses "dog"')
  })
})

describe('counts', () => {
  it('wants finished sentences, exactly as many', () => {
    const one = countRule('sentences', { exactly: 1 })
    expect(one.check('A dog barks.').passed).toBe(true)
    expect(one.check('A dog barks').reason).toBe('a sentence is not finished')
    expect(one.check('A dog. A cat.').reason).toBe('2 sentences, at most 1 wanted')
    expect(one.broken('A dog barks. A')).toBe('2 sentences, at most 1 wanted')
    expect(one.broken('A dog barks. ')).toBeUndefined()
  })
  it('has least and most', () => {
    const words = countRule('words', { atLeast: 2, atMost: 3 })
    expect(['one', 'one two', 'one two three', 'one two three four'].map((text) => words.check(text).passed)).toEqual([
      false,
      true,
      true,
      false,
    ])
    expect(words.check('one').progress).toBe(0.5)
    expect(words.broken('one two three four')).toMatch(/at most 3/)
  })
})

describe('edges, letters, patterns', () => {
  it('binds phrases to whole words', () => {
    expect(beginsWith('The').check('Then it began.').passed).toBe(false)
    expect(beginsWith('The').broken('Th')).toBeUndefined()
    expect(beginsWith('The').broken('Then')).toBeDefined()
    expect(beginsWith('The').broken('A')).toBeDefined()
    expect(endsWith('dog').check('It is a dog.').passed).toBe(true)
    expect(endsWith('dog').check('It is a hotdog.').passed).toBe(false)
    expect(endsWith('the end.').check('This is the end.').passed).toBe(true)
  })
  it('breaks at the first wrong character', () => {
    expect(noCommas().broken('A dog,')).toBe('has a comma')
    expect(caseRule('lower').broken('a Dog')).toMatch(/lower/)
    expect(caseRule('upper').check('A DOG 3.').passed).toBe(true)
  })
  it('matches in linear time, and refuses what it cannot', () => {
    expect(patternRule('^(a+)+$').check(`${'a'.repeat(5000)}!`).passed).toBe(false)
    expect(() => patternRule('(?=a)')).toThrow(expect.objectContaining({ code: 'E_WRITING_PATTERN' }))
  })
})

describe('JSON', () => {
  const rule = jsonRule({
    type: 'object',
    properties: { name: { type: 'string' }, tags: { type: 'array', items: { type: 'string' } } },
    required: ['name'],
    additionalProperties: false,
  })
  it('wants a value of the schema and nothing around it', () => {
    expect(rule.check(' {"name": "Ann", "tags": ["a"]} ').passed).toBe(true)
    expect(rule.check('{"tags": []}').reason).toMatch(/name/)
    expect(rule.check('{"name": "Ann"').reason).toBe('is not complete JSON')
    expect(rule.check('Here: {"name": "Ann"}').passed).toBe(false)
  })
  it('refuses unsafe schemas', () => {
    for (const schema of [{ $ref: 'https://example.com/x.json' }, { type: 'string', pattern: '(a+)+$' }]) {
      expect(() => jsonRule(schema)).toThrow(expect.objectContaining({ code: 'E_SCHEMA_UNSAFE' }))
    }
  })
  it('knows beginnings of JSON from what is none', () => {
    for (const text of ['', ' ', '{', '{"a', '{"a\\', '{"a\\u00', '{"a":', '[1,', '[-', '1e', 'tru', '[[]', '"\u2028', '{"a":1} '])
      expect(jsonBroken(text)).toBeUndefined()
    for (const text of ['a', '{a', '{,', '[,', '[1,]', '{"a" 1', '01', '1.e', '"\n', '"\\x', '{} {', 'nul ', '[1}', '{"a":1,}'])
      expect(jsonBroken(text)).toBeDefined()
    fc.assert(
      fc.property(fc.json(), fc.boolean(), (json, indented) => {
        const text = indented ? JSON.stringify(JSON.parse(json), null, 2) : json
        for (let length = 0; length <= text.length; length++) expect(jsonBroken(text.slice(0, length))).toBeUndefined()
      }),
    )
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...'{}[]",:0-1.e\\u tn'.split(''), 'true', 'null', '"a"'), { maxLength: 8 }), (parts) => {
        const text = parts.join('')
        try {
          JSON.parse(text)
        } catch {
          return
        }
        expect(jsonBroken(text)).toBeUndefined()
      }),
    )
  })
})
