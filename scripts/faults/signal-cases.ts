import type { FaultCase } from './case.ts'
export function signalCases(): readonly FaultCase[] {
  return []
}
