// The public names of rollouts.
export { checkRollout, checkRollouts } from './check-rollout.ts'
export { type RolloutFacts, rewarded, rolloutOf } from './from-generated.ts'
export { type PackOptions, packRollouts, perToken, type RolloutBatch } from './pack.ts'
export { type ProblemHistory, type ProblemRecord, problemHistory } from './problem-history.ts'
export { type ReplayBuffer, replayBuffer } from './replay-buffer.ts'
export type { Rollout, StepSpan } from './rollout.ts'
export { type SegmentTreeOptions, segmentTree, type TreePrompt } from './segment-tree.ts'
export {
  frozenCopy,
  type MovingAverage,
  movingAverage,
  resetOptimizer,
  type SnapshotOptions,
  type StalePolicy,
  stalePolicy,
  trainableCopy,
} from './snapshots.ts'
export { type MixedOptions, stillMixed, type TaskFilter, type TaskSampler, type TaskSamplerOptions, taskSampler } from './task-sampler.ts'
