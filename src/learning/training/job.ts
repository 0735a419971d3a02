// What a training is: the net, the data, the objective and the limits, as plain data that can go to another thread and be compared when a
// training goes on.
import type { Json } from '../../core/common.ts'
import type { TrainingRow } from '../data/rows.ts'
import type { Heads } from '../files/net-file.ts'
import type { LoraOptions } from '../lora.ts'
import type { CausalNet } from '../nets/causal-net.ts'
import type { KernelOptions } from '../tensor/open-kernels.ts'
import type { ScheduleOptions } from '../tensor/schedules.ts'
import type { ObjectiveName } from './objectives.ts'

/**
 * Which net is trained: one on the disk (a net's file, or the folder of an adapter, whose adapter goes on); a new one from a seed; new adapters of a
 * language model, which is named as for `languageModel` and stays as it is; or one in memory, whose parameters are then changed in place.
 */
export type NetSource =
  | { readonly file: string }
  | { readonly kind: string; readonly config: Json; readonly seed: number }
  | { readonly model: string; readonly lora?: LoraOptions; readonly seed: number }
  | CausalNet

/**
 * What is learnt from: rows, files of rows (JSONL, one a line), or examples as the objective takes them (`SequenceExample`, `PairExample`,
 * `ValueExample`), for which no tokeniser is needed.
 */
export type TrainingData =
  | { readonly rows: readonly TrainingRow[] }
  | { readonly files: readonly string[] }
  | { readonly examples: readonly unknown[] }

/** How the texts of rows become one sequence of tokens. */
export interface Encoding {
  /**
   * Behind the prompt, and behind each step but the last of a finished answer. Default: nothing. For language models between steps alone; default: the
   * row's own, else a line end.
   */
  readonly separator?: string
  /** The token behind the last step of a finished answer. Default: that of the language model; `<end>` where the vocabulary has it; else none. */
  readonly end?: string
}

/** What is trained, on what, and how: all that decides the result. */
export interface TrainingJob {
  readonly net: NetSource
  /** Path of the tokeniser that reads rows. Default: the one beside the net's file. A language model has its own, and no other. */
  readonly tokeniser?: string
  readonly encoding?: Encoding
  readonly data: TrainingData
  /** Never learnt from: its loss is measured every `evaluateEvery` steps. */
  readonly heldOut?: TrainingData
  readonly objective: ObjectiveName
  /** Settings of the objective, by name. */
  readonly settings?: { readonly [name: string]: Json }
  /** Of everything that is drawn: the order of the data, a new head. Default 0. */
  readonly seed?: number
  /** Examples a step. Default 64; for language models 16. */
  readonly batch?: number
  /** Examples at once; a step adds up as many as it needs. Memory grows with it. Default: the whole batch. */
  readonly microbatch?: number
  /** Most tokens at once, with what fills up shorter sequences: memory grows with it. Default: no limit; for language models 512. */
  readonly mostTokens?: number
  /** A row with more tokens than `mostTokens`, or longer than the context: an error that counts them, or left out and counted. Default `refuse`. */
  readonly tooLong?: 'refuse' | 'skip'
  /** When it ends, whichever comes first. Tokens are those that the net reads, padding left out; epochs are passes over the data. Default: one epoch. */
  readonly limit?: { readonly steps?: number; readonly tokens?: number; readonly epochs?: number }
  /** The highest learning rate of the default schedule. Default 1e-3; for adapters of language models 5e-4. */
  readonly rate?: number
  /** Learning rates; `steps` is filled in. Default: linear to 5 %, after 5 % of the steps for warm-up. */
  readonly schedule?: Omit<ScheduleOptions, 'steps'>
  /** Default: β₁ 0.9, β₂ 0.99, no decay, the gradient's norm clipped to 1. */
  readonly optimizer?: {
    readonly beta1?: number
    readonly beta2?: number
    readonly epsilon?: number
    readonly decay?: number
    readonly clip?: number
  }
  /** Steps between two measurements of the held-out loss; one more comes at the end. Default: a tenth of all steps. */
  readonly evaluateEvery?: number
  /** Ends after so many measurements without a lower held-out loss; the weights of the lowest are the result then. Default: never. */
  readonly patience?: number
}

/** How a training is run, which does not change its result. */
export interface TrainOptions {
  /** Folder for checkpoint, net and tokeniser. Without it nothing is written. */
  readonly out?: string
  /** Goes on from the checkpoint in `out`, where there is one; the job must be the same. Default false. */
  readonly resume?: boolean
  /** Steps between two checkpoints. Default 100; for language models 10. */
  readonly checkpointEvery?: number
  /** Write the net to `out` at the end; the adapter of a language model with every checkpoint, too. Default true. */
  readonly keepNet?: boolean
  /** In a worker thread, so that the event loop stays free. Default true. */
  readonly thread?: boolean
  /** Default: one thread of the fastest kernels. */
  readonly kernels?: KernelOptions
  /** Told about the training, at most five times a second. */
  readonly progress?: (progress: TrainingProgress) => void
  /** Ends the training after the step at hand; its checkpoint is kept. */
  readonly signal?: AbortSignal
}

/** How far a training is. */
export interface TrainingProgress {
  /** Steps that are done. */
  readonly step: number
  readonly steps: number
  /** Tokens that were read in all steps. */
  readonly tokens: number
  /** Of the last step. */
  readonly loss: number
  /** The last held-out loss, where one was measured. */
  readonly heldOut?: number
  /** Since this process began. */
  readonly tokensPerSecond: number
  readonly secondsLeft: number
  /** What objective and optimizer say of the last step: `gradientNorm`, `rate`, `accuracy` … */
  readonly telemetry: Readonly<Record<string, number>>
}

/** A step of the curve. */
export interface CurvePoint {
  /** From 0. */
  readonly step: number
  readonly loss: number
  readonly gradientNorm: number
}

/** How a training ended. */
export interface TrainingResult {
  /** With the trained parameters; the net that was given, where one was. */
  readonly net: CausalNet
  /** Heads that were trained with it. */
  readonly heads: Heads
  readonly ended: 'limit' | 'early' | 'aborted'
  readonly steps: number
  readonly tokens: number
  /** Of all trained parameters: equal trainings have equal digests. */
  readonly digest: string
  readonly curve: readonly CurvePoint[]
  /** Held-out losses, by the steps that were done. */
  readonly heldOut: readonly { readonly step: number; readonly loss: number }[]
  /** Rows that were left out for their length. */
  readonly leftOut: { readonly data: number; readonly heldOut: number }
  /** The checkpoint to go on from. */
  readonly checkpoint?: string
  /** The net's file; the folder of the adapter of a language model. */
  readonly file?: string
}
