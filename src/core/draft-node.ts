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

  /** @param logProb of the action, and `tokens`, its number of tokens; 0 where its proposer gave none. */
  constructor(parent: NodeView<State, Action>, action: Action, step: Step<State>, logProb = 0, tokens = 0) {
    this.parent = parent
    this.state = step.state
    this.action = action
    this.depth = parent.depth + 1
    this.terminal = step.terminal
    this.reward = step.reward
    this.observation = step.observation
    this.logProb = parent.logProb + logProb
    this.tokenCount = parent.tokenCount + tokens
  }

  get totalReward(): number {
    return this.parent.totalReward + this.reward
  }

  path(): readonly NodeView<State, Action>[] {
    return [...this.parent.path(), this]
  }
}
