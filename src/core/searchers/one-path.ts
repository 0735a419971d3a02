// One path: an agent that acts, and tries something else where it is not allowed to. It never goes back.
import type { NodeId } from '../common.ts'
import type { Searcher } from '../searcher.ts'
import type { Work } from '../trial.ts'
import { checkSettings } from './settings.ts'

/** Options of `onePath`. */
export interface OnePathOptions {
  /** Actions in a row that may be denied or fail before it ends. Default 16. */
  readonly patience?: number
  /** Name of the proposer. Default `default`. */
  readonly propose?: string
}

interface OnePathMemory {
  at: NodeId
  /** Whether the last candidate of the node where it is waits to be tried. */
  offered: boolean
  busy: boolean
  failures: number
  ended: boolean
}

/**
 * Proposes one action at a time and takes it. An action that is denied or fails stays among the siblings which the proposer is shown when it is
 * asked again at the same state. Ends at a terminal state, or when nothing more is proposed.
 *
 * @example
 * await search({ environment, task, proposer, guard, searcher: onePath() })
 */
export function onePath(options: OnePathOptions = {}): Searcher<OnePathMemory> {
  checkSettings('one-path', options, { patience: 'integer>=1', propose: 'string' })
  const { patience = 16 } = options
  const propose = { count: 1, ...(options.propose !== undefined && { by: options.propose }) }
  return {
    name: 'one-path',
    settings: { patience, propose: options.propose ?? 'default' },
    twins: false,
    start: (tree) => ({ at: tree.root, offered: false, busy: false, failures: 0, ended: tree.terminal(tree.root) }),
    ask(tree, memory): Work[] {
      if (memory.busy || memory.ended) return []
      memory.busy = true
      if (!memory.offered) return [{ kind: 'expand', node: memory.at, propose, step: false }]
      return [{ kind: 'visit', node: memory.at, candidate: tree.blockSize[memory.at]! - 1 }]
    },
    tell(tree, memory, { trial, status, nodes, offered }) {
      memory.busy = false
      if (status === 'cancelled' || status === 'starved') memory.ended = true
      else if (trial.kind === 'expand') {
        memory.offered = offered > 0
        memory.ended = offered === 0
      } else if (nodes[0] === undefined) {
        memory.offered = false
        memory.failures++
        memory.ended = memory.failures >= patience
      } else {
        memory.at = nodes[0]
        memory.offered = false
        memory.failures = 0
        memory.ended = tree.terminal(memory.at)
      }
    },
    best: (_tree, memory) => memory.at,
  }
}
