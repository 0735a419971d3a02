// The rule that a text is JSON of a given schema.
import type { Json } from '../../../core/common.ts'
import { schemaFromJson } from '../../reasoning/json-schema.ts'
import { jsonBroken } from './json-prefix.ts'
import { failed, passed, type Rule } from './rule.ts'

/**
 * The whole text, but for white space around it, is one JSON value that the schema allows.
 *
 * @throws `E_SCHEMA_UNSAFE` for remote or recursive references, patterns, or too much depth; `E_SCHEMA_INVALID` for what is no schema.
 * @example jsonRule({ type: 'object', required: ['name'] }).broken('{"a":?') // 'is not JSON at "?"'
 */
export function jsonRule(schema: Json): Rule {
  const compiled = schemaFromJson(schema)
  return {
    name: 'JSON of the schema',
    check(text) {
      let value: unknown
      try {
        value = JSON.parse(text)
      } catch {
        const reason = jsonBroken(text)
        return failed(reason ?? 'is not complete JSON', reason === undefined ? 0.25 : 0)
      }
      const result = compiled.safeParse(value)
      if (result.success) return passed
      const issue = result.error.issues[0]
      return failed(`${issue?.path.length ? issue.path.join('.') : 'the value'}: ${issue?.message ?? 'not allowed by the schema'}`, 0.5)
    },
    broken: jsonBroken,
  }
}
