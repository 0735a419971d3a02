// Matrix products: the layer of a net, with all that can be done to its result at once, and products of tensors in general.
import type { Activation, Product } from '../kernels.ts'
import { type Shape, sameShape, shapeError, shapeText, sizeOf, wantShape } from '../shape.ts'
import type { Tape } from '../tape.ts'
import type { Tensor } from '../tensor.ts'

/** Options of `linear`. */
export interface LinearOptions {
  /** [out]. */
  readonly bias?: Tensor | undefined
  readonly activation?: Activation | undefined
  /** Of the result's shape; added last. */
  readonly residual?: Tensor | undefined
  /** The weight lies as [out, in], as in the files of PyTorch and in an embedding that serves as head. Default false. */
  readonly transposed?: boolean
}

/**
 * residual + activation(x · weight + bias), for x [..., in] and weight [in, out].
 *
 * @throws BanyanError E_TENSOR_SHAPE when the shapes do not fit.
 * @example
 * const hidden = linear(tape, x, first.weight, { bias: first.bias, activation: 'gelu' })
 */
export function linear(tape: Tape, x: Tensor, weight: Tensor, options: LinearOptions = {}): Tensor {
  const { bias, activation, residual, transposed = false } = options
  const inputs = [x, weight, bias, residual].filter((tensor) => tensor !== undefined)
  tape.want('linear', inputs)
  if (weight.shape.length !== 2) throw shapeError('linear', 'the weight is no matrix', weight.shape, '[in, out]')
  const [columns, inner] = transposed ? [weight.shape[0]!, weight.shape[1]!] : [weight.shape[1]!, weight.shape[0]!]
  if (x.shape.length === 0 || x.shape.at(-1) !== inner)
    throw shapeError('linear', 'x and the weight do not fit', [x.shape, weight.shape], `x of [..., ${inner}]`)
  const rows = x.data.length / inner
  const shape = [...x.shape.slice(0, -1), columns]
  if (bias !== undefined) wantShape('linear', 'the bias', bias.shape, [columns])
  if (residual !== undefined) wantShape('linear', 'the residual', residual.shape, shape)

  const out = tape.take(rows * columns)
  const slope = activation !== undefined && tape.wants([x, weight, ...(bias ? [bias] : [])]) ? tape.take(rows * columns) : undefined
  const product = { rows, columns, inner, transposeB: transposed }
  tape.kernels.matmul({ ...product, bias: bias?.data, activation, slope, residual: residual?.data }, x.data, weight.data, out)
  return tape.record('linear', inputs, shape, out, (gradient) => {
    const back = (inside: Float32Array) => {
      if (slope !== undefined) tape.kernels.binary('multiply', inside.length, inside, slope, inside, false)
      productBackward(tape, product, x, weight, inside)
      if (bias !== undefined) tape.into(bias, (to, accumulate) => tape.kernels.sum(1, rows, columns, 1, inside, to, accumulate))
    }
    if (residual === undefined) return back(gradient)
    // The residual gets the gradient as it came, so what the activation makes of it needs another place.
    if (slope === undefined || !residual.cell.wanted) back(gradient)
    else
      tape.during(gradient.length, (inside) => {
        tape.kernels.scaled(gradient.length, 1, gradient, inside, false)
        back(inside)
      })
    tape.handOver(gradient, residual)
  })
}

/** Options of `matmul`. */
export interface MatmulOptions {
  /** a lies as [..., k, m]. */
  readonly transposeA?: boolean
  /** b lies as [..., n, k]. */
  readonly transposeB?: boolean
  /** Default 1. */
  readonly scale?: number
}

/**
 * scale · a · b for a [..., m, k] and b [..., k, n]. The axes before the last two are the same, or one of both has none and is taken again
 * for each product.
 *
 * @throws BanyanError E_TENSOR_SHAPE when the shapes do not fit.
 */
export function matmul(tape: Tape, a: Tensor, b: Tensor, options: MatmulOptions = {}): Tensor {
  tape.want('matmul', [a, b])
  const { transposeA = false, transposeB = false, scale = 1 } = options
  if (a.shape.length < 2 || b.shape.length < 2)
    throw shapeError('matmul', 'a product needs matrices', [a.shape, b.shape], '[..., m, k] and [..., k, n]')
  const [rows, inner] = lastTwo(a.shape, transposeA)
  const [innerB, columns] = lastTwo(b.shape, transposeB)
  const [before, beforeB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)]
  if (inner !== innerB) throw shapeError('matmul', 'the matrices do not fit', [a.shape, b.shape], `${inner} rows in b`)
  if (!sameShape(before, beforeB) && before.length > 0 && beforeB.length > 0)
    throw shapeError(
      'matmul',
      'there are other numbers of matrices',
      [a.shape, b.shape],
      `b of [${[...before, inner, columns].join(', ')}] or ${shapeText([inner, columns])}`,
    )
  const leading = before.length > 0 ? before : beforeB
  const batch = sizeOf(leading)
  const strides = { strideA: before.length > 0 ? rows * inner : 0, strideB: beforeB.length > 0 ? inner * columns : 0 }

  const out = tape.take(batch * rows * columns)
  const product = { rows, columns, inner, transposeA, transposeB, scale, batch, ...strides }
  tape.kernels.matmul(product, a.data, b.data, out)
  return tape.record('matmul', [a, b], [...leading, rows, columns], out, (gradient) => productBackward(tape, product, a, b, gradient))
}

/** The gradients of both factors. A factor that serves the whole batch gathers from all products, in their order. */
function productBackward(tape: Tape, product: Product, a: Tensor, b: Tensor, gradient: Float32Array): void {
  const { rows, columns, inner, transposeA = false, transposeB = false, scale = 1, batch = 1 } = product
  const { strideA = rows * inner, strideB = inner * columns } = product
  const stride = rows * columns
  const g = { data: gradient, stride }
  const [factorA, factorB] = [
    { data: a.data, stride: strideA },
    { data: b.data, stride: strideB },
  ]
  tape.into(a, (to, accumulate) => {
    if (transposeA)
      multiply(
        { rows: inner, columns: rows, inner: columns, transposeA: transposeB, transposeB: true },
        factorB,
        g,
        to,
        strideA,
        accumulate,
      )
    else multiply({ rows, columns: inner, inner: columns, transposeB: !transposeB }, g, factorB, to, strideA, accumulate)
  })
  tape.into(b, (to, accumulate) => {
    if (transposeB)
      multiply(
        { rows: columns, columns: inner, inner: rows, transposeA: true, transposeB: transposeA },
        g,
        factorA,
        to,
        strideB,
        accumulate,
      )
    else multiply({ rows: inner, columns, inner: rows, transposeA: !transposeA }, factorA, g, to, strideB, accumulate)
  })

  function multiply(sizes: Product, left: Factor, right: Factor, to: Float32Array, strideTo: number, accumulate: boolean): void {
    if (batch === 1 || strideTo > 0) {
      const all = { ...sizes, scale, batch, strideA: left.stride, strideB: right.stride, accumulate }
      tape.kernels.matmul(all, left.data, right.data, to)
      return
    }
    for (let at = 0; at < batch; at++) {
      const one = { ...sizes, scale, accumulate: accumulate || at > 0 }
      tape.kernels.matmul(one, left.data.subarray(at * left.stride), right.data.subarray(at * right.stride), to)
    }
  }
}

interface Factor {
  readonly data: Float32Array
  /** Numbers from one matrix to the next. */
  readonly stride: number
}

function lastTwo(shape: Shape, transposed: boolean): [number, number] {
  const [rows, columns] = [shape.at(-2)!, shape.at(-1)!]
  return transposed ? [columns, rows] : [rows, columns]
}
