// A node for tests of parts that look at nodes: only what the test says, all else as at a fresh root. It stands in no tree.
import type { NodeView } from '../core/node-view.ts'

/**
 * A node with a state.
 *
 * @example
 * const node = fakeNode('4 6 10', { depth: 1, logProb: -2, tokenCount: 4 })
 */
export function fakeNode<State, Action = unknown>(
  state: State,
  fields: Partial<Omit<NodeView<State, Action>, 'state' | 'path'>> = {},
): NodeView<State, Action> {
  const node: NodeView<State, Action> = {
    id: 0,
    action: undefined,
    depth: 0,
    terminal: false,
    reward: 0,
    totalReward: 0,
    observation: undefined,
    parent: undefined,
    visits: 0,
    value: Number.NaN,
    logProb: 0,
    tokenCount: 0,
    ...fields,
    state,
    path: () => [...(fields.parent?.path() ?? []), node],
  }
  return node
}
