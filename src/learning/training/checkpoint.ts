// A training on the disk, in one file that is there whole or not at all: trained weights, the optimizer's means, the best weights so far, the
// curve, and how far it is. The order of the data and all draws follow from seed and step, so nothing more is needed to go on.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Json } from '../../core/common.ts'
import { BanyanError } from '../../core/errors.ts'
import { type NamedTensor, openTensors, writeTensors } from '../files/safetensors.ts'
import type { Adam } from '../tensor/adam.ts'
import type { Parameter } from '../tensor/tensor.ts'

/** How far a training is. */
export interface TrainingState {
  /** Steps that are done. */
  step: number
  tokens: number
  loss: number[]
  gradientNorm: number[]
  heldOut: { step: number; loss: number }[]
  /** Measurements since the lowest. */
  worse: number
  ended: boolean
  /** Weights at the lowest held-out loss, where early stopping is asked for. */
  best: NamedTensor[] | undefined
}

/**
 * Where the checkpoint of a folder lies.
 * @throws BanyanError E_TRAIN_FOLDER when there is one that is not to be resumed.
 */
export function checkpointIn(folder: string, resume: boolean): string {
  const path = join(folder, 'checkpoint.safetensors')
  if (resume || !existsSync(path)) return path
  throw new BanyanError('E_TRAIN_FOLDER', `${folder} holds a training already`, { hint: 'Resume it, or train into another folder' })
}

/** What must be the same for a training to go on: field by field. */
export type JobIdentity = Readonly<Record<string, Json>>

/** @throws BanyanError E_FILE_WRITE when the system cannot write: the checkpoint of before is untouched. */
export function saveCheckpoint(
  path: string,
  job: JobIdentity,
  state: TrainingState,
  parameters: readonly Parameter[],
  optimizer: Adam,
): void {
  const { steps, moments } = optimizer.state()
  const tensors: NamedTensor[] = []
  for (const { name, shape, data } of parameters) {
    const { first, second } = moments[name]!
    tensors.push(
      { name: `weight/${name}`, shape, data },
      { name: `first/${name}`, shape, data: first },
      { name: `second/${name}`, shape, data: second },
    )
  }
  for (const { name, shape, data } of state.best ?? []) tensors.push({ name: `best/${name}`, shape, data })
  for (const name of ['loss', 'gradientNorm'] as const)
    tensors.push({ name: `curve/${name}`, shape: [state[name].length], data: Float32Array.from(state[name]) })
  const { step, tokens, heldOut, worse, ended } = state
  const progress = JSON.stringify({ step, tokens, heldOut, worse, ended, updates: steps })
  writeTensors(path, tensors, { format: 'banyan-checkpoint-1', job: JSON.stringify(job), progress })
}

/**
 * Takes up a checkpoint: writes into parameters and optimizer, and returns how far it is; undefined when there is none.
 *
 * @throws BanyanError E_TRAIN_RESUME naming what differs, when it is of another job; E_TENSOR_FILE_DAMAGED when it is damaged.
 */
export function loadCheckpoint(
  path: string,
  job: JobIdentity,
  parameters: readonly Parameter[],
  optimizer: Adam,
): TrainingState | undefined {
  if (!existsSync(path)) return undefined
  using file = openTensors(path)
  if (file.metadata.format !== 'banyan-checkpoint-1')
    throw new BanyanError('E_TRAIN_RESUME', `${path} is no checkpoint`, { seen: file.metadata.format, wanted: 'banyan-checkpoint-1' })
  const kept = parsed(path, jobSchema, file.metadata.job)
  const progress = parsed(path, progressSchema, file.metadata.progress)
  for (const name of new Set([...Object.keys(job), ...Object.keys(kept)]))
    if (JSON.stringify(kept[name]) !== JSON.stringify(job[name]))
      throw new BanyanError('E_TRAIN_RESUME', `${path} is of another training: ${name} differs`, {
        seen: job[name] ?? null,
        wanted: JSON.stringify(kept[name]) ?? 'nothing',
        hint: 'Give the same job, or train into another folder',
      })
  for (const { name, data } of parameters) file.read(`weight/${name}`, data)
  const moments = Object.fromEntries(
    parameters.map(({ name }) => [name, { first: file.read(`first/${name}`), second: file.read(`second/${name}`) }]),
  )
  optimizer.restore({ steps: progress.updates, moments })
  const best = parameters.filter(({ name }) => file.tensors.has(`best/${name}`))
  return {
    ...progress,
    loss: [...file.read('curve/loss')],
    gradientNorm: [...file.read('curve/gradientNorm')],
    best: best.length === 0 ? undefined : best.map(({ name, shape }) => ({ name, shape, data: file.read(`best/${name}`) })),
  }
}

const jobSchema = z.record(z.string(), z.json())
const progressSchema = z.object({
  step: z.int().min(0),
  tokens: z.number().min(0),
  heldOut: z.array(z.object({ step: z.int(), loss: z.number() })),
  worse: z.int().min(0),
  ended: z.boolean(),
  updates: z.int().min(0),
})

function parsed<T>(path: string, schema: z.ZodType<T>, text: string | undefined): T {
  try {
    return schema.parse(JSON.parse(text ?? ''))
  } catch (error) {
    throw new BanyanError('E_TRAIN_RESUME', `${path} is no checkpoint: its description cannot be read`, { cause: error })
  }
}
