// Tries one target in a thread of its own, so that an input on which it hangs can be found and the thread be ended.
import { parentPort, workerData } from 'node:worker_threads'
import fc from 'fast-check'
import type { Json } from '../../src/core/common.ts'
import { regressions } from './corpus.ts'
import { targets } from './targets/index.ts'

export interface Job {
  readonly target: string
  readonly seed: number
  readonly runs: number
  /** Only makes the input of that number, counted from 0, and does not try it. */
  readonly only?: number
}

export interface Report {
  /** Inputs that were tried. */
  readonly tried: number
  readonly failure?: { readonly input: Json; readonly message: string; readonly path?: string | undefined }
  /** The input that was asked for with `only`. */
  readonly input?: Json
}

/** Processor time that one input may take, in seconds. */
const mostSeconds = 1

const { jobs, tried } = workerData as {
  readonly jobs: readonly Job[] /** Counts the inputs that were begun. */
  readonly tried: Int32Array
}
for (const job of jobs) parentPort!.postMessage(await report(job))

async function report({ target: name, seed, runs, only }: Job): Promise<Report> {
  const target = targets.find((one) => one.name === name)
  if (target === undefined) throw new Error(`there is no target ${name}`)
  let made: unknown
  let count = 0
  const timed = async (input: unknown): Promise<void> => {
    Atomics.store(tried, 0, ++count)
    if (only !== undefined) {
      if (count === only + 1) made = input
      return
    }
    const begun = performance.now()
    const before = process.threadCpuUsage()
    await target.run(input)
    if (performance.now() - begun < mostSeconds * 1000) return
    const used = process.threadCpuUsage(before)
    const seconds = (used.user + used.system) / 1e6
    if (seconds > mostSeconds) throw new Error(`it took ${seconds.toFixed(1)} s of processor time`)
  }
  if (only === undefined) {
    for (const { input } of regressions().filter((one) => one.target === name)) {
      try {
        await timed(input)
      } catch (error) {
        return { tried: count, failure: { input, message: messageOf(error) } }
      }
    }
  }
  const found = await fc.check(fc.asyncProperty(target.inputs, timed), { seed, numRuns: runs, endOnFailure: false })
  if (only !== undefined) return { tried: 0, input: made as Json }
  if (!found.failed) return { tried: count }
  const input = (found.counterexample as unknown[] | null)?.[0] as Json
  return { tried: count, failure: { input, message: messageOf(found.errorInstance), path: found.counterexamplePath ?? undefined } }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message).split('\n').slice(0, 6).join('\n') : String(error)
}
