// Checks the numbers of a request before anything is computed.
import type { GenerateRequest, Model } from '../model.ts'
import { missing } from '../model.ts'
import { ModelError } from '../model-error.ts'

/** @throws `E_MODEL_REQUEST` (fatal) naming the field; `E_MODEL_CAPABILITY` for a grammar or schema that the model cannot follow. */
export function requireValid(request: GenerateRequest, model: Model): void {
  const { maxTokens, count = 1, temperature = 1, topP = 1, topK = 0 } = request
  const whole = Number.isInteger
  check(whole(maxTokens) && maxTokens >= 1, 'maxTokens', maxTokens, 'a whole number of at least 1')
  check(whole(count) && count >= 1, 'count', count, 'a whole number of at least 1')
  check(Number.isFinite(temperature) && temperature >= 0, 'temperature', temperature, 'a number of at least 0')
  check(topP > 0 && topP <= 1, 'topP', topP, 'a number above 0 and at most 1')
  check(whole(topK) && topK >= 0, 'topK', topK, 'a whole number of at least 0')
  check(request.grammar === undefined || request.schema === undefined, 'schema', 'a grammar and a schema', 'one of them')
  if (request.grammar !== undefined && !model.capabilities.grammar) throw missing(model, 'grammar', 'answers under a grammar')
  if (request.schema !== undefined && !model.capabilities.schema) throw missing(model, 'schema', 'answers under a schema')
}

function check(holds: boolean, field: string, seen: unknown, wanted: string): void {
  if (!holds) throw new ModelError('E_MODEL_REQUEST', `\`${field}\` of the request is not right`, { seen, wanted })
}
