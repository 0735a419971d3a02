// Perceptron, convolution and graph net: gradients against central differences, and cases worked out by hand.
import { describe, expect, it } from 'vitest'
import { reshape } from '../tensor/operations/arrange.ts'
import { referenceKernels } from '../tensor/reference/reference.ts'
import type { Shape } from '../tensor/shape.ts'
import { Tape } from '../tensor/tape.ts'
import { constant, parameter, type Tensor } from '../tensor/tensor.ts'
import type { OperationCase } from '../tensor/testing/cases.ts'
import { computeCase, errorOf, expectedOf } from '../tensor/testing/check-case.ts'
import { convolution } from './convolution.ts'
import { graphNet } from './graph-net.ts'
import { mlp } from './mlp.ts'
import type { ParameterSource } from './parameters.ts'

const kernels = referenceKernels

interface AnyNet {
  readonly parameters: readonly { readonly name: string; readonly shape: Shape }[]
}

/** A net as one operation on its input and its parameters. */
function caseOf<Net extends AnyNet>(
  operation: string,
  make: (source: ParameterSource) => Net,
  inputs: readonly Shape[],
  forward: (net: Net, tape: Tape, ...inputs: Tensor[]) => Tensor,
): OperationCase {
  const { parameters } = make({ seed: 1 })
  return {
    operation,
    variant: '',
    shapes: [...inputs, ...parameters.map(({ shape }) => shape)],
    compute(tape, tensors) {
      // The net is made anew over the case's tensors, whatever their precision.
      const given = parameters.map(({ name }, at) => Object.assign(Object.create(tensors[inputs.length + at]!), { name, trainable: true }))
      return forward(make({ parameters: given }), tape, ...tensors.slice(0, inputs.length))
    },
  }
}

const edges = { from: Int32Array.of(0, 1, 2, 2), to: Int32Array.of(1, 2, 0, 1) }
const cases = [
  caseOf(
    'mlp',
    (source) => mlp('net', { widths: [3, 4, 2], activation: 'tanh' }, source),
    [[2, 3]],
    (net, tape, x) => net.forward(tape, x!),
  ),
  caseOf(
    'convolution',
    (source) => convolution('net', { channels: [2, 3], activation: 'tanh' }, source),
    [[2, 3, 4, 2]],
    (net, tape, x) => net.forward(tape, x!),
  ),
  caseOf(
    'convolution, stride 2 without padding',
    (source) => convolution('net', { channels: [1, 2], side: 2, stride: 2, padding: 0 }, source),
    [[1, 4, 5, 1]],
    (net, tape, x) => net.forward(tape, x!),
  ),
  caseOf(
    'graph net',
    (source) => graphNet('net', { inputs: 2, edgeInputs: 1, width: 3, layers: 2 }, source),
    [
      [3, 2],
      [4, 1],
    ],
    (net, tape, nodes, inputs) => net.forward(tape, nodes!, { ...edges, inputs: inputs! }),
  ),
]

describe('nets of other kinds', () => {
  it.each(cases.map((one) => [one.operation, one] as const))('%s: gradients are those of central differences', (_, operationCase) => {
    const expected = expectedOf(operationCase)
    const computed = computeCase(kernels, operationCase, 'double')
    expect(errorOf(computed.result, expected.result)).toBeLessThan(1e-9)
    expected.gradients.forEach((gradient, at) => {
      expect(errorOf(computed.gradients[at]!, gradient)).toBeLessThan(1e-7)
    })
  })

  it('a perceptron gives the same with a tape and without', () => {
    const net = mlp('net', { widths: [3, 5, 5, 2] }, { seed: 4 })
    const x = Float32Array.of(1, 2, 3, -1, 0, 1)
    const out = new Float32Array(4)
    net.decode(kernels, 2, x, out)
    expect(net.forward(new Tape({ kernels }), constant([2, 3], x)).data).toEqual(out)
    expect(() => mlp('net', { widths: [3] }, { seed: 1 })).toThrow(expect.objectContaining({ code: 'E_NET_CONFIG' }))
  })

  it('a convolution sums the patch around each place', () => {
    const ones = [parameter('net.weight', [9, 1], { data: new Float32Array(9).fill(1) }), parameter('net.bias', [1])]
    const layer = convolution('net', { channels: [1, 1] }, { parameters: ones })
    const picture = constant([1, 3, 3, 1], Float32Array.of(1, 0, 0, 0, 2, 0, 0, 0, 4))
    const out = layer.forward(new Tape({ kernels }), picture)
    expect(out.shape).toEqual([1, 3, 3, 1])
    expect([...out.data]).toEqual([3, 3, 2, 3, 7, 6, 2, 6, 6])
    expect(() => layer.forward(new Tape({ kernels }), constant([1, 3, 3, 2], new Float32Array(18)))).toThrow(
      expect.objectContaining({ code: 'E_TENSOR_SHAPE' }),
    )
  })

  it('a graph net sees as many edges away as it has layers, in no order of edges', () => {
    const net = graphNet('net', { inputs: 1, width: 4, layers: 2 }, { seed: 2 })
    const run = (inputs: number[], from: number[], to: number[]) => {
      const out = net.forward(new Tape({ kernels }), constant([4, 1], Float32Array.from(inputs)), {
        from: Int32Array.from(from),
        to: Int32Array.from(to),
      })
      return [...reshape(new Tape({ kernels }), constant(out.shape, out.data), [16]).data]
    }
    const chain = run([1, 2, 3, 4], [0, 1, 2], [1, 2, 3])
    expect(run([1, 2, 3, 4], [2, 0, 1], [3, 1, 2])).toEqual(chain)
    const other = run([9, 2, 3, 4], [0, 1, 2], [1, 2, 3])
    expect(other.slice(12)).toEqual(chain.slice(12))
    expect(other.slice(8, 12)).not.toEqual(chain.slice(8, 12))
    expect(run([1, 2, 3, 4], [], [])).toHaveLength(16)
    expect(() => run([1, 2, 3, 4], [7], [0])).toThrow(expect.objectContaining({ code: 'E_TENSOR_INDEX' }))
  })
})
