// The public names of experiments and systems: to write a system, to reproduce one, to make its page.
export type {
  ArmContext,
  ArmRun,
  ArmText,
  Claim,
  Experiment,
  Figure,
  Question,
  Scale,
  ScaleOf,
  Wanted,
} from './experiment.ts'
export { type PageOptions, systemPage } from './reproduction/page.ts'
export { type ReproduceOptions, type ReproductionProgress, reproduce } from './reproduction/reproduce.ts'
export type { Answered, ArmSummary, ClaimResult, ClaimVerdict, MetricSummary, Reproduction } from './reproduction/results.ts'
export { type Card, type Family, type System, type SystemTraining, system } from './system.ts'
