// Vectors of texts by `/embeddings`: what is asked, and how the answer is read.
import { estimatedTokens } from '../ai-sdk-result.ts'
import type { ModelUsage } from '../model.ts'
import { ModelError } from '../model-error.ts'
import type { Endpoint } from './http.ts'
import { amount } from './read.ts'

export interface VectorContext {
  /** The model's name. */
  readonly name: string
  /** The server's name of the model that makes vectors. */
  readonly id: string
  readonly signal: AbortSignal
}

/** Longest vector with its digits, in bytes. */
const longestVector = 262_144

/**
 * One vector for each text, in order, all of the same length. Usage is estimated where the server reports none.
 * @throws `E_MODEL_OUTPUT` for missing vectors, other than finite numbers, or different lengths; those of the endpoint.
 */
export async function embedTexts(
  http: Endpoint,
  texts: readonly string[],
  { name, id, signal }: VectorContext,
): Promise<{ readonly vectors: readonly (readonly number[])[]; readonly usage: ModelUsage }> {
  const body = { model: id, input: texts, encoding_format: 'float' }
  const answer = (await http.post('embeddings', body, { signal, most: longestVector * (texts.length + 1) })) as Answer | null
  const data = Array.isArray(answer?.data) ? answer.data : []
  const vectors = texts.map((_, place) => (data.find((entry) => entry?.index === place) ?? data[place])?.embedding)
  const length = Array.isArray(vectors[0]) ? vectors[0].length : 0
  if (length === 0 || !vectors.every((vector) => isVector(vector, length)))
    throw new ModelError('E_MODEL_OUTPUT', `the answer of ${name} cannot be read: it lacks vectors of one length`)
  const reported = amount(answer?.usage?.prompt_tokens)
  const evaluated = reported ?? texts.reduce((sum, text) => sum + estimatedTokens(text), 0)
  return {
    vectors: vectors as readonly (readonly number[])[],
    usage: { generated: 0, evaluated, billed: evaluated, ...(reported === undefined ? { estimated: true as const } : {}) },
  }
}

interface Answer {
  readonly data?: readonly ({ readonly index?: unknown; readonly embedding?: unknown } | null)[]
  readonly usage?: { readonly prompt_tokens?: unknown } | null
}

function isVector(value: unknown, length: number): boolean {
  return Array.isArray(value) && value.length === length && value.every((entry) => Number.isFinite(entry))
}
