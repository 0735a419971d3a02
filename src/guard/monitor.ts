// What a policy has become on a path: rules are replaced as calls are made. Pure but for what an updater does; it asks nobody.
import type { Awaitable, Json } from '../core/common.ts'
import { type Decision, decide } from './decide.ts'
import { isNarrower, wider } from './narrow.ts'
import { type GuardedCall, type Policy, type Rule, readPolicy } from './rules.ts'

/** A call that was made, and what came of it. */
export interface MadeCall extends GuardedCall {
  readonly result?: Json
}

/**
 * Changes rules as results come in, in two stages (Progent, section 5), so that what is written in a result cannot widen its reader's rights:
 * the most that may come of it is fixed before it is seen.
 */
export interface Updater {
  readonly name: string
  /** Before the result is seen: rules that it may at most lead to, by tool. Undefined: this call changes nothing. */
  most(call: GuardedCall, policy: Policy): Awaitable<Policy['tools'] | undefined>
  /** With the result: new rules, by tool. What does not provably lie within `most` and the rules so far is not taken. */
  update(call: MadeCall, most: Policy['tools'], policy: Policy): Awaitable<Policy['tools']>
}

/** Policies all of which must permit a call; those after the first speak of the tools that they list alone. */
export interface Monitor {
  readonly policy: Policy
  readonly narrowing: readonly Policy['tools'][]
  /** Updates that were not taken, as they are told. */
  readonly refused: readonly string[]
}

export function monitor(policy: Policy): Monitor {
  return { policy, narrowing: [], refused: [] }
}

/** What all of them say: the first denial, else the decision of the policy itself. */
export function judge({ policy, narrowing }: Monitor, call: GuardedCall): Decision {
  const decision = decide(policy, call)
  if (!decision.allow) return decision
  for (const tools of narrowing) {
    if (!Object.hasOwn(tools, call.tool)) continue
    const narrower = decide({ ...policy, tools }, call)
    if (!narrower.allow) return narrower
  }
  return decision
}

/** The monitor after a call: the updates of the rules that allowed it, then what an updater makes of its result. */
export async function after(before: Monitor, call: MadeCall, updater: Updater | undefined): Promise<Monitor> {
  let now = before
  for (const { update } of firedRules(before, call)) {
    if (update === undefined) continue
    now = update.widens
      ? {
          ...now,
          policy: { ...now.policy, tools: { ...now.policy.tools, ...update.tools } },
          narrowing: without(now.narrowing, update.tools),
        }
      : { ...now, narrowing: [...now.narrowing, update.tools] }
  }
  const most = await updater?.most({ tool: call.tool, input: call.input }, now.policy)
  if (updater === undefined || most === undefined) return now
  const updated = readPolicy({ tools: await updater.update(call, most, now.policy) }).tools
  const taken: Record<string, readonly Rule[]> = {}
  const refused: string[] = []
  for (const [tool, rules] of Object.entries(updated)) {
    const known = [...own(now.policy.tools, tool), ...own(most, tool)]
    if (isNarrower(rules, known)) taken[tool] = rules
    else refused.push(wider(tool, rules).message)
  }
  return { ...now, policy: { ...now.policy, tools: { ...now.policy.tools, ...taken } }, refused: [...now.refused, ...refused] }
}

function firedRules({ policy, narrowing }: Monitor, call: GuardedCall): Rule[] {
  return [policy.tools, ...narrowing].flatMap((tools) => {
    const decision = Object.hasOwn(tools, call.tool) ? decide({ tools }, call) : undefined
    return decision?.allow ? [decision.rule] : []
  })
}

function without(narrowing: Monitor['narrowing'], tools: Policy['tools']): Monitor['narrowing'] {
  return narrowing.map((one) => Object.fromEntries(Object.entries(one).filter(([tool]) => !Object.hasOwn(tools, tool))))
}

function own(tools: Policy['tools'], tool: string): readonly Rule[] {
  return Object.hasOwn(tools, tool) ? tools[tool]! : []
}
