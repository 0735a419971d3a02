// A model for tests: its answers, delays and failures are stated, and a sample depends on the request and the seed alone.
// It knows nothing of searches. Tokens are words: see `scriptedTokens`.
import type { Json } from '../core/common.ts'
import { canonical } from '../core/digest.ts'
import { hashText, Random } from '../core/random.ts'
import { beforeStop, cleanText } from './clean-text.ts'
import type { Capabilities, GenerateRequest, Model, ModelRun, ModelUsage, Price, Sample, Score, ScoreRequest } from './model.ts'
import { missing } from './model.ts'
import { ModelError } from './model-error.ts'
import { amountsOf } from './model-usage.ts'
import { type ScriptedFailure, throwFailure } from './scripted-failure.ts'
import { pause } from './wait.ts'

/** What an answer function is given beside the request. */
export interface ScriptedCall {
  /** Seed of the call. */
  readonly seed: number
  /** Which sample of the call: 0, 1 … */
  readonly index: number
  /** Keyed by request, seed and index. */
  readonly random: Random
}

/** A sample with more than its text. */
export interface ScriptedSample {
  readonly text: string
  /** Default: `stop`, or `length` when `maxTokens` cut it. */
  readonly finish?: Sample['finish']
  /** One for each token, in nats; default: from `logProb`. */
  readonly logProbs?: readonly number[]
}

/** One sample, or all samples of the call at once (the function is then called once). */
export type ScriptedAnswer = string | ScriptedSample | readonly (string | ScriptedSample)[]

/** A request as it was received. */
export interface ScriptedRequest {
  readonly kind: 'generate' | 'score' | 'embed'
  /** Place among all calls, from 0, in order of arrival. */
  readonly call: number
  /** How often the same request came with the same seed before. */
  readonly attempt: number
  readonly seed: number
  readonly request: GenerateRequest | ScoreRequest | { readonly texts: readonly string[] }
}

/** Options of `scripted`. */
export interface ScriptedOptions {
  /** Default `scripted`. */
  readonly name?: string
  /** Makes a sample. Must depend on its arguments only. */
  readonly answer?: (request: GenerateRequest, call: ScriptedCall) => ScriptedAnswer
  /** Instead of `answer`: each sample is drawn from these by request, seed and index; the first one at temperature 0. */
  readonly answers?: readonly (string | ScriptedSample)[]
  /** Milliseconds before each answer, or a range from which they are drawn by request and seed. Default 0. */
  readonly delay?: number | readonly [number, number]
  /**
   * Failures by number of call (0 is the first), or as a function. Under concurrency the number of a call depends on timing;
   * `request`, `seed` and `attempt` do not.
   */
  readonly fail?: Readonly<Record<number, ScriptedFailure>> | ((request: ScriptedRequest) => ScriptedFailure | undefined)
  /** Log-probability of each token of a sample, in nats. Default: -1 for each. */
  readonly logProb?: (token: string, request: GenerateRequest) => number
  /** Log-probability of a continuation; a number counts the tokens by the rule. Without it the model cannot score. */
  readonly score?: (continuation: string, request: ScoreRequest) => number | Score
  /** Vector of a text. Without it the model has no embeddings. */
  readonly embed?: (text: string) => readonly number[]
  /** Default: everything but grammar and tools; `score` and `embeddings` where they are scripted. */
  readonly capabilities?: Partial<Capabilities>
  readonly contextLength?: number
  /** Default: free. `'unknown'`: none is stated. */
  readonly price?: Price | 'unknown'
}

/** A model that keeps what it was asked. */
export interface ScriptedModel extends Model {
  /** How many calls were received, failed ones too. */
  readonly calls: number
  /** All calls, in order of arrival. */
  readonly log: readonly ScriptedRequest[]
}

/**
 * A model that says what it is told to.
 *
 * A sample ends before the first stop text, and after `maxTokens` tokens. Prompt tokens are counted anew in each call. A failed call has
 * used nothing, but where a failure says otherwise.
 * @throws `E_MODEL_CAPABILITY` where a request needs what `capabilities` denies; `E_MODEL_CONTEXT` when prompt and answer pass `contextLength`.
 *
 * @example
 * const model = scripted({ answer: (request, { seed }) => (seed % 2 === 0 ? 'heads' : 'tails') })
 * const flaky = scripted({ answers: ['yes', 'no'], delay: [0, 20], fail: ({ attempt }) => (attempt === 0 ? { status: 500 } : undefined) })
 */
export function scripted(options: ScriptedOptions = {}): ScriptedModel {
  const name = options.name ?? 'scripted'
  const log: ScriptedRequest[] = []
  const attempts = new Map<string, number>()
  const capabilities = capabilitiesOf(options)

  /** Logs the call, waits, and fails where that is scripted. */
  async function receive(kind: ScriptedRequest['kind'], request: ScriptedRequest['request'], run: ModelRun, usage: () => ModelUsage) {
    const key = `${kind} ${run.seed} ${canonical(request as unknown as Json)}`
    const attempt = attempts.get(key) ?? 0
    attempts.set(key, attempt + 1)
    const received: ScriptedRequest = { kind, call: log.length, attempt, seed: run.seed, request }
    log.push(received)
    await pause(delayOf(options.delay, run.seed, key), run.signal, name)
    const failure = typeof options.fail === 'function' ? options.fail(received) : options.fail?.[received.call]
    if (failure !== undefined) await throwFailure(failure, { name, signal: run.signal, usage })
  }

  const model: ScriptedModel = {
    name,
    capabilities,
    reproducible: 'exact',
    ...(options.contextLength === undefined ? {} : { contextLength: options.contextLength }),
    ...(options.price === 'unknown' ? {} : { price: options.price ?? { input: 0, output: 0, asOf: '1970-01-01' } }),
    log,
    get calls() {
      return log.length
    },
    async generate(request, run) {
      refuse(model, request)
      await receive('generate', request, run, () => answerOf(options, request, run.seed).usage)
      const result = answerOf(options, request, run.seed)
      const length = result.usage.evaluated + Math.max(0, ...result.samples.map((sample) => scriptedTokens(sample.text).length))
      if (options.contextLength !== undefined && length > options.contextLength) {
        throw new ModelError('E_MODEL_CONTEXT', `prompt and answer do not fit into the context of ${name}`, {
          seen: length,
          wanted: `at most ${options.contextLength} tokens`,
          usage: amountsOf({ generated: 0, evaluated: result.usage.evaluated }),
        })
      }
      return result
    },
  }
  const { score, embed } = options
  if (score !== undefined) {
    model.score = async (request, run) => {
      const evaluated = promptTokens(request)
      await receive('score', request, run, () => ({ generated: 0, evaluated }))
      const scores = request.continuations.map((continuation) => {
        const found = score(continuation, request)
        return typeof found === 'number' ? { logProb: found, tokens: scriptedTokens(continuation).length } : found
      })
      return { scores, usage: { generated: 0, evaluated: evaluated + scores.reduce((sum, item) => sum + item.tokens, 0) } }
    }
  }
  if (embed !== undefined) {
    model.embed = async (texts, run) => {
      const evaluated = texts.reduce((sum, text) => sum + scriptedTokens(text).length, 0)
      await receive('embed', { texts }, run, () => ({ generated: 0, evaluated }))
      return { vectors: texts.map(embed), usage: { generated: 0, evaluated } }
    }
  }
  return model
}

/** The tokens of a text as the scripted model counts them: words, each with the white space before it; white space at the end is a token. */
export function scriptedTokens(text: string): readonly string[] {
  const tokens = text.match(/\s*\S+/g) ?? []
  const end = text.slice(tokens.reduce((sum, token) => sum + token.length, 0))
  return end === '' ? tokens : [...tokens, end]
}

function capabilitiesOf(options: ScriptedOptions): Capabilities {
  return {
    count: true,
    logProbs: true,
    score: options.score !== undefined,
    prefix: true,
    completion: true,
    grammar: false,
    schema: true,
    seed: true,
    embeddings: options.embed !== undefined,
    tools: false,
    ...options.capabilities,
  }
}

function refuse(model: Model, request: GenerateRequest): void {
  const { capabilities } = model
  if ((request.count ?? 1) > 1 && !capabilities.count) throw missing(model, 'count', 'several samples for one call')
  if (request.logProbs === true && !capabilities.logProbs) throw missing(model, 'logProbs', 'log-probabilities')
  if (request.schema !== undefined && !capabilities.schema) throw missing(model, 'schema', 'answers by a JSON schema')
}

function delayOf(delay: ScriptedOptions['delay'], seed: number, key: string): number {
  if (typeof delay === 'number' || delay === undefined) return delay ?? 0
  const [least, most] = delay
  return least + new Random(seed, `delay ${key}`).unit() * (most - least)
}

/** What decides an answer: not how much of it is wanted, so that a smaller grant gives the beginning of the same text. */
function answerKey(request: GenerateRequest): string {
  const { maxTokens: _, count: __, logProbs: ___, ...rest } = request
  return canonical(rest as unknown as Json)
}

function answerOf(options: ScriptedOptions, request: GenerateRequest, seed: number): { samples: Sample[]; usage: ModelUsage } {
  const key = answerKey(request)
  const count = request.count ?? 1
  const raw: (string | ScriptedSample)[] = []
  while (raw.length < count) {
    const index = raw.length
    const made = answerAt(options, request, { seed, index, random: new Random(seed, `${index} ${key}`) })
    if (typeof made === 'string' || !Array.isArray(made)) raw.push(made as string | ScriptedSample)
    else {
      raw.push(...made)
      break
    }
  }
  const samples = raw.slice(0, count).map((item) => sampleOf(options, request, typeof item === 'string' ? { text: item } : item))
  const generated = samples.reduce((sum, sample) => sum + scriptedTokens(sample.text).length, 0)
  const evaluated = promptTokens(request)
  return { samples, usage: { generated, evaluated, billed: evaluated + generated } }
}

function answerAt(options: ScriptedOptions, request: GenerateRequest, call: ScriptedCall): ScriptedAnswer {
  if (options.answer !== undefined) return options.answer(request, call)
  const answers = options.answers ?? []
  return answers[request.temperature === 0 ? 0 : call.random.below(answers.length)] ?? ''
}

function sampleOf(options: ScriptedOptions, request: GenerateRequest, made: ScriptedSample): Sample {
  const clean = cleanText(made.text)
  const stopped = beforeStop(clean.text, request.stop)
  const tokens = scriptedTokens(stopped ?? clean.text)
  const kept = tokens.slice(0, request.maxTokens)
  const length = clean.cut || kept.length < tokens.length
  const sample = { text: kept.join(''), finish: length ? ('length' as const) : (made.finish ?? 'stop') }
  if (request.logProbs !== true) return sample
  const logProbs = kept.map((token, place) => made.logProbs?.[place] ?? options.logProb?.(token, request) ?? -1)
  return { ...sample, tokens: { ids: kept.map((token) => hashText(token) >>> 16), logProbs } }
}

function promptTokens(request: GenerateRequest | ScoreRequest): number {
  const texts = [...(request.messages ?? []).map((message) => message.content), request.prompt ?? '', request.prefix ?? '']
  return texts.reduce((sum, text) => sum + scriptedTokens(text).length, 0)
}
