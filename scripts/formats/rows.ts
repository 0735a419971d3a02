// Rows of every kind out of a store, with texts or chats as prompts.

import {
  outcomeLabels,
  preferenceTrees,
  type References,
  type RowKind,
  type Rows,
  rolloutGroups,
  stepLabels,
  stepPairs,
  stepValues,
  tracePairs,
  verifiedTraces,
} from '../../src/learning/data/index.ts'
import type { Store } from '../../src/traces/store.ts'

/** Every task has the same reference here: formats are checked, not answers. */
const references: References = () => ({ answer: 'plain', grade: async (answer) => JSON.stringify(answer ?? null).length % 2 === 0 })

/** Rows of a kind, as builders make them. */
export function rowsOf(store: Store, kind: RowKind, chat: boolean): Rows {
  const options = { chat }
  switch (kind) {
    case 'step-value':
      return stepValues(store, options)
    case 'step-labels':
      return stepLabels(store, options)
    case 'pair':
      return both(stepPairs(store, { ...options, margin: 0.05, pairs: 'all' }), tracePairs(store, options))
    case 'verified':
      return verifiedTraces(store, options)
    case 'outcome':
      return outcomeLabels(store, options)
    case 'preference-tree':
      return preferenceTrees(store, { ...options, references })
    case 'group':
      return both(rolloutGroups(store, options), rolloutGroups(store, { ...options, references, within: 'task' }))
  }
}

async function* both(first: Rows, second: Rows): Rows {
  yield* first
  yield* second
}
