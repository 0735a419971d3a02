import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { writingPrompt } from './writing/prompt.ts'
import { rulesOf } from './writing/rules.ts'
import { type WritingTaskInput, writingTask, writingTaskSchema } from './writing/task.ts'
import { writing } from './writing.ts'

const environment = writing()
const oneSentence: WritingTaskInput = { include: ['dog', 'frisbee'], sentences: 1 }

describe('writing', () => {
  it('grows a text in chunks until its sentence is finished', () => {
    let step = environment.step(environment.initial(oneSentence), { text: 'A dog caught', end: false })
    expect(step).toMatchObject({ terminal: false, reward: 0, state: { text: 'A dog caught' } })
    step = environment.step(step.state, { text: ' the frisbee.', end: false })
    expect(step.terminal).toBe(true)
    expect(environment.answer(step.state)).toBe('A dog caught the frisbee.')
    expect(rulesOf(step.state.task).check('A dog caught the frisbee.').passed).toBe(true)
  })

  it('ends where the writer ends, and where nothing can mend the text', () => {
    const start = environment.initial({ include: ['dog'], avoid: ['cat'] })
    expect(environment.step(start, { text: 'A dog', end: true }).terminal).toBe(true)
    expect(environment.step(start, { text: 'A dog and a cat ', end: false }).terminal).toBe(true)
    expect(environment.step(start, { text: 'A dog barks. It', end: false }).terminal).toBe(false)
  })

  it('does not take an abbreviation for the end', () => {
    expect(environment.step(environment.initial(oneSentence), { text: 'Mr.', end: false }).terminal).toBe(false)
  })

  it('is pure, tells finished from open texts by key, and keeps states through JSON', () => {
    const start = environment.initial(oneSentence)
    const open = environment.step(start, { text: 'A dog', end: false }).state
    const ended = environment.step(start, { text: 'A dog', end: true }).state
    expect(start.text).toBe('')
    expect(environment.key(open)).not.toBe(environment.key(ended))
    expect(environment.decode(JSON.parse(JSON.stringify(environment.encode(open))))).toEqual(open)
    expect(environment.render(open)).toContain('dog, frisbee')
    expect(environment.answer(start)).toBeUndefined()
  })

  it('gives the same text whatever the chunks', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 6 }), (parts) => {
        const start = environment.initial({ prompt: 'Write.' })
        const grown = parts.reduce((state, text) => environment.step(state, { text, end: false }).state, start)
        expect(grown.text).toBe(parts.join(''))
      }),
    )
  })
})

describe('a task of writing', () => {
  it('is filled from its short form', () => {
    expect(writingTask(oneSentence)).toEqual({ include: [{ word: 'dog' }, { word: 'frisbee' }], sentences: { exactly: 1 } })
  })

  it('stays as it is when checked again', () => {
    const task = writingTask({
      prompt: 'x',
      include: ['a', { word: 'run', part: 'verb' }],
      words: { atMost: 5 },
      commas: false,
      case: 'lower',
      json: { type: 'string' },
    })
    expect(writingTaskSchema.parse(task)).toEqual(task)
  })

  it.each<[unknown, string, RegExp]>([
    [{}, 'task', /at least one field/],
    [{ includes: ['dog'] }, 'task', /no such field: includes/],
    [{ include: [] }, 'include', /at least one word/],
    [{ include: 'dog' }, 'include', /a list of words/],
    [{ include: [''] }, 'include.0', /a word such as/],
    [{ include: [{ word: 'dog', part: 'N' }] }, 'include.0', /noun, verb/],
    [{ sentences: 'one' }, 'sentences', /a whole number of at least 1/],
    [{ sentences: 0 }, 'sentences', /at least 1/],
    [{ words: { atLeast: 5, atMost: 2 } }, 'words', /no greater/],
    [{ words: { exactly: 5, atMost: 7 } }, 'words', /whole number/],
    [{ case: 'title' }, 'case', /"lower" or "upper"/],
    [{ commas: true }, 'commas', /false/],
    [{ include: ['dog'], avoid: ['Dog'] }, 'avoid', /other words/],
  ])('%j is refused', (task, field, message) => {
    expect(() => environment.initial(task as WritingTaskInput)).toThrow(
      expect.objectContaining({ code: 'E_TASK_INVALID', message: expect.stringContaining(JSON.stringify(field)) }),
    )
    expect(() => environment.initial(task as WritingTaskInput)).toThrow(message)
  })

  it('is refused for rules that cannot be used', () => {
    expect(() => environment.initial({ matches: '(a' })).toThrow(expect.objectContaining({ code: 'E_WRITING_PATTERN' }))
    expect(() => environment.initial({ json: { $ref: 'http://example.com' } })).toThrow(
      expect.objectContaining({ code: 'E_SCHEMA_UNSAFE' }),
    )
  })

  it('is told to a model in plain words', () => {
    expect(writingPrompt(writingTask(oneSentence))).toBe('Write one sentence with all of these words: dog, frisbee.')
    const parts: WritingTaskInput = {
      include: [
        { word: 'catch', part: 'verb' },
        { word: 'dog', part: 'noun' },
        { word: 'ball', part: 'noun' },
      ],
      sentences: 1,
    }
    expect(writingPrompt(writingTask(parts))).toBe('Write one sentence with the nouns dog, ball and the verb catch.')
    expect(writingPrompt(writingTask({ prompt: 'Tell of rain.', avoid: ['wet'], sentences: { atMost: 3 }, commas: false }))).toBe(
      'Tell of rain.\nDo not use the word: wet.\nWrite at most 3 sentences.\nDo not use commas.',
    )
    expect(writingPrompt(writingTask({ prompt: 'Tell of rain.', sentences: 1 }))).toBe('Tell of rain.\nWrite one sentence.')
  })
})

describe('the rules of a task together', () => {
  const rules = rulesOf(writingTask({ include: ['dog'], sentences: 1, beginsWith: 'The', commas: false }))

  it('pass or fail as one, with all reasons', () => {
    expect(rules.check('The dog barks.')).toEqual({ passed: true, reasons: [], progress: 1 })
    expect(rules.check('A cat, a cow.').reasons).toHaveLength(3)
    expect(rules.check('  ').reasons).toEqual(['there is no text'])
  })

  it('know a full text, and cut what is beyond it', () => {
    expect([rules.full('The dog barks.'), rules.full('The dog barks'), rules.full('The dog met Mr.')]).toEqual([true, false, false])
    expect(rules.cut('The dog met Dr. Lee. He')).toBe('The dog met Dr. Lee.')
    expect(rules.cut('The dog')).toBe('The dog')
    expect([rules.mayNotEnd('The cat'), rules.mayNotEnd('The dog')]).toEqual([true, false])
  })
})
