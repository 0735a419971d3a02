// Whether one tool's rules permit nothing that others do not: for updates, which may only narrow. Sound: what is not proved is refused.
import type { Json } from '../core/common.ts'
import { canonical } from '../core/digest.ts'
import { BanyanError } from '../core/errors.ts'
import { inOrder, type Policy, type Rule } from './rules.ts'
import { isApart, isWithin } from './subset.ts'

/**
 * Whether it is proved that each call which `narrow` permits is permitted by `wide` too. Both are rules of one tool.
 *
 * Each rule that allows must lie within one that allows in `wide`; and of each rule that forbids there before that one, either no call that it stops
 * is met, or a rule before here stops it as well.
 */
export function isNarrower(narrow: readonly Rule[], wide: readonly Rule[]): boolean {
  const [here, there] = [inOrder(narrow), inOrder(wide)]
  return here.every(
    (allowed, at) =>
      allowed.effect === 'forbid' ||
      there.some(
        (cover, position) =>
          cover.effect === 'allow' &&
          allowsWithin(allowed, cover) &&
          there
            .slice(0, position)
            .every((stop) => stop.effect === 'allow' || isStopped(stop, here.slice(0, at)) || neverMeets(allowed, stop)),
      ),
  )
}

/**
 * A policy with other rules for some tools, which permit nothing new.
 *
 * @throws BanyanError E_GUARD_WIDER where that is not proved, and for tools that the policy does not list.
 * @example
 * narrowed({ tools: { pay: [{ effect: 'allow' }] } }, { pay: [{ effect: 'allow', when: { amount: { maximum: 5 } } }] })
 */
export function narrowed(policy: Policy, tools: Policy['tools']): Policy {
  for (const [tool, rules] of Object.entries(tools)) {
    const known = Object.hasOwn(policy.tools, tool) ? policy.tools[tool]! : []
    if (!isNarrower(rules, known)) throw wider(tool, rules)
  }
  return { ...policy, tools: { ...policy.tools, ...tools } }
}

export function wider(tool: string, rules: readonly Rule[]): BanyanError {
  return new BanyanError('E_GUARD_WIDER', `it is not proved that the new rules of ${tool} permit nothing new`, {
    seen: rules,
    wanted: 'rules each of which lies within one that is there, and keeps what forbids before it',
    hint: 'Bounds, lists of values, and patterns of the same text can be compared.',
  })
}

function allowsWithin(narrow: Rule, wide: Rule): boolean {
  const given = new Set(narrow.required)
  return (
    (wide.required ?? []).every((name) => given.has(name)) &&
    Object.entries(wide.when ?? {}).every(([name, condition]) => {
      const own = conditionOf(narrow, name)
      return isWithin(own ?? true, condition)
    })
  )
}

/** Whether one of the rules before stops all that `stop` stops. */
function isStopped(stop: Rule, before: readonly Rule[]): boolean {
  return before.some(
    (other) =>
      other.effect === 'forbid' &&
      (other.required ?? []).every((name) => stop.required?.includes(name)) &&
      Object.entries(other.when ?? {}).every(([name, condition]) => {
        const own = conditionOf(stop, name)
        return own !== undefined && canonical(own as Json) === canonical(condition as Json)
      }),
  )
}

/** Whether no call that `allowed` allows makes `stop` fire. */
function neverMeets(allowed: Rule, stop: Rule): boolean {
  return Object.entries(stop.when ?? {}).some(([name, condition]) => {
    const own = conditionOf(allowed, name)
    // Of an argument that is not given both conditions hold.
    const given = allowed.required?.includes(name) || stop.required?.includes(name)
    return given === true && own !== undefined && isApart(own, condition)
  })
}

function conditionOf({ when }: Rule, name: string) {
  return when !== undefined && Object.hasOwn(when, name) ? when[name] : undefined
}
