// The thread of a training: takes the job, tells about progress, gives back the trained numbers.
import { parentPort, workerData } from 'node:worker_threads'
import type { TrainingProgress } from './job.ts'
import { runTraining } from './loop.ts'
import { receiveSource, type SentResult, sendError, sendResult, type ThreadJob, type ThreadMessage } from './messages.ts'

async function work({ job, options, reports }: ThreadJob): Promise<SentResult> {
  const controller = new AbortController()
  parentPort!.once('message', () => controller.abort())
  const progress = (told: TrainingProgress) => say({ type: 'progress', progress: told })
  const given = { ...job, net: receiveSource(job.net) }
  return sendResult(await runTraining(given, { ...options, signal: controller.signal, ...(reports && { progress }) }))
}

function say(message: ThreadMessage): void {
  parentPort!.postMessage(message)
}

try {
  say({ type: 'done', result: await work(workerData as ThreadJob) })
} catch (error) {
  say({ type: 'error', error: sendError(error) })
}
parentPort!.close()
