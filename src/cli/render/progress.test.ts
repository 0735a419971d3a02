import { stripVTControlCharacters } from 'node:util'
import { expect, it } from 'vitest'
import { fakeTerminal } from './fake-terminal.ts'
import { duration, progress } from './progress.ts'

it('tells rate and time left in plain lines, every five seconds, where there is no terminal', () => {
  const stream = fakeTerminal()
  let at = 0
  const line = progress({ title: 'model', total: 100_000_000, unit: 'bytes', stream, now: () => at })
  for (const [time, done] of [
    [0, 0],
    [1_000, 5e6],
    [5_000, 25e6],
    [6_000, 30e6],
    [10_000, 50e6],
  ] as const) {
    at = time
    line.update(done)
  }
  at = 20_000
  line.update(100e6)
  line.end('checked')
  expect(stream.written().trimEnd().split('\n')).toEqual([
    'model    0 %  0.0 kB of 100.0 MB',
    'model   25 %  25.0 MB of 100.0 MB · 5.0 MB/s · 15 s left',
    'model   50 %  50.0 MB of 100.0 MB · 5.0 MB/s · 10 s left',
    'model  100 %  100.0 MB of 100.0 MB · 5.0 MB/s · 20 s',
    'model  100 %  100.0 MB of 100.0 MB · 5.0 MB/s · 20 s · checked',
  ])
})

it('does not take what was there before for speed', () => {
  const stream = fakeTerminal()
  let at = 0
  const line = progress({ title: 'compare', total: 100, unit: 'tasks', stream, now: () => at })
  line.update(80)
  at = 10_000
  line.update(90)
  expect(stream.written()).toContain('90 % 90 tasks of 100 tasks · 1 tasks/s · 10 s left'.replace(' % ', ' %  '))
})

it('draws one line within the width of a terminal, and shows no escape of a note', () => {
  const stream = fakeTerminal(40)
  let at = 0
  const line = progress({ title: 'compare', total: 10, unit: 'tasks', stream, now: () => at })
  line.update(1, 'first')
  at = 1_000
  line.update(2, `second \u001b[2J${'long '.repeat(20)}`)
  line.end()
  const drawn = stripVTControlCharacters(stream.written())
  expect(drawn).toContain('10 %')
  expect(drawn).toContain('20 %')
  expect(drawn).toContain('…')
  expect(stream.written()).not.toContain('\u001b[2J')
  expect(Math.max(...drawn.split('\n').map((text) => text.length))).toBeLessThan(40)
})

it('shows a count alone where the total is not known', () => {
  const stream = fakeTerminal()
  let at = 0
  const line = progress({ title: 'replay', unit: 'events', stream, now: () => at })
  line.update(0)
  at = 4_000
  line.update(1000)
  line.end()
  expect(stream.written()).toBe('replay  0 events\nreplay  1000 events · 250 events/s · 4 s\n')
})

it('writes times for people', () => {
  expect([0.2, 59, 60, 125, 3600, 3780].map(duration)).toEqual(['1 s', '59 s', '1 min 0 s', '2 min 5 s', '1 h 0 min', '1 h 3 min'])
})
