import { describe, expect, it } from 'vitest'
import { adam } from '../tensor/adam.ts'
import { square } from '../tensor/operations/activation.ts'
import { subtract } from '../tensor/operations/arithmetic.ts'
import { mean } from '../tensor/operations/reduce.ts'
import { referenceKernels } from '../tensor/reference/reference.ts'
import { Tape } from '../tensor/tape.ts'
import { constant } from '../tensor/tensor.ts'
import { gpt } from './gpt.ts'
import { pairwiseHead } from './pairwise-head.ts'
import { policyValueNet } from './policy-value-net.ts'
import { scalarHead } from './scalar-head.ts'
import { valueHead } from './value-head.ts'

const kernels = referenceKernels

describe('heads', () => {
  it('a value head learns values over the trunk that a policy has too', () => {
    const net = gpt({ vocabulary: 5, context: 4, width: 8, layers: 1, heads: 2, embeddingSpread: 0.5 }, { seed: 1 })
    const both = policyValueNet(net, valueHead({ width: 8, bound: 'tanh' }, { seed: 2 }))
    const optimizer = adam({ kernels, parameters: both.parameters })
    const tape = new Tape({ kernels })
    const tokens = Int32Array.of(1, 2, 3, 4)
    const wanted = constant([4], Float32Array.of(0.5, -0.5, 0.2, -0.9))
    const losses = Array.from({ length: 60 }, () => {
      const { values } = both.forward(tape, tokens, 1)
      const loss = mean(tape, square(tape, subtract(tape, values, wanted)))
      const value = loss.data[0]!
      tape.backward(loss)
      optimizer.step(0.03)
      tape.reset()
      return value
    })
    expect(losses.at(-1)!).toBeLessThan(0.05 * losses[0]!)
    expect(both.parameters.map(({ name }) => name)).toEqual(expect.arrayContaining(['tokens.weight', 'value.weight', 'value.bias']))
  })

  it.each(['tanh', 'sigmoid', 'none'] as const)('gives the same numbers with a tape and without: %s', (bound) => {
    for (const between of [0, 6]) {
      const head = scalarHead('value', { width: 8, bound, between, weightSpread: 1 }, { seed: 3 })
      const hidden = Float32Array.from({ length: 24 }, (_, i) => Math.sin(i))
      const out = new Float32Array(3)
      head.decode(kernels, 3, hidden, out)
      const values = head.values(new Tape({ kernels }), constant([3, 8], hidden))
      expect([...values.data]).toEqual([...out].map((one) => expect.closeTo(one, 6)))
      expect(out.every((one) => one >= head.range[0] && one <= head.range[1])).toBe(true)
    }
  })

  it('a pairwise head compares by the difference of two scores', () => {
    const head = pairwiseHead({ width: 2 }, { seed: 1 })
    head.parameters[0]!.data.set([1, 2])
    const hidden = constant([3, 2], Float32Array.of(1, 0, 0, 1, 1, 1))
    const preferences = head.preferences(new Tape({ kernels }), hidden, Int32Array.of(0, 1, 2, 0))
    expect([...preferences.data]).toEqual([-1, 2])
    expect(() => head.preferences(new Tape({ kernels }), hidden, Int32Array.of(0))).toThrow(
      expect.objectContaining({ code: 'E_TENSOR_SHAPE' }),
    )
  })

  it('refuses sizes that are not possible', () => {
    expect(() => valueHead({ width: 0 }, { seed: 1 })).toThrow(expect.objectContaining({ code: 'E_NET_CONFIG' }))
  })
})
