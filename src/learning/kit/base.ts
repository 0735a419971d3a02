// Base policies: small nets that have learnt word problems from a demonstrator with systematic errors. Made once, kept in the cache.
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Json } from '../../core/common.ts'
import { Random } from '../../core/random.ts'
import { cacheDirectory } from '../../models/cache-directory.ts'
import { loadNet, readNetConfiguration, saveNet } from '../files/net-file.ts'
import type { CausalNet } from '../nets/causal-net.ts'
import type { GptConfig } from '../nets/gpt.ts'
import { saveTokeniser } from '../tokenisers/tokeniser-file.ts'
import { type SequenceExample, type TrainingProgress, train } from '../train.ts'
import { type BandName, bands, wantInside } from './bands.ts'
import { contextLength, exampleTokens } from './codec.ts'
import { demonstration } from './demonstrator.ts'
import { type Measurement, measurePolicy } from './measure.ts'
import { drawProblem, type ProblemSizes, problemSizes } from './problems.ts'
import { wordProblemTokeniser } from './vocabulary.ts'

/** Which base is meant. */
export interface Base {
  readonly band: BandName
  /** One of `baseSeeds`. */
  readonly seed: number
}

/** Bases are made from these; a run with another seed takes the one that is its seed modulo three. */
export const baseSeeds = [0, 1, 2] as const

/** The net of all bases. */
export const baseConfig = {
  vocabulary: wordProblemTokeniser.vocabulary.length,
  context: contextLength(),
  width: 64,
  layers: 2,
  heads: 4,
  embeddingSpread: 0.1,
  weightSpread: 0.08,
} as const satisfies GptConfig

/** Which base a run with this seed begins with. */
export function baseFor(band: BandName, seed: number): Base {
  return { band, seed: seed % baseSeeds.length }
}

/** Where a base is or would be: the path of its net, without ending. Other settings make another path. */
export function basePath({ band, seed }: Base): string {
  return join(cacheDirectory(), 'kit', `word-problems-${version}`, `${band}-${seed}`)
}

/** Raised when settings of bases change. */
const version = 1

/** Options of `buildBase`. */
export interface BuildOptions {
  readonly progress?: (progress: TrainingProgress) => void
  readonly signal?: AbortSignal
  /** Make it again where it is there. Default false. */
  readonly again?: boolean
}

/** A base that is there. */
export interface BuiltBase extends Base {
  /** Path of the net, without ending. */
  readonly path: string
  /** SHA-256 of its weights' file. */
  readonly sha256: string
  /** Absent where it was there already. */
  readonly measured?: Measurement
}

/**
 * Makes a base, unless it is there: about a minute and a half on one thread.
 *
 * @throws BanyanError E_KIT_OUTSIDE when what it has learnt is outside of its band; nothing is kept then. What `train` throws.
 * @example
 * const { path } = await buildBase({ band: 'hard', seed: 1 }, { progress: ({ step, steps }) => bar.update(step / steps) })
 */
export async function buildBase({ band, seed }: Base, { progress, signal, again = false }: BuildOptions = {}): Promise<BuiltBase> {
  const path = basePath({ band, seed })
  const done = (measured?: Measurement): BuiltBase => ({
    band,
    seed,
    path,
    sha256: readNetConfiguration(path).weights.sha256,
    ...(measured !== undefined && { measured }),
  })
  if (!again && existsSync(`${path}.json`)) return done()
  const { net } = await trainedOnDemonstrations(
    { band, seed, config: baseConfig },
    { ...(progress !== undefined && { progress }), ...(signal !== undefined && { signal }) },
  )
  signal?.throwIfAborted()
  const measured = await measurePolicy(net)
  wantInside(band, measured)
  await mkdir(dirname(path), { recursive: true })
  saveTokeniser(wordProblemTokeniser, join(dirname(path), tokeniserFile))
  saveNet(net, path, { tokeniser: tokeniserFile })
  return done(measured)
}

const tokeniserFile = 'words.json'

/** A base, made where it is not there. */
export async function openBase(base: Base, options?: BuildOptions): Promise<CausalNet> {
  return loadNet((await buildBase(base, options)).path)
}

export interface Demonstrations extends Base {
  readonly config: GptConfig
  /** Default: the usual ones. */
  readonly sizes?: ProblemSizes
  /** How often a step is followed by a check. Default 0. */
  readonly checks?: number
  /** Default: those of the band. */
  readonly steps?: number
  /** Examples a step. Default 64. */
  readonly batch?: number
}

/** Trains a new net on demonstrations, as bases are trained. */
export function trainedOnDemonstrations(demonstrations: Demonstrations, { progress, signal }: Pick<BuildOptions, 'progress' | 'signal'>) {
  const { band, seed, config, steps = bands[band].steps, batch = 64 } = demonstrations
  const examples = Array.from({ length: steps * batch }, (_, index) => demonstrated(index, demonstrations))
  return train(
    {
      net: { kind: 'gpt', config: config as unknown as Json, seed },
      data: { examples },
      objective: 'supervised',
      batch,
      limit: { epochs: 1 },
      schedule: { kind: 'linear', rate: 4e-3, warmup: Math.min(50, Math.floor(steps / 10)), end: 0.05 },
      seed,
    },
    { ...(progress !== undefined && { progress }), ...(signal !== undefined && { signal }) },
  )
}

/** Example number `index`: a training problem with what the demonstrator writes. The prompt is masked. */
function demonstrated(index: number, { band, seed, sizes = problemSizes.usual, checks = 0 }: Demonstrations): SequenceExample {
  const problem = drawProblem(index, { heldOut: false, seed: trainingSeed + seed, sizes })
  const { ladder } = bands[band]
  const steps = demonstration(problem, { ladder, checks }, new Random(seed, `demonstration ${index}`))
  const { tokens, promptLength } = exampleTokens(problem, steps, sizes)
  return { tokens, weights: Float32Array.from(tokens, (_, at) => (at < promptLength ? 0 : 1)) }
}

/** Streams of problems to learn from begin here, apart from those of searches. */
const trainingSeed = 1_000_000
