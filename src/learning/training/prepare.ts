// Everything that a training needs before its first step: net, examples, objective, order, learning rates, optimizer. And what makes it the
// same training as another one.
import { createHash, type Hash } from 'node:crypto'
import type { Json } from '../../core/common.ts'
import { BanyanError } from '../../core/errors.ts'
import { type Heads, loadNetWithHeads, tokeniserPathOf } from '../files/net-file.ts'
import { makeNet } from '../files/net-kinds.ts'
import { tensorDigest } from '../files/safetensors.ts'
import type { CausalNet } from '../nets/causal-net.ts'
import type { ScalarHead } from '../nets/scalar-head.ts'
import { type Adam, adam } from '../tensor/adam.ts'
import type { Kernels } from '../tensor/kernels.ts'
import { openKernels } from '../tensor/open-kernels.ts'
import { schedule } from '../tensor/schedules.ts'
import type { Parameter } from '../tensor/tensor.ts'
import type { Tokeniser } from '../tokenisers/tokeniser.ts'
import { loadTokeniser } from '../tokenisers/tokeniser-file.ts'
import { type Batches, batches } from './batches.ts'
import type { JobIdentity } from './checkpoint.ts'
import { encoderOf } from './examples.ts'
import { examplesOf, type NamedExamples } from './examples-of-data.ts'
import type { NetSource, TrainingJob, TrainOptions } from './job.ts'
import type { Objective, OpenObjective } from './objective.ts'
import { objectiveOf } from './objectives.ts'

export interface Prepared {
  readonly kernels: Kernels
  readonly net: CausalNet
  readonly tokeniser: Tokeniser | undefined
  readonly objective: Objective<unknown>
  readonly open: OpenObjective<unknown>
  readonly data: NamedExamples
  readonly heldOut: NamedExamples | undefined
  /** Of net and heads, without frozen ones. */
  readonly parameters: readonly Parameter[]
  readonly optimizer: Adam
  readonly batches: Batches
  readonly microbatch: number
  readonly steps: number
  readonly rateAt: (step: number) => number
  readonly evaluateEvery: number
  readonly identity: JobIdentity
}

/** @throws BanyanError E_TRAIN_OPTION, E_TRAIN_ROW, E_TRAIN_DATA and what files and nets throw: nothing has been changed then. */
export async function prepare(job: TrainingJob, options: TrainOptions): Promise<Prepared> {
  const { seed = 0, batch = 64, limit = { epochs: 1 }, settings = {} } = job
  const { microbatch = batch } = job
  wantCount('seed', seed, 0)
  wantCount('batch', batch, 1)
  wantCount('microbatch', microbatch, 1)
  const objective = objectiveOf(job.objective, settings)
  const { net, heads: given } = netOf(job.net)
  const tokeniserPath = job.tokeniser ?? ('file' in job.net ? tokeniserPathOf(job.net.file) : undefined)
  const tokeniser = tokeniserPath === undefined ? undefined : loadTokeniser(tokeniserPath)
  const encoder = tokeniser && encoderOf(tokeniser, job.encoding)
  const data = await examplesOf(job.data, objective, encoder, net.shape)
  const heldOut = job.heldOut && (await examplesOf(job.heldOut, objective, encoder, net.shape))
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
  const rates = job.schedule ?? { kind: 'linear', rate: job.rate ?? 1e-3, warmup: Math.min(steps - 1, Math.ceil(steps / 20)), end: 0.05 }
  const evaluateEvery = job.evaluateEvery ?? Math.max(1, Math.ceil(steps / 10))
  wantCount('evaluateEvery', evaluateEvery, 1)
  return {
    kernels,
    net,
    tokeniser,
    objective,
    open,
    data,
    heldOut,
    parameters,
    optimizer: adam({ kernels, parameters, clip, beta2, ...moments }),
    batches: order,
    microbatch,
    steps,
    rateAt: schedule({ ...rates, steps }),
    evaluateEvery,
    identity: {
      net: { kind: net.kind, config: net.config, weights: tensorDigest(all) },
      data: digestOf(data.examples),
      heldOut: heldOut === undefined ? null : digestOf(heldOut.examples),
      objective: job.objective,
      settings,
      seed,
      batch,
      microbatch,
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

function netOf(source: NetSource): { readonly net: CausalNet; readonly heads: Heads } {
  if ('file' in source) return loadNetWithHeads(source.file)
  return { net: 'parameters' in source ? source : makeNet(source.kind, source.config, { seed: source.seed }), heads: {} }
}

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
  while (step < most && read < tokens) for (const at of order.at(step++)) read += objective.tokens(examples[at])
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
