// The contract of a language model, and the one way in which search code calls it: recorded, counted, within the grant.
import type { CallContext } from '../core/call.ts'
import type { Amounts, Awaitable, Json, Reproducible } from '../core/common.ts'
import { BanyanError, StarvedError } from '../core/errors.ts'

/** One message of a chat. */
export interface Message {
  readonly role: 'system' | 'user' | 'assistant'
  readonly content: string
}

/** What is asked of a model. Either a chat or a plain text to go on from. */
export interface GenerateRequest {
  /** A chat; the model answers as the assistant. */
  readonly messages?: readonly Message[]
  /** A plain text, gone on from without a chat template. Needs the capability `completion`. */
  readonly prompt?: string
  /** The beginning of the answer; the model goes on from it, and the samples do not repeat it. Needs the capability `prefix`. */
  readonly prefix?: string
  /** Most tokens of one sample. At least 1. */
  readonly maxTokens: number
  /** How many samples. Default 1. */
  readonly count?: number
  /** 0 is greedy. Default 1. */
  readonly temperature?: number
  /** Default 1: the whole distribution. */
  readonly topP?: number
  /** Default 0: the whole vocabulary. */
  readonly topK?: number
  /** Each sample ends before the first of these; the stop text is not part of it. */
  readonly stop?: readonly string[]
  /** Log-probability of each sampled token, from the model's own distribution at temperature 1. Needs the capability `logProbs`. */
  readonly logProbs?: boolean
  /** A GBNF grammar that samples must follow. Needs the capability `grammar`. */
  readonly grammar?: string
  /** A JSON schema for the answer. Needs the capability `schema`. */
  readonly schema?: Json
}

/** One answer of a model. */
export interface Sample {
  readonly text: string
  /** `stop`: by itself or at a stop text; `length`: at `maxTokens`; `refused`: content filter. */
  readonly finish: 'stop' | 'length' | 'refused' | 'other'
  readonly tokens?: { readonly ids: readonly number[]; readonly logProbs?: readonly number[] }
}

export interface ScoreRequest {
  readonly messages?: readonly Message[]
  readonly prompt?: string
  /** The beginning of the answer, before the continuations; not scored. */
  readonly prefix?: string
  /** Texts whose log-probability is wanted, each as the next thing said. At least one, none empty. */
  readonly continuations: readonly string[]
}

export interface Score {
  /** Sum over the continuation's tokens, in nats; at most 0. */
  readonly logProb: number
  /** How many tokens it has. */
  readonly tokens: number
}

/** What a model can do. What is missing is emulated where that is exact, else refused; never answered at chance. */
export interface Capabilities {
  /** Several samples for one call. */
  readonly count: boolean
  readonly logProbs: boolean
  /** Log-probabilities of given continuations. */
  readonly score: boolean
  /** Going on from the beginning of an answer. */
  readonly prefix: boolean
  /** Going on from a plain text. */
  readonly completion: boolean
  readonly grammar: boolean
  readonly schema: boolean
  readonly seed: boolean
  readonly embeddings: boolean
  readonly tools: boolean
}

/** Prices in US dollars for a million tokens. */
export interface Price {
  readonly input: number
  readonly output: number
  /** The day on which the price was read: YYYY-MM-DD. */
  readonly asOf: string
}

export interface ModelRun {
  readonly signal: AbortSignal
  /** Seed of this call, an integer in [0, 2^32). Models without the capability `seed` leave it. */
  readonly seed: number
}

export interface ModelUsage {
  /** Tokens generated, over all samples. */
  readonly generated: number
  /** Prompt tokens that were computed (cached ones not counted). */
  readonly evaluated: number
  /** Tokens that a provider charges for, prompt and answer. */
  readonly billed?: number
  readonly usd?: number
  /** The provider reported none, so that the counts are estimates. */
  readonly estimated?: true
}

/**
 * A language model.
 *
 * Errors: `E_MODEL_AUTH` (fatal), `E_MODEL_RATE`, `E_MODEL_SERVER`, `E_MODEL_TIMEOUT`, `E_MODEL_ABORTED`, `E_MODEL_REQUEST` (fatal), `E_MODEL_CONTEXT`
 * (prompt longer than the context), `E_MODEL_CAPABILITY` (fatal), `E_MODEL_OUTPUT` (an answer that cannot be read), each with the tokens already used in `usage`.
 */
export interface Model {
  readonly name: string
  readonly capabilities: Capabilities
  readonly reproducible: Reproducible
  /** Tokens of prompt and answer together, where it is known. */
  readonly contextLength?: number
  /** Absent: unknown, so that a budget in money is refused. Zeros: free. */
  readonly price?: Price
  generate(request: GenerateRequest, run: ModelRun): Promise<{ readonly samples: readonly Sample[]; readonly usage: ModelUsage }>
  score?(request: ScoreRequest, run: ModelRun): Promise<{ readonly scores: readonly Score[]; readonly usage: ModelUsage }>
  /** One vector for each text, all of the same length; only with the capability `embeddings`. */
  embed?(texts: readonly string[], run: ModelRun): Promise<{ readonly vectors: readonly (readonly number[])[]; readonly usage: ModelUsage }>
  close?(): Awaitable<void>
}

/**
 * Samples from a model within a trial. Where the grant is too small, there are fewer samples, the last of them shorter.
 * Samples are emulated by separate requests, made together, where the model has no `count`.
 * @throws `StarvedError` when the grant has no tokens or calls left; `E_MODEL_CAPABILITY` when the request needs what the model cannot do;
 * `E_MODEL_PRICE` under a budget in money when the model's price is not known.
 */
export async function generate(model: Model, request: GenerateRequest, context: CallContext): Promise<readonly Sample[]> {
  requireCapabilities(model, request)
  const count = request.count ?? 1
  if (count > 1 && !model.capabilities.count) {
    const each = await Promise.allSettled(Array.from({ length: count }, () => generate(model, { ...request, count: 1 }, context)))
    const samples = each.flatMap((one) => (one.status === 'fulfilled' ? one.value : []))
    const failed = each.find((one) => one.status === 'rejected')
    if (failed !== undefined && (samples.length === 0 || !(failed.reason instanceof StarvedError))) throw failed.reason
    return samples
  }
  requirePrice(model, context)
  const result = await context.call({
    kind: 'generate',
    by: model.name,
    request: request as unknown as Json,
    atMost: mostOf(model, promptLength(request), count, request.maxTokens),
    run: async ({ granted, seed, signal }) => {
      // A grant that is too small for all samples gives fewer whole ones, or a single shorter one.
      const affordable = Math.max(1, Math.min(count, Math.floor(granted('tokens') / request.maxTokens)))
      const maxTokens = Math.max(1, Math.min(request.maxTokens, Math.floor(granted('tokens') / affordable)))
      const { samples, usage } = await model.generate({ ...request, count: affordable, maxTokens }, { seed, signal })
      return { result: samples as unknown as Json, usage: amounts(model, usage) }
    },
  })
  return result as unknown as readonly Sample[]
}

/** Log-probabilities of given continuations within a trial. */
export async function score(model: Model, request: ScoreRequest, context: CallContext): Promise<readonly Score[]> {
  const run = model.score?.bind(model)
  if (run === undefined || !model.capabilities.score) throw missing(model, 'score', 'log-probabilities of given texts')
  if (request.prefix !== undefined && request.prefix !== '' && !model.capabilities.prefix)
    throw missing(model, 'prefix', 'answers that go on from a given beginning')
  requirePrice(model, context)
  const result = await context.call({
    kind: 'score',
    by: model.name,
    request: request as unknown as Json,
    atMost: mostOf(model, promptLength(request), 1, 0),
    run: async ({ seed, signal }) => {
      const { scores, usage } = await run(request, { seed, signal })
      return { result: scores as unknown as Json, usage: amounts(model, usage) }
    },
  })
  return result as unknown as readonly Score[]
}

/**
 * Vectors of texts within a trial, one for each, all of the same length. No texts: no call.
 * @throws `E_MODEL_CAPABILITY` for a model without embeddings; `StarvedError` when the grant has no calls left.
 */
export async function embed(model: Model, texts: readonly string[], context: CallContext): Promise<readonly (readonly number[])[]> {
  const run = model.embed?.bind(model)
  if (run === undefined || !model.capabilities.embeddings) throw missing(model, 'embeddings', 'vectors of texts')
  if (texts.length === 0) return []
  requirePrice(model, context)
  const result = await context.call({
    kind: 'embed',
    by: model.name,
    request: texts as unknown as Json,
    atMost: mostOf(
      model,
      texts.reduce((sum, text) => sum + text.length, 0),
      1,
      0,
    ),
    run: async ({ seed, signal }) => {
      const { vectors, usage } = await run(texts, { seed, signal })
      return { result: vectors as unknown as Json, usage: amounts(model, usage) }
    },
  })
  return result as unknown as readonly (readonly number[])[]
}

/** The error for a capability that a model lacks. */
export function missing(model: Model, capability: keyof Capabilities, meaning: string): BanyanError {
  return new BanyanError('E_MODEL_CAPABILITY', `the model ${model.name} cannot do ${meaning}`, {
    wanted: `a model with the capability ${JSON.stringify(capability)}`,
    hint: 'Use another model, or a proposer and evaluator that do without it (`banyan models list` shows what each can do).',
    fatal: true,
  })
}

function requireCapabilities(model: Model, request: GenerateRequest): void {
  const { capabilities } = model
  if (request.prompt !== undefined && !capabilities.completion) throw missing(model, 'completion', 'plain text without a chat')
  if (request.prefix !== undefined && request.prefix !== '' && !capabilities.prefix)
    throw missing(model, 'prefix', 'answers that go on from a given beginning')
  if (request.logProbs === true && !capabilities.logProbs) throw missing(model, 'logProbs', 'log-probabilities')
  if (request.grammar !== undefined && !capabilities.grammar) throw missing(model, 'grammar', 'answers under a grammar')
  if (request.schema !== undefined && !capabilities.schema) throw missing(model, 'schema', 'answers by a JSON schema')
}

/** A model without a known price under a money budget is an error, not free. */
function requirePrice(model: Model, context: CallContext): void {
  if (model.price !== undefined || context.remaining('usd') === Number.POSITIVE_INFINITY) return
  throw new BanyanError('E_MODEL_PRICE', `the price of ${model.name} is not known, so a budget in usd cannot be kept`, {
    wanted: 'a model with a price',
    hint: "State it with the model's option `price: { input, output, asOf }` (US dollars for a million tokens); or limit tokens instead.",
    fatal: true,
  })
}

function amounts(model: Model, usage: ModelUsage): Amounts {
  const usd =
    usage.usd ??
    (model.price === undefined ? undefined : (usage.evaluated * model.price.input + usage.generated * model.price.output) / 1e6)
  return {
    calls: 1,
    tokens: usage.generated,
    evaluatedTokens: usage.evaluated,
    billedTokens: usage.billed ?? 0,
    ...(usage.estimated === true ? { estimatedTokens: usage.generated + usage.evaluated } : {}),
    ...(usd === undefined ? {} : { usd }),
  }
}

function mostOf(model: Model, promptCharacters: number, count: number, maxTokens: number): Amounts {
  const tokens = count * maxTokens
  const price = model.price
  // A token has more than two characters in nearly every text; the bound only reserves, what is used is counted.
  const usd = price === undefined ? {} : { usd: ((promptCharacters / 2) * price.input + tokens * price.output) / 1e6 }
  return { calls: 1, ...(tokens > 0 ? { tokens } : {}), ...usd }
}

function promptLength(request: GenerateRequest | ScoreRequest): number {
  const chat = request.messages?.reduce((sum, message) => sum + message.content.length, 0) ?? 0
  return chat + (request.prompt?.length ?? 0) + (request.prefix?.length ?? 0)
}
