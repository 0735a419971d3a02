import { describe, expect, it } from 'vitest'
import * as tensor from './index.ts'
import { referenceKernels } from './reference/reference.ts'
import { operationCases } from './testing/cases.ts'
import { computeCase, errorOf, expectedOf } from './testing/check-case.ts'

describe('the reference kernels', () => {
  it.each(operationCases.map((one) => [`${one.operation} ${one.variant}`, one] as const))('%s', (_, operationCase) => {
    const expected = expectedOf(operationCase)
    const double = computeCase(referenceKernels, operationCase, 'double')
    expect(errorOf(double.result, expected.result)).toBeLessThan(1e-12)
    const single = computeCase(referenceKernels, operationCase)
    expect(errorOf(single.result, expected.result)).toBeLessThan(1e-5)
    expected.gradients.forEach((gradient, at) => {
      expect(errorOf(double.gradients[at]!, gradient)).toBeLessThan(1e-7)
      expect(errorOf(single.gradients[at]!, gradient)).toBeLessThan(1e-5)
    })
  })

  it('are checked in all operations', () => {
    const others = [
      'Parameter',
      'Tape',
      'Tensor',
      'adam',
      'availableInstructions',
      'constant',
      'openKernels',
      'parameter',
      'referenceKernels',
      'rotaryAngles',
      'schedule',
    ]
    const checked = new Set(operationCases.map(({ operation }) => operation))
    expect(Object.keys(tensor).filter((name) => !checked.has(name) && !others.includes(name))).toEqual([])
  })
})
