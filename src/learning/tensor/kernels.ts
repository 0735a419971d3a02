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

/** Steps of a block of an eight-bit matrix. */
export const codeBlock = 32

/** Columns of a panel of an eight-bit matrix. */
export const codePanel = 16

/**
 * A matrix [inner, columns] in eight bits a number: a column is cut into blocks of `codeBlock`, and number i of a block is
 * scale · code_i + least, with a scale and a least number of its own for each block. `inner` is a multiple of `codeBlock`.
 * Columns lie in panels of `codePanel`, the last one filled up with zeros.
 */
export interface EightBitMatrix {
  readonly inner: number
  readonly columns: number
  /** [panels, blocks, codeBlock / 4, codePanel, 4]: four steps of a column lie together. */
  readonly codes: Uint8Array
  /** [panels, blocks, 2, codePanel]: the scales of a block, then its least numbers. */
  readonly scales: Float32Array
}

/** `out = x · B + residual` for an eight-bit matrix B. */
export interface EightBitProduct {
  readonly rows: number
  readonly columns: number
  readonly inner: number
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

/** Tokens of a page of cached keys and values. */
export const pageLength = 16

/**
 * Attention of single rows, each over the cached places of its own sequence. A page holds `pageLength` places: for each head of keys first
 * their keys, turned to [size, pageLength], then their values [pageLength, size].
 */
export interface PagedAttention {
  readonly rows: number
  readonly heads: number
  /** A divisor of `heads`. */
  readonly keyHeads: number
  /** Numbers of one head, at most 256. */
  readonly size: number
  readonly scale: number
  /** [rows]: the row's place in its sequence, from 0. It sees all places up to this one. */
  readonly positions: Int32Array
  /** [rows]: which table is the row's. */
  readonly tableOf: Int32Array
  /** [tables, tableStride] numbers of pages: a table lists the pages of a sequence, in order. */
  readonly tables: Int32Array
  readonly tableStride: number
}

/** How the next token of each row is chosen. Arrays are [rows]. */
export interface Sampling {
  readonly rows: number
  readonly classes: number
  /** 0 takes the most probable token, the first of equals. */
  readonly temperatures: Float32Array
  /** So many of the most probable tokens are left, then; 0: all. */
  readonly topK: Int32Array
  /** The most probable tokens are left whose probabilities add up to this; 1: all (arXiv:1904.09751, section 3.1). */
  readonly topP: Float32Array
  /** 32 random bits. */
  readonly draws: Int32Array
  /** Which row of `allowed` says what may be chosen; −1: anything. */
  readonly maskOf: Int32Array
  /** [masks, classes]: 0 where a token may be chosen, −∞ where not. */
  readonly allowed: Float32Array | undefined
}

/** What was chosen. Arrays are [rows]; logarithms in nats. */
export interface Sampled {
  /** −1 where a row is not finite, or nothing is allowed. */
  readonly tokens: Int32Array
  /** Under the distribution that was drawn from: after mask, temperature, top-k and top-p. */
  readonly logProbs: Float32Array
  /** Under softmax(logits), with the bits that `crossEntropy` gives for the same token. */
  readonly rawLogProbs: Float32Array
  /** log Σ exp(logits). */
  readonly logSums: Float32Array
  /** Of softmax(logits). */
  readonly entropies: Float32Array
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
 * The kernels. The same call gives the same bits, whatever the number of threads, and in `attention`, `pagedAttention`, `matmul` and all
 * that go row by row a row's bits do not depend on the other rows.
 */
export interface Kernels {
  /** `reference`, `native avx512` … */
  readonly name: string
  readonly threads: number

  /** A and B are whole arrays, `out` is [batch, rows, columns]. */
  matmul(product: Product, a: Float32Array, b: Float32Array, out: Float32Array): void
  /**
   * Rows of `x` [rows, inner] are rounded too: in each block to 255 steps from the largest number to its negative (the way of GGUF's Q8_0). A row
   * with NaN or an infinite number becomes NaN.
   */
  eightBitMatmul(product: EightBitProduct, x: Float32Array, matrix: EightBitMatrix, out: Float32Array): void

  /** `out` [batch, queries, heads · size]; `logSums` [batch, heads, queries]: the logarithm of each softmax's denominator, for the way back. */
  attention(shape: AttentionShape, queries: Rows, keys: Rows, values: Rows, out: Float32Array, logSums: Float32Array): void
  attentionBackward(
    shape: AttentionShape,
    forward: { queries: Rows; keys: Rows; values: Rows; out: Float32Array; logSums: Float32Array },
    outGradient: Float32Array,
    gradients: { queries: Rows; keys: Rows; values: Rows },
    accumulate: boolean,
  ): void

  /**
   * Writes the rows' keys and values into their pages, then lets each query see its places.
   *
   * @param mixed [rows, (heads + 2 · keyHeads) · size]: queries, keys, values side by side.
   * @param pages [pages, keyHeads, 2 · pageLength · size].
   * @param out [rows, heads · size]: the same numbers as `attention` gives for the whole sequence.
   */
  pagedAttention(shape: PagedAttention, mixed: Float32Array, pages: Float32Array, out: Float32Array): void

  /** Chooses a token for each row of `logits` [rows, classes]. */
  sample(sampling: Sampling, logits: Float32Array, out: Sampled): void

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
