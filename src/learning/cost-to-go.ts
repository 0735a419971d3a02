// Learning what is left to pay: costs to the goal of boards (value iteration), and of moves (deep Q-learning).
export { type DeepQTraining, qNet, trainQNet } from './cost-to-go/deep-q.ts'
export { type CostReport, type CostTraining, netReader } from './cost-to-go/training.ts'
export { trainValueNet, valueNet } from './cost-to-go/value-iteration.ts'
