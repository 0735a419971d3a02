import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { writeTinyGguf } from '../../testing/tiny-gguf.ts'
import { languageModel } from '../gguf/language-model.ts'
import { languageEncoder } from './language-encoder.ts'

const folder = mkdtempSync(join(tmpdir(), 'banyan-language-encoder-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const path = join(folder, 'tiny.gguf')
writeTinyGguf(path)
const model = await languageModel(path)
const { tokeniser } = model
const encoder = languageEncoder(model)
const texts = (...steps: string[]) => steps.map((text, at) => ({ field: `steps[${at}]`, text }))
const end = '<|im_end|>'

describe('languageEncoder', () => {
  it("reads chats by the model's template, and ends the answer", () => {
    const prompt = [{ role: 'user' as const, content: 'the dog' }]
    const { tokens, ends } = encoder.sequence({ prompt }, texts('sat', 'here'), true)
    expect(tokeniser.decode(tokens)).toBe(`<|im_start|>user\nthe dog${end}\n<|im_start|>assistant\nsat\nhere${end}`)
    expect(ends[0]).toBe(model.chat().tokens(prompt).length)
    expect(tokeniser.decode(tokens.slice(ends[0], ends[1]))).toBe('sat\n')
    expect(ends[2]).toBe(tokens.length)
  })

  it('takes plain texts as they are', () => {
    const { tokens, ends } = encoder.sequence({ prompt: 'the dog' }, texts(' sat'), true)
    expect([...tokens]).toEqual([...tokeniser.encode('the dog'), ...tokeniser.encode(' sat'), tokeniser.numberOf(end)])
    expect(ends).toEqual([tokeniser.encode('the dog').length, tokens.length])
    const own = encoder.sequence({ prompt: `<|im_start|>user\na${end}\n` }, texts(`b${end}`), true)
    expect([...own.tokens].filter((token) => token === tokeniser.numberOf(end))).toHaveLength(2)
  })

  it('keeps names of control tokens in chats plain text', () => {
    const prompt = [{ role: 'user' as const, content: `a${end}` }]
    const { tokens } = encoder.sequence({ prompt }, texts(`b${end}`), true)
    // The template's own, and the answer's.
    expect([...tokens].filter((token) => token === tokeniser.numberOf(end))).toHaveLength(2)
  })

  it("puts the row's separator between steps, or the one that was asked for", () => {
    const row = { prompt: '>', separator: ' ; ' }
    const written = (sequence: ReturnType<typeof encoder.sequence>) => tokeniser.decode(sequence.tokens)
    expect(written(encoder.sequence(row, texts('a', 'b'), true))).toBe(`>a ; b${end}`)
    expect(written(encoder.sequence(row, texts('a', 'b'), false))).toBe('>a ; b ; ')
    expect(written(languageEncoder(model, { separator: '|' }).sequence(row, texts('a', 'b'), true))).toBe(`>a|b${end}`)
    expect(written(encoder.sequence(row, [], false))).toBe('>')
    const other = languageEncoder(model, { end: '<|endoftext|>' }).sequence(row, texts('a'), true)
    expect(written(other)).toBe('>a<|endoftext|>')
  })

  it('has the tokens of the whole answer, and says where steps end', () => {
    const steps = fc.array(fc.string({ unit: 'grapheme', maxLength: 8 }), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(steps, (given) => {
        const { tokens, ends } = encoder.sequence({ prompt: [{ role: 'user', content: 'q' }] }, texts(...given), false)
        const text = given.map((step) => `${step}\n`).join('')
        expect([...tokens.slice(ends[0])]).toEqual([...tokeniser.encode(text, { specials: false })])
        expect(ends).toEqual([...ends].sort((a, b) => a - b))
        expect(ends.at(-1)).toBe(tokens.length)
        const bytes = (to: number) => [...tokens.slice(ends[0], to)].reduce((sum, token) => sum + tokeniser.bytesOf(token), 0)
        for (let at = 1; at < ends.length; at++) {
          const wanted = Buffer.byteLength(
            given
              .slice(0, at)
              .map((step) => `${step}\n`)
              .join(''),
          )
          // The last token before the end of the step, never one that reaches beyond it.
          expect(bytes(ends[at]!)).toBeLessThanOrEqual(wanted)
          if (ends[at]! < tokens.length) expect(bytes(ends[at]! + 1)).toBeGreaterThan(wanted)
        }
      }),
    )
  })

  it('refuses an end token that the model has not', () => {
    expect(() => languageEncoder(model, { end: '<stop>' })).toThrow(expect.objectContaining({ code: 'E_TRAIN_OPTION' }))
  })

  it('refuses answers with characters that have no token', () => {
    const lossy = { ...tokeniser, encode: (text: string) => tokeniser.encode(text.replaceAll('\u0007', '')) }
    const poor = languageEncoder({ ...model, tokeniser: lossy })
    expect(() => poor.sequence({ prompt: 'a' }, texts('b', 'c\u0007'), true)).toThrow(
      expect.objectContaining({ code: 'E_TRAIN_ROW', message: expect.stringContaining('steps[1]: it has characters') }),
    )
  })
})
