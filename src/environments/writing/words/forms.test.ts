import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { forms } from './forms.ts'
import { irregularNouns, irregularVerbs } from './irregular.ts'

describe('forms', () => {
  it('inflects a word without a part of speech as all that it may be', () => {
    expect([...forms('catch')].sort()).toEqual(['catch', 'catches', 'catching', 'caught'])
    expect(forms('wolf').has('wolves')).toBe(true)
  })

  it.each([
    ['catch', 'catches catching caught'],
    ['lay', 'lays laying laid'],
    ['lie', 'lies lying lay lied lain'],
    ['stand', 'stands standing stood'],
    ['throw', 'throws throwing threw thrown'],
    ['run', 'runs running ran'],
    ['hop', 'hops hopping hopped'],
    ['hope', 'hopes hoping hoped'],
    ['star', 'stars starring starred'],
    ['stare', 'stares staring stared'],
    ['quit', 'quits quitting quit quitted'],
    ['die', 'dies dying died'],
    ['dye', 'dyes dyeing dyed'],
    ['see', 'sees seeing saw seen'],
    ['agree', 'agrees agreeing agreed'],
    ['canoe', 'canoes canoeing canoed'],
    ['carry', 'carries carrying carried'],
    ['play', 'plays playing played'],
    ['mix', 'mixes mixing mixed'],
    ['go', 'goes going went gone'],
    ['rain', 'rains raining rained'],
    ['overthrow', 'overthrows overthrowing overthrew overthrown'],
    ['rebuild', 'rebuilds rebuilding rebuilt'],
    ['be', 'am is are was were been being'],
  ])('verb %s', (verb, expected) => {
    expect([...forms(verb, 'verb')].sort()).toEqual([...new Set([verb, ...expected.split(' ')])].sort())
  })

  it('takes both spellings where the last syllable of a longer verb may be unstressed', () => {
    expect(forms('travel', 'verb')).toEqual(new Set(['travel', 'travels', 'traveling', 'travelling', 'traveled', 'travelled']))
    expect(forms('begin', 'verb').has('beginning')).toBe(true)
    expect(forms('panic', 'verb').has('panicking')).toBe(true)
  })

  it.each([
    ['dog', 'dogs'],
    ['wolf', 'wolves'],
    ['leaf', 'leaves'],
    ['cliff', 'cliffs'],
    ['chef', 'chefs'],
    ['bookshelf', 'bookshelves'],
    ['policeman', 'policemen'],
    ['grandchild', 'grandchildren'],
    ['human', 'humans'],
    ['tooth', 'teeth'],
    ['box', 'boxes'],
    ['bench', 'benches'],
    ['stomach', 'stomachs'],
    ['city', 'cities'],
    ['monkey', 'monkeys'],
    ['tomato', 'tomatoes'],
    ['photo', 'photos'],
    ['radio', 'radios'],
    ['sheep', 'sheep'],
    ['sunglass', 'sunglasses'],
    ['crisis', 'crises'],
    ['quiz', 'quizzes'],
  ])('noun %s, %s', (noun, plural) => {
    expect(forms(noun, 'noun').has(plural)).toBe(true)
  })

  it('compares adjectives, and only those without a part of speech that are known to be ones', () => {
    expect(forms('big', 'adjective')).toEqual(new Set(['big', 'bigger', 'biggest']))
    expect([...forms('happy')]).toEqual(expect.arrayContaining(['happier', 'happiest']))
    expect([...forms('good')]).toEqual(expect.arrayContaining(['better', 'best']))
    expect(forms('corn').has('corner')).toBe(false)
  })

  it('gives no derived words and no forms of other parts of speech', () => {
    expect(forms('dance').has('dancer')).toBe(false)
    expect(forms('sand').has('sandy')).toBe(false)
    expect(forms('dance', 'noun').has('danced')).toBe(false)
    expect(forms('fee').has('feed')).toBe(false)
    expect(forms('even').has('evening')).toBe(false)
    expect(forms('star').has('stared')).toBe(false)
  })

  it('inflects the last of several words', () => {
    expect(forms('Ice cream', 'noun')).toEqual(new Set(['ice cream', 'ice creams']))
    expect(forms('living_room', 'noun').has('living rooms')).toBe(true)
  })

  it('knows the whole irregular table', () => {
    for (const [verb, past] of irregularVerbs) for (const form of past) expect(forms(verb, 'verb').has(form)).toBe(true)
    for (const [noun, plurals] of irregularNouns) for (const form of plurals) expect(forms(noun, 'noun').has(form)).toBe(true)
  })

  it('always has the word itself, in lower case, and never throws', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 30 }), (word) => {
        expect(forms(word).size).toBeGreaterThan(0)
        expect(
          forms(word).has(
            word
              .normalize('NFC')
              .toLowerCase()
              .trim()
              .replace(/[_\s]+/g, ' '),
          ),
        ).toBe(true)
      }),
    )
  })
})
