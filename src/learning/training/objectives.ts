// Which objective a name means.
import type { Json } from '../../core/common.ts'
import { unknownName } from '../../core/names.ts'
import type { Objective } from './objective.ts'
import { supervised } from './objectives/supervised.ts'

/** What an objective is given: its settings by name. */
type Settings = { readonly [name: string]: Json }

const objectives = {
  supervised: () => supervised(),
} as const satisfies Record<string, (settings: Settings) => unknown>

export type ObjectiveName = keyof typeof objectives

/** Names of all objectives. */
export const objectiveNames = Object.keys(objectives) as readonly ObjectiveName[]

/** @throws BanyanError E_TRAIN_OBJECTIVE for a name that is none; E_TRAIN_OPTION for settings that it has not. */
export function objectiveOf(name: string, settings: Settings = {}): Objective<unknown> {
  if (!Object.hasOwn(objectives, name)) throw unknownName('E_TRAIN_OBJECTIVE', 'objective', name, objectiveNames)
  return (objectives as Record<string, (settings: Settings) => unknown>)[name]!(settings) as Objective<unknown>
}
