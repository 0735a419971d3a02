import type { FaultCase } from './case.ts'
export function databaseCases(): readonly FaultCase[] {
  return []
}
