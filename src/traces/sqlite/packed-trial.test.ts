import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json } from '../../core/common.ts'
import type { LogEvent, TrialEnd } from '../../core/events.ts'
import { sampleLog } from '../../testing/sample-log.ts'
import { type PackedTrial, packTrial, unpackTrial } from './packed-trial.ts'

const visit: TrialEnd = {
  type: 'trial-end',
  trial: { id: 7, kind: 'visit', node: 3, candidate: 1, propose: { count: 4 }, evaluate: ['default'] },
  status: 'ok',
  growth: [
    { grow: 'node', at: 3, index: 1, step: { reward: 0, terminal: false } },
    { grow: 'candidates', at: { made: 0 }, candidates: [{ action: 'left' }, { action: 2, prior: 0.5 }, { action: null }] },
  ],
  evaluated: [{ made: 0 }],
  evaluations: [{ value: 0.25 }],
  node: { made: 0 },
  usage: { steps: 1, nodes: 1, expansions: 1, tokens: 12 },
}

it('writes a visit as a few numbers', () => {
  expect(packTrial(visit)).toEqual([
    0,
    [7, 3, 1, 4, 1],
    [
      [0, 3, 1, 0, 0],
      [1, -1, 0, 'left', { action: 2, prior: 0.5 }, null],
    ],
    [-1],
    [0.25],
    -1,
    [1, 1, 1, null, 12],
  ])
})

it('gives every event of a log back', () => {
  for (const event of [visit, ...sampleLog({ trials: 40 })]) {
    const packed = packTrial(event)
    if (event.type === 'trial-end') expect(unpackTrial(packed!)).toEqual(event)
    else expect(packed).toBeUndefined()
  }
})

describe('any trial end', () => {
  const json = fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>
  const some = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined })
  const amount = fc.oneof(fc.nat(), fc.double({ noNaN: true }))
  const ref = fc.oneof(
    fc.nat(1000),
    fc.nat(9).map((made) => ({ made })),
  )
  const ask = fc.record({ count: fc.nat(8), by: fc.constantFrom('default', 'other') }, { requiredKeys: ['count'] })
  const names = fc.array(fc.constantFrom('default', 'other'), { maxLength: 2 })
  const step = fc.record(
    { reward: amount, terminal: fc.boolean(), observation: fc.string(), pathCost: amount, state: json },
    { requiredKeys: ['reward', 'terminal'] },
  )
  const candidate = fc.record({ action: json, prior: amount, score: amount }, { requiredKeys: ['action'] })
  const growth = fc.oneof(
    fc.record(
      { grow: fc.constant('node'), at: ref, index: fc.nat(9), fresh: some(fc.boolean()), step },
      { requiredKeys: ['grow', 'at', 'index', 'step'] },
    ),
    fc.record(
      { grow: fc.constant('candidates'), at: ref, candidates: fc.array(candidate), complete: fc.boolean() },
      { requiredKeys: ['grow', 'at', 'candidates'] },
    ),
    fc.record({ grow: fc.constant('value'), at: ref, value: amount }),
    fc.record({ grow: fc.constant('revision'), at: fc.nat(), candidate, step }),
    fc.record({ grow: fc.constant('root'), from: fc.nat(), step }),
  )
  const id = fc.nat()
  const node = fc.nat()
  const trial = fc.oneof(
    fc.record(
      { id, kind: fc.constant('visit'), node, candidate: fc.integer({ min: -1, max: 9 }), propose: ask, evaluate: names, tag: json },
      { requiredKeys: ['id', 'kind', 'node', 'candidate'] },
    ),
    fc.record(
      { id, kind: fc.constant('expand'), node, propose: ask, step: fc.boolean(), evaluate: names, tag: json },
      { requiredKeys: ['id', 'kind', 'node', 'propose', 'step'] },
    ),
    fc.record({ id, kind: fc.constant('evaluate'), nodes: fc.array(node), by: fc.string() }),
  )
  const evaluation = fc.record(
    { value: fc.oneof(amount, fc.constant(Number.NaN)), critique: fc.string(), certain: fc.boolean() },
    { requiredKeys: ['value'] },
  )
  const end = fc.record(
    {
      type: fc.constant('trial-end'),
      trial,
      status: fc.constantFrom('ok', 'failed', 'denied', 'starved', 'cancelled', 'stale', 'diverged', 'unknown', 'of another version'),
      growth: fc.array(growth, { maxLength: 4 }),
      evaluated: fc.array(ref),
      evaluations: fc.array(evaluation),
      node: ref,
      usage: fc.dictionary(fc.constantFrom('steps', 'nodes', 'tokens', 'usd', 'programs', '__proto__'), amount),
      error: fc.record({ code: fc.string(), message: fc.string() }),
      later: json,
    },
    { requiredKeys: ['type', 'trial', 'status', 'growth', 'evaluated', 'evaluations', 'node', 'usage'] },
  )

  it('comes back as it was, or is left as it is', () => {
    fc.assert(
      fc.property(end, (event) => {
        const before = structuredClone(event)
        const packed = packTrial(event as unknown as LogEvent)
        expect(event).toEqual(before)
        if (packed !== undefined) expect(unpackTrial(packed)).toEqual(event)
      }),
      { numRuns: 1000 },
    )
  })
})

it('refuses what is no packed trial', () => {
  for (const wrong of [null, {}, [], [0, 1, 2], 'text']) expect(() => unpackTrial(wrong as unknown as PackedTrial)).toThrow(RangeError)
})
