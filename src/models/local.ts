// A GGUF file as a model, through node-llama-cpp: log-probabilities, scoring, prefixes, grammars, and many branches generated in lock
// step over a pool of sequences. The parts are in the folder `local`; this file checks requests and puts them together.
import { availableParallelism } from 'node:os'
import { basename } from 'node:path'
import type { Llama, LlamaGrammar } from 'node-llama-cpp'
import { BanyanError } from '../core/errors.ts'
import { findModel } from './find-model.ts'
import { importPeer } from './import-peer.ts'
import { answerMemory } from './local/answer-memory.ts'
import { decoderFor } from './local/decoder.ts'
import { generateSamples, type Spent, usageFrom } from './local/generate.ts'
import { readGgufHeader } from './local/gguf.ts'
import { LanePool } from './local/lane-pool.ts'
import { LockStep } from './local/lock-step.ts'
import { type Placed, promptTokens } from './local/prompt-tokens.ts'
import { requireValid } from './local/request.ts'
import { scoreContinuations } from './local/score.ts'
import { laneCount } from './local/size.ts'
import { tunedRounds } from './local/tuned-rounds.ts'
import { saysItsPooling, vectors } from './local/vectors.ts'
import type { GenerateRequest, Model, ModelRun, ScoreRequest } from './model.ts'
import { ModelError } from './model-error.ts'
import { amountsOf } from './model-usage.ts'

/** What is used of node-llama-cpp. */
export type LlamaLibrary = typeof import('node-llama-cpp')

/** Options of `localModel`. */
export interface LocalModelOptions {
  /** A name from the catalogue (`smollm2-135m`), or the path of a GGUF file. */
  readonly model: string
  /** The model's name in logs and results. Default: the catalogue's name, or the file's without its ending. */
  readonly name?: string
  /** Most tokens of prompt and answer together. Default 1024, or what the model was trained for where that is less. */
  readonly contextLength?: number
  /** How many texts are held and generated at once, at least 1. Default: as many as fit 768 MB, between 2 and 64 (32 for `smollm2-135m`). */
  readonly sequences?: number
  /**
   * Processor threads, at least 1. Default: one or two (one on a machine with one core), whichever has been faster of late: two are
   * faster alone on the machine and far slower beside other busy programs.
   */
  readonly threads?: number
  /** A Jinja chat template instead of the file's own. */
  readonly chatTemplate?: string
  /** node-llama-cpp itself, where a bundler cannot follow the import. */
  readonly library?: LlamaLibrary
  /**
   * Make vectors of texts (`embed`), in a context of their own. Default: where the file says how its vectors are pooled, as models made
   * for embeddings do. Those of other models come from the last token, and say less.
   */
  readonly embeddings?: boolean
  /** `public` leaves out the parts of node-llama-cpp that are not in its public interface: slower, and no grammars. Default `auto`. */
  readonly decoding?: 'auto' | 'public'
}

/** What a local model has done since it was loaded. */
export interface LocalStatistics {
  /** Tokens evaluated, of prompts and of answers. */
  readonly computed: number
  /** Different tokens in their place among them; 1 is the best that `computed / distinct` can be. Undefined past a million. */
  readonly distinct: number | undefined
  /** Tokens generated. */
  readonly generated: number
  /** Decodes: each is one batch over all branches in flight. */
  readonly rounds: number
  /** Most branches in one round. */
  readonly widest: number
  /** Copies of a beginning from one sequence to another. */
  readonly copies: number
}

/** A model in this process. */
export interface LocalModel extends Model {
  readonly contextLength: number
  /** The file. */
  readonly path: string
  /** How many texts are generated at once. */
  readonly sequences: number
  statistics(): LocalStatistics
  score(request: ScoreRequest, run: ModelRun): ReturnType<NonNullable<Model['score']>>
  close(): Promise<void>
}

/**
 * Loads a GGUF file. Needs the package `node-llama-cpp`.
 *
 * @throws `E_PEER_MISSING`, `E_MODEL_FILE` (missing, truncated, not a GGUF), `E_MODEL_UNKNOWN` (no such name or path),
 * `E_MODEL_MEMORY` (the model or its context does not fit).
 * `generate` and `score` throw `E_MODEL_CONTEXT` before anything is computed, `E_MODEL_REQUEST`, and `E_MODEL_ABORTED` with the usage so far.
 *
 * @example
 * const model = await localModel({ model: 'smollm2-135m' })
 * const { samples } = await model.generate(
 *   { messages: [{ role: 'user', content: 'Name a tree.' }], maxTokens: 16, count: 4, logProbs: true },
 *   { seed: 1, signal: new AbortController().signal },
 * )
 * await model.close()
 */
export async function localModel(options: LocalModelOptions): Promise<LocalModel> {
  const found = await findModel(options.model)
  await readGgufHeader(found.path)
  const library = await importPeer<LlamaLibrary>({
    package: 'node-llama-cpp@3.21.1',
    purpose: 'a local model',
    given: options.library,
    load: () => import('node-llama-cpp'),
  })
  const threads = options.threads ?? Math.min(2, availableParallelism())
  const llama = await runtime(library)
  const loaded = await llama.loadModel({ modelPath: found.path, gpuLayers: 0 }).catch((cause: unknown) => {
    if (isMemory(cause))
      throw memoryError(`the model does not fit into memory`, cause, 'Use a smaller model, or a file with fewer bits a weight.')
    throw new BanyanError('E_MODEL_FILE', 'llama.cpp cannot load the file', {
      seen: found.path,
      hint: `It says: ${cause instanceof Error ? cause.message : String(cause)}. Use a GGUF file of an architecture that llama.cpp knows.`,
      cause,
      fatal: true,
    })
  })
  const contextLength = Math.min(options.contextLength ?? 1024, loaded.trainContextSize)
  const sequences = options.sequences ?? laneCount(loaded, contextLength)
  const context = await loaded
    .createContext({
      // The library keeps one place free.
      contextSize: contextLength + 1,
      sequences,
      threads,
      batchSize: 512,
      swaFullCache: true,
      failedCreationRemedy: false,
    })
    .catch(async (cause: unknown) => {
      await loaded.dispose()
      const seen = `${sequences} sequences of ${contextLength} tokens`
      throw memoryError(
        `the context does not fit into memory (${seen})`,
        cause,
        'Load the model with fewer `sequences` or a shorter `contextLength`.',
      )
    })
  const name = options.name ?? found.entry?.name ?? basename(found.path, '.gguf')
  const decoder = decoderFor(loaded, library, options.decoding)
  const pool = new LanePool(context)
  const lockStep = new LockStep(pool, decoder, name, options.threads === undefined ? tunedRounds(context, threads) : undefined)
  const memory = answerMemory()
  const prompts = promptTokens(loaded, library, memory, options.chatTemplate)
  const machine = { model: loaded, decoder, lockStep, memory, contextLength }
  const embedding = (options.embeddings ?? saysItsPooling(loaded)) ? vectors(loaded, { name, contextLength, threads }) : undefined
  let generated = 0
  let closed = false

  async function counted<Result>(work: (spent: Spent) => Promise<Result>) {
    const spent: Spent = { generated: 0, evaluated: 0 }
    try {
      return { result: await work(spent), usage: usageFrom(spent) }
    } catch (error) {
      if (!BanyanError.isInstance(error) || spent.generated + spent.evaluated === 0) throw error
      throw new ModelError(error.code as ModelError['code'] & 'E_MODEL_ABORTED', error.message, {
        cause: error,
        usage: amountsOf(usageFrom(spent)),
      })
    } finally {
      generated += spent.generated
    }
  }

  function placed(request: GenerateRequest | ScoreRequest, atLeast: (placed: Placed) => number): Placed {
    if (closed) throw new ModelError('E_MODEL_REQUEST', `the model ${name} is closed`)
    const place = prompts.place(request)
    const length = place.before.length + place.beginningTokens.length
    if (length === 0) throw new ModelError('E_MODEL_REQUEST', 'the prompt is empty', { wanted: 'at least one token' })
    const needed = length + atLeast(place)
    if (needed <= contextLength) return place
    throw new ModelError('E_MODEL_CONTEXT', `the prompt is longer than the context of ${name}`, {
      seen: `${length} tokens${needed > length + 1 ? ` and ${needed - length} to score` : ''}`,
      wanted: `at most ${contextLength - (needed - length)}`,
      hint:
        contextLength < loaded.trainContextSize
          ? `Shorten it, or load the model with \`contextLength\` up to ${loaded.trainContextSize}.`
          : 'Shorten it, or use a model with a longer context.',
    })
  }

  async function grammarOf(request: GenerateRequest): Promise<LlamaGrammar | undefined> {
    try {
      if (request.grammar !== undefined) return await llama.createGrammar({ grammar: request.grammar })
      if (request.schema !== undefined) return await llama.createGrammarForJsonSchema(request.schema as never)
      return undefined
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause)
      const kind = request.grammar !== undefined ? 'grammar' : 'schema'
      throw new ModelError('E_MODEL_REQUEST', `the ${kind} cannot be used: ${message}`, { seen: request[kind], cause })
    }
  }

  const model: LocalModel = {
    name,
    path: found.path,
    sequences,
    contextLength,
    reproducible: 'recorded',
    price: { input: 0, output: 0, asOf: '2026-11-01' },
    capabilities: {
      count: true,
      logProbs: true,
      score: true,
      prefix: true,
      completion: true,
      grammar: decoder.grammars,
      schema: decoder.grammars,
      seed: true,
      embeddings: embedding !== undefined,
      tools: false,
    },
    async generate(request, run) {
      requireValid(request, model)
      const place = placed(request, () => 1)
      const grammar = await grammarOf(request)
      const { result, usage } = await counted((spent) => generateSamples(machine, request, place, grammar, run, spent))
      return { samples: result, usage }
    },
    async score(request, run) {
      if (request.continuations.length === 0 || request.continuations.includes('')) {
        throw new ModelError('E_MODEL_REQUEST', 'there must be at least one continuation, and none may be empty', {
          seen: request.continuations,
        })
      }
      let continuations: (readonly number[])[] = []
      const place = placed(request, (where) => {
        continuations = request.continuations.map((text) => prompts.after(where, text))
        return Math.max(...continuations.map((tokens) => tokens.length))
      })
      const prompt = [...place.before, ...place.beginningTokens]
      const { result, usage } = await counted((spent) => scoreContinuations(machine, prompt, continuations, run, spent))
      return { scores: result, usage }
    },
    ...(embedding === undefined
      ? {}
      : {
          async embed(texts: readonly string[], run: ModelRun) {
            if (closed) throw new ModelError('E_MODEL_REQUEST', `the model ${name} is closed`)
            const { result, usage } = await counted((spent) => embedding.of(texts, run, spent))
            return { vectors: result, usage }
          },
        }),
    statistics: () => ({ ...pool.counts, ...lockStep.counts, generated }),
    async close() {
      if (closed) return
      closed = true
      await lockStep.close()
      decoder.close()
      await embedding?.close()
      await context.dispose()
      await loaded.dispose()
    },
  }
  return model
}

function isMemory(cause: unknown): boolean {
  return cause instanceof Error && /memory|bad_alloc|too large for the available/i.test(cause.message)
}

function memoryError(message: string, cause: unknown, hint: string): BanyanError {
  const said = cause instanceof Error ? cause.message : String(cause)
  return new BanyanError('E_MODEL_MEMORY', message, { hint: `${hint} llama.cpp says: ${said}`, cause, fatal: true })
}

/** One runtime for each library object: the native part is shared by all models. */
function runtime(library: LlamaLibrary): Promise<Llama> {
  let started = runtimes.get(library)
  if (started === undefined) {
    started = library.getLlama({ gpu: false, build: 'never', logLevel: library.LlamaLogLevel.error, progressLogs: false })
    runtimes.set(library, started)
  }
  return started
}

const runtimes = new WeakMap<LlamaLibrary, Promise<Llama>>()
