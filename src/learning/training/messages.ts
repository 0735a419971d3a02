// What goes between a training's thread and who started it: nets, heads, results and errors as plain data.
import type { Json } from '../../core/common.ts'
import { BanyanError } from '../../core/errors.ts'
import { makeNet } from '../files/net-kinds.ts'
import type { NamedTensor } from '../files/safetensors.ts'
import { pairwiseHead } from '../nets/pairwise-head.ts'
import type { ScalarHeadConfig } from '../nets/scalar-head.ts'
import { type ValueHeadConfig, valueHead } from '../nets/value-head.ts'
import { type Parameter, parameter } from '../tensor/tensor.ts'
import type { NetSource, TrainingJob, TrainingProgress, TrainingResult, TrainOptions } from './job.ts'

/** What the thread is started with. */
export interface ThreadJob {
  readonly job: Omit<TrainingJob, 'net'> & { readonly net: SentSource }
  readonly options: Omit<TrainOptions, 'progress' | 'signal' | 'thread'>
  /** Whether somebody wants to be told. */
  readonly reports: boolean
}

/** What it says. To stop it, it is sent anything. */
export type ThreadMessage =
  | { readonly type: 'progress'; readonly progress: TrainingProgress }
  | { readonly type: 'done'; readonly result: SentResult }
  | { readonly type: 'error'; readonly error: SentError }

interface SentTensor extends NamedTensor {
  readonly trainable: boolean
}

interface SentNet {
  readonly kind: string
  readonly config: Json
  readonly tensors: readonly SentTensor[]
}

interface SentHead {
  readonly config: ScalarHeadConfig
  readonly tensors: readonly SentTensor[]
}

/** A net in memory goes over as its tensors. */
export type SentSource = Exclude<NetSource, { readonly parameters: unknown }> | SentNet

export type SentResult = Omit<TrainingResult, 'net' | 'heads'> & {
  readonly net: SentNet
  readonly heads: { readonly value?: SentHead; readonly pairwise?: SentHead }
}

export interface SentError {
  readonly code: string | undefined
  readonly message: string
  readonly hint: string | undefined
}

export function sendSource(net: NetSource): SentSource {
  return 'parameters' in net ? { kind: net.kind, config: net.config, tensors: send(net.parameters) } : net
}

export function receiveSource(net: SentSource): NetSource {
  return 'tensors' in net ? makeNet(net.kind, net.config, receive(net.tensors)) : net
}

export function sendResult({ net, heads: { value, pairwise }, ...result }: TrainingResult): SentResult {
  return {
    ...result,
    net: { kind: net.kind, config: net.config, tensors: send(net.parameters) },
    heads: {
      ...(value !== undefined && { value: { config: value.config, tensors: send(value.parameters) } }),
      ...(pairwise !== undefined && { pairwise: { config: pairwise.config, tensors: send(pairwise.parameters) } }),
    },
  }
}

/** The result with the trained numbers in the net that was given, or in a new one. */
export function receiveResult(source: NetSource, { net, heads: { value, pairwise }, ...result }: SentResult): TrainingResult {
  if ('parameters' in source) for (const [at, { data }] of source.parameters.entries()) data.set(net.tensors[at]!.data)
  return {
    ...result,
    net: 'parameters' in source ? source : makeNet(net.kind, net.config, receive(net.tensors)),
    heads: {
      ...(value !== undefined && { value: valueHead(value.config as ValueHeadConfig, receive(value.tensors)) }),
      ...(pairwise !== undefined && { pairwise: pairwiseHead(pairwise.config, receive(pairwise.tensors)) }),
    },
  }
}

export function sendError(error: unknown): SentError {
  const known = BanyanError.isInstance(error)
  const message = error instanceof Error ? error.message : String(error)
  return { code: known ? error.code : undefined, message, hint: known ? error.hint : undefined }
}

/** The error as it was thrown over there; its message has the hint at its end. */
export function receiveError({ code, message, hint }: SentError): Error {
  if (code === undefined) return new Error(message)
  if (hint === undefined) return new BanyanError(code, message)
  const ending = `. ${hint}`
  return new BanyanError(code, message.endsWith(ending) ? message.slice(0, -ending.length) : message, { hint })
}

function send(parameters: readonly Parameter[]): readonly SentTensor[] {
  return parameters.map(({ name, shape, data, trainable }) => ({ name, shape, data, trainable }))
}

function receive(tensors: readonly SentTensor[]): { readonly parameters: readonly Parameter[] } {
  return { parameters: tensors.map(({ name, shape, data, trainable }) => parameter(name, shape, { data, trainable })) }
}
