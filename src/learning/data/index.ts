// The public names of datasets: rows out of traces, and files of them.
export { banyanRows } from './banyan-rows.ts'
export type { DatasetBuild } from './build.ts'
export type { BuildReport } from './build-report.ts'
export { apart } from './edit-distance.ts'
export { firstError } from './first-error.ts'
export { type HeldOut, type HeldOutOptions, type TaskName, taskName } from './held-out.ts'
export { linesOf } from './lines.ts'
export { type Manifest, manifestPath, readManifest, sha256Of } from './manifest.ts'
export {
  type MonteCarloLabelsOptions,
  monteCarloLabels,
  type RolloutEnd,
  type RolloutPolicy,
  type RolloutStart,
} from './monte-carlo-labels.ts'
export type { NodeValue, NodeValues } from './node-values.ts'
export { outcomeLabels } from './outcome-labels.ts'
export { type PreferenceTreesOptions, preferenceTrees } from './preference-trees.ts'
export { type ReadRowsOptions, type RowOf, readRows } from './read-rows.ts'
export type { RunsOptions } from './read-runs.ts'
export type { Reference, References } from './references.ts'
export { type RolloutGroupsOptions, rolloutGroups } from './rollout-groups.ts'
export type * from './rows.ts'
export type { TextOptions } from './run-texts.ts'
export { type StepLabelsOptions, stepLabels } from './step-labels.ts'
export { type PairOptions, type StepPairsOptions, stepPairs } from './step-pairs.ts'
export { type StepValuesOptions, stepValues } from './step-values.ts'
export { type TracePairsOptions, tracePairs } from './trace-pairs.ts'
export type { ValueSource } from './value-source.ts'
export { type VerifiedTracesOptions, verifiedTraces } from './verified-traces.ts'
export { type WriteDatasetOptions, type WrittenDataset, writeDataset } from './write-dataset.ts'
export { type WriteParquetOptions, writeParquet } from './write-parquet.ts'
