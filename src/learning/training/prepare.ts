// Everything that a training needs before its first step: net, examples, objective, order, learning rates, optimizer. And what makes it the
// same training as another one.
import { createHash, type Hash } from 'node:crypto'
import type { Json } from '../../core/common.ts'
import { BanyanError } from '../../core/errors.ts'
import { tensorDigest } from '../files/safetensors.ts'
import type { ScalarHead } from '../nets/scalar-head.ts'
import { type Adam, adam } from '../tensor/adam.ts'
import type { Kernels } from '../tensor/kernels.ts'
import { openKernels } from '../tensor/open-kernels.ts'
import { schedule } from '../tensor/schedules.ts'
import type { Parameter } from '../tensor/tensor.ts'
import { type Batches, batches } from './batches.ts'
import type { JobIdentity } from './checkpoint.ts'
import { examplesOf, type NamedExamples } from './examples-of-data.ts'
import type { TrainingJob, TrainOptions } from './job.ts'
import { type Room, tokensOf } from './microbatches.ts'
import type { Objective, OpenObjective } from './objective.ts'
import { objectiveOf } from './objectives.ts'
import { type OpenSource, openSource } from './open-source.ts'

export interface Prepared {
  readonly kernels: Kernels
  readonly source: OpenSource
  readonly objective: Objective<unknown>
  readonly open: OpenObjective<unknown>
  readonly data: NamedExamples
  readonly heldOut: NamedExamples | undefined
  /** Of net and heads, without frozen ones. */
  readonly parameters: readonly Parameter[]
  readonly optimizer: Adam
  readonly batches: Batches
  /** What goes through the net at once. */
  readonly room: Room
  readonly steps: number
  readonly rateAt: (step: number) => number
  readonly evaluateEvery: number
  readonly identity: JobIdentity
}

/** @throws BanyanError E_TRAIN_OPTION, E_TRAIN_ROW, E_TRAIN_DATA and what files and nets throw: nothing has been changed then. */
export async function prepare(job: TrainingJob, options: TrainOptions): Promise<Prepared> {
  const { seed = 0, limit = { epochs: 1 }, settings = {}, tooLong = 'refuse' } = job
  const objective = objectiveOf(job.objective, settings)
  const source = await openSource(job)
  const { net, heads: given, base, encoder } = source
  const usual = base === undefined ? ofNets : ofAdapters
  const { batch = usual.batch, mostTokens = usual.mostTokens } = job
  const { microbatch = batch } = job
  wantCount('seed', seed, 0)
  wantCount('batch', batch, 1)
  wantCount('microbatch', microbatch, 1)
  if (mostTokens !== Number.POSITIVE_INFINITY) wantCount('mostTokens', mostTokens, 1)
  const limits = { shape: net.shape, mostTokens, tooLong }
  const data = await examplesOf(job.data, objective, encoder, limits)
  const heldOut = job.heldOut && (await examplesOf(job.heldOut, objective, encoder, limits))
  if (job.rate !== undefined && job.schedule !== undefined)
    throw new BanyanError('E_TRAIN_OPTION', 'a schedule has its own rate', { wanted: 'schedule or rate, not both' })
  if (job.patience !== undefined) {
    wantCount('patience', job.patience, 1)
    if (heldOut === undefined) throw new BanyanError('E_TRAIN_OPTION', 'patience needs held-out data to measure on')
  }

  const kernels = openKernels(options.kernels)
  const open = objective.open(net, { kernels, seed, heads: given })
  const all = [...net.parameters, ...Object.values(open.heads).flatMap((head: ScalarHead) => head.parameters)]
  const parameters = all.filter(({ trainable }) => trainable)
  const order = batches(data.examples.length, batch, seed)
  const steps = stepsOf(limit, data, objective, order, batch)
  const { clip = 1, beta2 = 0.99, ...moments } = job.optimizer ?? {}
  const rates = job.schedule ?? {
    kind: 'linear',
    rate: job.rate ?? usual.rate,
    warmup: Math.min(steps - 1, Math.ceil(steps / 20)),
    end: 0.05,
  }
  const evaluateEvery = job.evaluateEvery ?? Math.max(1, Math.ceil(steps / 10))
  wantCount('evaluateEvery', evaluateEvery, 1)
  return {
    kernels,
    source,
    objective,
    open,
    data,
    heldOut,
    parameters,
    optimizer: adam({ kernels, parameters, clip, beta2, ...moments }),
    batches: order,
    room: { examples: microbatch, tokens: mostTokens },
    steps,
    rateAt: schedule({ ...rates, steps }),
    evaluateEvery,
    identity: {
      // A language model is known by the digest of its file.
      net: {
        ...{ kind: net.kind, config: net.config, weights: tensorDigest(base === undefined ? all : parameters) },
        ...(base !== undefined && { base: base.sha256 }),
      },
      data: digestOf(data.examples),
      heldOut: heldOut === undefined ? null : digestOf(heldOut.examples),
      objective: job.objective,
      settings,
      seed,
      batch,
      microbatch,
      ...(mostTokens !== Number.POSITIVE_INFINITY && { mostTokens }),
      steps,
      schedule: { ...rates },
      optimizer: { clip, beta2, ...moments },
      evaluateEvery: heldOut === undefined ? null : evaluateEvery,
      patience: job.patience ?? null,
      // AVX2 and AVX-512 give the same bits, with any number of threads.
      kernels: /avx/.test(kernels.name) ? 'native' : kernels.name,
    },
  }
}

/** What a training has where nothing is said. */
const ofNets = { batch: 64, mostTokens: Number.POSITIVE_INFINITY, rate: 1e-3 }
const ofAdapters = { batch: 16, mostTokens: 512, rate: 5e-4 }

/** The least that one of the limits allows. */
function stepsOf(
  limit: NonNullable<TrainingJob['limit']>,
  { examples }: NamedExamples,
  objective: Objective<unknown>,
  order: Batches,
  batch: number,
): number {
  const { steps = Number.POSITIVE_INFINITY, tokens = Number.POSITIVE_INFINITY, epochs = Number.POSITIVE_INFINITY } = limit
  for (const [name, value] of Object.entries({ steps, tokens, epochs }))
    if (!(value > 0) || (name === 'steps' && value !== Number.POSITIVE_INFINITY && !Number.isInteger(value)))
      throw new BanyanError('E_TRAIN_OPTION', `limit.${name} is out of range`, { seen: value, wanted: 'a number above 0' })
  const most = Math.min(steps, Math.ceil((epochs * examples.length) / batch))
  if (tokens === Number.POSITIVE_INFINITY) {
    if (most === Number.POSITIVE_INFINITY)
      throw new BanyanError('E_TRAIN_OPTION', 'the training has no limit', { wanted: 'limit.steps, limit.tokens or limit.epochs' })
    return most
  }
  let read = 0
  let step = 0
  while (step < most && read < tokens) for (const at of order.at(step++)) read += tokensOf(objective, examples[at])
  return step
}

function wantCount(name: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least) return
  throw new BanyanError('E_TRAIN_OPTION', `${name} is out of range`, { seen: value, wanted: `a whole number from ${least}` })
}

/** SHA-256 of plain data with arrays of numbers. */
function digestOf(value: unknown): string {
  const hash = createHash('sha256')
  addTo(hash, value)
  return hash.digest('hex')
}

function addTo(hash: Hash, value: unknown): void {
  if (value === null || typeof value !== 'object') hash.update(`${typeof value} ${JSON.stringify(value as Json) ?? ''};`)
  else if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    const list = value as unknown as ArrayLike<unknown>
    // Numbers mean the same in every kind of array.
    hash.update(`list ${list.length};`)
    if (Array.prototype.every.call(list, (one) => typeof one === 'number')) hash.update(Float64Array.from(list as ArrayLike<number>))
    else for (let i = 0; i < list.length; i++) addTo(hash, list[i])
  } else
    for (const [name, inner] of Object.entries(value)) {
      hash.update(`field ${name};`)
      addTo(hash, inner)
    }
}
