import { describe, expect, it } from 'vitest'
import { answerMemory } from './answer-memory.ts'

const remember = (memory: ReturnType<typeof answerMemory>, pieces: string[], place = 'p') => {
  const ends = pieces.map((_, index) => pieces.slice(0, index + 1).join('').length)
  memory.add(
    place,
    pieces.join(''),
    pieces.map((_, index) => index + 1),
    ends,
  )
}

describe('answerMemory', () => {
  it('gives back the tokens with which a text was said', () => {
    const memory = answerMemory()
    remember(memory, ['The', ' do', 'g'])
    expect(memory.find('p', 'The dog')).toEqual({ tokens: [1, 2, 3], characters: 7 })
  })

  it('gives the part of a longer text that was said before, up to a new word', () => {
    const memory = answerMemory()
    remember(memory, ['The', ' do', 'g'])
    expect(memory.find('p', 'The dog ran')).toEqual({ tokens: [1, 2, 3], characters: 7 })
    expect(memory.find('p', 'The dogs')).toEqual({ tokens: [1], characters: 3 })
    expect(memory.find('p', 'The cat')).toEqual({ tokens: [1], characters: 3 })
  })

  it('gives the beginning of a text that was cut at the end of a token', () => {
    const memory = answerMemory()
    remember(memory, ['The', ' do', 'g'])
    expect(memory.find('p', 'The do')).toEqual({ tokens: [1, 2], characters: 6 })
    expect(memory.find('p', 'The d')).toEqual({ tokens: [1], characters: 3 })
  })

  it('does not end within a character', () => {
    const memory = answerMemory()
    memory.add('p', 'a😀', [1, 2, 3], [1, -1, 3])
    expect(memory.find('p', 'a😀')).toEqual({ tokens: [1, 2, 3], characters: 3 })
    expect(memory.find('p', 'a😀 b').characters).toBe(3)
  })

  it('knows nothing of other prompts, nor of an empty text', () => {
    const memory = answerMemory()
    remember(memory, ['x'])
    expect(memory.find('q', 'x')).toEqual({ tokens: [], characters: 0 })
    expect(memory.find('p', '')).toEqual({ tokens: [], characters: 0 })
  })

  it('forgets the prompt used longest ago, and the oldest answer', () => {
    const memory = answerMemory(2, 2)
    remember(memory, ['a'], 'first')
    remember(memory, ['a'], 'second')
    memory.find('first', 'a')
    remember(memory, ['a'], 'third')
    expect(memory.find('second', 'a').characters).toBe(0)
    expect(memory.find('first', 'a').characters).toBe(1)
    for (const text of ['b', 'c']) remember(memory, [text], 'third')
    expect(memory.find('third', 'a').characters).toBe(0)
    expect(memory.find('third', 'c').characters).toBe(1)
  })
})
