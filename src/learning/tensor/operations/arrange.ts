// The same numbers in another arrangement: reshape, transpose, slice, concat, broadcast. All but reshape are strided copies.
import type { StridedCopy } from '../kernels.ts'
import { axisOf, commonShape, type Shape, sameShape, shapeError, shapeText, sizeOf, stridesOf } from '../shape.ts'
import type { Tape } from '../tape.ts'
import type { Tensor } from '../tensor.ts'

/** Another shape over the same numbers, without a copy. @throws BanyanError E_TENSOR_SHAPE when the sizes differ. */
export function reshape(tape: Tape, x: Tensor, shape: Shape): Tensor {
  return tape.view('reshape', x, shape)
}

/**
 * The axes in another order: `order[i]` is the axis of x that becomes axis i. Up to 6 axes.
 * @throws BanyanError E_TENSOR_SHAPE when `order` does not name every axis once.
 */
export function transpose(tape: Tape, x: Tensor, order: readonly number[]): Tensor {
  tape.want('transpose', [x])
  const axes = order.map((axis) => axisOf('transpose', x.shape, axis))
  if (axes.length !== x.shape.length || new Set(axes).size !== axes.length || axes.length > 6)
    throw shapeError(
      'transpose',
      'the order is not possible',
      order,
      `each of the ${x.shape.length} axes of ${shapeText(x.shape)} once, at most 6`,
    )
  const shape = axes.map((axis) => x.shape[axis]!)
  const strides = stridesOf(x.shape)
  const from = { offset: 0, strides: axes.map((axis) => strides[axis]!) }
  return copied(tape, 'transpose', x, shape, from)
}

/** Places `start` to `end` (exclusive) along an axis. @throws BanyanError E_TENSOR_SHAPE when they are not within it. */
export function slice(tape: Tape, x: Tensor, { axis, start, end }: { axis: number; start: number; end: number }): Tensor {
  tape.want('slice', [x])
  const at = axisOf('slice', x.shape, axis)
  if (!(Number.isInteger(start) && Number.isInteger(end) && start >= 0 && start < end && end <= x.shape[at]!))
    throw shapeError('slice', 'the places are not within the axis', [start, end], `0 ≤ start < end ≤ ${x.shape[at]}`)
  const { outer, inner } = { outer: sizeOf(x.shape.slice(0, at)), inner: sizeOf(x.shape.slice(at + 1)) }
  const view = [outer, (end - start) * inner]
  const from = { offset: start * inner, strides: [x.shape[at]! * inner, 1] }
  return copied(tape, 'slice', x, x.shape.with(at, end - start), from, view)
}

/** Tensors one after another along an axis. @throws BanyanError E_TENSOR_SHAPE unless the other axes are the same. */
export function concat(tape: Tape, tensors: readonly Tensor[], axis: number): Tensor {
  const [first] = tensors
  if (first === undefined) throw shapeError('concat', 'there is nothing to put together', tensors, 'at least one tensor')
  tape.want('concat', tensors)
  const at = axisOf('concat', first.shape, axis)
  for (const { shape } of tensors)
    if (shape.length !== first.shape.length || !sameShape(shape.with(at, 1), first.shape.with(at, 1)))
      throw shapeError('concat', 'the tensors do not fit', shape, `${shapeText(first.shape)} but for axis ${at}`)
  const lengths = tensors.map(({ shape }) => shape[at]!)
  const total = lengths.reduce((sum, length) => sum + length, 0)
  const { outer, inner } = { outer: sizeOf(first.shape.slice(0, at)), inner: sizeOf(first.shape.slice(at + 1)) }
  const out = tape.take(outer * total * inner)
  let offset = 0
  const places = tensors.map((tensor, i) => {
    const width = lengths[i]! * inner
    const place = { tensor, width, offset }
    offset += width
    return place
  })
  const part = { fromOffset: 0, toOffset: 0, scale: 1 }
  for (const { tensor, width, offset } of places) {
    const copy = {
      ...part,
      shape: [outer, width],
      fromStrides: [width, 1],
      toOffset: offset,
      toStrides: [total * inner, 1],
      accumulate: false,
    }
    tape.kernels.copy(copy, tensor.data, out)
  }
  return tape.record('concat', tensors, first.shape.with(at, total), out, (gradient) => {
    for (const { tensor, width, offset } of places)
      tape.into(tensor, (to, accumulate) => {
        const copy = {
          ...part,
          shape: [outer, width],
          fromOffset: offset,
          fromStrides: [total * inner, 1],
          toStrides: [width, 1],
          accumulate,
        }
        tape.kernels.copy(copy, gradient, to)
      })
  })
}

/** Repeats axes of length 1, and new ones in front, up to a shape of at most 6 axes. @throws BanyanError E_TENSOR_SHAPE when it does not fit. */
export function broadcast(tape: Tape, x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x
  tape.want('broadcast', [x])
  if (shape.length > 6 || !sameShape(commonShape('broadcast', x.shape, shape), shape))
    throw shapeError('broadcast', 'the shape does not fit', shape, `at most 6 axes to which ${shapeText(x.shape)} can be repeated`)
  const own = stridesOf(x.shape)
  const strides = shape.map((_, axis) => {
    const at = axis - shape.length + x.shape.length
    return at < 0 || x.shape[at] === 1 ? 0 : own[at]!
  })
  return copied(tape, 'broadcast', x, shape, { offset: 0, strides })
}

/** A copy of a view of x, which on the way back adds the gradient up in the same view. */
function copied(
  tape: Tape,
  operation: string,
  x: Tensor,
  shape: Shape,
  from: { offset: number; strides: readonly number[] },
  view: Shape = shape,
): Tensor {
  const out = tape.take(sizeOf(shape))
  const there: StridedCopy = {
    shape: view,
    fromOffset: from.offset,
    fromStrides: from.strides,
    toOffset: 0,
    toStrides: stridesOf(view),
    scale: 1,
    accumulate: false,
  }
  tape.kernels.copy(there, x.data, out)
  return tape.record(operation, [x], shape, out, (gradient) =>
    tape.into(x, (to, accumulate) => {
      if (!accumulate) to.fill(0)
      const back = {
        ...there,
        fromOffset: 0,
        fromStrides: there.toStrides,
        toOffset: there.fromOffset,
        toStrides: there.fromStrides,
        accumulate: true,
      }
      tape.kernels.copy(back, gradient, to)
    }),
  )
}
