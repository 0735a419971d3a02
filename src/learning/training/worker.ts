// The thread of a training: takes the job, tells about progress, gives back the trained numbers. Messages are plain data.
import { parentPort, workerData } from 'node:worker_threads'
import { BanyanError } from '../../core/errors.ts'
import { makeNet } from '../files/net-kinds.ts'
import type { NamedTensor } from '../files/safetensors.ts'
import { parameter } from '../tensor/tensor.ts'
import type { NetSource, TrainingJob, TrainingProgress, TrainingResult, TrainOptions } from './job.ts'
import { runTraining } from './loop.ts'

/** What the thread is started with. */
export interface ThreadJob {
  readonly job: Omit<TrainingJob, 'net'> & { readonly net: SentNet }
  readonly options: Omit<TrainOptions, 'progress' | 'signal' | 'thread'>
  /** Whether somebody wants to be told. */
  readonly reports: boolean
}

/** A net in memory goes over as its tensors. */
export type SentNet =
  | Exclude<NetSource, { readonly parameters: unknown }>
  | { readonly kind: string; readonly config: NetConfig; readonly tensors: readonly SentTensor[] }
type NetConfig = Parameters<typeof makeNet>[1]

export interface SentTensor extends NamedTensor {
  readonly trainable: boolean
}

/** What it says. To stop it, it is sent anything. */
export type ThreadMessage =
  | { readonly type: 'progress'; readonly progress: TrainingProgress }
  | { readonly type: 'done'; readonly result: SentResult }
  | { readonly type: 'error'; readonly error: SentError }

export type SentResult = Omit<TrainingResult, 'net'> & {
  readonly net: { readonly kind: string; readonly config: NetConfig; readonly tensors: readonly SentTensor[] }
}

export interface SentError {
  readonly code: string | undefined
  readonly message: string
  readonly hint: string | undefined
}

async function work({ job, options, reports }: ThreadJob): Promise<SentResult> {
  const controller = new AbortController()
  parentPort!.once('message', () => controller.abort())
  const progress = (told: TrainingProgress) => say({ type: 'progress', progress: told })
  const net = 'tensors' in job.net ? received(job.net) : job.net
  const result = await runTraining({ ...job, net }, { ...options, signal: controller.signal, ...(reports && { progress }) })
  const { kind, config, parameters } = result.net
  const tensors = parameters.map(({ name, shape, data, trainable }) => ({ name, shape, data, trainable }))
  return { ...result, net: { kind, config, tensors } }
}

function received({ kind, config, tensors }: Extract<SentNet, { readonly tensors: unknown }>): NetSource {
  return makeNet(kind, config, {
    parameters: tensors.map(({ name, shape, data, trainable }) => parameter(name, shape, { data, trainable })),
  })
}

function say(message: ThreadMessage): void {
  parentPort!.postMessage(message)
}

work(workerData as ThreadJob).then(
  (result) => {
    say({ type: 'done', result })
    parentPort!.close()
  },
  (error: unknown) => {
    const known = BanyanError.isInstance(error)
    const { message } = error as Error
    say({ type: 'error', error: { code: known ? error.code : undefined, message, hint: known ? error.hint : undefined } })
    parentPort!.close()
  },
)
