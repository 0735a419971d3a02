// Policies as data: rules by tool, read from JSON. It decides nothing.
import { z } from 'zod'
import type { Json } from '../core/common.ts'
import { BanyanError } from '../core/errors.ts'
import { type Condition, conditionSchema, conditionsIn, deepest, depthOf } from './condition.ts'
import { compiled } from './holds.ts'

/** What follows a denial. `error`: a text that tells to try otherwise; `terminate`: the run ends; `ask`: a person decides. */
export type Fallback = 'error' | 'terminate' | 'ask'

/** One rule about a tool (Progent, section 4). It fires when all its conditions hold. */
export interface Rule {
  /** Rules of a tool are tried in ascending order; of equal ones those that forbid come first. Default 0. */
  readonly priority?: number | undefined
  readonly effect: 'allow' | 'forbid'
  /** Conditions by argument. Of an argument that the call does not give, its condition holds. Default: none. */
  readonly when?: { readonly [argument: string]: Condition } | undefined
  /** Arguments that the call must give for the rule to fire. Default: none. */
  readonly required?: readonly string[] | undefined
  /** Of a rule that forbids. Default: the policy's. */
  readonly fallback?: Fallback | undefined
  /** Told with the denial. */
  readonly message?: string | undefined
  /** Once this rule has fired, on the path on which it did: the tools named get these rules in place of theirs. */
  readonly update?: Update | undefined
}

/** Rules that replace those of the tools named; `[]` denies all of a tool. */
export interface Update {
  readonly tools: Readonly<Record<string, readonly Rule[]>>
  /** The update may permit what was not permitted. Only a policy's author can say so. Default false: it must be provably narrower. */
  readonly widens?: boolean | undefined
}

/** Rules by tool. A tool that is not listed is denied. */
export interface Policy {
  readonly tools: Readonly<Record<string, readonly Rule[]>>
  /** Where no rule fires, and where a rule that forbids does not say. Default `error`. */
  readonly fallback?: Fallback | undefined
}

const fallback = z.enum(['error', 'terminate', 'ask'])

const rule: z.ZodType<Rule> = z.lazy(() =>
  z.strictObject({
    priority: z.number().optional(),
    effect: z.enum(['allow', 'forbid']),
    when: z.record(z.string(), conditionSchema).optional(),
    required: z.array(z.string()).optional(),
    fallback: fallback.optional(),
    message: z.string().max(500).optional(),
    update: z.strictObject({ tools: z.record(z.string(), z.array(rule)), widens: z.boolean().optional() }).optional(),
  }),
)

/** The zod schema of a policy. {@link readPolicy} checks more. */
export const policySchema: z.ZodType<Policy> = z.strictObject({
  tools: z.record(z.string(), z.array(rule)),
  fallback: fallback.optional(),
})

/**
 * Reads a policy.
 *
 * @throws BanyanError E_GUARD_POLICY for what is not a policy: unknown keywords, nesting deeper than 12 levels of conditions; E_GUARD_PATTERN.
 * @example
 * readPolicy({ tools: { pay: [{ effect: 'allow', when: { amount: { maximum: 100 } } }] } })
 */
export function readPolicy(value: unknown): Policy {
  // Before zod, which recurses: a condition's level takes up to two of JSON, a rule's four, an update's rules four more.
  const most = 4 * deepest
  if (depthOf(value, most) > most) throw notAPolicy('it is nested too deeply', undefined)
  const read = policySchema.safeParse(value)
  if (!read.success) throw notAPolicy(z.prettifyError(read.error), value)
  for (const one of rulesIn(read.data.tools)) {
    if (one.effect === 'forbid' && one.update !== undefined)
      throw notAPolicy('a rule that forbids has an update, which could never come into force', one)
    for (const condition of Object.values(one.when ?? {})) {
      if (depthOf(condition, 2 * deepest) > 2 * deepest) throw notAPolicy(`conditions are nested deeper than ${deepest} levels`, condition)
      for (const inner of conditionsIn(condition)) if (typeof inner !== 'boolean' && inner.pattern !== undefined) compiled(inner.pattern)
    }
  }
  return read.data
}

/** All rules, those of updates too. */
export function rulesIn(tools: Policy['tools']): Rule[] {
  return Object.values(tools).flatMap((rules) =>
    rules.flatMap((one) => [one, ...(one.update === undefined ? [] : rulesIn(one.update.tools))]),
  )
}

/** In the order in which they are tried: ascending priority, those that forbid first among equals, then as written. */
export function inOrder(rules: readonly Rule[]): readonly Rule[] {
  return rules.toSorted((one, other) => (one.priority ?? 0) - (other.priority ?? 0) || rank(one) - rank(other))
}

function rank({ effect }: Rule): number {
  return effect === 'forbid' ? 0 : 1
}

function notAPolicy(problem: string, seen: unknown): BanyanError {
  return new BanyanError('E_GUARD_POLICY', `this is not a policy: ${problem}`, {
    ...(seen !== undefined && { seen }),
    wanted: '{ "tools": { "<tool>": [{ "effect": "allow" or "forbid", "when": { "<argument>": <JSON Schema fragment> } }] } }',
  })
}

/** A call, as policies see it. */
export interface GuardedCall {
  readonly tool: string
  readonly input: Json
}
