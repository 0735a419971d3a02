// Every operation as a small case: parameters with random numbers, and what is computed of them. The checks of gradients and of kernels go
// through all of them. Numbers are kept away from kinks (0 for relu, equal entries for max), where a gradient is not defined.
import { Random } from '../../../core/random.ts'
import { absolute, exp, gatedSilu, gelu, log, relu, sigmoid, silu, sqrt, square, tanh } from '../operations/activation.ts'
import { add, affine, clamp, divide, maximum, minimum, multiply, subtract } from '../operations/arithmetic.ts'
import { broadcast, concat, reshape, slice, transpose } from '../operations/arrange.ts'
import { attention, selfAttention } from '../operations/attention.ts'
import { crossEntropy } from '../operations/cross-entropy.ts'
import { linear, matmul } from '../operations/linear.ts'
import { layerNorm, rmsNorm } from '../operations/norm.ts'
import { max, mean, sum } from '../operations/reduce.ts'
import { rotary } from '../operations/rotary.ts'
import { gatherRows, pick, scatterRows } from '../operations/rows.ts'
import { logSoftmax, softmax } from '../operations/softmax.ts'
import type { Shape } from '../shape.ts'
import type { Tape } from '../tape.ts'
import type { Tensor } from '../tensor.ts'

/** One operation on parameters of given shapes. */
export interface OperationCase {
  /** The operation. */
  readonly operation: string
  /** What is special about this case; empty for the plain one. */
  readonly variant: string
  readonly shapes: readonly Shape[]
  /** Where the parameters' numbers lie. Default `signed`: −1.5 to 1.5, but not within 0.05 of 0. `positive`: 0.5 to 2. */
  readonly range?: 'signed' | 'positive'
  compute(tape: Tape, parameters: readonly Tensor[]): Tensor
}

type Compute = (tape: Tape, ...parameters: Tensor[]) => Tensor

/** All operations. Sizes are odd on purpose: they leave rests in blocks of 4, 6, 8, 12, 16 and 32. */
export const operationCases: readonly OperationCase[] = [
  of(
    'linear',
    'bare',
    [
      [2, 3, 5],
      [5, 7],
    ],
    (tape, x, weight) => linear(tape, x, weight),
  ),
  of('linear', 'bias, activation and residual', [[5, 6], [6, 7], [7], [5, 7]], (tape, x, weight, bias, residual) =>
    linear(tape, x, weight, { bias, activation: 'gelu', residual }),
  ),
  of('linear', 'bias and activation', [[13, 17], [17, 33], [33]], (tape, x, weight, bias) =>
    linear(tape, x, weight, { bias, activation: 'silu' }),
  ),
  of(
    'linear',
    'transposed weight and residual',
    [
      [4, 6],
      [9, 6],
      [4, 9],
    ],
    (tape, x, weight, residual) => linear(tape, x, weight, { transposed: true, residual }),
  ),
  of('linear', 'the residual is the input', [[5, 6], [6, 6], [6]], (tape, x, weight, bias) =>
    linear(tape, x, weight, { bias, activation: 'tanh', residual: x }),
  ),
  of(
    'linear',
    'one row',
    [
      [1, 19],
      [19, 35],
    ],
    (tape, x, weight) => linear(tape, x, weight),
  ),
  of(
    'linear',
    'more than one block deep',
    [
      [3, 300],
      [300, 5],
    ],
    (tape, x, weight) => linear(tape, x, weight),
  ),
  of(
    'matmul',
    'plain',
    [
      [3, 5],
      [5, 4],
    ],
    (tape, a, b) => matmul(tape, a, b),
  ),
  of(
    'matmul',
    'transposed left',
    [
      [5, 3],
      [5, 4],
    ],
    (tape, a, b) => matmul(tape, a, b, { transposeA: true }),
  ),
  of(
    'matmul',
    'transposed right',
    [
      [3, 5],
      [4, 5],
    ],
    (tape, a, b) => matmul(tape, a, b, { transposeB: true, scale: 0.3 }),
  ),
  of(
    'matmul',
    'transposed both',
    [
      [5, 3],
      [4, 5],
    ],
    (tape, a, b) => matmul(tape, a, b, { transposeA: true, transposeB: true }),
  ),
  of(
    'matmul',
    'batched',
    [
      [2, 3, 3, 5],
      [2, 3, 5, 4],
    ],
    (tape, a, b) => matmul(tape, a, b),
  ),
  of(
    'matmul',
    'batched, transposed both',
    [
      [3, 5, 2],
      [3, 4, 5],
    ],
    (tape, a, b) => matmul(tape, a, b, { transposeA: true, transposeB: true }),
  ),
  of(
    'matmul',
    'one right factor for all',
    [
      [3, 2, 5],
      [5, 4],
    ],
    (tape, a, b) => matmul(tape, a, b),
  ),
  of(
    'matmul',
    'one left factor for all',
    [
      [2, 5],
      [3, 4, 5],
    ],
    (tape, a, b) => matmul(tape, a, b, { transposeB: true, scale: 2 }),
  ),
  of('matmul', 'a factor with itself', [[4, 4]], (tape, a) => matmul(tape, a, a, { transposeB: true })),
  of('selfAttention', 'causal', [[2, 5, 18]], (tape, x) => selfAttention(tape, x, { heads: 2, causal: true })),
  of('selfAttention', 'no mask', [[2, 5, 18]], (tape, x) => selfAttention(tape, x, { heads: 2, causal: false })),
  of('selfAttention', 'more than one block of keys', [[1, 37, 48]], (tape, x) => selfAttention(tape, x, { heads: 1, causal: true })),
  of('selfAttention', 'shared keys', [[2, 4, 24]], (tape, x) => selfAttention(tape, x, { heads: 4, keyHeads: 1, causal: true })),
  of(
    'attention',
    'fewer queries than keys',
    [
      [2, 2, 12],
      [2, 5, 6],
      [2, 5, 6],
    ],
    (tape, q, k, v) => attention(tape, q, k, v, { heads: 4, keyHeads: 2, causal: true, scale: 0.4 }),
  ),
  of(
    'attention',
    'more queries than keys',
    [
      [1, 5, 6],
      [1, 3, 6],
      [1, 3, 6],
    ],
    (tape, q, k, v) => attention(tape, q, k, v, { heads: 2, causal: false }),
  ),
  of(
    'attention',
    'keys are values',
    [
      [1, 3, 4],
      [1, 4, 4],
    ],
    (tape, q, k) => attention(tape, q, k, k, { heads: 2, causal: false }),
  ),
  of('layerNorm', '', [[4, 19], [19], [19]], (tape, x, gain, bias) => layerNorm(tape, x, gain, bias)),
  of('layerNorm', 'many rows', [[70, 3], [3], [3]], (tape, x, gain, bias) => layerNorm(tape, x, gain, bias, { epsilon: 0.1 })),
  of('rmsNorm', '', [[4, 19], [19]], (tape, x, gain) => rmsNorm(tape, x, gain)),
  of('rmsNorm', 'many rows', [[70, 3], [3]], (tape, x, gain) => rmsNorm(tape, x, gain, { epsilon: 0.1 })),
  of('softmax', '', [[3, 19]], (tape, x) => softmax(tape, x)),
  of('logSoftmax', '', [[3, 19]], (tape, x) => logSoftmax(tape, x)),
  of('gelu', '', [[37]], (tape, x) => gelu(tape, x)),
  of('silu', '', [[37]], (tape, x) => silu(tape, x)),
  of('relu', '', [[37]], (tape, x) => relu(tape, x)),
  of('tanh', '', [[37]], (tape, x) => tanh(tape, x)),
  of('sigmoid', '', [[37]], (tape, x) => sigmoid(tape, x)),
  of('exp', '', [[37]], (tape, x) => exp(tape, x)),
  positive('log', '', [[37]], (tape, x) => log(tape, x)),
  positive('sqrt', '', [[37]], (tape, x) => sqrt(tape, x)),
  of('square', '', [[37]], (tape, x) => square(tape, x)),
  of('absolute', '', [[37]], (tape, x) => absolute(tape, x)),
  of(
    'gatedSilu',
    '',
    [
      [3, 7],
      [3, 7],
    ],
    (tape, a, b) => gatedSilu(tape, a, b),
  ),
  of('gatedSilu', 'a gate of itself', [[3, 7]], (tape, a) => gatedSilu(tape, a, a)),
  of('rotary', 'halves', [[2, 3, 12]], (tape, x) => rotary(tape, x, [0, 1, 2, 5, 6, 90], { heads: 2 })),
  of('rotary', 'neighbours', [[4, 8]], (tape, x) => rotary(tape, x, [3, 2, 1, 0], { heads: 1, base: 100, pairs: 'neighbours' })),
  of(
    'add',
    '',
    [
      [3, 5],
      [3, 5],
    ],
    (tape, a, b) => add(tape, a, b),
  ),
  of(
    'add',
    'repeated',
    [
      [2, 3, 5],
      [3, 1],
    ],
    (tape, a, b) => add(tape, a, b),
  ),
  of('add', 'to itself', [[3, 5]], (tape, a) => add(tape, a, a)),
  of('subtract', '', [[3, 5], [5]], (tape, a, b) => subtract(tape, a, b)),
  of('subtract', 'from itself', [[3, 5]], (tape, a) => subtract(tape, a, a)),
  of(
    'multiply',
    '',
    [
      [3, 5],
      [3, 1],
    ],
    (tape, a, b) => multiply(tape, a, b),
  ),
  of('multiply', 'by itself', [[3, 5]], (tape, a) => multiply(tape, a, a)),
  positive(
    'divide',
    '',
    [
      [3, 5],
      [3, 5],
    ],
    (tape, a, b) => divide(tape, a, b),
  ),
  of('minimum', '', [[40], [40]], (tape, a, b) => minimum(tape, a, b)),
  of('maximum', '', [[40], [40]], (tape, a, b) => maximum(tape, a, b)),
  of('affine', '', [[3, 5]], (tape, x) => affine(tape, x, -0.7, 2)),
  of('clamp', '', [[40]], (tape, x) => clamp(tape, x, -0.71, 0.73)),
  of('sum', 'over all', [[3, 5]], (tape, x) => sum(tape, x)),
  of('sum', 'over an axis', [[3, 5, 4]], (tape, x) => sum(tape, x, 1)),
  of('mean', 'over the last axis', [[3, 5, 4]], (tape, x) => mean(tape, x, -1)),
  of('mean', 'over all', [[3, 5]], (tape, x) => mean(tape, x)),
  of('max', '', [[3, 5, 4]], (tape, x) => max(tape, x, 1)),
  of('reshape', '', [[3, 4]], (tape, x) => square(tape, reshape(tape, x, [2, 6]))),
  of('transpose', '', [[2, 3, 4, 5]], (tape, x) => transpose(tape, x, [2, 0, 3, 1])),
  of('slice', '', [[3, 7, 2]], (tape, x) => slice(tape, x, { axis: 1, start: 2, end: 6 })),
  of(
    'concat',
    '',
    [
      [3, 2, 2],
      [3, 1, 2],
      [3, 4, 2],
    ],
    (tape, ...parts) => concat(tape, parts, 1),
  ),
  of('concat', 'a tensor twice', [[3, 2]], (tape, x) => concat(tape, [x, x], 0)),
  of('broadcast', '', [[3, 1, 2]], (tape, x) => broadcast(tape, x, [2, 3, 4, 2])),
  of(
    'gatherRows',
    '',
    [
      [5, 3],
      [2, 3, 3],
    ],
    (tape, table, add) => gatherRows(tape, table, Int32Array.of(4, 0, 4, -1, 2, 4), { shape: [2, 3], add }),
  ),
  of('scatterRows', '', [[5, 3]], (tape, rows) => scatterRows(tape, rows, Int32Array.of(2, 0, -1, 2, 2), 4)),
  of('pick', '', [[2, 3, 5]], (tape, x) => pick(tape, x, Int32Array.of(4, 0, 1, 4, 2, 2))),
  of('crossEntropy', 'classes', [[4, 19]], (tape, logits) => crossEntropy(tape, logits, Int32Array.of(18, 0, 7, 2))),
  of('crossEntropy', 'weighted classes', [[6, 5]], (tape, logits) =>
    crossEntropy(tape, logits, Int32Array.of(4, -1, 2, 2, 9, 1), { weights: Float32Array.of(0.5, 0, 1.2, 0.9, 0, 1.4), divisor: 3 }),
  ),
  of('crossEntropy', 'soft targets', [[3, 17]], (tape, logits) =>
    crossEntropy(
      tape,
      logits,
      Float32Array.from({ length: 51 }, (_, i) => (i % 4) / 10),
    ),
  ),
]

/** The numbers of a case's parameters, the same at every call. */
export function numbersOf({ operation, variant, shapes, range = 'signed' }: OperationCase): Float32Array[] {
  return shapes.map((shape, at) => {
    const random = new Random(1, `${operation} ${variant} ${at}`)
    const size = shape.reduce((product, length) => product * length, 1)
    return Float32Array.from({ length: size }, () => {
      if (range === 'positive') return 0.5 + 1.5 * random.unit()
      return (random.unit() < 0.5 ? -1 : 1) * (0.05 + 1.45 * random.unit())
    })
  })
}

function of(operation: string, variant: string, shapes: readonly Shape[], compute: Compute): OperationCase {
  return { operation, variant, shapes, compute: (tape, parameters) => compute(tape, ...parameters) }
}

function positive(operation: string, variant: string, shapes: readonly Shape[], compute: Compute): OperationCase {
  return { ...of(operation, variant, shapes, compute), range: 'positive' }
}
