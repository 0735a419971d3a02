import type { FaultCase } from './case.ts'
export function memoryCases(): readonly FaultCase[] {
  return []
}
