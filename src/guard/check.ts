// Static checks: a policy against the schemas of the tools that it speaks of, and against itself. It runs nothing and changes nothing.
import { z } from 'zod'
import type { Effect } from '../core/environment.ts'
import { BanyanError } from '../core/errors.ts'
import { nearest } from '../core/names.ts'
import { type Condition, type Kind, kinds } from './condition.ts'
import { isNarrower } from './narrow.ts'
import { inOrder, type Policy, type Rule } from './rules.ts'
import { isApart, isEmpty, isWithin, suits } from './subset.ts'

/** A tool as its schema describes it. */
export interface DescribedTool {
  readonly name: string
  /** JSON Schema of its input. */
  readonly parameters: Parameters
  readonly effect?: Effect
}

interface Parameters {
  readonly properties?: { readonly [argument: string]: unknown } | undefined
  readonly required?: readonly string[] | undefined
}

/** `error`: the policy cannot mean this. `warning`: it may mean more or less than its author thinks. `note`: what follows from it. */
export interface Finding {
  readonly severity: 'error' | 'warning' | 'note'
  readonly tool: string
  /** Place of the rule in the tool's list, from 0; in an update, after the place of the rule that has it. */
  readonly rule?: string
  readonly argument?: string
  readonly message: string
}

/**
 * Looks for tools and arguments that are not there, conditions that no value or no value of the argument's type meets, rules that never fire, ties,
 * arguments that may be left out of what is allowed, and updates that are not provably narrower.
 *
 * @example
 * checkPolicy({ tools: { pay: [{ effect: 'allow', when: { amuont: { maximum: 5 } } }] } }, [{ name: 'pay', parameters: { properties: { amount: {} } } }])
 */
export function checkPolicy(policy: Policy, tools: readonly DescribedTool[]): Finding[] {
  const known = new Map(tools.map((tool) => [tool.name, tool]))
  const unlisted = tools.filter(({ name }) => !Object.hasOwn(policy.tools, name))
  return [
    ...checkTools(policy.tools, policy.tools, known, ''),
    ...unlisted.map(({ name }): Finding => ({ severity: 'note', tool: name, message: 'it is not listed, so every call of it is denied' })),
  ]
}

function checkTools(tools: Policy['tools'], before: Policy['tools'], known: ReadonlyMap<string, DescribedTool>, within: string): Finding[] {
  return Object.entries(tools).flatMap(([tool, rules]) => {
    const described = known.get(tool)
    if (described === undefined) {
      const near = nearest(tool, [...known.keys()])
      return [
        {
          severity: 'error',
          tool,
          message: `there is no tool of this name${near === undefined ? '' : `; did you mean ${near}?`}`,
        } as const,
      ]
    }
    return rules.flatMap((rule, at) => {
      const place = { tool, rule: `${within}${at}` }
      const { update } = rule
      const updated = Object.entries(update?.tools ?? {}).flatMap(([name, after]): Finding[] => {
        const here = { ...place, message: `its update of ${name}` }
        const narrow = isNarrower(after, Object.hasOwn(before, name) ? before[name]! : [])
        if (narrow) return []
        if (update?.widens) return [{ ...here, severity: 'warning', message: `${here.message} permits what was not permitted` }]
        return [
          { ...here, severity: 'error', message: `${here.message} is not provably narrower; say "widens" if it is meant to permit more` },
        ]
      })
      const inner = update === undefined ? [] : checkTools(update.tools, { ...before, ...update.tools }, known, `${within}${at}.`)
      return [...checkRule(rule, described, place), ...checkAmong(rule, rules, place), ...updated, ...inner]
    })
  })
}

type Place = Pick<Finding, 'tool' | 'rule'>

function checkRule({ effect, when = {}, required = [] }: Rule, { parameters, effect: does }: DescribedTool, place: Place): Finding[] {
  const found: Finding[] = []
  const add = (severity: Finding['severity'], message: string, argument?: string) =>
    found.push({ ...place, severity, ...(argument !== undefined && { argument }), message })
  const schemas = parameters.properties ?? {}
  for (const argument of new Set([...Object.keys(when), ...required])) {
    if (Object.hasOwn(schemas, argument)) continue
    const near = nearest(argument, Object.keys(schemas))
    add('error', `the tool has no argument of this name${near === undefined ? '' : `; did you mean ${near}?`}`, argument)
  }
  for (const [argument, condition] of Object.entries(when)) {
    if (isEmpty(condition)) add('warning', 'no value meets the condition', argument)
    else if (Object.hasOwn(schemas, argument) && !suits(condition, kindsOf(schemas[argument])))
      add('error', `no value of the argument's type meets the condition`, argument)
    const mayBeAbsent = !required.includes(argument) && !parameters.required?.includes(argument)
    if (effect === 'allow' && mayBeAbsent && condition !== true && Object.hasOwn(schemas, argument))
      add('warning', 'a call without this argument is allowed too; "required" would demand it', argument)
  }
  if (effect === 'allow' && does === 'irreversible' && Object.keys(when).length === 0)
    add('warning', 'it allows every call of a tool whose effect cannot be undone')
  return found
}

/** A rule beside the others of its tool. */
function checkAmong(rule: Rule, rules: readonly Rule[], place: Place): Finding[] {
  const order = inOrder(rules)
  const at = order.indexOf(rule)
  const before = order.slice(0, at)
  const cover = before.find((other) => covers(other, rule))
  if (cover !== undefined) {
    const index = rules.indexOf(cover)
    return [
      {
        ...place,
        severity: 'warning',
        message: `it never decides: rule ${index} (${cover.effect}) is tried before it and fires wherever it would`,
      },
    ]
  }
  if (rule.effect === 'forbid') return []
  const ties = before.filter((other) => other.effect === 'forbid' && (other.priority ?? 0) === (rule.priority ?? 0) && !apart(rule, other))
  return ties.map((other) => ({
    ...place,
    severity: 'note',
    message: `where rule ${rules.indexOf(other)} of the same priority forbids a call as well, that one wins`,
  }))
}

/** Whether one rule provably fires wherever another does. */
function covers(wide: Rule, narrow: Rule): boolean {
  const given = new Set(narrow.required)
  return (
    (wide.required ?? []).every((name) => given.has(name)) &&
    Object.entries(wide.when ?? {}).every(([name, condition]) => {
      const own: Condition = narrow.when !== undefined && Object.hasOwn(narrow.when, name) ? narrow.when[name]! : true
      return isWithin(own, condition)
    })
  )
}

function apart(allowed: Rule, stop: Rule): boolean {
  return Object.entries(stop.when ?? {}).some(([name, condition]) => {
    const own = allowed.when !== undefined && Object.hasOwn(allowed.when, name) ? allowed.when[name] : undefined
    return own !== undefined && isApart(own, condition)
  })
}

/** Kinds of values that a schema admits; all where it does not say. */
function kindsOf(schema: unknown): readonly Kind[] {
  const { type, enum: values, anyOf, oneOf, const: only } = (schema ?? {}) as Record<string, unknown>
  const some = (anyOf ?? oneOf) as unknown[] | undefined
  if (Array.isArray(some)) return some.flatMap(kindsOf)
  const listed = [type].flat().filter((one): one is Kind => (kinds as readonly unknown[]).includes(one))
  if (listed.length > 0) return listed
  const told = Array.isArray(values) ? values : only === undefined ? [] : [only]
  if (told.length === 0) return kinds
  return told.map((value) => (value === null ? 'null' : Array.isArray(value) ? 'array' : (typeof value as Kind)))
}

const parameters = z.looseObject({ properties: z.record(z.string(), z.unknown()).optional(), required: z.array(z.string()).optional() })
const effect = z.enum(['none', 'reversible', 'irreversible']).optional()
const ours = z.looseObject({
  name: z.string(),
  parameters: parameters.optional(),
  inputSchema: parameters.optional(),
  input_schema: parameters.optional(),
  effect,
})
const called = z.looseObject({ type: z.literal('function'), function: ours })

/**
 * Reads descriptions of tools: a list of `{ name, parameters }`, with `inputSchema` or `input_schema` as MCP and others write it, within `function`
 * as OpenAI does; or an object that has such a list as `tools`.
 *
 * @throws BanyanError E_GUARD_TOOLS.
 */
export function readDescribedTools(value: unknown): DescribedTool[] {
  const list = typeof value === 'object' && value !== null && 'tools' in value ? value.tools : value
  const read = z.array(z.union([called, ours])).safeParse(list)
  if (!read.success)
    throw new BanyanError('E_GUARD_TOOLS', 'these are not descriptions of tools', {
      seen: value,
      wanted: '[{ "name": …, "parameters": <JSON Schema> }], the list of an MCP server, or that of an OpenAI request',
    })
  return read.data.map((one) => {
    const tool = 'function' in one ? (one.function as z.infer<typeof ours>) : one
    const { name, effect } = tool as z.infer<typeof ours>
    const given =
      (tool as z.infer<typeof ours>).parameters ??
      (tool as z.infer<typeof ours>).inputSchema ??
      (tool as z.infer<typeof ours>).input_schema ??
      {}
    return { name, parameters: given, ...(effect !== undefined && { effect }) }
  })
}
