// Which objective a name means.
import { z } from 'zod'
import type { Json } from '../../core/common.ts'
import { BanyanError } from '../../core/errors.ts'
import { unknownName } from '../../core/names.ts'
import type { Objective } from './objective.ts'
import { preferences } from './objectives/preferences.ts'
import { lists, pairs } from './objectives/ranking.ts'
import { supervised } from './objectives/supervised.ts'
import { values } from './objectives/values.ts'

/** What an objective is given: its settings by name. */
type Settings = { readonly [name: string]: Json }

const between = z.int().min(0).default(0)

const dpoSettings = z.strictObject({
  beta: z.number().positive().default(0.1),
  labelSmoothing: z.number().min(0).max(0.5).default(0),
  lengthNormalised: z.boolean().default(false),
})
const simpoSettings = z.strictObject({ beta: z.number().positive().default(2), margin: z.number().min(0).default(1) })
const pairwiseSettings = z.strictObject({ margin: z.number().min(0).default(0), between })
const listSettings = z.strictObject({ beta: z.number().positive().default(0.5), lengthNormalised: z.boolean().default(false) })
const orpoSettings = z.strictObject({ weight: z.number().positive().default(0.1) })

const objectives = {
  supervised(settings) {
    read(z.strictObject({}), settings)
    return supervised()
  },
  /** A value head by cross-entropy: labels are probabilities. */
  binary: (settings) => values({ loss: 'binary', ...read(z.strictObject({ between }), settings) }),
  /** A value head by squared errors. */
  regression: (settings) => values({ loss: 'squared', ...read(z.strictObject({ between }), settings) }),
  /** A value head from pairs: the better one scores higher. */
  pairwise: (settings) => pairs(read(pairwiseSettings, settings)),
  /** A policy from pairs, against the net as it was in the beginning. A rate of 3e-4 destroyed the kit's policies. */
  dpo: (settings) => preferences({ method: 'dpo', ...read(dpoSettings, settings) }),
  simpo: (settings) => preferences({ method: 'simpo', ...read(simpoSettings, settings) }),
  orpo: (settings) => preferences({ method: 'orpo', ...read(orpoSettings, settings) }),
  /** A policy from answers with rewards, against the net as it was in the beginning. */
  list: (settings) => lists(read(listSettings, settings)),
} as const satisfies Record<string, (settings: Settings) => unknown>

/** The name of an objective. */
export type ObjectiveName = keyof typeof objectives

/** Names of all objectives. */
export const objectiveNames = Object.keys(objectives) as readonly ObjectiveName[]

/** @throws BanyanError E_TRAIN_OBJECTIVE for a name that is none; E_TRAIN_OPTION for settings that it has not. */
export function objectiveOf(name: string, settings: Settings = {}): Objective<unknown> {
  if (!Object.hasOwn(objectives, name)) throw unknownName('E_TRAIN_OBJECTIVE', 'objective', name, objectiveNames)
  return (objectives as Record<string, (settings: Settings) => unknown>)[name]!(settings) as Objective<unknown>
}

function read<T>(schema: z.ZodType<T>, settings: Settings): T {
  const { success, data, error } = schema.safeParse(settings)
  if (success) return data
  const [issue] = error.issues
  throw new BanyanError('E_TRAIN_OPTION', `the objective has no such settings: ${issue!.path.join('.')} ${issue!.message}`, {
    seen: settings,
  })
}
