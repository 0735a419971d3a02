import type { FaultCase } from './case.ts'
export function clockCases(): readonly FaultCase[] {
  return []
}
