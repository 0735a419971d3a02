// The kernels of the compiled library: each call becomes one of plain arguments, in the order of native/addon.cc.

import type { Activation, AttentionShape, Binary, Kernels, Rows } from '../kernels.ts'

/** What the library exports. Each function takes the number of a table of instructions and of threads, then what the kernel needs. */
export interface Library extends Readonly<Record<FunctionName, (...values: unknown[]) => unknown>> {
  /** The digest of the sources that it was built from. */
  readonly source: string
  /** Names of the sets of instructions, the fastest first; null where this processor has them not. */
  readonly instructions: readonly (Instructions | null)[]
}

export type Instructions = 'avx512' | 'avx2' | 'generic'

type FunctionName = Exclude<keyof Kernels, 'name' | 'threads' | 'layerNormBackward' | 'rmsNormBackward'> | 'normBackward'

const activations: readonly (Activation | 'none')[] = [
  'none',
  'gelu',
  'silu',
  'relu',
  'tanh',
  'sigmoid',
  'exp',
  'log',
  'sqrt',
  'square',
  'absolute',
]
const binaries: readonly Binary[] = ['add', 'subtract', 'multiply', 'divide', 'minimum', 'maximum']

/**
 * Kernels of a library for one of its sets of instructions.
 * @param table its number in `library.instructions`.
 */
export function nativeKernels(library: Library, table: number, threads: number): Kernels {
  return {
    name: `native ${library.instructions[table]}`,
    threads,
    matmul(product, a, b, out) {
      const { rows, columns, inner, transposeA = false, transposeB = false, batch = 1, scale = 1, accumulate = false } = product
      const { strideA = rows * inner, strideB = inner * columns, activation = 'none', bias, residual, slope } = product
      const sizes = [rows, columns, inner, transposeA, transposeB, batch, strideA, strideB] as const
      library.matmul(table, threads, ...sizes, scale, accumulate, activations.indexOf(activation), bias, residual, slope, a, b, out)
    },
    eightBitMatmul({ rows, columns, inner, residual }, x, { codes, scales }, out) {
      library.eightBitMatmul(table, threads, rows, columns, inner, residual, x, codes, scales, out)
    },
    attention(shape, queries, keys, values, out, logSums) {
      library.attention(table, threads, ...sizes(shape), ...rows(queries), ...rows(keys), ...rows(values), out, logSums)
    },
    attentionBackward(shape, forward, outGradient, gradients, accumulate) {
      library.attentionBackward(
        table,
        threads,
        ...sizes(shape),
        ...rows(forward.queries),
        ...rows(forward.keys),
        ...rows(forward.values),
        forward.out,
        forward.logSums,
        outGradient,
        ...rows(gradients.queries),
        ...rows(gradients.keys),
        ...rows(gradients.values),
        accumulate,
      )
    },
    pagedAttention({ rows, heads, keyHeads, size, scale, tableStride, positions, tableOf, tables }, mixed, pages, out) {
      const arrays = [positions, tableOf, tables, mixed, pages, out] as const
      library.pagedAttention(table, threads, rows, heads, keyHeads, size, scale, tableStride, ...arrays)
    },
    sample({ rows, classes, temperatures, topK, topP, draws, maskOf, allowed }, logits, out) {
      const settings = [temperatures, topK, topP, draws, maskOf, allowed] as const
      const { tokens, logProbs, rawLogProbs, logSums, entropies } = out
      library.sample(table, threads, rows, classes, ...settings, logits, tokens, logProbs, rawLogProbs, logSums, entropies)
    },
    layerNorm: (...values) => void library.layerNorm(table, threads, ...values),
    layerNormBackward(count, width, { x, gain, means, inverses }, outGradient, to, accumulate, accumulateWeights) {
      const forward = [x, gain, means, inverses, outGradient] as const
      library.normBackward(table, threads, count, width, ...forward, to.x, to.gain, to.bias, accumulate, accumulateWeights)
    },
    rmsNorm: (...values) => void library.rmsNorm(table, threads, ...values),
    rmsNormBackward(count, width, { x, gain, inverses }, outGradient, to, accumulate, accumulateWeights) {
      const forward = [x, gain, undefined, inverses, outGradient] as const
      library.normBackward(table, threads, count, width, ...forward, to.x, to.gain, undefined, accumulate, accumulateWeights)
    },
    softmax: (...values) => void library.softmax(table, threads, ...values),
    softmaxBackward: (...values) => void library.softmaxBackward(table, threads, ...values),
    activation: (kind, ...values) => void library.activation(table, threads, activations.indexOf(kind), ...values),
    gatedSilu: (...values) => void library.gatedSilu(table, threads, ...values),
    gatedSiluBackward: (...values) => void library.gatedSiluBackward(table, threads, ...values),
    rotary({ rows, heads, size, pairs, inverse }, x, angles, out, accumulate) {
      library.rotary(table, threads, rows, heads, size, pairs === 'neighbours', inverse, x, angles, out, accumulate)
    },
    binary: (kind, ...values) => void library.binary(table, threads, binaries.indexOf(kind), ...values),
    scaled: (...values) => void library.scaled(table, threads, ...values),
    copy({ shape, fromOffset, fromStrides, toOffset, toStrides, scale, accumulate }, from, to) {
      const axes = shape.flatMap((length, axis) => [length, fromStrides[axis], toStrides[axis]])
      library.copy(table, threads, shape.length, fromOffset, toOffset, scale, accumulate, ...axes, from, to)
    },
    sum: (...values) => void library.sum(table, threads, ...values),
    gatherRows: (...values) => void library.gatherRows(table, threads, ...values),
    scatterRows: (width, from, indices, to) => void library.scatterRows(table, threads, width, to, indices, from),
    crossEntropy(count, classes, logits, targets, weights, losses, gradient) {
      const [hard, soft] = targets instanceof Int32Array ? [targets, undefined] : [undefined, targets]
      library.crossEntropy(table, threads, count, classes, logits, hard, soft, weights, losses, gradient)
    },
    sumOfSquares: (...values) => library.sumOfSquares(table, threads, ...values) as number,
    firstNonFinite: (...values) => library.firstNonFinite(table, threads, ...values) as number,
    adam(step, weights, gradient, first, second) {
      const { rate, beta1, beta2, epsilon, decay, correction1, correction2, gradientScale } = step
      const numbers = [rate, beta1, beta2, epsilon, decay, correction1, correction2, gradientScale] as const
      library.adam(table, threads, ...numbers, weights, gradient, first, second)
    },
  }
}

function rows({ data, offset, stride }: Rows): readonly [Float32Array, number, number] {
  return [data, offset, stride]
}

function sizes({ batch, heads, keyHeads, queries, keys, size, causal, scale }: AttentionShape): readonly (number | boolean)[] {
  return [batch, heads, keyHeads, queries, keys, size, causal, scale]
}
