import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { StarvedError } from '../core/errors.ts'
import type { Proposer } from '../core/proposer.ts'
import { ModelError } from '../models/model-error.ts'
import { fakeContext } from '../testing/fake-context.ts'
import { fakeNode } from '../testing/fake-node.ts'
import { temperatures } from './temperatures.ts'

const node = fakeNode<string, string>('')

/** Proposes `t·0`, `t·1` … at temperature t, and notes what it was asked. */
function thermometer() {
  const asked: [number, number][] = []
  const make = (temperature: number): Proposer<string, string> => ({
    name: `at ${temperature}`,
    settings: { temperature },
    reproducible: 'exact',
    atMost: (count) => ({ calls: 1, tokens: 4 * count }),
    propose: (requests) =>
      requests.map(({ count }) => {
        asked.push([temperature, count])
        return { candidates: Array.from({ length: count }, (_, index) => ({ action: `${temperature}·${index}`, prior: 1 / count })) }
      }),
  })
  return { make, asked }
}

async function candidates(proposer: Proposer<string, string>, count: number, siblings: readonly string[] = []) {
  const [answer] = await proposer.propose([{ node, siblings, count }], fakeContext())
  return answer!.candidates
}

describe('a schedule of temperatures', () => {
  it('samples the i-th sibling at the i-th temperature, and the rest at the last', async () => {
    const { make, asked } = thermometer()
    const found = await candidates(temperatures(make, [0, 0.7, 0.7, 1]), 6)
    expect(asked).toEqual([
      [0, 1],
      [0.7, 2],
      [1, 3],
    ])
    expect(found.map(({ action }) => action)).toEqual(['0·0', '0.7·0', '0.7·1', '1·0', '1·1', '1·2'])
    expect(found.map(({ prior }) => prior)).toEqual(Array(6).fill(expect.closeTo(1 / 6)))
  })

  it('counts what was proposed before', async () => {
    const { make, asked } = thermometer()
    await candidates(temperatures(make, [0, 0.7, 1]), 2, ['x'])
    expect(asked).toEqual([
      [0.7, 1],
      [1, 1],
    ])
  })

  it('joins what two temperatures have in common, and drops what was known, unless a single sample is asked for', async () => {
    const same = (): Proposer<string, string> => ({ name: 'same', propose: () => [{ candidates: [{ action: 'a', prior: 1 }] }] })
    expect(await candidates(temperatures(same, [0, 1]), 3)).toEqual([{ action: 'a', prior: 1 }])
    expect(await candidates(temperatures(same, [0, 1]), 3, ['a'])).toEqual([])
    expect(await candidates(temperatures(same, [0, 1]), 1, ['a'])).toEqual([{ action: 'a', prior: 1 }])
  })

  it('keeps what came when one temperature starves or its provider fails, and throws any other error', async () => {
    const failing = (error: Error) => (temperature: number) => ({
      ...thermometer().make(temperature),
      ...(temperature === 1 ? { propose: () => Promise.reject(error) } : {}),
    })
    for (const error of [new StarvedError('tokens'), new ModelError('E_MODEL_RATE', 'busy')])
      expect(await candidates(temperatures(failing(error), [0, 1]), 2)).toEqual([{ action: '0·0', prior: 1 }])
    await expect(candidates(temperatures(failing(new Error('gone')), [0, 1]), 2)).rejects.toThrow('gone')
  })

  it('states its bounds and settings', () => {
    const proposer = temperatures(thermometer().make, [0, 1])
    expect(proposer.atMost!(3)).toEqual({ calls: 3, tokens: 12 })
    expect(proposer.reproducible).toBe('exact')
    expect(proposer.settings).toMatchObject({ temperatures: [0, 1], of: [{ name: 'at 0' }, { name: 'at 1' }] })
    for (const schedule of [[], [-1], [Number.NaN]])
      expect(() => temperatures(thermometer().make, schedule)).toThrow(expect.objectContaining({ code: 'E_PROPOSER_OPTION' }))
  })

  it('asks for as many samples as are wanted, whatever the schedule', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(0, 0.5, 1), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 12 }),
        fc.nat({ max: 5 }),
        async (schedule, count, before) => {
          const { make, asked } = thermometer()
          await candidates(
            temperatures(make, schedule),
            count,
            Array.from({ length: before }, (_, index) => `before ${index}`),
          )
          expect(asked.reduce((sum, [, share]) => sum + share, 0)).toBe(count)
          expect(new Set(asked.map(([temperature]) => temperature)).size).toBe(asked.length)
        },
      ),
    )
  })
})
