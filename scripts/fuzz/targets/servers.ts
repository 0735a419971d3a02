// What servers answer to requests for scores and vectors, through the whole client; and what apps ask of a search that stands for a model.
import fc from 'fast-check'
import type { Json } from '../../../src/core/common.ts'
import { jsonSchemaCheck } from '../../../src/environments/tools/json-schema.ts'
import { readCall } from '../../../src/front/language-model/call.ts'
import { openai } from '../../../src/models/openai.ts'
import { anyJson, nearly } from '../inputs.ts'
import { must, type Target, target } from '../target.ts'

const tokens: Json = { tokens: [1, 2], count: 2, max_model_len: 4096, prompt: '<user>x', prompt_token_ids: [1, 2] }
const probabilities: Json = {
  completion_probabilities: [{ id: 1, logprob: -1, top_logprobs: [] }],
  choices: [{ index: 0, text: '', prompt_logprobs: [null, { '1': { logprob: -1 } }, { '2': { logprob: -2 } }], prompt_token_ids: [1] }],
  meta_info: {
    input_token_logprobs: [
      [-1, 1, null],
      [-2, 2, null],
    ],
  },
}
const vectors: Json = {
  data: [
    { index: 0, embedding: [0.1, 0.2] },
    { index: 1, embedding: [0.3, -1] },
  ],
  usage: { prompt_tokens: 4 },
}
const signal = new AbortController().signal

/** A server that gives these answers in turns. */
function server(kind: 'vllm' | 'sglang' | 'llama-server', answers: readonly Json[]) {
  let at = 0
  const send: typeof fetch = async () => Response.json(answers[at++ % answers.length])
  return openai({ baseUrl: 'http://127.0.0.1:1/v1', model: 'fuzz', server: kind, embeddingModel: 'fuzz', fetch: send })
}

export const serverTargets: readonly Target[] = [
  target(
    'server scores',
    { refuses: true, weight: 10 },
    fc.record({
      kind: fc.constantFrom('vllm' as const, 'sglang' as const, 'llama-server' as const),
      answers: fc.array(nearly(tokens, probabilities, { ...(tokens as object), ...(probabilities as object) } as Json), {
        minLength: 1,
        maxLength: 3,
      }),
      chat: fc.boolean(),
    }),
    async ({ kind, answers, chat }) => {
      const asked = chat ? { messages: [{ role: 'user' as const, content: 'x' }] } : { prompt: 'x' }
      const { scores } = await server(kind, answers).score!({ ...asked, continuations: [' a'] }, { seed: 1, signal })
      must(
        scores.every(({ logProb }) => logProb <= 0),
        'a log-probability is at most 0',
      )
    },
  ),
  target('server vectors', { refuses: true, weight: 10 }, nearly(vectors), async (answer) => {
    const made = await server('vllm', [answer]).embed!(['a', 'b'], { seed: 1, signal })
    must(made.vectors.length === 2 && made.vectors.flat().every(Number.isFinite), 'vectors hold finite numbers')
  }),
  target(
    'schema of an app',
    { refuses: false, weight: 10 },
    nearly({
      type: 'object',
      properties: { a: { type: 'integer' } },
      required: ['a'],
      anyOf: [{ $ref: '#/$defs/x' }],
      $defs: { x: { pattern: 'a*' } },
    }),
    (schema) => {
      const params = { prompt: [{ role: 'user', content: [{ type: 'text', text: 'x' }] }], responseFormat: { type: 'json', schema } }
      readCall(params as unknown as Parameters<typeof readCall>[0])
    },
  ),
  target(
    'schema of a tool',
    { refuses: true, weight: 10 },
    fc.record({
      schema: nearly({
        type: 'object',
        properties: { a: { type: ['integer', 'null'], minimum: 1 }, b: { $ref: '#/$defs/list' }, c: { pattern: '^(a|b)+$', maxLength: 3 } },
        required: ['a'],
        additionalProperties: false,
        allOf: [{ if: { required: ['b'] }, else: { not: { const: 1 } } }],
        $defs: { list: { items: { $ref: '#/$defs/list' }, prefixItems: [{ enum: [1, 'x'] }], contains: { type: 'number' } } },
      }),
      value: fc.oneof(anyJson, nearly({ a: 1, b: [1, ['x']], c: 'ab' })),
    }),
    ({ schema, value }) => {
      const problems = jsonSchemaCheck(schema)(value)
      must(
        problems.every((problem) => typeof problem === 'string' && problem !== ''),
        'problems are told in words',
      )
    },
  ),
]
