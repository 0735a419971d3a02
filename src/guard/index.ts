// Policies for actions and calls of tools: which may be executed.
export type { Condition, Kind } from './condition.ts'
export { type Decision, decide } from './decide.ts'
export { holds, type Truth } from './holds.ts'
export type { MadeCall, Monitor, Updater } from './monitor.ts'
export { isNarrower, narrowed } from './narrow.ts'
export { type PolicyGuard, type PolicyOptions, policy } from './policy.ts'
export { type Fallback, type GuardedCall, type Policy, policySchema, type Rule, readPolicy, type Update } from './rules.ts'
export { isApart, isWithin } from './subset.ts'
