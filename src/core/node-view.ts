// A read-only look at one node, for proposers, evaluators and people.
import type { NodeId } from './common.ts'

/** One node, as parts see it. */
export interface NodeView<State, Action = unknown> {
  /** -1 while the trial that makes the node is still under way. */
  readonly id: NodeId
  readonly state: State
  /** The action that led here; undefined at the root. */
  readonly action: Action | undefined
  /** 0 at the root. */
  readonly depth: number
  readonly terminal: boolean
  /** Reward of the step that led here; 0 at the root. */
  readonly reward: number
  /** Sum of rewards from the root. */
  readonly totalReward: number
  readonly observation: string | undefined
  readonly parent: NodeView<State, Action> | undefined
  readonly visits: number
  /** Mean of the values that were backed up; NaN when there are none. */
  readonly value: number
  /** Summed log-probability of the path's actions in nats, and how many tokens they had; 0 where proposers gave none. */
  readonly logProb: number
  readonly tokenCount: number
  /** From the root to this node, both included. */
  path(): readonly NodeView<State, Action>[]
}

/** From the first root, before any commit, to the node, both included. */
export function wholePath<State, Action>(view: NodeView<State, Action>): NodeView<State, Action>[] {
  const path = [view]
  for (let at = view.parent; at !== undefined; at = at.parent) path.push(at)
  return path.reverse()
}
