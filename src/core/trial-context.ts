// The calls of one trial: keyed, recorded before and after, served from the log when they are there, bounded by the grant.
import type { Grant } from './budget.ts'
import type { Call, CallContext, RunHandle } from './call.ts'
import type { Amounts, Json } from './common.ts'
import { digest } from './digest.ts'
import type { StepContext } from './environment.ts'
import { BanyanError, errorRecord, StarvedError } from './errors.ts'
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
  /** Calls actually made, and calls asked again after a crash. */
  readonly counts: { made: number; reused: number; askedAgain: number }
}

/** Thrown when an irreversible call was begun before a crash and its result is missing; becomes the outcome `unknown`. */
export class UnknownResultError extends BanyanError {
  constructor(by: string) {
    super('E_CALL_UNKNOWN', `an irreversible action of ${by} was begun and its result is missing; it is not tried again`)
  }
}

export class TrialContext implements CallContext {
  readonly random: Random
  readonly signal: AbortSignal
  readonly run: RunHandle
  readonly #desk: CallDesk
  readonly #trial: number
  readonly #key: string
  readonly #grant: Grant
  #calls = 0

  /** @param key names the trial in a way that does not depend on how many others are under way. */
  constructor(desk: CallDesk, trial: number, key: string, grant: Grant, signal: AbortSignal) {
    this.#desk = desk
    this.#trial = trial
    this.#key = key
    this.#grant = grant
    this.signal = signal
    this.random = new Random(desk.seed, key)
    this.run = {
      runId: desk.runId,
      units: Object.keys(grant.granted),
      remaining: (unit) => grant.remaining(unit),
      spend: (amounts) => grant.spend(amounts),
      signal,
    }
  }

  remaining(unit: string): number {
    return this.#grant.remaining(unit)
  }

  spend(amounts: Amounts): void {
    this.#grant.spend(amounts)
  }

  /** The same context for a step of the environment. */
  forStep(purpose: StepContext['purpose']): StepContext {
    const { random, signal, run } = this
    return {
      purpose,
      random,
      signal,
      run,
      remaining: (unit) => this.remaining(unit),
      spend: (amounts) => this.spend(amounts),
      call: (call) => this.call(call),
    }
  }

  async call<Result extends Json>(call: Call<Result>): Promise<Result> {
    const index = this.#calls++
    const asked = digest({ kind: call.kind, by: call.by, request: call.request })
    const known = this.#desk.history.call(this.#trial, index)
    if (known !== undefined) {
      if (known.start.digest !== asked) {
        throw new BanyanError('E_RUN_DIVERGED', `call ${index} of trial ${this.#trial} asks for something other than the log says`, {
          seen: asked,
          wanted: known.start.digest,
          fatal: true,
        })
      }
      if (known.end !== undefined && !isCancelled(known.end)) return this.#recorded<Result>(known.end)
      if (known.end !== undefined) this.#grant.spend(known.end.usage)
      if (call.once === true) throw new UnknownResultError(call.by)
      this.#desk.counts.askedAgain++
    }
    const key = { trial: this.#trial, index, digest: asked }
    this.#desk.recorder.record({
      type: 'call-start',
      ...key,
      kind: call.kind,
      by: call.by,
      request: call.request,
      ...(call.once === true ? { once: true } : {}),
    })
    const reusable = call.once === true ? undefined : this.#desk.reusable.get(asked)?.shift()
    if (reusable !== undefined) {
      this.#desk.counts.reused++
      this.#grant.spend(reusable.usage)
      this.#desk.recorder.record({ type: 'call-end', ...key, result: reusable.result, usage: reusable.usage, reused: true })
      return reusable.result as Result
    }
    if (call.once === true) await this.#desk.recorder.flush()
    return this.#make(call, key)
  }

  async #make<Result extends Json>(call: Call<Result>, key: { trial: number; index: number; digest: string }): Promise<Result> {
    this.signal.throwIfAborted()
    const reserved = this.#reserve(call.atMost ?? { calls: 1 })
    this.#desk.counts.made++
    try {
      const { result, usage } = await call.run({
        granted: (unit) => reserved[unit] ?? this.#grant.remaining(unit),
        seed: hashText(`${this.#desk.seed}:${this.#key}:${key.index}:${key.digest}`) >>> 0,
        signal: this.signal,
      })
      this.#grant.unreserve(reserved)
      this.#grant.spend(usage)
      this.#desk.recorder.record({ type: 'call-end', ...key, result, usage })
      return result
    } catch (error) {
      this.#grant.unreserve(reserved)
      const usage = (BanyanError.isInstance(error) ? error.usage : undefined) ?? {}
      this.#grant.spend(usage)
      const cancelled = this.signal.aborted || (BanyanError.isInstance(error) && error.fatal)
      const record = errorRecord(error)
      this.#desk.recorder.record({
        type: 'call-error',
        ...key,
        error: cancelled ? { code: cancelledCall, message: record.message } : record,
        usage,
      })
      throw error
    }
  }

  #reserve(atMost: Amounts): Record<string, number> {
    for (const unit of Object.keys(atMost)) {
      if (atMost[unit]! > 0 && this.#grant.remaining(unit) <= 0) throw new StarvedError(unit)
    }
    return this.#grant.reserve(atMost)
  }

  #recorded<Result extends Json>(end: NonNullable<ReturnType<History['call']>>['end'] & object): Result {
    this.#grant.spend(end.usage)
    if (end.type === 'call-error') throw new BanyanError(end.error.code, end.error.message)
    return end.result as Result
  }
}
