import type { FaultCase } from './case.ts'
export function diskCases(): readonly FaultCase[] {
  return []
}
