import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stepLabels } from './step-labels.ts'

const trace = (text: string, right: boolean, task = 't') => ({ task, steps: text.split(''), right })

describe('stepLabels', () => {
  it('are parts of traces through a state that came out right', () =>
    expect(stepLabels([trace('abc', true), trace('abd', false), trace('e', false)], 'monte-carlo')).toEqual([
      [1 / 2, 1 / 2, 1],
      [1 / 2, 1 / 2, 0],
      [0],
    ]))

  it('are inferred: each right step closes 1 / (m + 1) of what is missing, a wrong one loses as much', () => {
    const [right, wrong, lost] = stepLabels([trace('abc', true), trace('abd', false), trace('e', false)], 'inferred')
    // m counts steps that are left after a state: 2, 1 and 0 on the way to the right end.
    expect(right).toEqual([1 / 3, expect.closeTo(2 / 3, 12), 1])
    // Off the way it stays at that of the last state on it: d has 2/3 - (1/3) / (1 + 1).
    expect(wrong).toEqual([1 / 3, expect.closeTo(2 / 3, 12), expect.closeTo(1 / 2, 12)])
    expect(lost).toEqual([0])
  })

  it('knows tasks apart, and infers nothing where nothing is right', () => {
    const traces = [trace('ab', true, 'one'), trace('ab', false, 'two')]
    expect(stepLabels(traces, 'inferred')).toEqual([[1 / 2, 1], undefined])
    expect(stepLabels(traces, 'monte-carlo')).toEqual([
      [1, 1],
      [0, 0],
    ])
  })

  it('gives one label a step, from 0 to 1, and 1 at right ends', () => {
    const texts = fc.array(fc.stringMatching(/^[ab]{3}$/), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(texts, fc.constantFrom('monte-carlo' as const, 'inferred' as const), (given, targets) => {
        const traces = given.map((text) => trace(text, text.endsWith('a')))
        for (const [at, labels] of stepLabels(traces, targets).entries()) {
          if (labels === undefined) continue
          expect(labels).toHaveLength(3)
          for (const label of labels) expect(label >= 0 && label <= 1).toBe(true)
          if (traces[at]!.right) expect(labels.at(-1)).toBeCloseTo(1, 12)
        }
      }),
    )
  })
})
