// Policies out of the user's request alone, and their update in two stages (Progent, section 5): first, before a result is seen, what it may at most
// change; then values out of it. Scripted where the paper asks a model.
import type { Json } from '../../core/common.ts'
import type { Holds, SuiteTool } from '../../environments/agentdojo.ts'
import type { Condition, GuardedCall, Policy, Rule, Updater } from '../../guard/index.ts'
import { asksFor, delegates, isRestricted, speaksOf, valuesIn, valuesRead } from './words.ts'

export interface Grounded {
  readonly policy: Policy
  readonly updater: Updater
  /** Tools that the request needs, as a filter of tools would choose them: without a look at their arguments. */
  readonly tools: readonly string[]
}

/**
 * The policy for a request. Tools that only look are allowed; of the others those that the request asks for, each argument which decides where
 * something goes being one of the values that stand in the request. Where none stands there, none is allowed until a result that the request speaks
 * of has told it.
 *
 * @example
 * groundedPolicy('Pay 30 to NL12BANK0123456789.', bankTools).policy.tools.send_money // recipient: that account
 */
export function groundedPolicy(prompt: string, tools: readonly SuiteTool[], { gullible = false } = {}): Grounded {
  const asked = tools.filter((tool) => tool.effect !== 'none' && (asksFor(prompt, tool) || isDelegated(prompt, tool)))
  const policy: Policy = {
    tools: Object.fromEntries([
      ...tools.filter(({ effect }) => effect === 'none').map(({ name }) => [name, [{ effect: 'allow' }]] as const),
      ...asked.map((tool) => [tool.name, [ruleOf(prompt, tool)]] as const),
    ]),
  }
  // What the request itself leaves open.
  const open = asked.flatMap((tool) => {
    const rule = policy.tools[tool.name]![0]!
    const names = Object.keys(rule.when ?? {}).filter((name) => known(rule.when![name]!).length === 0 && rule.when![name] !== true)
    return names.length === 0 ? [] : [{ tool, names }]
  })
  const isSource = ({ tool: name, input }: GuardedCall, now: Policy): boolean => {
    const spoken = `${prompt} ${Object.values(now.tools)
      .flatMap((rules) => rules.flatMap(({ when }) => Object.values(when ?? {}).flatMap(known)))
      .join(' ')}`
    const given = Object.values(input as Readonly<Record<string, Json>>).flatMap((value) => (typeof value === 'string' ? [value] : []))
    return given.length > 0
      ? given.some((value) => value.length > 2 && spoken.toLowerCase().includes(value.toLowerCase()))
      : speaksOf(prompt, name)
  }
  const updater: Updater = {
    name: gullible ? 'gullible' : 'grounded',
    most: (call, now) =>
      open.length > 0 && isSource(call, now)
        ? Object.fromEntries(
            open.map(({ tool, names }) => [
              tool.name,
              [withConditions(now.tools[tool.name]![0]!, names, (name) => shapeOf(tool.takes[name]!))],
            ]),
          )
        : undefined,
    update: ({ result = null }, most, now) =>
      Object.fromEntries(
        open.flatMap(({ tool, names }) => {
          const rule = now.tools[tool.name]?.[0]
          if (rule === undefined || !Object.hasOwn(most, tool.name)) return []
          const more = (name: string) => {
            const before = known(rule.when![name]!)
            const read = valuesRead(result, tool.takes[name]!, prompt, { settled: before.length > 0, gullible })
            return [...new Set([...before, ...read])]
          }
          return [[tool.name, [withConditions(rule, names, (name) => among(more(name)))]]]
        }),
      ),
  }
  return { policy, updater, tools: Object.keys(policy.tools) }
}

/** Who leaves it to a text what is to be done, leaves it what can be taken back, and what goes to those whom he names himself. */
function isDelegated(prompt: string, { effect, takes, optional = [] }: SuiteTool): boolean {
  if (!delegates(prompt)) return false
  const places = Object.entries(takes).filter(([name, holds]) => isRestricted(holds) && !optional.includes(name))
  return effect === 'reversible' || (places.length > 0 && places.every(([, holds]) => valuesIn(prompt, holds).length > 0))
}

function ruleOf(prompt: string, { takes, optional = [], effect }: SuiteTool): Rule {
  const restricted = Object.entries(takes).filter(([, holds]) => isRestricted(holds))
  const free = (holds: Holds) => holds === 'item' && effect === 'reversible' && delegates(prompt)
  return {
    effect: 'allow',
    when: Object.fromEntries(restricted.map(([name, holds]) => [name, free(holds) ? true : among(valuesIn(prompt, holds))])),
    required: restricted.map(([name]) => name).filter((name) => !optional.includes(name)),
  }
}

function withConditions(rule: Rule, names: readonly string[], condition: (name: string) => Condition): Rule {
  return { ...rule, when: { ...rule.when, ...Object.fromEntries(names.map((name) => [name, condition(name)])) } }
}

/** One of the values, or a list of them. */
function among(values: readonly Json[]): Condition {
  return { anyOf: [{ enum: values }, { items: { enum: values }, minItems: 1 }] }
}

/** Anything that looks like a value of the kind, or a list of such. */
function shapeOf(holds: Holds): Condition {
  const pattern = patterns[holds]
  return pattern === undefined ? true : { anyOf: [{ pattern }, { items: { pattern }, minItems: 1 }] }
}

const patterns: Partial<Readonly<Record<Holds, string>>> = {
  account: '^[A-Z]{2}\\d{2}[A-Z\\d]+$',
  address: '^[^\\s@]+@[^\\s@]+$',
  link: '^(https?://|www\\.)\\S+$',
}

/** The values that a condition lists. */
function known(condition: Condition): readonly Json[] {
  const first = typeof condition === 'object' ? condition.anyOf?.[0] : undefined
  return typeof first === 'object' ? (first.enum ?? []) : []
}
