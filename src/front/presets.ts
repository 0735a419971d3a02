// Ready mixtures by how much they may spend: plain data. What a preset names, an environment may fill in with settings that suit it.
import type { Amounts, Json } from '../core/common.ts'
import { unknownName } from '../core/names.ts'
import type { Model } from '../models/model.ts'
import { setupNamed, setupNames } from './setups/index.ts'

/** The searcher of `balanced`: to change it, change this line. */
const balancedSearcher = 'mcts'

/** Searcher, settings, concurrency and budget that go together. */
export interface Preset {
  readonly searcher: string
  /** Come on top of what suits the searcher in its environment. */
  readonly settings: Readonly<Record<string, Json>>
  /** Trials in flight. */
  readonly concurrency: number
  /** The budget of a search that is given none, by whether its model is free. */
  readonly budget: { readonly free: Amounts; readonly paid: Amounts }
}

/** The presets by name. */
export const presets = {
  /** A few whole answers, the best of them. */
  fast: { searcher: 'best-of-n', settings: { n: 4 }, concurrency: 4, budget: { free: { tokens: 2048, calls: 128 }, paid: { calls: 16 } } },
  balanced: {
    searcher: balancedSearcher,
    settings: {},
    concurrency: 4,
    budget: { free: { tokens: 8192, calls: 512 }, paid: { calls: 32 } },
  },
  /** Goes on until the budget ends. */
  thorough: { searcher: 'mcts', settings: {}, concurrency: 4, budget: { free: { tokens: 32_768, calls: 2048 }, paid: { calls: 128 } } },
} as const satisfies Readonly<Record<string, Preset>>

/** `fast`, `balanced` or `thorough`. */
export type PresetName = keyof typeof presets

/** Settings with which a searcher that would end by itself goes on until its budget does. */
const unending: Readonly<Record<string, Readonly<Record<string, Json>>>> = { beam: { restarts: null } }

/** Environments in which a preset means something else. */
const changes: Readonly<Record<string, Readonly<Partial<Record<PresetName, Partial<Preset>>>>>> = {
  // Few paths, each followed to its end before the next: tools are slow, and an unfinished plan is none.
  tools: {
    fast: { searcher: 'greedy', settings: { evaluate: 'default' }, concurrency: 1 },
    balanced: { searcher: 'best-first', settings: { branching: 2, depthWeight: 0.01 }, concurrency: 2 },
    thorough: { searcher: 'best-first', settings: { branching: 4, depthWeight: 0.01 } },
  },
}

/**
 * What a preset means in an environment.
 *
 * @param environment a setup's name, or `tools`.
 * @returns searcher, settings and concurrency fit `completeSpec` and `searcherNamed`; settings may name parts (`propose`, `evaluate`).
 * @throws `E_PRESET_UNKNOWN`.
 *
 * @example
 * const { searcher, settings } = presetFor('balanced', 'writing')
 */
export function presetFor(name: PresetName, environment: string): Preset {
  if (!Object.hasOwn(presets, name)) throw unknownName('E_PRESET_UNKNOWN', 'preset', String(name), Object.keys(presets))
  const preset: Preset = { ...presets[name], ...changes[environment]?.[name] }
  const suited = setupNames.includes(environment) ? setupNamed(environment).searchers[preset.searcher] : undefined
  return { ...preset, settings: { ...suited, ...(name === 'fast' ? {} : unending[preset.searcher]), ...preset.settings } }
}

/** The budget that was given, or the preset's, and a line that says so. */
export function budgetOf(given: Amounts | undefined, preset: Preset, model: Model): { readonly budget: Amounts; readonly note?: string } {
  if (given !== undefined && Object.keys(given).length > 0) return { budget: given }
  const free = isFree(model)
  const budget = free ? preset.budget.free : preset.budget.paid
  const why = free ? '' : model.price === undefined ? `, and the price of ${model.name} is not known` : `, and ${model.name} is paid for`
  const amounts = Object.entries(budget).map(([unit, amount]) => `${unit}=${amount}`)
  return { budget, note: `no budget was given${why}: ${amounts.join(', ')}` }
}

/** Whether calls of the model are known to cost nothing. */
export function isFree({ price }: Model): boolean {
  return price !== undefined && price.input === 0 && price.output === 0
}
