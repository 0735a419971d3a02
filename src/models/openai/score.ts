// Log-probabilities of given continuations: the prompt's tokens and each continuation's, and what the server says of the latter.
// Each kind of server has its own way; `generic` has none. All compare token ids, never texts, so nothing can slip by a token.
//
// - vLLM: `/tokenize` knows the chat template; `/completions` with `echo` and `prompt_logprobs` generates nothing.
// - SGLang: a chat's tokens come back with `return_prompt_token_ids` (0.5.13 on) from a call that makes one token;
//   `/generate` with `logprob_start_len` then reads the prompt's log-probabilities, which are not scaled by temperature.
// - llama-server: `/apply-template`, `/tokenize`, and `/completion` once for each token: a bias makes it the next one, and its
//   log-probability is that before biases and sampling (`post_sampling_probs: false`). The prompt is in the cache after the first.
import type { Json } from '../../core/common.ts'
import type { ModelUsage, Score, ScoreRequest } from '../model.ts'
import { ModelError } from '../model-error.ts'
import type { Endpoint } from './http.ts'
import { amount, choicesOf } from './read.ts'
import type { ServerKind } from './servers.ts'

export interface ScoreContext {
  /** The model's name. */
  readonly name: string
  /** The server's name of the model. */
  readonly id: string
  readonly server: Exclude<ServerKind, 'generic'>
  readonly signal: AbortSignal
}

/**
 * Scores in the order of the continuations, and what they used. A token that a server must generate only to be asked counts as evaluated.
 * @throws `E_MODEL_REQUEST` for an empty prompt; `E_MODEL_OUTPUT` when the answer lacks a token's log-probability; those of the endpoint.
 */
export async function scoreTexts(
  http: Endpoint,
  request: ScoreRequest,
  context: ScoreContext,
): Promise<{ readonly scores: readonly Score[]; readonly usage: ModelUsage }> {
  const way = ways[context.server](http, context)
  const before = await way.before(request)
  if (before.length === 0) throw new ModelError('E_MODEL_REQUEST', 'the prompt is empty', { wanted: 'at least one token' })
  const tokens = await Promise.all(request.continuations.map((text) => way.tokens(text)))
  const scored = await Promise.all(tokens.map((own) => way.logProbs(before, own)))
  const scores = scored.map((logProbs, index) => {
    const known = logProbs.length === tokens[index]!.length && logProbs.every((logProb) => !Number.isNaN(logProb))
    if (!known) throw new ModelError('E_MODEL_OUTPUT', `the answer of ${context.name} lacks log-probabilities of the given text`)
    return {
      logProb: Math.min(
        0,
        logProbs.reduce((sum, logProb) => sum + logProb, 0),
      ),
      tokens: logProbs.length,
    }
  })
  // Servers keep a prompt's beginning: it is counted once, and each continuation beside it.
  const evaluated = before.length + way.spent() + tokens.reduce((sum, own) => sum + own.length, 0)
  const billed = tokens.reduce((sum, own) => sum + before.length + own.length, way.spent())
  return { scores, usage: { generated: 0, evaluated, billed } }
}

interface Way {
  /** The tokens of everything before the continuations. */
  before(request: ScoreRequest): Promise<readonly number[]>
  /** The tokens of a text that stands after another. */
  tokens(text: string): Promise<readonly number[]>
  /** One for each token of `tokens`; NaN where the answer does not say. */
  logProbs(before: readonly number[], tokens: readonly number[]): Promise<readonly number[]>
  /** Tokens that had to be generated and were thrown away. */
  spent(): number
}

const ways: Readonly<Record<ScoreContext['server'], (http: Endpoint, context: ScoreContext) => Way>> = {
  vllm: (http, context) => ({
    async before({ messages, prompt, prefix = '' }) {
      if (messages === undefined) return idsOf(await post(http, context, '/tokenize', { model: context.id, prompt: `${prompt}${prefix}` }))
      const going = prefix === '' ? { add_generation_prompt: true } : { add_generation_prompt: false, continue_final_message: true }
      return idsOf(await post(http, context, '/tokenize', { model: context.id, messages: chat(messages, prefix), ...going }))
    },
    tokens: async (prompt) => idsOf(await post(http, context, '/tokenize', { model: context.id, prompt, add_special_tokens: false })),
    async logProbs(before, tokens) {
      const body = { model: context.id, prompt: [...before, ...tokens], echo: true, max_tokens: 0, prompt_logprobs: 1, temperature: 1 }
      const [choice] = choicesOf(await post(http, context, 'completions', body, before.length + tokens.length))
      const list = Array.isArray(choice?.prompt_logprobs) ? choice.prompt_logprobs : []
      return tokens.map((id, place) => number((list[before.length + place] as Record<string, { logprob?: unknown }> | null)?.[id]?.logprob))
    },
    spent: () => 0,
  }),
  sglang: (http, context) => {
    let spent = 0
    return {
      async before({ messages, prompt, prefix = '' }) {
        if (messages === undefined)
          return idsOf(await post(http, context, '/tokenize', { model: context.id, prompt: `${prompt}${prefix}` }))
        const body = { model: context.id, messages: chat(messages, prefix), max_tokens: 1, return_prompt_token_ids: true }
        const answer = await post(http, context, 'chat/completions', {
          ...body,
          ...(prefix === '' ? {} : { continue_final_message: true }),
        })
        spent++
        const found = choicesOf(answer)[0]?.prompt_token_ids ?? (answer as { prompt_token_ids?: unknown } | null)?.prompt_token_ids
        if (Array.isArray(found)) return idsOf({ tokens: found })
        throw new ModelError('E_MODEL_CAPABILITY', `the server of ${context.name} does not tell the tokens of a chat`, {
          wanted: 'SGLang 0.5.13 or newer',
          hint: 'Or ask with `prompt` instead of `messages`.',
        })
      },
      tokens: async (prompt) => idsOf(await post(http, context, '/tokenize', { model: context.id, prompt, add_special_tokens: false })),
      async logProbs(before, tokens) {
        const answer = await post(http, context, '/generate', {
          input_ids: [...before, ...tokens],
          sampling_params: { max_new_tokens: 0, temperature: 0 },
          return_logprob: true,
          logprob_start_len: before.length - 1,
        })
        const { input_token_logprobs: list } = ((answer as { meta_info?: unknown } | null)?.meta_info ?? {}) as Record<string, unknown>
        const last: readonly unknown[] = Array.isArray(list) ? list.slice(-tokens.length) : []
        return tokens.map((id, place) => {
          const entry = last[place]
          return Array.isArray(entry) && entry[1] === id ? number(entry[0]) : Number.NaN
        })
      },
      spent: () => spent,
    }
  },
  'llama-server': (http, context) => {
    let spent = 0
    const tokenize = async (content: string, add_special: boolean, parse_special: boolean) =>
      idsOf(await post(http, context, '/tokenize', { content, add_special, parse_special }))
    return {
      async before({ messages, prompt, prefix = '' }) {
        if (messages === undefined) return tokenize(`${prompt}${prefix}`, true, false)
        const answer = (await post(http, context, '/apply-template', { messages: chat(messages, '') })) as { prompt?: unknown } | null
        if (typeof answer?.prompt !== 'string')
          throw new ModelError('E_MODEL_OUTPUT', `the server of ${context.name} does not apply its chat template`)
        return [...(await tokenize(answer.prompt, true, true)), ...(prefix === '' ? [] : await tokenize(prefix, false, false))]
      },
      tokens: (text) => tokenize(text, false, false),
      async logProbs(before, tokens) {
        const logProbs: number[] = []
        for (const [place, id] of tokens.entries()) {
          const answer = await post(http, context, '/completion', {
            prompt: [...before, ...tokens.slice(0, place)],
            n_predict: 1,
            n_probs: 1,
            temperature: 0,
            logit_bias: [[id, 1e6]],
            cache_prompt: true,
            post_sampling_probs: false,
          })
          spent++
          const { completion_probabilities: list } = (answer ?? {}) as { completion_probabilities?: unknown }
          const token = (Array.isArray(list) ? list[0] : undefined) as { id?: unknown; logprob?: unknown } | null | undefined
          logProbs.push(token?.id === id ? number(token.logprob) : Number.NaN)
        }
        return logProbs
      },
      spent: () => spent,
    }
  },
}

/** @param tokens How many the answer speaks of. */
function post(http: Endpoint, { signal }: ScoreContext, path: string, body: Json, tokens = 0): Promise<unknown> {
  return http.post(path, body, { signal, most: 8_388_608 + tokens * 1024 })
}

function chat(messages: NonNullable<ScoreRequest['messages']>, prefix: string): Json {
  const all = prefix === '' ? messages : [...messages, { role: 'assistant', content: prefix }]
  return all.map(({ role, content }) => ({ role, content }))
}

/** @throws `E_MODEL_OUTPUT` for what is no list of ids. */
function idsOf(answer: unknown): readonly number[] {
  const { tokens } = (answer ?? {}) as { tokens?: unknown }
  if (Array.isArray(tokens) && tokens.every((token) => amount(token) === token)) return tokens as number[]
  throw new ModelError('E_MODEL_OUTPUT', 'the server does not tell the tokens of a text')
}

function number(value: unknown): number {
  return typeof value === 'number' ? value : Number.NaN
}
