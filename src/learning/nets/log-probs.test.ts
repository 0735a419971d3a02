import { describe, expect, it } from 'vitest'
import { add } from '../tensor/operations/arithmetic.ts'
import { referenceKernels } from '../tensor/reference/reference.ts'
import { Tape } from '../tensor/tape.ts'
import { constant } from '../tensor/tensor.ts'
import type { OperationCase } from '../tensor/testing/cases.ts'
import { computeCase, errorOf, expectedOf } from '../tensor/testing/check-case.ts'
import { gpt } from './gpt.ts'
import { entropyOf, logProbsOf, tokenLogProbs } from './log-probs.ts'

const tokens = Int32Array.of(2, 0, 4)
const cases: readonly OperationCase[] = [
  { operation: 'tokenLogProbs', variant: '', shapes: [[3, 5]], compute: (tape, [x]) => tokenLogProbs(tape, x!, tokens) },
  { operation: 'entropyOf', variant: '', shapes: [[3, 5]], compute: (tape, [x]) => entropyOf(tape, x!) },
  {
    operation: 'both',
    variant: 'gradients are added up',
    shapes: [[3, 5]],
    compute: (tape, [x]) => add(tape, tokenLogProbs(tape, x!, tokens), entropyOf(tape, x!)),
  },
]

describe('log-probabilities and entropies', () => {
  it.each(cases)('$operation: gradients are those of central differences', (operationCase) => {
    const expected = expectedOf(operationCase)
    const computed = computeCase(referenceKernels, operationCase, 'double')
    expect(errorOf(computed.result, expected.result)).toBeLessThan(1e-9)
    expect(errorOf(computed.gradients[0]!, expected.gradients[0]!)).toBeLessThan(1e-7)
  })

  it('are those of a distribution worked out by hand', () => {
    const tape = new Tape({ kernels: referenceKernels })
    const logits = constant([1, 2], Float32Array.of(Math.log(3), 0))
    expect(tokenLogProbs(tape, logits, Int32Array.of(0)).data[0]).toBeCloseTo(Math.log(0.75), 6)
    expect(entropyOf(tape, logits).data[0]).toBeCloseTo(-0.75 * Math.log(0.75) - 0.25 * Math.log(0.25), 6)
  })

  it('come at chosen places only, under a temperature', () => {
    const tape = new Tape({ kernels: referenceKernels })
    const net = gpt({ vocabulary: 7, context: 6, width: 8, layers: 1, heads: 2, weightSpread: 0.5 }, { seed: 1 })
    const hidden = net.hidden(tape, Int32Array.of(1, 2, 3, 4), 1)
    const cold = logProbsOf(tape, net, hidden, Int32Array.of(1, 3), Int32Array.of(3, 5), { temperature: 0.5, entropies: true })
    const warm = logProbsOf(tape, net, hidden, Int32Array.of(1, 3), Int32Array.of(3, 5), { entropies: true })
    expect(cold.logProbs.shape).toEqual([2])
    expect(cold.entropies!.data[0]).toBeLessThan(warm.entropies!.data[0]!)
    expect(logProbsOf(tape, net, hidden, Int32Array.of(1), Int32Array.of(3)).entropies).toBeUndefined()
    expect(() => logProbsOf(tape, net, hidden, Int32Array.of(4), Int32Array.of(0))).toThrow(
      expect.objectContaining({ code: 'E_TENSOR_INDEX' }),
    )
  })
})
