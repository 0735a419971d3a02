// The builders of rows by the names of the command line, with the settings that each takes there.
import { z } from 'zod'
import type { Json } from '../../core/common.ts'
import { BanyanError } from '../../core/errors.ts'
import { unknownName } from '../../core/names.ts'
import {
  type DatasetBuild,
  outcomeLabels,
  preferenceTrees,
  type RunsOptions,
  rolloutGroups,
  stepLabels,
  stepPairs,
  stepValues,
  tracePairs,
  verifiedTraces,
} from '../../learning/data/index.ts'
import type { Store } from '../../traces/store.ts'

interface Builder {
  readonly name: string
  readonly summary: string
  readonly settings: z.ZodObject
  make(store: Store, options: RunsOptions): DatasetBuild
}

const share = z.number().min(0).max(1)
const least = z.int().min(0)
const most = z.int().min(1)
const value = z.enum(['visit-mean', 'inferred', 'monte-carlo', 'outcome'])
const within = z.enum(['run', 'task'])
/** Settings that all builders have. */
const common = {
  parts: z.boolean(),
  chat: z.boolean(),
  separator: z.string(),
  range: z.tuple([z.number(), z.number()]),
}
const pairs = { margin: z.number().positive(), pairs: z.enum(['best-worst', 'all']), leastDistance: share }

const builders: readonly Builder[] = [
  {
    name: 'step-values',
    summary: 'the value of every state',
    settings: settings({ value, leastVisits: least, root: z.boolean() }),
    make: stepValues,
  },
  {
    name: 'step-labels',
    summary: 'finished traces with a label for each step',
    settings: settings({ label: z.enum(['monte-carlo', 'first-error', 'outcome', 'inferred']), hard: share, leastEnds: least }),
    make: stepLabels,
  },
  {
    name: 'step-pairs',
    summary: 'better and worse step after the same beginning',
    settings: settings({ ...pairs, value, leastVisits: least }),
    make: stepPairs,
  },
  {
    name: 'trace-pairs',
    summary: 'right and wrong answer to the same task',
    settings: settings({ ...pairs, within, most }),
    make: tracePairs,
  },
  {
    name: 'preference-trees',
    summary: 'whole trees with values',
    settings: settings({ value, leastVisits: least }),
    make: preferenceTrees,
  },
  {
    name: 'verified-traces',
    summary: 'right answers, each once',
    settings: settings({ mostPerTask: most, leastLength: least }),
    make: verifiedTraces,
  },
  { name: 'outcome-labels', summary: 'answers with their verdicts', settings: settings({}), make: outcomeLabels },
  {
    name: 'rollout-groups',
    summary: 'several answers to each task with their rewards',
    settings: settings({ within, least, most, mixed: z.boolean(), reward: z.enum(['verdict', 'rewards']) }),
    make: rolloutGroups,
  },
]

export const builderNames: readonly string[] = builders.map(({ name }) => name)

/** Settings that all builders have. */
export const commonSettings: readonly string[] = Object.keys(common)

/** One line for each builder, with its own settings. */
export const builderLines: readonly string[] = builders.map(({ name, summary, settings: { shape } }) => {
  const own = Object.keys(shape).filter((setting) => !commonSettings.includes(setting))
  return `${name}: ${summary}${own.length === 0 ? '' : ` (${own.join(', ')})`}`
})

/**
 * The rows of a builder.
 * @throws `E_CLI_BUILDER` for an unknown name, with the nearest; `E_CLI_SETTING` for an unknown setting or a value that it cannot have.
 */
export function builtBy(name: string, given: Readonly<Record<string, Json>>, store: Store, options: RunsOptions): DatasetBuild {
  const builder = builders.find((one) => one.name === name)
  if (builder === undefined) throw unknownName('E_CLI_BUILDER', 'builder of rows', name, builderNames)
  const { shape } = builder.settings
  for (const setting of Object.keys(given))
    if (!Object.hasOwn(shape, setting)) throw unknownName('E_CLI_SETTING', `setting of ${name}`, setting, Object.keys(shape))
  const { data, error } = builder.settings.safeParse(given)
  const issue = error?.issues[0]
  if (issue !== undefined)
    throw new BanyanError('E_CLI_SETTING', `the setting ${JSON.stringify(String(issue.path[0]))} of ${name} cannot be used`, {
      seen: given[String(issue.path[0])],
      wanted: issue.message
        .replace(/^Invalid (?:input|option): expected (.*?)(?:, received .*)?$/, '$1')
        .replace(/^Too (?:small|big): expected number to be /, 'a number '),
    })
  return builder.make(store, { ...options, ...data })
}

function settings(own: z.core.$ZodLooseShape): z.ZodObject {
  return z.strictObject({ ...own, ...common }).partial()
}
