// The public names of advantages.
export { balanced, mixedGroups, notLonger, notTruncated, type RolloutFilter } from './filters.ts'
export { type Discount, type Estimated, type GaeOptions, gae } from './gae.ts'
export { type GroupAdvantagesOptions, groupAdvantages } from './group-advantages.ts'
export {
  batchStd,
  groupMean,
  groupMeanBatchStd,
  groupStd,
  leaveOneOut,
  type Normaliser,
  type NormaliserOptions,
  normaliser,
  rawRewards,
} from './normalisers.ts'
export { processAdvantages } from './process-advantages.ts'
export { rolloutGae } from './rollout-gae.ts'
export { entropyShaped, overlongPenalty, successWeighted } from './shaping.ts'
export { type Spreadable, spread, spreadOver, whitened } from './spread.ts'
export { leafAdvantages, segmentAdvantages, type TreeOptions, treeAdvantages } from './tree-advantages.ts'
