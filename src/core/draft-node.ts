// A view of a node that a trial under way is making: not yet in the tree.
import type { Step } from './environment.ts'
import type { NodeView } from './node-view.ts'

export class DraftNode<State, Action> implements NodeView<State, Action> {
  readonly id = -1
  readonly visits = 0
  readonly value = Number.NaN
  readonly parent: NodeView<State, Action>
  readonly state: State
  readonly action: Action
  readonly depth: number
  readonly terminal: boolean
  readonly reward: number
  readonly observation: string | undefined
  readonly logProb: number
  readonly tokenCount: number

  constructor(
    parent: NodeView<State, Action>,
    drafted: { readonly action: Action; readonly step: Step<State>; readonly logProb: number; readonly tokens: number },
  ) {
    const { step } = drafted
    this.parent = parent
    this.state = step.state
    this.action = drafted.action
    this.depth = parent.depth + 1
    this.terminal = step.terminal
    this.reward = step.reward
    this.observation = step.observation
    this.logProb = parent.logProb + drafted.logProb
    this.tokenCount = parent.tokenCount + drafted.tokens
  }

  get totalReward(): number {
    return this.parent.totalReward + this.reward
  }

  path(): readonly NodeView<State, Action>[] {
    return [...this.parent.path(), this]
  }
}
