// Training of a net, in a thread of its own. What a training is stands in `training/job.ts`, what it does in `training/loop.ts`.
import { Worker } from 'node:worker_threads'
import { BanyanError } from '../core/errors.ts'
import type { TrainingJob, TrainingResult, TrainOptions } from './training/job.ts'
import { runTraining } from './training/loop.ts'
import { receiveError, receiveResult, type SentResult, sendSource, type ThreadJob, type ThreadMessage } from './training/messages.ts'
// Named here so that the package has it.
import type {} from './training/worker.ts'

export type { ListExample, PairExample, SequenceExample, ValueExample } from './training/examples.ts'
export type {
  CurvePoint,
  Encoding,
  NetSource,
  TrainingData,
  TrainingJob,
  TrainingProgress,
  TrainingResult,
  TrainOptions,
} from './training/job.ts'
export { type ObjectiveName, objectiveNames } from './training/objectives.ts'

/**
 * Trains a net. The same job gives the same weights, bit for bit, whether it ran through or was killed and resumed any number of times, in a
 * thread or not. Budgets are steps, tokens or epochs; seconds would make results depend on the machine.
 *
 * @throws BanyanError E_TRAIN_ROW naming row and field, before the first step; E_TRAIN_DATA, E_TRAIN_OPTION, E_TRAIN_OBJECTIVE for jobs that
 * cannot be; E_TRAIN_FOLDER where `out` holds a training that is not to be resumed; E_TRAIN_RESUME naming what differs from the job of the
 * checkpoint; E_TRAIN_DIVERGED naming step and rows when loss or gradient is NaN or infinite, with the last good checkpoint kept;
 * E_FILE_WRITE when a checkpoint cannot be written, with the one before kept.
 * @example
 * const { net, curve } = await train({
 *   net: { kind: 'gpt', config: { vocabulary: 135, context: 48, width: 64, layers: 2, heads: 4 }, seed: 1 },
 *   tokeniser: 'words.json',
 *   data: { files: ['verified.jsonl'] },
 *   objective: 'supervised',
 *   limit: { steps: 1500 },
 * }, { out: 'runs/base', progress: ({ loss, tokensPerSecond }) => show(loss, tokensPerSecond) })
 */
export async function train(job: TrainingJob, options: TrainOptions = {}): Promise<TrainingResult> {
  if (options.thread === false) return runTraining(job, options)
  const { progress, signal, thread: _, ...sent } = options
  const threadJob = { job: { ...job, net: sendSource(job.net) }, options: sent, reports: progress !== undefined }
  return receiveResult(job.net, await inThread(threadJob, progress, signal))
}

function inThread(workerData: ThreadJob, progress: TrainOptions['progress'], signal: AbortSignal | undefined): Promise<SentResult> {
  const built = import.meta.url.endsWith('.js')
  const worker = new Worker(new URL(built ? './training/worker.js' : './training/worker.ts', import.meta.url), { workerData })
  const stop = () => worker.postMessage('stop')
  return new Promise<SentResult>((resolve, reject) => {
    if (signal?.aborted) stop()
    signal?.addEventListener('abort', stop)
    worker.on('message', (message: ThreadMessage) => {
      if (message.type === 'progress') progress?.(message.progress)
      else if (message.type === 'done') resolve(message.result)
      else reject(receiveError(message.error))
    })
    worker.on('error', reject)
    worker.on('exit', (code) =>
      reject(new BanyanError('E_TRAIN_THREAD', 'the thread of the training ended without a result', { seen: code })),
    )
  }).finally(() => signal?.removeEventListener('abort', stop))
}
