// Conditions on one argument: JSON Schema fragments as data. Closed, bounded, without references; patterns are in RE2 syntax. It judges nothing.
import { z } from 'zod'
import type { Json } from '../core/common.ts'

/** The kinds of JSON values that `type` names; an `integer` is a `number` too. */
export const kinds = ['null', 'boolean', 'integer', 'number', 'string', 'array', 'object'] as const
/** One of `kinds`. */
export type Kind = (typeof kinds)[number]

/** A fragment of JSON Schema (draft 2020-12) about one argument. What stands in one fragment must hold together. */
export type Condition =
  | boolean
  | {
      readonly type?: Kind | readonly Kind[] | undefined
      readonly const?: Json | undefined
      readonly enum?: readonly Json[] | undefined
      /** RE2 syntax; found somewhere in the text unless bound by `^` and `$`. */
      readonly pattern?: string | undefined
      readonly minLength?: number | undefined
      readonly maxLength?: number | undefined
      readonly minimum?: number | undefined
      readonly maximum?: number | undefined
      readonly exclusiveMinimum?: number | undefined
      readonly exclusiveMaximum?: number | undefined
      readonly items?: Condition | undefined
      readonly minItems?: number | undefined
      readonly maxItems?: number | undefined
      readonly properties?: { readonly [name: string]: Condition } | undefined
      readonly required?: readonly string[] | undefined
      readonly additionalProperties?: boolean | undefined
      readonly anyOf?: readonly Condition[] | undefined
      readonly allOf?: readonly Condition[] | undefined
      readonly not?: Condition | undefined
      readonly if?: Condition | undefined
      readonly then?: Condition | undefined
      readonly else?: Condition | undefined
    }

export type ConditionObject = Exclude<Condition, boolean>

/** Deepest nesting of conditions. */
export const deepest = 12
/** Most characters of a pattern. */
const longestPattern = 1000

const size = z.number().int().min(0)
const kind = z.enum(kinds)

const nested: z.ZodType<Condition> = z.lazy(() => z.union([z.boolean(), fragment]))

const fragment: z.ZodType<ConditionObject> = z.strictObject({
  type: z.union([kind, z.array(kind).min(1)]).optional(),
  const: z.json().optional() as unknown as z.ZodOptional<z.ZodType<Json>>,
  enum: (z.array(z.json()) as unknown as z.ZodType<readonly Json[]>).optional(),
  pattern: z.string().max(longestPattern).optional(),
  minLength: size.optional(),
  maxLength: size.optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
  exclusiveMaximum: z.number().optional(),
  items: nested.optional(),
  minItems: size.optional(),
  maxItems: size.optional(),
  properties: z.record(z.string(), nested).optional(),
  required: z.array(z.string()).optional(),
  additionalProperties: z.boolean().optional(),
  anyOf: z.array(nested).min(1).optional(),
  allOf: z.array(nested).min(1).optional(),
  not: nested.optional(),
  if: nested.optional(),
  // biome-ignore lint/suspicious/noThenProperty: it is what JSON Schema calls it
  then: nested.optional(),
  else: nested.optional(),
})

/** The zod schema of a condition. Unknown keywords are refused: one that is not understood must not seem to hold. */
export const conditionSchema = nested

/** All patterns in a condition, and the conditions within it. */
export function conditionsIn(condition: Condition): Condition[] {
  if (typeof condition === 'boolean') return [condition]
  const { items, properties = {}, anyOf = [], allOf = [], not, if: test, then, else: otherwise } = condition
  const inner = [items, ...Object.values(properties), ...anyOf, ...allOf, not, test, then, otherwise]
  return [condition, ...inner.flatMap((one) => (one === undefined ? [] : conditionsIn(one)))]
}

/** How deep a JSON value is nested, without recursing further than `most`. */
export function depthOf(value: unknown, most: number): number {
  if (typeof value !== 'object' || value === null) return 0
  if (most <= 0) return 1
  return 1 + Math.max(0, ...Object.values(value).map((one) => depthOf(one, most - 1)))
}
