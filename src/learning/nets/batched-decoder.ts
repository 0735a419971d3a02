// Gathers what many callers ask of one net in the same tick, and decodes it together; what comes while that goes on joins in. It thinks in
// texts of tokens: branches, and what they share, are its own affair.
import { setImmediate as nextTick } from 'node:timers/promises'
import { BanyanError } from '../../core/errors.ts'
import type { Kernels } from '../tensor/kernels.ts'
import type { Branch } from './branch.ts'
import type { CausalNet } from './causal-net.ts'
import { type DecoderCounters, type DecoderOptions, decoder } from './decoder.ts'
import type { Generated, GenerateRequest } from './generation.ts'
import { prefixCache } from './prefix-cache.ts'
import { outOfRange } from './sampling.ts'

/** Options of `batchedDecoder`. */
export interface BatchedDecoderOptions extends DecoderOptions {
  /**
   * Tokens of texts that are kept for what continues them. What texts share counts once, and texts under way count too. Default: what fits 64 MB
   * of keys and values, at least 8,192.
   */
  readonly keptTokens?: number
}

/** A text to go on with. See `GenerateRequest`. */
export type TextRequest = Omit<GenerateRequest, 'branch' | 'readLast'> & {
  /** At least one token. */
  readonly prompt: ArrayLike<number>
}

/** What a text got. See `Generated`. */
export type GeneratedText = Omit<Generated, 'branch'>

/** Decodes many texts at once. */
export interface BatchedDecoder {
  readonly net: CausalNet
  readonly kernels: Kernels
  readonly counters: DecoderCounters
  /**
   * @returns one result for each request, in order; the same, to the bit, whoever else asks.
   * @throws BanyanError E_DECODER_ABORTED as soon as the signal fires; what a request's own function threw; the errors of `Decoder`.
   */
  generate(requests: readonly TextRequest[], signal?: AbortSignal): Promise<readonly GeneratedText[]>
  /** [width] each: the hidden state of the last token of each text. */
  hidden(texts: readonly ArrayLike<number>[], signal?: AbortSignal): Promise<readonly Float32Array[]>
  /** Forgets what is kept of texts: needed after the net's weights have changed. */
  clear(): void
}

/** What one caller asked. */
interface Job {
  readonly texts: readonly ArrayLike<number>[]
  /** Those that are not yet over. */
  readonly branches: Set<Branch>
  /** Called with a branch for each text, computed to its end. */
  begin(branches: readonly Branch[]): void
  /** Ends it, once. */
  failed(error: unknown): void
}

/** Milliseconds of work after which others get their turn. */
const turn = 5

/**
 * A decoder that many searches share.
 *
 * @throws BanyanError E_DECODER_OPTION for an option out of range.
 * @example
 * const shared = batchedDecoder(net)
 * const texts = [0, 1, 2, 3].map((key) => ({ prompt, mostTokens: 16, stop: [1], random: new Random(7, key) }))
 * const [first] = await shared.generate(texts)
 */
export function batchedDecoder(net: CausalNet, options: BatchedDecoderOptions = {}): BatchedDecoder {
  const { layers, keyHeads, headSize } = net.shape
  const { keptTokens = Math.max(8192, Math.floor(2 ** 26 / (8 * layers * keyHeads * headSize))) } = options
  if (!(Number.isInteger(keptTokens) && keptTokens >= 0)) throw outOfRange('keptTokens', keptTokens, 'a whole number from 0')
  const decode = decoder(net, options)
  const known = prefixCache(decode, keptTokens)
  const generating = decode.start()
  const jobs = new Set<Job>()
  let asked: Job[] = []
  let working = false
  /** A caller has got its result, and may ask for more. */
  let ended = false

  return {
    net,
    kernels: decode.kernels,
    get counters() {
      return decode.counters
    },
    generate: (requests, signal) =>
      ask<readonly GeneratedText[]>(
        requests.map(({ prompt }) => prompt),
        signal,
        (job, branches, done) => {
          const results: GeneratedText[] = new Array(requests.length)
          if (requests.length === 0) return done(results)
          let left = requests.length
          generating.add(
            requests.map(({ prompt: _, ...request }, at) => ({ ...request, branch: branches[at]! })),
            {
              done({ branch, ...generated }, at) {
                results[at] = generated
                keep(job, branch)
                if (--left === 0) done(results)
              },
              failed: (error) => job.failed(error),
            },
          )
        },
      ),
    hidden: (texts, signal) =>
      ask<readonly Float32Array[]>(texts, signal, (job, branches, done) => {
        const states = branches.map((branch) => decode.hidden(branch))
        for (const branch of branches) keep(job, branch)
        done(states)
      }),
    clear: () => known.clear(),
  }

  function ask<Result>(
    texts: readonly ArrayLike<number>[],
    signal: AbortSignal | undefined,
    begin: (job: Job, branches: readonly Branch[], done: (result: Result) => void) => void,
  ): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(aborted(signal))
      const stop = () => job.failed(aborted(signal!))
      const over = () => {
        signal?.removeEventListener('abort', stop)
        jobs.delete(job)
        ended = true
      }
      const job: Job = {
        texts,
        branches: new Set(),
        begin: (branches) =>
          begin(job, branches, (result) => {
            over()
            resolve(result)
          }),
        failed(error) {
          if (!jobs.has(job)) return
          over()
          // First of all: the caller is told, whatever tidying up runs into.
          reject(error)
          generating.stop([...job.branches])
          for (const branch of job.branches) decode.drop(branch)
        },
      }
      signal?.addEventListener('abort', stop, { once: true })
      jobs.add(job)
      asked.push(job)
      if (!working) void work()
    })
  }

  async function work(): Promise<void> {
    working = true
    do {
      // What others ask in this tick comes along.
      await nextTick()
      try {
        beginAsked()
        const until = performance.now() + turn
        ended = false
        while (generating.step() && !ended && performance.now() < until);
      } catch (error) {
        // The net's numbers are not finite, or memory is at its end: nobody can go on.
        for (const job of [...jobs]) job.failed(error)
      }
    } while (jobs.size > 0)
    working = false
  }

  /** Computes all texts that were asked for together, equal ones once. */
  function beginAsked(): void {
    const beginning = asked.filter((job) => jobs.has(job))
    asked = []
    const opened = new Map<string, Branch>()
    const keyOf = (text: ArrayLike<number>) => Array.from(text).join()
    for (const job of beginning)
      attempt(job, () => {
        for (const text of job.texts) if (!opened.has(keyOf(text))) opened.set(keyOf(text), known.open(text))
      })
    decode.read([...opened.values()])
    for (const job of beginning)
      attempt(job, () => {
        if (!jobs.has(job)) return
        const branches = job.texts.map((text) => decode.fork(opened.get(keyOf(text))!))
        for (const branch of branches) job.branches.add(branch)
        job.begin(branches)
      })
    for (const branch of opened.values()) known.keep(branch)
  }

  function attempt(job: Job, work: () => void): void {
    try {
      work()
    } catch (error) {
      job.failed(error)
    }
  }

  function keep(job: Job, branch: Branch): void {
    job.branches.delete(branch)
    known.keep(branch)
  }
}

function aborted(signal: AbortSignal): BanyanError {
  return new BanyanError('E_DECODER_ABORTED', 'the decoding was stopped', { cause: signal.reason })
}
