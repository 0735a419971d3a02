// The calls of one trial: keyed, recorded before and after, served from the log when they are there, bounded by the grant.
import type { Grant } from './budget.ts'
import type { Call, CallContext, RunHandle } from './call.ts'
import type { Amounts, Json } from './common.ts'
import { digest } from './digest.ts'
import type { StepContext } from './environment.ts'
import { BanyanError, errorRecord, runDiverged, StarvedError } from './errors.ts'
import type { CallEnd } from './events.ts'
import { cancelledCall, type History, isCancelled } from './history.ts'
import { hashText, Random } from './random.ts'
import type { Recorder } from './recorder.ts'

/** What the trials of a run share. */
export interface CallDesk {
  readonly runId: string
  readonly seed: number
  readonly recorder: Recorder
  /** Calls that the log of this run knows. */
  readonly history: History
  /** Results of the run that this one was forked from, by what was asked. */
  readonly reusable: Map<string, CallEnd[]>
  /** Calls actually made, taken from the forked run, and asked again after a crash. */
  readonly counts: { made: number; reused: number; askedAgain: number }
}

/**
 * What a trial's parts work with. Random numbers and signal are made when they are first asked for: most trials of most searches need none.
 * @param name names the trial in a way that does not depend on how many others are under way.
 */
export function trialContext(desk: CallDesk, trial: number, name: string, grant: Grant, signalOf: () => AbortSignal): TrialContext {
  const { runId, seed, recorder, history, reusable, counts } = desk
  const remaining = (unit: string): number => grant.remaining(unit)
  const spend = (amounts: Amounts): void => grant.spend(amounts)
  let calls = 0

  async function call<Result extends Json>(asked: Call<Result>): Promise<Result> {
    const { kind, by, request, once } = asked
    const index = calls++
    const key = { trial, index, digest: digest({ kind, by, request }) }
    const known = history.call(trial, index)
    if (known !== undefined) {
      const { start, end } = known
      if (start.digest !== key.digest)
        throw runDiverged(`call ${index} of trial ${trial} asks for something other than the log says`, key.digest, start.digest)
      if (end !== undefined) spend(end.usage)
      if (end?.type === 'call-end') return end.result as Result
      if (end !== undefined && !isCancelled(end)) throw new BanyanError(end.error.code, end.error.message)
      if (once) {
        throw new BanyanError(
          'E_CALL_UNKNOWN',
          `an irreversible action of ${by} was begun and its result is missing; it is not tried again`,
        )
      }
      counts.askedAgain++
    }
    recorder.record({ type: 'call-start', ...key, kind, by, request, ...(once ? { once } : {}) })
    const reused = once ? undefined : reusable.get(key.digest)?.shift()
    if (reused !== undefined) {
      const { result, usage } = reused
      counts.reused++
      spend(usage)
      recorder.record({ type: 'call-end', ...key, result, usage, reused: true })
      return result as Result
    }
    // An irreversible action begins only once its intent is kept.
    if (once) await recorder.flush()
    return make(asked, key)
  }

  async function make<Result extends Json>(asked: Call<Result>, key: { trial: number; index: number; digest: string }): Promise<Result> {
    const signal = signalOf()
    signal.throwIfAborted()
    const atMost = asked.atMost ?? { calls: 1 }
    for (const unit of Object.keys(atMost)) if (atMost[unit]! > 0 && remaining(unit) <= 0) throw new StarvedError(unit)
    const reserved = grant.reserve(atMost)
    counts.made++
    try {
      const { result, usage } = await asked.run({
        granted: (unit) => reserved[unit] ?? remaining(unit),
        seed: hashText(`${seed}:${name}:${key.index}:${key.digest}`) >>> 0,
        signal,
      })
      spend(usage)
      recorder.record({ type: 'call-end', ...key, result, usage })
      return result
    } catch (thrown) {
      const failure = BanyanError.isInstance(thrown) ? thrown : undefined
      const usage = failure?.usage ?? {}
      const error = errorRecord(thrown)
      spend(usage)
      const cancelled = signal.aborted || failure?.fatal
      recorder.record({ type: 'call-error', ...key, error: cancelled ? { ...error, code: cancelledCall } : error, usage })
      throw thrown
    } finally {
      grant.unreserve(reserved)
    }
  }

  let random: Random | undefined
  return new TrialContext(
    { call, remaining, spend },
    {
      signal: signalOf,
      random: () => {
        random ??= new Random(seed, name)
        return random
      },
      run: () => ({ runId, units: Object.keys(grant.granted), remaining, spend, signal: signalOf() }),
    },
    'search',
  )
}

/** What is made when it is first asked for. Getters of a class cost nothing where they are not used; those of a literal are made with each object. */
interface Lazy {
  signal(): AbortSignal
  random(): Random
  run(): RunHandle
}

export class TrialContext implements StepContext {
  readonly call: CallContext['call']
  readonly remaining: CallContext['remaining']
  readonly spend: CallContext['spend']
  readonly purpose: StepContext['purpose']
  readonly #lazy: Lazy

  constructor({ call, remaining, spend }: Pick<CallContext, 'call' | 'remaining' | 'spend'>, lazy: Lazy, purpose: StepContext['purpose']) {
    this.call = call
    this.remaining = remaining
    this.spend = spend
    this.purpose = purpose
    this.#lazy = lazy
  }
  get signal(): AbortSignal {
    return this.#lazy.signal()
  }
  get random(): Random {
    return this.#lazy.random()
  }
  get run(): RunHandle {
    return this.#lazy.run()
  }
  /** The same context for a step. */
  forStep(purpose: StepContext['purpose']): StepContext {
    return purpose === this.purpose ? this : new TrialContext(this, this.#lazy, purpose)
  }
}
