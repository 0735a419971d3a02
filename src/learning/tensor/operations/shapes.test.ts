// What operations refuse: shapes, indices and options that do not fit. None may crash, or give a result.
import { describe, expect, it } from 'vitest'
import { referenceKernels as kernels } from '../reference/reference.ts'
import { Tape } from '../tape.ts'
import { constant, parameter, type Tensor } from '../tensor.ts'
import { gatedSilu } from './activation.ts'
import { add } from './arithmetic.ts'
import { broadcast, concat, reshape, slice, transpose } from './arrange.ts'
import { attention, selfAttention } from './attention.ts'
import { crossEntropy } from './cross-entropy.ts'
import { linear, matmul } from './linear.ts'
import { layerNorm, rmsNorm } from './norm.ts'
import { max, sum } from './reduce.ts'
import { rotary } from './rotary.ts'
import { gatherRows, pick, scatterRows } from './rows.ts'
import { softmax } from './softmax.ts'

const of = (...shape: number[]) => parameter('x', shape)
const indices = (...values: number[]) => Int32Array.from(values)

const refused: readonly (readonly [string, string, (tape: Tape) => Tensor])[] = [
  ['linear: x of another width', 'E_TENSOR_SHAPE', (tape) => linear(tape, of(2, 3), of(4, 5))],
  ['linear: a weight that is no matrix', 'E_TENSOR_SHAPE', (tape) => linear(tape, of(2, 3), of(3))],
  ['linear: a bias of another width', 'E_TENSOR_SHAPE', (tape) => linear(tape, of(2, 3), of(3, 4), { bias: of(3) })],
  ['linear: a residual of another shape', 'E_TENSOR_SHAPE', (tape) => linear(tape, of(2, 3), of(3, 4), { residual: of(4) })],
  ['linear: a weight that lies the other way', 'E_TENSOR_SHAPE', (tape) => linear(tape, of(2, 3), of(3, 4), { transposed: true })],
  ['matmul: inner axes', 'E_TENSOR_SHAPE', (tape) => matmul(tape, of(2, 3), of(2, 3))],
  ['matmul: numbers of matrices', 'E_TENSOR_SHAPE', (tape) => matmul(tape, of(2, 3, 3), of(3, 3, 3))],
  ['matmul: a vector', 'E_TENSOR_SHAPE', (tape) => matmul(tape, of(3), of(3, 3))],
  ['selfAttention: heads', 'E_TENSOR_SHAPE', (tape) => selfAttention(tape, of(1, 2, 12), { heads: 5, causal: true })],
  ['selfAttention: no heads', 'E_TENSOR_SHAPE', (tape) => selfAttention(tape, of(1, 2, 12), { heads: 0, causal: true })],
  [
    'attention: causal queries without keys',
    'E_TENSOR_SHAPE',
    (tape) => attention(tape, of(1, 3, 4), of(1, 2, 4), of(1, 2, 4), { heads: 1, causal: true }),
  ],
  [
    'attention: values unlike keys',
    'E_TENSOR_SHAPE',
    (tape) => attention(tape, of(1, 3, 4), of(1, 3, 4), of(1, 2, 4), { heads: 1, causal: false }),
  ],
  ['layerNorm: gain', 'E_TENSOR_SHAPE', (tape) => layerNorm(tape, of(2, 3), of(2), of(3))],
  ['rmsNorm: gain', 'E_TENSOR_SHAPE', (tape) => rmsNorm(tape, of(2, 3), of(2))],
  ['softmax: a single number', 'E_TENSOR_SHAPE', (tape) => softmax(tape, constant([], Float32Array.of(1)))],
  ['gatedSilu: shapes', 'E_TENSOR_SHAPE', (tape) => gatedSilu(tape, of(2), of(3))],
  ['rotary: an odd head', 'E_TENSOR_SHAPE', (tape) => rotary(tape, of(2, 6), [0, 1], { heads: 2 })],
  ['rotary: positions', 'E_TENSOR_SHAPE', (tape) => rotary(tape, of(2, 6), [0], { heads: 1 })],
  ['add: shapes', 'E_TENSOR_SHAPE', (tape) => add(tape, of(2, 3), of(2))],
  ['sum: no such axis', 'E_TENSOR_SHAPE', (tape) => sum(tape, of(2, 3), 2)],
  ['max: no such axis', 'E_TENSOR_SHAPE', (tape) => max(tape, of(2, 3), -3)],
  ['reshape: size', 'E_TENSOR_SHAPE', (tape) => reshape(tape, of(2, 3), [5])],
  ['reshape: half an axis', 'E_TENSOR_SHAPE', (tape) => reshape(tape, of(2, 3), [4, 1.5])],
  ['transpose: an axis twice', 'E_TENSOR_SHAPE', (tape) => transpose(tape, of(2, 3), [0, 0])],
  ['slice: beyond the end', 'E_TENSOR_SHAPE', (tape) => slice(tape, of(2, 3), { axis: 1, start: 1, end: 4 })],
  ['slice: nothing', 'E_TENSOR_SHAPE', (tape) => slice(tape, of(2, 3), { axis: 1, start: 1, end: 1 })],
  ['concat: nothing', 'E_TENSOR_SHAPE', (tape) => concat(tape, [], 0)],
  ['concat: other axes', 'E_TENSOR_SHAPE', (tape) => concat(tape, [of(2, 3), of(2, 4)], 0)],
  ['broadcast: to fewer', 'E_TENSOR_SHAPE', (tape) => broadcast(tape, of(2, 3), [3])],
  ['gatherRows: beyond the table', 'E_TENSOR_INDEX', (tape) => gatherRows(tape, of(2, 3), indices(0, 2))],
  ['gatherRows: below −1', 'E_TENSOR_INDEX', (tape) => gatherRows(tape, of(2, 3), indices(-2))],
  ['gatherRows: no index', 'E_TENSOR_SHAPE', (tape) => gatherRows(tape, of(2, 3), indices())],
  ['scatterRows: beyond the count', 'E_TENSOR_INDEX', (tape) => scatterRows(tape, of(2, 3), indices(0, 4), 4)],
  ['scatterRows: another number', 'E_TENSOR_SHAPE', (tape) => scatterRows(tape, of(2, 3), indices(0), 4)],
  ['pick: beyond the row', 'E_TENSOR_INDEX', (tape) => pick(tape, of(2, 3), indices(0, 3))],
  ['crossEntropy: a class that is not', 'E_TENSOR_INDEX', (tape) => crossEntropy(tape, of(2, 3), indices(0, 3))],
  ['crossEntropy: number of targets', 'E_TENSOR_SHAPE', (tape) => crossEntropy(tape, of(2, 3), indices(0))],
  ['crossEntropy: number of soft targets', 'E_TENSOR_SHAPE', (tape) => crossEntropy(tape, of(2, 3), new Float32Array(3))],
  [
    'crossEntropy: no row counts',
    'E_TENSOR_OPTION',
    (tape) => crossEntropy(tape, of(2, 3), indices(0, 0), { weights: new Float32Array(2) }),
  ],
  ['parameter: an array of another length', 'E_TENSOR_SHAPE', () => parameter('x', [2, 3], { data: new Float32Array(5) })],
  ['parameter: an empty axis', 'E_TENSOR_SHAPE', () => parameter('x', [2, 0])],
  ['constant: an impossible axis', 'E_TENSOR_SHAPE', () => constant([-1, -1], new Float32Array(1))],
]

describe('operations refuse', () => {
  it.each(refused)('%s', (_, code, compute) => {
    expect(() => compute(new Tape({ kernels }))).toThrow(expect.objectContaining({ code }))
  })

  it('and say what they saw and what they want', () => {
    const tape = new Tape({ kernels })
    expect(() => linear(tape, of(2, 3), of(4, 5))).toThrow('linear: x and the weight do not fit; got [[2,3],[4,5]]; wanted x of [..., 4]')
  })
})
