// The contract of the kernels: everything that touches many numbers, over plain arrays. Two implementations: `reference/` in TypeScript and
// `native/` in C++. Shapes are checked by the operations that call; a kernel only makes sure that it never leaves an array.
// Matrices are row after row. A flag `accumulate` says whether a result is added to what the target holds, or overwrites it.

/** Functions of one number. GELU is the tanh form (Hendrycks and Gimpel 2016, arXiv:1606.08415, section 2), SiLU is x·sigmoid(x). */
export type Activation = 'gelu' | 'silu' | 'relu' | 'tanh' | 'sigmoid' | 'exp' | 'log' | 'sqrt' | 'square' | 'absolute'

/** Functions of two numbers. */
export type Binary = 'add' | 'subtract' | 'multiply' | 'divide' | 'minimum' | 'maximum'

/** `out = residual + activation(scale · A·B + bias)`, or with `accumulate` `out += scale · A·B`. */
export interface Product {
  /** Rows of A and of the result. */
  readonly rows: number
  /** Columns of B and of the result. */
  readonly columns: number
  /** Columns of A, rows of B. */
  readonly inner: number
  /** A lies as [inner, rows]. */
  readonly transposeA?: boolean
  /** B lies as [columns, inner]. */
  readonly transposeB?: boolean
  /** How many products. Default 1. */
  readonly batch?: number
  /** Numbers from one matrix A of the batch to the next; 0 takes the same again. Default: its size. */
  readonly strideA?: number
  /** The same for B. */
  readonly strideB?: number
  /** Default 1. */
  readonly scale?: number
  readonly accumulate?: boolean
  /** [columns]; with this and the next three, batch is 1 and accumulate false. */
  readonly bias?: Float32Array | undefined
  readonly activation?: Activation | undefined
  /** [rows, columns]: receives the activation's derivative at each place, for the way back. */
  readonly slope?: Float32Array | undefined
  /** [rows, columns]: added last. */
  readonly residual?: Float32Array | undefined
}

/**
 * Attention of every query over the keys of its sequence. Each head has `size` numbers; `heads` may be a multiple of `keyHeads`
 * (grouped queries: neighbouring heads share keys). Causal: query i of n sees keys up to i + keys − n, so that the last query sees all.
 */
export interface AttentionShape {
  readonly batch: number
  readonly heads: number
  readonly keyHeads: number
  readonly queries: number
  readonly keys: number
  readonly size: number
  readonly causal: boolean
  /** Of the products of queries and keys; 1/√size as a rule. */
  readonly scale: number
}

/** Where the rows of queries, keys or values lie: row p of sequence b from `offset + (b · rows + p) · stride`, its heads side by side. */
export interface Rows {
  readonly data: Float32Array
  readonly offset: number
  readonly stride: number
}

/** [rows, heads, size] numbers to be turned by angles of their row. */
export interface RotaryShape {
  readonly rows: number
  readonly heads: number
  readonly size: number
  /** Whether numbers i and i + size/2 turn together (as in the published Llama weights for transformers), or 2i and 2i + 1 (as in GGUF files). */
  readonly pairs: 'halves' | 'neighbours'
  /** Turn back. */
  readonly inverse: boolean
}

/** A copy between two views with up to 6 axes: `to[…] (+)= scale · from[…]`. A stride of 0 repeats in `from`, and sums up in `to`. */
export interface StridedCopy {
  readonly shape: readonly number[]
  readonly fromOffset: number
  readonly fromStrides: readonly number[]
  readonly toOffset: number
  readonly toStrides: readonly number[]
  readonly scale: number
  readonly accumulate: boolean
}

/** One step of Adam with decoupled weight decay (arXiv:1711.05101, algorithm 2); the bias corrections are already in the numbers. */
export interface AdamStep {
  readonly rate: number
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
  /** What a weight loses at each step is `rate · decay · weight`. */
  readonly decay: number
  /** 1 / (1 − beta1^t). */
  readonly correction1: number
  /** 1 / (1 − beta2^t). */
  readonly correction2: number
  /** Of the gradient, before all else: what clipping leaves of it. */
  readonly gradientScale: number
}

/**
 * The kernels. The same call gives the same bits, whatever the number of threads, and in `attention`, `matmul` and all that go row by row
 * a row's bits do not depend on the other rows.
 */
export interface Kernels {
  /** `reference`, `native avx512` … */
  readonly name: string
  readonly threads: number

  /** A and B are whole arrays, `out` is [batch, rows, columns]. */
  matmul(product: Product, a: Float32Array, b: Float32Array, out: Float32Array): void

  /** `out` [batch, queries, heads · size]; `logSums` [batch, heads, queries]: the logarithm of each softmax's denominator, for the way back. */
  attention(shape: AttentionShape, queries: Rows, keys: Rows, values: Rows, out: Float32Array, logSums: Float32Array): void
  attentionBackward(
    shape: AttentionShape,
    forward: { queries: Rows; keys: Rows; values: Rows; out: Float32Array; logSums: Float32Array },
    outGradient: Float32Array,
    gradients: { queries: Rows; keys: Rows; values: Rows },
    accumulate: boolean,
  ): void

  /** arXiv:1607.06450, eq. 4. `means` and `inverses` (1/standard deviation) [rows], for the way back. */
  layerNorm(
    rows: number,
    width: number,
    x: Float32Array,
    gain: Float32Array,
    bias: Float32Array,
    epsilon: number,
    out: Float32Array,
    means: Float32Array,
    inverses: Float32Array,
  ): void
  /** Gradients that are left out are not computed; `accumulate` is for x, `accumulateWeights` for gain and bias. */
  layerNormBackward(
    rows: number,
    width: number,
    forward: { x: Float32Array; gain: Float32Array; means: Float32Array; inverses: Float32Array },
    outGradient: Float32Array,
    gradients: { x?: Float32Array | undefined; gain?: Float32Array | undefined; bias?: Float32Array | undefined },
    accumulate: boolean,
    accumulateWeights: boolean,
  ): void
  /** arXiv:1910.07467, eq. 4. `inverses` (1/root of the mean square) [rows], for the way back. */
  rmsNorm(
    rows: number,
    width: number,
    x: Float32Array,
    gain: Float32Array,
    epsilon: number,
    out: Float32Array,
    inverses: Float32Array,
  ): void
  rmsNormBackward(
    rows: number,
    width: number,
    forward: { x: Float32Array; gain: Float32Array; inverses: Float32Array },
    outGradient: Float32Array,
    gradients: { x?: Float32Array | undefined; gain?: Float32Array | undefined },
    accumulate: boolean,
    accumulateWeights: boolean,
  ): void

  /** Of each row; with `log` its logarithm. */
  softmax(rows: number, width: number, x: Float32Array, out: Float32Array, log: boolean): void
  softmaxBackward(
    rows: number,
    width: number,
    out: Float32Array,
    outGradient: Float32Array,
    gradient: Float32Array,
    log: boolean,
    accumulate: boolean,
  ): void

  /** `slope` receives the derivative at each place. */
  activation(kind: Activation, count: number, x: Float32Array, out: Float32Array, slope: Float32Array | undefined): void
  /** out = silu(a) · b (arXiv:2002.05202, SwiGLU without its products). */
  gatedSilu(count: number, a: Float32Array, b: Float32Array, out: Float32Array): void
  gatedSiluBackward(
    count: number,
    a: Float32Array,
    b: Float32Array,
    outGradient: Float32Array,
    gradientA: Float32Array,
    gradientB: Float32Array,
    accumulate: boolean,
  ): void

  /** `angles` [rows, size]: the cosines of size/2 angles, then their sines (arXiv:2104.09864, eq. 34). */
  rotary(shape: RotaryShape, x: Float32Array, angles: Float32Array, out: Float32Array, accumulate: boolean): void

  /** out (+)= a ∘ b. */
  binary(kind: Binary, count: number, a: Float32Array, b: Float32Array, out: Float32Array, accumulate: boolean): void
  /** out (+)= scale · x. */
  scaled(count: number, scale: number, x: Float32Array, out: Float32Array, accumulate: boolean): void
  copy(copy: StridedCopy, from: Float32Array, to: Float32Array): void
  /** out [outer, inner] (+)= scale · the sum over the middle axis of x [outer, length, inner]. */
  sum(outer: number, length: number, inner: number, scale: number, x: Float32Array, out: Float32Array, accumulate: boolean): void

  /** out [indices, width] = rows of a table, plus `add` where given; index −1 gives zeros. */
  gatherRows(width: number, table: Float32Array, indices: Int32Array, add: Float32Array | undefined, out: Float32Array): void
  /** table[index] += row, in the order of the indices; −1 is left out. */
  scatterRows(width: number, rows: Float32Array, indices: Int32Array, table: Float32Array): void

  /**
   * losses [rows] = weight · (−Σ target · log softmax(logits)); targets are class numbers [rows] or weights of all classes [rows, classes].
   * A row of weight 0 costs nothing, whatever it holds. `gradient`, where given, receives the gradient of the sum; it may be `logits` itself.
   */
  crossEntropy(
    rows: number,
    classes: number,
    logits: Float32Array,
    targets: Int32Array | Float32Array,
    weights: Float32Array,
    losses: Float32Array,
    gradient: Float32Array | undefined,
  ): void

  /** Σ x², in double precision and a fixed order. */
  sumOfSquares(count: number, x: Float32Array): number
  /** Where the first NaN or infinity is; −1 when all are finite. */
  firstNonFinite(count: number, x: Float32Array): number
  adam(step: AdamStep, weights: Float32Array, gradient: Float32Array, first: Float32Array, second: Float32Array): void
}
