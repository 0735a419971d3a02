// The monitor: what a policy says about one call. Pure: the same policy and call give the same decision.
import type { Json } from '../core/common.ts'
import { holds, isObject, type Truth } from './holds.ts'
import { type Fallback, type GuardedCall, inOrder, type Policy, type Rule } from './rules.ts'

/** What decided. */
export type Decision =
  | { readonly allow: true; readonly rule: Rule }
  | { readonly allow: false; readonly fallback: Fallback /** Absent: nothing allowed it. */; readonly rule?: Rule; readonly reason: string }

/**
 * Decides (Progent, algorithm 1): the first rule that fires, in order of priority, forbidding ones first among equals. Where none fires, and for
 * tools that are not listed, the call is denied.
 *
 * @example
 * decide({ tools: { pay: [{ effect: 'allow', when: { amount: { maximum: 100 } } }] } }, { tool: 'pay', input: { amount: 120 } }).allow // false
 */
export function decide(policy: Policy, { tool, input }: GuardedCall): Decision {
  const { fallback = 'error' } = policy
  if (!Object.hasOwn(policy.tools, tool)) return { allow: false, fallback, reason: `the policy does not list the tool ${tool}` }
  for (const rule of ordered(policy.tools[tool]!)) {
    const truth = fires(rule, input)
    if (rule.effect === 'allow' && truth === 1) return { allow: true, rule }
    if (rule.effect === 'forbid' && truth > 0)
      return { allow: false, rule, fallback: rule.fallback ?? fallback, reason: rule.message ?? `the policy forbids this call of ${tool}` }
  }
  return { allow: false, fallback, reason: `no rule of the policy allows this call of ${tool}` }
}

/** Whether a rule's conditions hold for an input. Of input that is no object this stays open, so nothing allows it. */
export function fires({ when, required }: Rule, input: Json): Truth {
  if (!isObject(input)) return 0.5
  if (required?.some((name) => !Object.hasOwn(input, name))) return 0
  let truth: Truth = 1
  for (const [name, condition] of Object.entries(when ?? {})) {
    if (!Object.hasOwn(input, name)) continue
    const found = holds(condition, input[name]!)
    if (found < truth) truth = found
  }
  return truth
}

const orders = new WeakMap<readonly Rule[], readonly Rule[]>()

function ordered(rules: readonly Rule[]): readonly Rule[] {
  const known = orders.get(rules)
  if (known !== undefined) return known
  const found = inOrder(rules)
  orders.set(rules, found)
  return found
}
