// The systems by their slugs. A new system is a row here. Each is loaded when it is asked for.
import { unknownName } from '../core/names.ts'
import type { System } from '../experiments/system.ts'
import type { SystemSearches } from '../front/system-search.ts'

const systems: Readonly<Record<string, () => Promise<System>>> = {
  dts: async () => (await import('../systems/dts.ts')).dtsSystem,
  ets: async () => (await import('../systems/ets.ts')).etsSystem,
  'lite-ppo': async () => (await import('../systems/lite-ppo.ts')).litePpo,
  progent: async () => (await import('../systems/progent.ts')).progent,
  'mcts-dpo': async () => (await import('../systems/mcts-dpo.ts')).mctsDpo,
  'r-to-q-star': async () => (await import('../systems/r-to-q-star.ts')).rToQStar,
  'tool-chain-star': async () => (await import('../systems/tool-chain-star.ts')).toolChainStarSystem,
  'tree-po': async () => (await import('../systems/tree-po.ts')).treePo,
  'rest-mcts': async () => (await import('../systems/rest-mcts.ts')).restMctsSystem,
  'q-star-search': async () => (await import('../systems/q-star-search.ts')).qStarSearchSystem,
}

export const systemNames: readonly string[] = Object.keys(systems)

/** @throws `E_SYSTEM_UNKNOWN`, with the nearest slug. */
export async function systemNamed(slug: string): Promise<System> {
  if (!Object.hasOwn(systems, slug)) throw unknownName('E_SYSTEM_UNKNOWN', 'system', slug, systemNames)
  return systems[slug]!()
}

export async function allSystems(): Promise<System[]> {
  return Promise.all(systemNames.map(systemNamed))
}

/** Those of the names that are systems which search. */
export async function systemsAmong(names: readonly (string | undefined)[]): Promise<SystemSearches> {
  const slugs = systemNames.filter((slug) => names.includes(slug))
  const found = await Promise.all(slugs.map(async (slug) => [slug, await (await systemNamed(slug)).search?.()] as const))
  return Object.fromEntries(found.flatMap(([slug, search]) => (search === undefined ? [] : [[slug, search]])))
}

interface Named {
  readonly searcher?: string | undefined
  readonly proposer?: string | undefined
  readonly evaluator?: string | undefined
}

/** Systems that a specification names. */
export function systemsOf({ searcher, proposer, evaluator }: Named): Promise<SystemSearches> {
  return systemsAmong([searcher, proposer, evaluator])
}
