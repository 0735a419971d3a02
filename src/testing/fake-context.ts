// A trial's context for tests of parts that make calls: it numbers, seeds, bounds and counts them as the engine does, and logs nothing.
import { Grant } from '../core/budget.ts'
import type { Call, CallContext } from '../core/call.ts'
import type { Amounts, Json } from '../core/common.ts'
import { digest } from '../core/digest.ts'
import { BanyanError, StarvedError } from '../core/errors.ts'
import { hashText, Random } from '../core/random.ts'

export interface FakeContextOptions {
  /** Default 1. */
  readonly seed?: number
  /** The trial's grant; units that are not in it are unlimited. Default: no limits. */
  readonly grant?: Amounts
  readonly signal?: AbortSignal
}

/** A call as it was made. */
export interface FakeCall {
  readonly index: number
  readonly kind: string
  readonly by: string
  readonly request: Json
  readonly seed: number
}

export interface FakeContext extends CallContext {
  /** All calls, in the order in which they were made. */
  readonly calls: readonly FakeCall[]
  /** What was used so far. */
  readonly used: Amounts
}

/**
 * A context that needs no run.
 *
 * @example
 * const context = fakeContext({ grant: { tokens: 20 } })
 * await proposer.propose([{ node, siblings: [], count: 2 }], context)
 * expect(context.used.tokens).toBeLessThanOrEqual(20)
 */
export function fakeContext(options: FakeContextOptions = {}): FakeContext {
  const seed = options.seed ?? 1
  const grant = new Grant(options.grant ?? {})
  const signal = options.signal ?? new AbortController().signal
  const calls: FakeCall[] = []
  const remaining = (unit: string) => grant.remaining(unit)
  const spend = (amounts: Amounts) => grant.spend(amounts)
  return {
    random: new Random(seed, 'fake'),
    signal,
    calls,
    used: grant.drawn,
    remaining,
    spend,
    run: { runId: 'fake', units: Object.keys(grant.granted), remaining, spend, signal },
    async call<Result extends Json>(call: Call<Result>): Promise<Result> {
      const index = calls.length
      const asked = digest({ kind: call.kind, by: call.by, request: call.request })
      const callSeed = hashText(`${seed}:fake:${index}:${asked}`) >>> 0
      calls.push({ index, kind: call.kind, by: call.by, request: call.request, seed: callSeed })
      signal.throwIfAborted()
      const atMost = call.atMost ?? { calls: 1 }
      for (const [unit, amount] of Object.entries(atMost)) if (amount > 0 && remaining(unit) <= 0) throw new StarvedError(unit)
      const reserved = grant.reserve(atMost)
      try {
        const { result, usage } = await call.run({ granted: (unit) => reserved[unit] ?? remaining(unit), seed: callSeed, signal })
        spend(usage)
        return result
      } catch (error) {
        spend((BanyanError.isInstance(error) ? error.usage : undefined) ?? {})
        throw error
      } finally {
        grant.unreserve(reserved)
      }
    },
  }
}
