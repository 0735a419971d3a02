// What policies decide: the rules of Progent's monitor as properties, and by hand.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json } from '../core/common.ts'
import { decide, fires } from './decide.ts'
import { holds } from './holds.ts'
import { type Rule, readPolicy } from './rules.ts'
import { conditions, policies, rules, values } from './testing/arbitrary.ts'

const pay = (...given: Rule[]) => readPolicy({ tools: { pay: given } })
const call = (input: Json) => ({ tool: 'pay', input })

describe('a policy', () => {
  it('decides by arguments', () => {
    const policy = pay(
      { effect: 'allow', when: { to: { enum: ['ann', 'bob'] }, amount: { maximum: 100 } } },
      { effect: 'forbid', when: { to: { const: 'bob' }, amount: { minimum: 50 } }, message: 'bob gets less' },
    )
    expect(decide(policy, call({ to: 'ann', amount: 100 })).allow).toBe(true)
    expect(decide(policy, call({ to: 'bob', amount: 20 })).allow).toBe(true)
    expect(decide(policy, call({ to: 'bob', amount: 60 }))).toMatchObject({ allow: false, reason: 'bob gets less', fallback: 'error' })
    expect(decide(policy, call({ to: 'eve', amount: 1 }))).toMatchObject({ allow: false, reason: expect.stringContaining('no rule') })
    expect(decide(policy, { tool: 'steal', input: {} })).toMatchObject({ allow: false, reason: expect.stringContaining('does not list') })
  })

  it('takes the condition of an argument that is not given as met, unless it is required', () => {
    expect(decide(pay({ effect: 'allow', when: { to: { const: 'ann' } } }), call({})).allow).toBe(true)
    expect(decide(pay({ effect: 'allow', when: { to: { const: 'ann' } }, required: ['to'] }), call({})).allow).toBe(false)
  })

  it('tries rules in ascending priority', () => {
    const policy = pay({ priority: 2, effect: 'forbid' }, { priority: 1, effect: 'allow', when: { amount: { maximum: 5 } } })
    expect(decide(policy, call({ amount: 5 })).allow).toBe(true)
    expect(decide(policy, call({ amount: 6 })).allow).toBe(false)
  })

  it('denies by default: what no rule allows, whatever the call', () => {
    fc.assert(
      fc.property(fc.array(rules), fc.string(), values, (given, tool, input) => {
        const policy = { tools: { known: given.map((rule) => ({ ...rule, effect: 'forbid' as const })) } }
        expect(decide(policy, { tool, input }).allow).toBe(false)
        expect(decide(policy, { tool: 'known', input }).allow).toBe(false)
      }),
    )
  })

  it('lets the rule that forbids win a tie', () => {
    fc.assert(
      fc.property(policies, rules, fc.integer({ min: -2, max: 2 }), values, (given, added, priority, input) => {
        const stop: Rule = { ...added, effect: 'forbid', priority }
        const known = (given.tools.pay ?? []).map((rule) => ({ ...rule, priority }))
        for (const order of [
          [stop, ...known],
          [...known, stop],
        ])
          if (fires(stop, input) > 0) expect(decide({ tools: { pay: order } }, call(input)).allow).toBe(false)
      }),
    )
  })

  it('permits only by a rule that allows and fires, with none that forbids and fires before it', () => {
    fc.assert(
      fc.property(policies, values, (policy, input) => {
        const decision = decide(policy, call(input))
        const given = policy.tools.pay ?? []
        const permitted = given.some(
          (allow) =>
            allow.effect === 'allow' &&
            fires(allow, input) === 1 &&
            !given.some((stop) => stop.effect === 'forbid' && (stop.priority ?? 0) <= (allow.priority ?? 0) && fires(stop, input) > 0),
        )
        expect(decision.allow).toBe(permitted)
      }),
    )
  })

  it.each<[string, unknown]>([
    ['an unknown keyword', { tools: { pay: [{ effect: 'allow', when: { to: { patern: 'x' } } }] } }],
    ['a reference', { tools: { pay: [{ effect: 'allow', when: { to: { $ref: 'https://example.org/schema' } } }] } }],
    ['an effect that is none', { tools: { pay: [{ effect: 'maybe' }] } }],
    ['an update that could never come into force', { tools: { pay: [{ effect: 'forbid', update: { tools: { pay: [] } } }] } }],
    ['no object', []],
    ['a list of tools', { tools: [] }],
  ])('is refused with %s', (_, given) => {
    expect(() => readPolicy(given)).toThrow(expect.objectContaining({ code: 'E_GUARD_POLICY' }))
  })

  it('is refused when it is nested without end', () => {
    let condition: unknown = { type: 'string' }
    for (let level = 0; level < 5000; level++) condition = { not: condition }
    expect(() => readPolicy({ tools: { pay: [{ effect: 'allow', when: { to: condition } }] } })).toThrow(
      expect.objectContaining({ code: 'E_GUARD_POLICY' }),
    )
  })
})

// biome-ignore lint/suspicious/noThenProperty: it is what JSON Schema calls it
const numbersOrAll = { if: { type: 'number' }, then: { maximum: 3 }, else: { const: 'all' } } as const

describe('a condition', () => {
  it.each<[Parameters<typeof holds>[0], Json, number]>([
    [{ type: 'integer' }, 3, 1],
    [{ type: ['null', 'string'] }, 3, 0],
    [{ enum: [{ a: 1, b: 2 }] }, { b: 2, a: 1 }, 1],
    [{ pattern: 'b' }, 'abc', 1],
    [{ pattern: '^b' }, 'abc', 0],
    [{ pattern: 'b' }, 7, 0.5],
    [{ not: { pattern: 'b' } }, ['b'], 0.5],
    [{ minLength: 2, maxLength: 2 }, '👍👍', 1],
    [{ exclusiveMinimum: 3 }, 3, 0],
    [{ items: { maximum: 3 } }, [1, 2, 3], 1],
    [{ items: { maximum: 3 } }, [1, 4, 'x'], 0],
    [{ minItems: 1, maxItems: 1 }, [], 0],
    [{ properties: { to: { const: 'ann' } }, required: ['to'], additionalProperties: false }, { to: 'ann' }, 1],
    [{ properties: { to: true }, additionalProperties: false }, { to: 'ann', bcc: 'eve' }, 0],
    [{ anyOf: [{ minimum: 5 }, { type: 'string' }] }, 'x', 1],
    [{ allOf: [{ minimum: 5 }, { maximum: 7 }] }, 8, 0],
    [numbersOrAll, 4, 0],
    [numbersOrAll, 'all', 1],
  ])('%j of %j is %d', (condition, value, truth) => {
    expect(holds(condition, value)).toBe(truth)
  })

  it('stays open where its negation does, so that neither permits nor evades', () => {
    fc.assert(
      fc.property(conditions, values, (condition, value) => {
        expect(holds({ not: condition }, value)).toBe(1 - holds(condition, value))
      }),
    )
  })

  it('reads patterns in linear time, and refuses those that cannot be', () => {
    const long = `${'a'.repeat(200_000)}!`
    for (const pattern of ['^(a+)+$', '^(a|a)*$', '(a*)*b', '^(([a-z])+.)+[A-Z]([a-z])+$']) expect(holds({ pattern }, long)).toBe(0)
    for (const pattern of ['(?=a)b', '(a)\\1', '('])
      expect(() => readPolicy({ tools: { pay: [{ effect: 'allow', when: { to: { pattern } } }] } })).toThrow(
        expect.objectContaining({ code: 'E_GUARD_PATTERN' }),
      )
  })
})
