// A model behind an OpenAI-compatible server, spoken to directly: several samples a call, log-probabilities, scoring of given texts, answers
// that go on from a beginning, grammars, vectors. What a kind of server can do is declared (`openai/servers.ts`), and nothing else is claimed.
import { BanyanError } from '../core/errors.ts'
import type { Capabilities, GenerateRequest, Model, ModelRun, Price, ScoreRequest } from './model.ts'
import { missing } from './model.ts'
import { ModelError } from './model-error.ts'
import { amountsOf } from './model-usage.ts'
import { bodyOf } from './openai/body.ts'
import { type Endpoint, endpoint } from './openai/http.ts'
import { priced, readSamples, readUsage } from './openai/read.ts'
import { scoreTexts } from './openai/score.ts'
import { type Fields, type Server, type ServerKind, serverKinds, servers } from './openai/servers.ts'
import { embedTexts } from './openai/vectors.ts'
import { withDeadline } from './wait.ts'

/** Options of `openai`. */
export interface OpenAiOptions {
  /** As in `http://localhost:8000/v1`. The key and the headers are sent to its origin and to no other. */
  readonly baseUrl: string
  /** The server's name of the model. */
  readonly model: string
  /** Default `generic`. `detectServer` finds it out. */
  readonly server?: ServerKind
  /** Name in logs and results. Default: the server's name of the model. */
  readonly name?: string
  /** Sent as `Authorization: Bearer …`. Default: none; no environment variable is read. */
  readonly apiKey?: string
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>
  /** What this server can do otherwise than its kind: `{ count: true }` for a generic one that takes `n`. `score` cannot be added. */
  readonly capabilities?: Partial<Omit<Capabilities, 'embeddings' | 'tools'>>
  /** The server's name of the model that makes vectors, if it has one. Default: none, no embeddings. */
  readonly embeddingModel?: string
  /** Its log-probabilities are those after temperature; then they can be had at temperatures 0 and 1 only. Default: true for SGLang, else false. */
  readonly scaledLogProbs?: boolean
  /** Milliseconds until a call is given up with `E_MODEL_TIMEOUT`. Default 120,000. */
  readonly timeout?: number
  /** Default: unknown. */
  readonly price?: Price
  /** Tokens of prompt and answer together. Default: unknown. */
  readonly contextLength?: number
  /** More fields of every request's body. */
  readonly body?: Fields
  /** Instead of the global one. */
  readonly fetch?: typeof fetch
}

/**
 * A model of an OpenAI-compatible server. Calls are not retried: wrap it with `retry()`.
 *
 * | server | what it can do |
 * | --- | --- |
 * | `vllm` | n, log-probs, scores, beginnings of answers, plain texts, grammars (EBNF as in GBNF), JSON schemas, seeds |
 * | `sglang` | the same without seeds; scores of chats need 0.5.13 |
 * | `llama-server` | the same as vLLM without n; a score takes one request for each token |
 * | `generic` | chats, JSON schemas, seeds |
 *
 * The whole distribution is sampled (no top-k, top-p, min-p or repetition penalty of the server's own) but for what the request says; `topK`
 * is left out for `generic`. Tokens are those that the server reports; missing or impossible reports are estimated and marked. An answer is
 * read up to 8 MB and 1 kB a token, a sample's text is kept up to 1 MB. Continuations to be scored are tokenised on their own.
 *
 * @throws `E_MODEL_REQUEST` (fatal) for an address that cannot be used; when called, the errors of `Model`.
 *
 * @example
 * const model = openai({ baseUrl: 'http://localhost:8000/v1', model: 'Qwen/Qwen3-4B', server: 'vllm' })
 * const { samples } = await model.generate(
 *   { messages: [{ role: 'user', content: 'Name a tree.' }], maxTokens: 16, count: 8, logProbs: true },
 *   { seed: 1, signal: new AbortController().signal },
 * )
 */
export function openai(options: OpenAiOptions): Model {
  const { model: id, server: kind = 'generic', name = id, timeout = 120_000, price, contextLength, embeddingModel } = options
  const server = serverOf(kind)
  const scaled = options.scaledLogProbs ?? server.scaledLogProbs
  const http: Endpoint = endpoint({ ...options, name })
  const capabilities: Capabilities = {
    ...server.capabilities,
    ...options.capabilities,
    score: server.capabilities.score && options.capabilities?.score !== false,
    embeddings: embeddingModel !== undefined,
    tools: false,
  }

  const model: Model = {
    name,
    capabilities,
    reproducible: 'recorded',
    ...(contextLength === undefined ? {} : { contextLength }),
    ...(price === undefined ? {} : { price }),
    async generate(request, run) {
      requireOneOf(request)
      refuse(model, request, scaled)
      const { path, fields } = bodyOf(request, run, { id, server, seed: capabilities.seed, extra: options.body ?? {} })
      const most = 8_388_608 + 1024 * request.maxTokens * (request.count ?? 1)
      const answer = await within(run, (signal) => http.post(path, fields, { signal, most }))
      const usage = readUsage(answer, request, price)
      return { samples: readSamples(answer, request, { name, usage: amountsOf(usage) }), usage }
    },
  }
  if (capabilities.score && kind !== 'generic') {
    model.score = async (request, run) => {
      requireOneOf(request)
      if (request.continuations.length === 0 || request.continuations.includes(''))
        throw new ModelError('E_MODEL_REQUEST', 'there is nothing to score', { wanted: 'at least one continuation, none empty' })
      const { scores, usage } = await within(run, (signal) => scoreTexts(http, request, { name, id, server: kind, signal }))
      return { scores, usage: priced(usage, price) }
    }
  }
  if (embeddingModel !== undefined) {
    model.embed = async (texts, run) => {
      const { vectors, usage } = await within(run, (signal) => embedTexts(http, texts, { name, id: embeddingModel, signal }))
      return { vectors, usage: priced(usage, price) }
    }
  }
  return model

  function within<Result>(run: ModelRun, work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    return withDeadline(work, { signal: run.signal, timeout, name })
  }
}

function serverOf(kind: string): Server {
  if (Object.hasOwn(servers, kind)) return servers[kind as ServerKind]
  throw new BanyanError('E_MODEL_REQUEST', 'there is no server of that kind', { seen: kind, wanted: serverKinds.join(', '), fatal: true })
}

function requireOneOf({ messages, prompt }: GenerateRequest | ScoreRequest): void {
  if ((messages === undefined) !== (prompt === undefined)) return
  const seen = messages === undefined ? 'neither' : 'both'
  throw new ModelError('E_MODEL_REQUEST', 'a request needs either messages or a prompt', { seen })
}

function refuse(model: Model, request: GenerateRequest, scaled: boolean): void {
  const { capabilities } = model
  if ((request.count ?? 1) > 1 && !capabilities.count) throw missing(model, 'count', 'several samples for one call')
  if (request.prompt !== undefined && !capabilities.completion) throw missing(model, 'completion', 'plain text without a chat')
  if (request.prefix !== undefined && request.prefix !== '' && !capabilities.prefix)
    throw missing(model, 'prefix', 'answers that go on from a given beginning')
  if (request.grammar !== undefined && !capabilities.grammar) throw missing(model, 'grammar', 'answers under a grammar')
  if (request.schema !== undefined && !capabilities.schema) throw missing(model, 'schema', 'answers by a JSON schema')
  if (request.logProbs !== true) return
  if (!capabilities.logProbs) throw missing(model, 'logProbs', 'log-probabilities')
  const temperature = request.temperature ?? 1
  if (!scaled || temperature === 0 || temperature === 1) return
  throw new ModelError('E_MODEL_CAPABILITY', `the server of ${model.name} gives log-probabilities after temperature`, {
    seen: temperature,
    wanted: 'temperature 0 or 1 when log-probabilities are wanted',
    hint: 'Start SGLang with SGLANG_RETURN_ORIGINAL_LOGPROB=1, and say so: `scaledLogProbs: false`.',
  })
}
