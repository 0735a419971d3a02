// A model's file from the Hugging Face hub, or from the mirror named by `HF_ENDPOINT`. Gives up quickly where there is no network.
import { downloadFile, fileDownloadInfo } from '@huggingface/hub'
import type { CatalogueEntry } from '../catalogue.ts'
import type { ModelSource } from '../pull.ts'

export interface HubSourceOptions {
  /** Default: `HF_ENDPOINT`, else the public hub. */
  readonly url?: string
  /** How long to wait for the first answer. Milliseconds; default 5000. */
  readonly connectTimeout?: number
  /** How long to wait for more bytes. Milliseconds; default 30000. */
  readonly stallTimeout?: number
}

export function hubSource(options: HubSourceOptions = {}): ModelSource {
  const { url = process.env.HF_ENDPOINT, connectTimeout = 5000, stallTimeout = 30_000 } = options
  const hub = url ? { hubUrl: url } : {}
  return {
    name: 'Hugging Face hub',
    async *read(entry, { signal }) {
      if (entry.hub === undefined) throw new Error('not there')
      const where = { repo: entry.hub.repo, path: entry.hub.path, ...hub }
      const quickly = withTimeout(connectTimeout, signal)
      const info = await fileDownloadInfo({ ...where, fetch: quickly })
      requireSame(entry, info)
      const blob = await downloadFile({ ...where, downloadInfo: info!, xet: false, fetch: quickly })
      if (blob === null) throw new Error('the file is not there')
      const reader = blob.stream().getReader()
      try {
        while (true) {
          const { done, value } = await inTime(reader.read(), stallTimeout, signal)
          if (done) return
          yield value
        }
      } finally {
        // The connection is given up; how it takes that does not matter any more.
        void reader.cancel().catch(() => {})
      }
    },
  }
}

/** Another size cannot have the right digest, so it need not be fetched. */
function requireSame(entry: CatalogueEntry, info: { readonly size: number } | null): void {
  if (info === null) throw new Error(`there is no ${entry.hub?.path} in ${entry.hub?.repo}`)
  if (info.size !== entry.bytes) throw new Error(`the file there has ${info.size} bytes instead of ${entry.bytes}`)
}

/** A fetch whose answer must begin within `timeout`; the body may take longer. */
function withTimeout(timeout: number, signal: AbortSignal): typeof fetch {
  return async (input, init) => {
    const slow = new AbortController()
    const timer = setTimeout(() => slow.abort(new Error(`no answer within ${timeout} ms`)), timeout)
    const signals = [signal, slow.signal, ...(init?.signal ? [init.signal] : [])]
    try {
      return await fetch(input, { ...init, signal: AbortSignal.any(signals) })
    } catch (error) {
      throw slow.signal.aborted ? slow.signal.reason : withCause(error)
    } finally {
      clearTimeout(timer)
    }
  }
}

/** `fetch` says "fetch failed" and hides the reason in the cause. */
function withCause(error: unknown): unknown {
  const cause = error instanceof Error ? error.cause : undefined
  return cause instanceof Error ? new Error(`no connection (${cause.message || cause.name})`, { cause: error }) : error
}

async function inTime<Result>(work: Promise<Result>, timeout: number, signal: AbortSignal): Promise<Result> {
  let timer: ReturnType<typeof setTimeout> | undefined
  let stop = () => {}
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no more bytes for ${timeout} ms`)), timeout)
    stop = () => reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
  }
}
