// An arm that is a search: one specification, run on every task with every seed.
import type { Json } from '../core/common.ts'
import type { Log } from '../core/log.ts'
import { search } from '../core/search.ts'
import { assemble } from '../front/assemble.ts'
import type { RunSpec } from '../front/run-spec.ts'
import type { SystemSearches } from '../front/system-search.ts'
import type { Model } from '../models/model.ts'
import type { Arm } from './compare.ts'
import { trialFailures } from './trial-failures.ts'

export interface SearchArmOptions {
  /** `searcher` or `searcher/proposer`. */
  readonly name: string
  /** Task and seed are replaced by those of each run. */
  readonly spec: RunSpec
  readonly model?: Model | undefined
  /** Those that the specification names. Default none. */
  readonly systems?: SystemSearches
  /** Where the runs are kept. Default: nowhere. */
  readonly store?: Log | undefined
}

/**
 * @throws what `assemble` throws for the specification's own task.
 * @example
 * const arm = searchArm({ name: 'beam', spec: completeSpec({ environment: 'writing', task, searcher: 'beam', budget: { tokens: 200 } }), model })
 */
export function searchArm({ name, spec, model, store, systems = {} }: SearchArmOptions): Arm {
  const { environment, searcher, proposer, evaluator } = assemble(spec, { model, systems })
  return {
    name,
    settings: {
      environment: `${environment.name}@${environment.version ?? '1'}`,
      searcher: described(searcher),
      proposer: described(proposer as Part),
      evaluator: evaluator === undefined ? null : described(evaluator as Part),
      concurrency: spec.concurrency,
    },
    evaluators: evaluator === undefined ? [] : [evaluator as Part],
    async run({ task }, seed, signal) {
      const options = assemble({ ...spec, task, seed }, { model, systems })
      const failures = trialFailures()
      const { runId, answer, solved, usage, seconds, stopped } = await search({
        ...options,
        signal,
        observe: failures.observe,
        ...(store === undefined ? {} : { store }),
      })
      // A model that could not be reached says nothing of the searcher: such a run is neither counted as unsolved nor kept.
      const failed = answer === undefined && failures.allFailed && stopped !== 'aborted'
      return {
        ...(store === undefined ? {} : { runId }),
        answer: answer as Json | undefined,
        solved,
        usage,
        seconds,
        stopped: failed ? ('failed' as const) : stopped,
        ...(failed && failures.last !== undefined ? { error: failures.last } : {}),
      }
    },
  }
}

interface Part {
  readonly name: string
  readonly settings?: Json
  readonly oracle?: 'training-label'
}

function described({ name, settings }: Part): Json {
  return { name, settings: settings ?? null }
}
