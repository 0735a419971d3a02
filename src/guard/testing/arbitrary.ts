// Conditions, rules, policies and values for property tests: small enough that values meet conditions often.
import fc from 'fast-check'
import type { Json } from '../../core/common.ts'
import { type Condition, kinds } from '../condition.ts'
import type { Policy, Rule } from '../rules.ts'

const words = fc.constantFrom('a', 'b', 'ab', 'ba', '')
const numbers = fc.integer({ min: 0, max: 5 })
const scalars = fc.oneof(words, numbers, fc.constantFrom(1.5, null, true))

/** Values of arguments, and inputs of calls. */
export const values = fc.oneof(
  scalars,
  fc.array(scalars, { maxLength: 3 }),
  fc.dictionary(fc.constantFrom('to', 'amount', 'a'), fc.oneof(scalars, fc.array(scalars, { maxLength: 2 })), { maxKeys: 3 }),
) as fc.Arbitrary<Json>

export const conditions: fc.Arbitrary<Condition> = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.boolean(),
    fc.record(
      {
        type: fc.oneof(fc.constantFrom(...kinds), fc.uniqueArray(fc.constantFrom(...kinds), { minLength: 1, maxLength: 3 })),
        minimum: numbers,
        maximum: numbers,
        exclusiveMinimum: numbers,
        exclusiveMaximum: numbers,
      },
      { requiredKeys: [] },
    ),
    fc.record({ pattern: fc.constantFrom('a', '^a', 'b$'), minLength: numbers, maxLength: numbers }, { requiredKeys: [] }),
    fc.record({ enum: fc.array(scalars as fc.Arbitrary<Json>, { minLength: 1, maxLength: 3 }) }),
    fc.record({ const: scalars as fc.Arbitrary<Json> }),
    fc.record(
      {
        items: tie('condition'),
        minItems: numbers,
        maxItems: numbers,
        anyOf: fc.array(tie('condition'), { minLength: 1, maxLength: 2 }),
        allOf: fc.array(tie('condition'), { minLength: 1, maxLength: 2 }),
        not: tie('condition'),
      },
      { requiredKeys: [] },
    ),
    fc.record(
      {
        properties: fc.dictionary(fc.constantFrom('to', 'amount'), tie('condition'), { maxKeys: 2 }),
        required: fc.uniqueArray(fc.constantFrom('to', 'amount'), { maxLength: 2 }),
        additionalProperties: fc.boolean(),
      },
      { requiredKeys: [] },
    ),
    // biome-ignore lint/suspicious/noThenProperty: it is what JSON Schema calls it
    fc.record({ if: tie('condition'), then: tie('condition'), else: tie('condition') }, { requiredKeys: ['if'] }),
  ),
})).condition

export const rules: fc.Arbitrary<Rule> = fc.record(
  {
    priority: fc.integer({ min: 0, max: 2 }),
    effect: fc.constantFrom('allow' as const, 'forbid' as const),
    when: fc.dictionary(fc.constantFrom('to', 'amount'), conditions, { maxKeys: 2 }),
    required: fc.uniqueArray(fc.constantFrom('to', 'amount'), { maxLength: 2 }),
  },
  { requiredKeys: ['effect'] },
)

/** Of the one tool `pay`. */
export const policies: fc.Arbitrary<Policy> = fc.array(rules, { maxLength: 4 }).map((pay) => ({ tools: { pay } }))
