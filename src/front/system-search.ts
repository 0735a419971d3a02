// The contract of a system that searches, for users' own tasks: parts that stand in for those of an environment's setup. It knows no system.
import type { Json } from '../core/common.ts'
import type { Evaluator } from '../core/evaluator.ts'
import type { Proposer } from '../core/proposer.ts'
import type { Searcher } from '../core/searcher.ts'
import type { SetupParts } from './setup.ts'
import type { AnySetup } from './setups/index.ts'

/** Parts that are absent are those of the environment. */
export interface SystemSearch {
  /** @throws `E_SEARCHER_SETTING` for settings that it has not. */
  searcher(settings: Readonly<Record<string, Json>>): Searcher
  /** Undefined: that of the environment. @throws `E_SETUP_MODEL` when it needs a model and there is none. */
  proposer?(parts: SetupParts, setup: AnySetup): AnyProposer
  /** The same for the evaluator. */
  evaluator?(parts: SetupParts, setup: AnySetup): AnyEvaluator
  /** Settings that suit it in an environment, by the environment's name. */
  readonly settings?: Readonly<Record<string, Readonly<Record<string, Json>>>>
}

// biome-ignore lint/suspicious/noExplicitAny: it serves environments of different types
export type AnyProposer = Proposer<any, any>
// biome-ignore lint/suspicious/noExplicitAny: as above
export type AnyEvaluator = Evaluator<any, any>

/** Systems by their slugs, as far as they are wanted. */
export type SystemSearches = Readonly<Record<string, SystemSearch>>

/** A setup with the parts of systems among its own, under their slugs. */
export function withSystems(setup: AnySetup, systems: SystemSearches): AnySetup {
  const entries = Object.entries(systems)
  const of = <Part>(name: 'proposer' | 'evaluator') =>
    Object.fromEntries(
      entries.flatMap(([slug, system]) => {
        const make = system[name]
        return make === undefined ? [] : [[slug, (parts: SetupParts) => make(parts, setup) as Part]]
      }),
    )
  return {
    ...setup,
    proposers: { ...setup.proposers, ...of<AnyProposer>('proposer') },
    evaluators: { ...setup.evaluators, ...of<AnyEvaluator>('evaluator') },
    searchers: { ...setup.searchers, ...Object.fromEntries(entries.map(([slug, { settings }]) => [slug, settings?.[setup.name] ?? {}])) },
  }
}
