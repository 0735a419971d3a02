// What models write, and what servers say around it. None of these parsers may throw, whatever the text is.

import type { LanguageModelV4GenerateResult } from '@ai-sdk/provider'
import fc from 'fast-check'
import type { Json } from '../../../src/core/common.ts'
import { type AnswerBy, extractAnswer } from '../../../src/environments/reasoning/answers.ts'
import { lastBox, tidyBox } from '../../../src/environments/reasoning/boxes.ts'
import { chosenLetter } from '../../../src/environments/reasoning/choices.ts'
import { findNumbers, wholeNumber } from '../../../src/environments/reasoning/numbers.ts'
import { jsonValues } from '../../../src/environments/reasoning/objects.ts'
import { isRefusal, nextStep, stepKey } from '../../../src/environments/reasoning/steps.ts'
import { readToolAction } from '../../../src/environments/tools/action.ts'
import { jsonBroken } from '../../../src/environments/writing/rules/json-prefix.ts'
import { readChoice, readLabel } from '../../../src/evaluators/judge/read.ts'
import { boxesEqual, choicesEqual, numbersEqual, textsEqual } from '../../../src/graders/answers.ts'
import { readSample, readUsage as readSdkUsage } from '../../../src/models/ai-sdk-result.ts'
import { cleanText } from '../../../src/models/clean-text.ts'
import type { GenerateRequest } from '../../../src/models/model.ts'
import { readSamples, readUsage } from '../../../src/models/openai/read.ts'
import { providerError } from '../../../src/models/provider-error.ts'
import { redact } from '../../../src/models/redact.ts'
import { readRetryAfter } from '../../../src/models/retry-after.ts'
import { anyJson, longText, modelText, nearly } from '../inputs.ts'
import { must, type Target, target } from '../target.ts'

const never = { refuses: false }
const kinds: readonly AnswerBy[] = [
  { kind: 'text' },
  { kind: 'number' },
  { kind: 'box' },
  { kind: 'choice', letters: 'ABCDE' },
  { kind: 'schema', schema: {} },
]
const message: Json = { role: 'assistant', content: 'a dog' }
const usage: Json = { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15, prompt_tokens_details: { cached_tokens: 4 } }
const chat: Json = {
  choices: [
    {
      index: 0,
      message,
      finish_reason: 'stop',
      logprobs: {
        content: [
          { token: 'a', logprob: -0.1, id: 5 },
          { token: ' dog', logprob: -2 },
        ],
      },
    },
    { index: 1, message: { content: null, refusal: 'no' }, finish_reason: 'length' },
  ],
  usage,
}
const completion: Json = {
  choices: [
    { index: 0, text: ' b', finish_reason: 'length', logprobs: { tokens: [' b'], token_logprobs: [-1], text_offset: [0] }, token_ids: [3] },
  ],
  usage,
}
const sdkResult: Json = {
  content: [
    { type: 'text', text: 'a dog' },
    { type: 'reasoning', text: 'hm' },
  ],
  finishReason: { unified: 'stop', raw: 'stop' },
  usage: { inputTokens: { total: 12, cacheRead: 4 }, outputTokens: { total: 3 } },
  warnings: [],
}
const request: GenerateRequest = {
  messages: [{ role: 'user', content: 'x' }],
  maxTokens: 5,
  count: 3,
  stop: ['\n', 'END'],
} as GenerateRequest
const context = { name: 'fuzz', usage: {} }

export const modelOutputTargets: readonly Target[] = [
  target(
    'answer',
    { ...never, weight: 40 },
    fc.record({ text: longText, by: fc.constantFrom(...kinds), finished: fc.boolean() }),
    (input) => {
      const { text, by, finished } = input
      const answer = extractAnswer(text, by, finished)
      must(answer === undefined || JSON.stringify(answer) !== undefined, 'an answer is JSON')
    },
  ),
  target('box', never, longText, (text) => tidyBox(lastBox(text) ?? text)),
  target('choice letter', never, fc.record({ text: longText, finished: fc.boolean() }), ({ text, finished }) =>
    chosenLetter(text, 'ABCD', finished),
  ),
  target('numbers', { ...never, weight: 30 }, longText, (text) => {
    for (const { value } of findNumbers(text).numbers) must(!Number.isNaN(value), 'a number is a number')
    wholeNumber(text)
  }),
  target('JSON in text', { ...never, weight: 30 }, longText, (text) => {
    for (const value of jsonValues(text)) JSON.stringify(value)
  }),
  target(
    'step',
    { ...never, weight: 30 },
    fc.record({ reply: longText, earlier: fc.array(modelText, { maxLength: 3 }), whole: fc.boolean() }),
    (input) => {
      nextStep(input.reply, input.earlier, input.whole)
      stepKey(input.reply)
      isRefusal(input.reply)
    },
  ),
  target(
    'tool call',
    { ...never, weight: 40 },
    fc.oneof(
      longText,
      nearly({ tool: 'find', input: { q: 'x' } }, { tool_calls: [{ function: { name: 'f', arguments: '{}' } }] }, { finish: 'x' }).map(
        (json) => JSON.stringify(json),
      ),
    ),
    readToolAction,
  ),
  target(
    'judge label',
    { ...never, weight: 20 },
    fc.record({ text: longText, which: fc.constantFrom('first' as const, 'last' as const) }),
    ({ text, which }) => readLabel(text, ['sure', 'likely', 'impossible', 'yes', 'no'], which),
  ),
  target(
    'judge choice',
    { ...never, weight: 20 },
    fc.record({ text: longText, count: fc.integer({ min: 1, max: 30 }) }),
    ({ text, count }) => {
      const choice = readChoice(text, count)
      must(choice === undefined || (Number.isInteger(choice) && choice >= 0 && choice <= count), 'a choice is one of those offered')
    },
  ),
  target('JSON prefix', { ...never, weight: 30 }, longText, jsonBroken),
  target('clean text', never, longText, (text) => must(cleanText(text).text.isWellFormed(), 'a clean text is well formed')),
  target(
    'grader',
    { ...never, weight: 20 },
    fc.record({ answer: fc.oneof(longText, anyJson), reference: fc.oneof(modelText, anyJson) }),
    ({ answer, reference }) => {
      for (const equal of [numbersEqual, choicesEqual, textsEqual, boxesEqual]) equal(answer, reference)
    },
  ),
  target('server answer', { refuses: true, weight: 40 }, nearly(chat, completion), (answer) => {
    const used = readUsage(answer, request, { input: 1, output: 2, asOf: '2026-01-01' })
    must(
      Object.values(used).every((amount) => amount === true || (Number.isFinite(amount) && amount >= 0)),
      'usage is a finite amount',
    )
    readSamples(answer, request, context)
  }),
  target('server answer with log-probabilities', { refuses: true, weight: 20 }, nearly(chat, completion), (answer) =>
    readSamples(answer, { ...request, logProbs: true }, context),
  ),
  target('AI SDK result', { refuses: true, weight: 30 }, nearly(sdkResult), (answer) => {
    const result = answer as unknown as LanguageModelV4GenerateResult
    readSdkUsage(result, request, undefined)
    readSample(result, request, context)
  }),
  target(
    'provider error',
    { ...never, weight: 20 },
    nearly({
      name: 'AI_APICallError',
      statusCode: 429,
      message: 'x',
      responseHeaders: { 'retry-after': '3' },
      responseBody: '{"error":{"message":"x"}}',
      cause: { code: 'ECONNRESET' },
    }),
    (error) => {
      const { code } = providerError(error, { name: 'fuzz', now: 0 })
      must(typeof code === 'string' && code.startsWith('E_'), 'an error has a code')
    },
  ),
  target(
    'Retry-After',
    never,
    fc.record({ after: modelText, milliseconds: fc.option(modelText, { nil: undefined }) }),
    ({ after, milliseconds }) => {
      const wait = readRetryAfter({ 'retry-after': after, 'Retry-After-Ms': milliseconds }, Date.UTC(2026, 0))
      must(wait === undefined || (Number.isFinite(wait) && wait >= 0), 'a wait is a finite time')
    },
  ),
  target('redaction of messages', never, longText, (text) => redact(text, { OPENAI_API_KEY: 'sk-1234567890' })),
]
