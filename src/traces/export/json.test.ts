import { describe, expect, it } from 'vitest'
import type { LogEvent } from '../../core/events.ts'
import { sampleLog } from '../../testing/sample-log.ts'
import { exportJson, importJson } from './json.ts'

const entries = (events: readonly LogEvent[]) => events.map((event, sequence) => ({ sequence, event }))

it('writes a run that can be read back', () => {
  const run = entries(sampleLog({ trials: 30 }))
  const text = exportJson(run)
  expect(importJson(text)).toEqual(run)
  expect(JSON.parse(text)).toMatchObject({
    format: 'banyan-run',
    version: 1,
    summary: { environment: 'writing', trials: 31, solved: true },
  })
})

it('keeps numbers that JSON cannot say, and may lie in a page', () => {
  const run = entries([
    ...sampleLog(),
    { type: 'call-end', trial: 99, index: 0, digest: 'd', result: [Number.NaN, -0, '</script>\u2028', { $text: 1 }], usage: {} },
  ])
  const text = exportJson(run)
  expect(text).not.toMatch(/[<\u2028]/)
  expect(importJson(text)).toEqual(run)
})

describe('a document that is none', () => {
  const good = exportJson(entries(sampleLog()))
  const changed = (change: (document: { version: number; entries: { sequence: number; event: object | null }[] }) => void): string => {
    const document = JSON.parse(good)
    change(document)
    return JSON.stringify(document)
  }

  it.each([
    ['cut', good.slice(0, -20)],
    ['empty', ''],
    ['null', 'null'],
    ['something else', '{"format":"other"}'],
    ['without entries', '{"format":"banyan-run","version":1}'],
    ['without its beginning', changed((document) => document.entries.shift())],
    ['with a gap', changed((document) => document.entries.splice(3, 1))],
    ['out of order', changed((document) => document.entries.reverse())],
    ['with an unknown event', changed((document) => Object.assign(document.entries[2]!, { event: { type: 'eval' } }))],
    ['with an empty entry', changed((document) => Object.assign(document.entries[2]!, { event: null }))],
    ['with a trial that lacks its parts', changed((document) => Object.assign(document.entries[1]!, { event: { type: 'trial-end' } }))],
    ['with marks that mean nothing', changed((document) => Object.assign(document, { marked: true, entries: [{ $text: 3 }] }))],
  ])('is refused: %s', (_, text) => {
    expect(() => importJson(text)).toThrow(expect.objectContaining({ code: 'E_TRACE_DOCUMENT' }))
  })

  it('is refused when it is of a newer form', () => {
    expect(() => importJson(changed((document) => Object.assign(document, { version: 2 })))).toThrow(
      expect.objectContaining({ code: 'E_TRACE_VERSION' }),
    )
    const newer = changed((document) => Object.assign(document.entries[0]!.event!, { version: 99 }))
    expect(() => importJson(newer)).toThrow(expect.objectContaining({ code: 'E_TRACE_VERSION' }))
  })
})
