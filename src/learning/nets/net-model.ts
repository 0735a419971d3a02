// A trained net as a model, over a tokeniser: samples, log-probabilities and scores of texts, the same for the same seed whatever else is
// asked. What is asked in one tick is decoded together.
import { Random } from '../../core/random.ts'
import { beforeStop, cleanText } from '../../models/clean-text.ts'
import { type GenerateRequest, type Message, type Model, missing, type Sample, type ScoreRequest } from '../../models/model.ts'
import { abortedError, ModelError } from '../../models/model-error.ts'
import type { BatchedDecoder, GeneratedText } from './batched-decoder.ts'
import { parametersDigest } from './parameters-digest.ts'
import { scorer } from './scorer.ts'

/** What a model needs of a tokeniser. */
export interface TextTokens {
  encode(text: string): ArrayLike<number>
  decode(tokens: ArrayLike<number>): string
}

/** Options of `netModel`. */
export interface NetModelOptions {
  readonly decoder: BatchedDecoder
  readonly tokeniser: TextTokens
  /** Default: the net's kind and the first digits of its weights' digest. */
  readonly name?: string
  /** Tokens that end an answer; not part of its text. Default none. */
  readonly endTokens?: readonly number[]
  /** A chat as the text that the net goes on from, or as its tokens. Default: each message's text and an empty line. */
  readonly chat?: (messages: readonly Message[]) => string | ArrayLike<number>
}

/**
 * A net as a model.
 *
 * Errors of `generate` and `score`: `E_MODEL_CONTEXT`, `E_MODEL_REQUEST`, `E_MODEL_CAPABILITY`, `E_MODEL_ABORTED`, and the tokeniser's own.
 *
 * @example
 * const model = netModel({ decoder: batchedDecoder(net), tokeniser: characters({ characters: 'abc ' }) })
 */
export function netModel(options: NetModelOptions): Model {
  const { decoder, tokeniser, endTokens = [] } = options
  const { chat = (messages) => messages.map(({ content }) => `${content}\n\n`).join('') } = options
  const { net } = decoder
  const name = options.name ?? `${net.kind}-${parametersDigest(net.parameters).slice(0, 12)}`
  const scores = scorer(net, { kernels: decoder.kernels })
  const ends = new Set(endTokens)

  const model: Model = {
    name,
    capabilities: {
      ...{ count: true, logProbs: true, score: true, prefix: true, completion: true, seed: true },
      ...{ grammar: false, schema: false, embeddings: false, tools: false },
    },
    reproducible: 'exact',
    contextLength: net.shape.context,
    price: { input: 0, output: 0, asOf: '1970-01-01' },
    async generate(request, { seed, signal }) {
      refuse(model, request)
      const { count = 1, maxTokens, temperature = 1, topP = 1, topK = 0, stop } = request
      const prompt = promptOf(request, 1)
      const stops = stop !== undefined && stop.length > 0
      const ended = (tokens: readonly number[]) =>
        ends.has(tokens.at(-1)!) || (stops && beforeStop(tokeniser.decode(tokens), stop) !== undefined)
      const texts = Array.from({ length: count }, (_, sample) => ({
        ...{ prompt, mostTokens: maxTokens, temperature, topP, topK, stop: ended },
        random: new Random(seed, sample),
      }))
      const generated = await decoder.generate(texts, signal).catch((error: unknown) => {
        throw signal.aborted ? abortedError(name) : error
      })
      const usage = { generated: generated.reduce((sum, { tokens }) => sum + tokens.length, 0), evaluated: prompt.length }
      return { samples: generated.map((one) => sampleOf(one, request)), usage }
    },
    async score(request, { signal }) {
      if (signal.aborted) throw abortedError(name)
      const continuations = request.continuations.map((text) => Array.from(tokeniser.encode(text)))
      if (continuations.length === 0 || continuations.some(({ length }) => length === 0))
        throw new ModelError('E_MODEL_REQUEST', '`continuations` of the request is not right', {
          seen: request.continuations,
          wanted: 'at least one text, none of them empty',
        })
      const prompt = promptOf(request, Math.max(...continuations.map(({ length }) => length)))
      const found = scores.score(continuations.map((tokens) => ({ tokens: [...prompt, ...tokens], from: prompt.length })))
      return {
        scores: found.map(({ logProbs }, at) => ({
          logProb: Math.min(
            0,
            logProbs.reduce((sum, one) => sum + one, 0),
          ),
          tokens: continuations[at]!.length,
        })),
        usage: { generated: 0, evaluated: continuations.reduce((sum, { length }) => sum + length, prompt.length) },
      }
    },
  }
  return model

  /** @param room tokens that must fit after it. */
  function promptOf({ messages, prompt, prefix = '' }: GenerateRequest | ScoreRequest, room: number): readonly number[] {
    if ((messages === undefined) === (prompt === undefined))
      throw new ModelError('E_MODEL_REQUEST', 'a request has messages or a prompt', {
        seen: messages === undefined ? 'none' : 'both',
        wanted: 'one of them',
      })
    const before = messages === undefined ? prompt! : chat(messages)
    const tokens =
      typeof before === 'string'
        ? Array.from(tokeniser.encode(before + prefix))
        : [...Array.from(before), ...Array.from(tokeniser.encode(prefix))]
    if (tokens.length === 0)
      throw new ModelError('E_MODEL_REQUEST', 'there is nothing to go on from', { seen: prefix, wanted: 'a text of at least one token' })
    if (tokens.length + room <= net.shape.context) return tokens
    throw new ModelError('E_MODEL_CONTEXT', `the text does not fit into the context of ${name}`, {
      seen: tokens.length,
      wanted: `at most ${net.shape.context - room} tokens`,
    })
  }

  function sampleOf({ tokens, rawLogProbs, finish }: GeneratedText, { stop, logProbs }: GenerateRequest): Sample {
    const whole = tokeniser.decode(tokens.filter((token) => !ends.has(token)))
    const { text } = cleanText(beforeStop(whole, stop) ?? whole)
    return {
      text,
      finish: finish === 'stop' ? 'stop' : 'length',
      ...(logProbs === true && { tokens: { ids: [...tokens], logProbs: [...rawLogProbs] } }),
    }
  }
}

function refuse(model: Model, request: GenerateRequest): void {
  if (request.grammar !== undefined) throw missing(model, 'grammar', 'answers under a grammar')
  if (request.schema !== undefined) throw missing(model, 'schema', 'answers by a JSON schema')
  const { maxTokens, count = 1 } = request
  for (const [field, value] of Object.entries({ maxTokens, count }))
    if (!(Number.isInteger(value) && value >= 1))
      throw new ModelError('E_MODEL_REQUEST', `\`${field}\` of the request is not right`, { seen: value, wanted: 'a whole number from 1' })
}
