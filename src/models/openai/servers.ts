// What the kinds of OpenAI-compatible servers can do, and the fields in which their requests differ. Facts about servers only: nothing
// here sends anything. What is not known of a kind is not claimed for it.
import type { Json } from '../../core/common.ts'
import type { Capabilities, GenerateRequest } from '../model.ts'

/** `generic`: any server with `/chat/completions`, of which nothing else is known. */
export type ServerKind = 'vllm' | 'sglang' | 'llama-server' | 'generic'

export const serverKinds: readonly ServerKind[] = ['vllm', 'sglang', 'llama-server', 'generic']

export type Fields = Readonly<Record<string, Json>>

export interface Server {
  /** What every server of this kind can do, however it was started. */
  readonly capabilities: Capabilities
  /** Most stop texts that it takes. */
  readonly mostStopTexts: number
  /** Its log-probabilities are those after temperature, unless it was started otherwise. */
  readonly scaledLogProbs: boolean
  /** Sampling from the whole distribution, but for what the request says: servers have defaults of their own, or of the model's maker. */
  sampling(request: GenerateRequest): Fields
  /** Going on from an assistant message at the end. */
  readonly continuing: Fields
  /** Log-probabilities of the sampled tokens. */
  logProbs(chat: boolean): Fields
  /** Constraints on the answer. */
  constraint(request: GenerateRequest, chat: boolean): Fields
}

const chatOnly: Capabilities = {
  count: false,
  logProbs: false,
  score: false,
  prefix: false,
  completion: false,
  grammar: false,
  schema: true,
  seed: true,
  embeddings: false,
  tools: false,
}

const everything: Capabilities = { ...chatOnly, count: true, logProbs: true, score: true, prefix: true, completion: true, grammar: true }

export const servers: Readonly<Record<ServerKind, Server>> = {
  vllm: {
    capabilities: everything,
    mostStopTexts: 64,
    scaledLogProbs: false,
    sampling: wholeDistribution,
    continuing: { add_generation_prompt: false, continue_final_message: true },
    logProbs: (chat) => ({ ...openAiLogProbs(chat), return_token_ids: true }),
    constraint: (request) => ({
      ...(request.grammar === undefined ? {} : { structured_outputs: { grammar: request.grammar } }),
      ...responseFormat(request),
    }),
  },
  sglang: {
    // It takes a seed, and follows it only when it was started for deterministic inference.
    capabilities: { ...everything, seed: false },
    mostStopTexts: 64,
    scaledLogProbs: true,
    sampling: wholeDistribution,
    continuing: { continue_final_message: true },
    logProbs: openAiLogProbs,
    constraint: (request, chat) => ({
      ...(request.grammar === undefined ? {} : { ebnf: request.grammar }),
      ...(chat ? responseFormat(request) : request.schema === undefined ? {} : { json_schema: JSON.stringify(request.schema) }),
    }),
  },
  'llama-server': {
    // Versions before December 2025 refuse `n` above 1.
    capabilities: { ...everything, count: false },
    mostStopTexts: 64,
    scaledLogProbs: false,
    sampling: ({ topP = 1, topK = 0 }) => ({ top_p: topP, top_k: topK, min_p: 0, repeat_penalty: 1 }),
    // It goes on from an assistant message at the end unless it was started with --no-prefill-assistant.
    continuing: {},
    logProbs: (chat) => (chat ? { logprobs: true, top_logprobs: 1 } : { logprobs: 1 }),
    constraint: (request, chat) => ({
      ...(request.grammar === undefined ? {} : { grammar: request.grammar }),
      ...(chat ? responseFormat(request) : request.schema === undefined ? {} : { json_schema: request.schema }),
    }),
  },
  generic: {
    capabilities: chatOnly,
    mostStopTexts: 4,
    scaledLogProbs: false,
    // `top_k` is no field of the protocol, and strict servers refuse unknown ones.
    sampling: ({ topP = 1 }) => (topP < 1 ? { top_p: topP } : {}),
    continuing: {},
    logProbs: openAiLogProbs,
    constraint: responseFormat,
  },
}

function wholeDistribution({ topP = 1, topK = 0 }: GenerateRequest): Fields {
  return { top_p: topP, top_k: topK > 0 ? topK : -1, min_p: 0, repetition_penalty: 1 }
}

function openAiLogProbs(chat: boolean): Fields {
  return { logprobs: chat ? true : 1 }
}

function responseFormat({ schema }: GenerateRequest): Fields {
  return schema === undefined ? {} : { response_format: { type: 'json_schema', json_schema: { name: 'answer', strict: true, schema } } }
}
