// Proofs that something is narrower are never wrong; and the ones that users need are found.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Condition } from './condition.ts'
import { decide } from './decide.ts'
import { holds } from './holds.ts'
import { isNarrower, narrowed } from './narrow.ts'
import type { Rule } from './rules.ts'
import { isApart, isEmpty, isWithin } from './subset.ts'
import { conditions, policies, values } from './testing/arbitrary.ts'

const many = { numRuns: 3000 }

describe('a proof', () => {
  it('that a condition lies within another is never wrong', () => {
    const pairs = fc.oneof(
      fc.tuple(conditions, conditions),
      conditions.map((one) => [one, one] as const),
      fc.tuple(conditions, conditions).map(([one, more]) => [{ allOf: [one, more] }, one] as const),
      fc.tuple(conditions, conditions).map(([one, more]) => [one, { anyOf: [one, more] }] as const),
    )
    fc.assert(
      fc.property(pairs, values, ([narrow, wide], value) => {
        if (isWithin(narrow, wide) && holds(narrow, value) === 1) expect(holds(wide, value)).toBe(1)
      }),
      many,
    )
  })

  it('that two conditions never meet is never wrong', () => {
    fc.assert(
      fc.property(conditions, conditions, values, (permitted, stopped, value) => {
        if (isApart(permitted, stopped) && holds(permitted, value) === 1) expect(holds(stopped, value)).toBe(0)
      }),
      many,
    )
  })

  it('that nothing can meet a condition is never wrong', () => {
    fc.assert(
      fc.property(conditions, values, (condition, value) => {
        if (isEmpty(condition)) expect(holds(condition, value)).toBeLessThan(1)
      }),
      many,
    )
  })

  it('that rules are narrower is never wrong: updates permit nothing new', () => {
    fc.assert(
      fc.property(policies, policies, values, (one, other, input) => {
        const [narrow, wide] = [one.tools.pay!, other.tools.pay!]
        for (const given of [narrow, [...narrow, ...wide], wide.filter(({ effect }) => effect === 'allow')])
          if (isNarrower(given, wide) && decide({ tools: { pay: given } }, { tool: 'pay', input }).allow)
            expect(decide({ tools: { pay: wide } }, { tool: 'pay', input }).allow).toBe(true)
      }),
      many,
    )
  })

  it.each<[Condition, Condition]>([
    [{ enum: ['ann'] }, { enum: ['ann', 'bob'] }],
    [{ enum: ['ann@here.org'] }, { pattern: '@here\\.org$' }],
    [
      { type: 'integer', minimum: 2, maximum: 5 },
      { type: 'number', maximum: 10 },
    ],
    [{ exclusiveMinimum: 2 }, { minimum: 2 }],
    [{ items: { enum: ['ann'] }, maxItems: 1 }, { items: { enum: ['ann', 'bob'] } }],
    [{ pattern: '^a', maxLength: 5 }, { pattern: '^a' }],
    [{ anyOf: [{ const: 1 }, { const: 2 }] }, { maximum: 2 }],
    [{ maximum: 4 }, { not: { minimum: 5 } }],
    [{ type: 'object', properties: { to: { const: 'ann' } }, additionalProperties: false }, { properties: { to: { type: 'string' } } }],
  ])('is found: %j lies within %j', (narrow, wide) => expect(isWithin(narrow, wide)).toBe(true))

  it('is given up where it would take too long', () => {
    let [narrow, wide]: Condition[] = [{ pattern: 'a' }, { pattern: 'b' }]
    for (let level = 0; level < 11; level++) [narrow, wide] = [{ anyOf: [narrow!, narrow!] }, { anyOf: [wide!, wide!] }]
    expect(isWithin(narrow!, wide!)).toBe(false)
  })
})

describe('narrowed', () => {
  const allow = (most: number): Rule => ({ effect: 'allow', when: { amount: { maximum: most } } })
  const policy = { tools: { pay: [allow(100), { effect: 'forbid' as const, when: { to: { const: 'eve' } } }] } }

  it('takes narrower rules that keep what forbids', () => {
    const rules = [allow(50), policy.tools.pay[1]!]
    expect(narrowed(policy, { pay: rules }).tools.pay).toBe(rules)
    expect(narrowed(policy, { pay: [] }).tools.pay).toEqual([])
    const toAnn: Rule = { effect: 'allow', when: { amount: { maximum: 5 }, to: { const: 'ann' } }, required: ['to'] }
    expect(narrowed(policy, { pay: [toAnn] }).tools.pay).toEqual([toAnn])
  })

  it.each<[string, readonly Rule[]]>([
    ['a higher bound', [allow(101), policy.tools.pay[1]!]],
    ['no bound', [{ effect: 'allow' }]],
    ['less that forbids', [allow(50)]],
    ['a rule that comes before what forbids', [{ ...allow(50), priority: -1 }, policy.tools.pay[1]!]],
  ])('refuses %s', (_, rules) => {
    expect(() => narrowed(policy, { pay: rules })).toThrow(expect.objectContaining({ code: 'E_GUARD_WIDER' }))
  })

  it('refuses tools that were not listed', () => {
    expect(() => narrowed(policy, { steal: [{ effect: 'allow' }] })).toThrow(expect.objectContaining({ code: 'E_GUARD_WIDER' }))
  })
})
