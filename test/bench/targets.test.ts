import { describe, expect, it } from 'vitest'
import type { Entry } from '../../bench/entry.ts'
import { figure, missedTargets } from '../../bench/targets.ts'

const entry = (name: string, better: Entry['better'] = 'higher'): Entry => ({ name, unit: 's', better, measure: () => 0 })
const peer = { name: 'Other', needs: [], measure: async () => [] }

describe('targets', () => {
  it('are met at the figure itself, in the direction that is better', () => {
    const entries = [{ ...entry('fast'), peer }, entry('small', 'lower')]
    const targets = { fast: { value: 10, ratio: 2 }, small: { value: 48 } }
    const met = [
      { name: 'fast', value: 10, unit: 's', peer: { name: 'Other', value: 5 }, ratio: 2 },
      { name: 'small', value: 48, unit: 's' },
    ]
    expect(missedTargets(targets, entries, met)).toEqual([])
    const missed = [
      { ...met[0]!, value: 9.5, ratio: 1.9 },
      { ...met[1]!, value: 49 },
    ]
    expect(missedTargets(targets, entries, missed)).toEqual([
      'fast: 9.5 s, wanted at least 10',
      'fast: 1.9 times Other, wanted at least 2',
      'small: 49 s, wanted at most 48',
    ])
  })

  it('that could not be judged are missed, and entries and peers that were not to be measured are left out', () => {
    const targets = { fast: { value: 10 }, beside: { ratio: 1 }, alone: { ratio: 1 }, other: { value: 1 } }
    const entries = [entry('fast'), { ...entry('beside'), peer }, entry('alone')]
    const results = ['beside', 'alone'].map((name) => ({ name, value: 3, unit: 's' }))
    expect(missedTargets(targets, entries, results)).toEqual(['fast: not measured', 'beside: its peer was not measured'])
  })

  it('are missed by a figure that is no number', () => {
    expect(missedTargets({ fast: { value: 1 } }, [entry('fast', 'lower')], [{ name: 'fast', value: Number.NaN, unit: 's' }])).toHaveLength(
      1,
    )
  })
})

it('shows figures with the digits that matter', () => {
  expect([1234567.8, 99.94, 0.012345, 100].map(figure)).toEqual(['1,234,568', '99.9', '0.0123', '100'])
})
