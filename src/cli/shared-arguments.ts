// Options that several verbs share, described once.
import { searcherNames } from '../core/searchers/named.ts'
import type { Argument } from './verb.ts'

export const defaultDatabase = '.banyan/runs.db'

export const json = { type: 'boolean', description: 'print the result as JSON' } as const satisfies Argument

export const db = {
  type: 'string',
  description: `where runs are kept; default ${defaultDatabase}`,
  valueHint: 'file',
} as const satisfies Argument

export const modelArguments = {
  model: {
    type: 'string',
    description:
      'a name of `banyan models list` or banyan.config.json, the path of a GGUF file (after `exact:` for answers that depend on the seed alone), the folder of an adapter, or `scripted` to try things without a model',
    valueHint: 'name',
  },
  'base-url': {
    type: 'string',
    description: 'address of an OpenAI-compatible service that has the model; its key is read from BANYAN_API_KEY',
    valueHint: 'url',
  },
} as const satisfies Record<string, Argument>

/** What decides a search beside environment, task and model. */
export const searchArguments = {
  searcher: {
    type: 'string',
    description: `${searcherNames.join(', ')}; default: what suits the environment`,
    valueHint: 'name',
  },
  set: { type: 'string', description: 'a setting of the searcher; may be repeated', valueHint: 'name=value', repeatable: true },
  proposer: { type: 'string', description: "who suggests actions; default: the environment's first", valueHint: 'name' },
  evaluator: { type: 'string', description: "who judges states; default: the environment's first", valueHint: 'name' },
  budget: {
    type: 'string',
    description: 'limits by unit: tokens, calls, seconds, usd, expansions, steps, nodes …',
    valueHint: 'unit=amount,…',
  },
  concurrency: { type: 'string', description: 'trials in flight; default 1', valueHint: 'n' },
  seed: { type: 'string', description: 'default 0', valueHint: 'n' },
} as const satisfies Record<string, Argument>
