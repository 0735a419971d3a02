// Answers a call that was made before from memory. Knows nothing of how answers come about.
import type { Awaitable, Json } from '../../core/common.ts'
import { canonical } from '../../core/digest.ts'
import { noUsage } from '../model-usage.ts'
import { aroundModel, type ModelMiddleware } from './wrap-model.ts'

/** Where answers are kept; a `Map` will do. */
export interface CacheMap {
  get(key: string): Awaitable<Json | undefined>
  set(key: string, value: Json): Awaitable<unknown>
}

export interface CacheOptions {
  /** Where answers are kept. Default: a new memory of `size` answers for each use of the middleware. */
  readonly map?: CacheMap
  /** Answers kept in the default memory; the one used longest ago goes first. Default 1000. */
  readonly size?: number
  /** Part of every key: whose answers these are. Needed where tenants share a map. Default: none. */
  readonly tenant?: string
}

/**
 * Keeps answers by tenant, model name, kind of call, request and, for samples, seed: the whole text of them, since a digest that is not
 * cryptographic could be made to meet another tenant's. An answer from the cache reports no
 * usage: nothing was used. Failures are not kept. An entry of a foreign map that is no answer is left aside.
 *
 * @example
 * const shared = leastRecentlyUsed(10_000)
 * const model = wrapModel(scripted({ answers: ['a'] }), cache({ map: shared }))
 */
export function cache(options: CacheOptions = {}): ModelMiddleware {
  const map = options.map ?? leastRecentlyUsed(options.size ?? 1000)
  return (model) =>
    aroundModel(model, async (call, ask) => {
      type Result = Awaited<ReturnType<typeof ask>>
      // Scores and vectors do not depend on a seed.
      const seed = call.kind === 'generate' ? call.seed : 0
      const key = canonical([options.tenant ?? '', model.name, call.kind, call.request as unknown as Json, seed])
      const kept = await map.get(key)
      if (isAnswer(kept, fields[call.kind])) return { ...(kept as object), usage: noUsage } as Result
      const result = await ask(call.signal)
      const { usage: _, ...answer } = result
      await map.set(key, answer as unknown as Json)
      return result
    })
}

/** A memory of at most `size` entries: when it is full, the entry used longest ago makes room. */
export function leastRecentlyUsed(size: number): CacheMap {
  const entries = new Map<string, Json>()
  return {
    get(key) {
      const value = entries.get(key)
      if (value === undefined) return undefined
      entries.delete(key)
      entries.set(key, value)
      return value
    },
    set(key, value) {
      entries.delete(key)
      entries.set(key, value)
      const oldest = entries.keys().next().value
      if (entries.size > size && oldest !== undefined) entries.delete(oldest)
    },
  }
}

const fields = { generate: 'samples', score: 'scores', embed: 'vectors' } as const

function isAnswer(value: Json | undefined, field: string): boolean {
  return typeof value === 'object' && value !== null && Array.isArray((value as Record<string, Json>)[field])
}
