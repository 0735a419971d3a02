import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BanyanError } from '../core/errors.ts'
import { longestLine, readTasks } from './task-file.ts'

const format = {
  name: 'words',
  parse(line: unknown, index: number) {
    const word = (line as { word?: unknown } | null)?.word
    if (typeof word !== 'string') throw new BanyanError('E_TASK_FORMAT', 'the field "word" is no text', { seen: word, wanted: 'a text' })
    return { id: `words-${index}`, task: { word } }
  },
}
const words = (file: { records: readonly { task: unknown }[] }) => file.records.map(({ task }) => (task as { word: string }).word)

describe('a task file', () => {
  it('is read line by line', async () => {
    const { records } = await readTasks('{"word":"a"}\n{"word":"b"}\n', { format })
    expect(records).toEqual([
      { id: 'words-0', task: { word: 'a' } },
      { id: 'words-1', task: { word: 'b' } },
    ])
  })

  it('may have a byte order mark, CRLF, empty lines and no last line end', async () => {
    expect(words(await readTasks('\ufeff{"word":"a"}\r\n\r\n  \n{"word":"b"}', { format }))).toEqual(['a', 'b'])
  })

  it('names the line that is broken', async () => {
    await expect(readTasks('{"word":"a"}\n\n{"word":', { format, name: 'f.jsonl' })).rejects.toMatchObject({
      code: 'E_TASK_FILE',
      message: expect.stringContaining('f.jsonl, line 3: not JSON'),
    })
    await expect(readTasks('{"word":1}', { format })).rejects.toThrow(/line 1: the field "word" is no text/)
  })

  it('goes on and counts with skipBad', async () => {
    const file = await readTasks('{"word":"a"}\nbroken\n{"word":2}\n{"word":"b"}', { format, skipBad: true })
    expect(words(file)).toEqual(['a', 'b'])
    expect(file.skipped.map(({ line }) => line)).toEqual([2, 3])
  })

  it('reads no more than the limit', async () => {
    expect(words(await readTasks('{"word":"a"}\nbroken', { format, limit: 1 }))).toEqual(['a'])
    await expect(readTasks('{"word":"a"}', { format, limit: 0 })).rejects.toThrow(/limit/)
  })

  it('without a task is an error', async () => {
    await expect(readTasks('', { format })).rejects.toThrow(/has no task/)
    await expect(readTasks('x\n', { format, skipBad: true })).rejects.toThrow(/1 bad lines were skipped/)
  })

  it('refuses a line that is too long, without holding it', async () => {
    function* pieces() {
      yield '{"word":"a"}\n{"word":"'
      for (let i = 0; i < 20; i++) yield 'x'.repeat(longestLine / 10)
      yield '"}\n{"word":"b"}'
    }
    await expect(readTasks(pieces(), { format })).rejects.toThrow(/line 2: the line is too long/)
    expect(words(await readTasks(pieces(), { format, skipBad: true }))).toEqual(['a', 'b'])
  })

  it('is the same however it is cut into pieces', async () => {
    const text = '\ufeff{"word":"a"}\r\n\n{"word":"ü"}\n{"word":"c"}'
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: text.length })), async (cuts) => {
        const places = [0, ...cuts.sort((a, b) => a - b), text.length]
        const pieces = places.slice(1).map((end, index) => text.slice(places[index], end))
        expect(words(await readTasks(pieces, { format }))).toEqual(['a', 'ü', 'c'])
      }),
    )
  })
})
