// Shapes: lists of whole numbers from 1, the last axis changing fastest. Knows nothing of numbers in tensors.
import { BanyanError } from '../../core/errors.ts'

/** The length of each axis, outermost first; `[]` is a single number. */
export type Shape = readonly number[]

/** How many numbers a tensor of this shape has. */
export function sizeOf(shape: Shape): number {
  let size = 1
  for (const length of shape) size *= length
  return size
}

/** `[16, 128, 64]`, for messages. */
export function shapeText(shape: Shape): string {
  return `[${shape.join(', ')}]`
}

/** Whether both shapes have the same axes. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((length, axis) => length === b[axis])
}

/** @throws BanyanError E_TENSOR_SHAPE where an axis is not a whole number from 1, or the whole is beyond 2^31 - 1 numbers. */
export function checkShape(operation: string, shape: Shape): void {
  if (shape.every((length) => Number.isInteger(length) && length >= 1) && sizeOf(shape) < 2 ** 31) return
  throw shapeError(operation, 'a shape is not possible', shape, 'whole numbers from 1, with a product below 2^31')
}

/** What operations throw when shapes do not fit. */
export function shapeError(operation: string, message: string, seen: unknown, wanted: string): BanyanError {
  return new BanyanError('E_TENSOR_SHAPE', `${operation}: ${message}`, { seen, wanted })
}

/** @throws BanyanError E_TENSOR_SHAPE unless the shapes are the same. */
export function wantShape(operation: string, name: string, seen: Shape, wanted: Shape): void {
  if (!sameShape(seen, wanted)) throw shapeError(operation, `${name} has another shape`, seen, shapeText(wanted))
}

/**
 * The axis as a number from 0; negative ones count from the end.
 * @throws BanyanError E_TENSOR_SHAPE when there is no such axis.
 */
export function axisOf(operation: string, shape: Shape, axis: number): number {
  const at = axis < 0 ? shape.length + axis : axis
  if (Number.isInteger(at) && at >= 0 && at < shape.length) return at
  throw shapeError(operation, 'there is no such axis', axis, `an axis of ${shapeText(shape)}`)
}

/** The last axis as `width`, and all before it as `rows`. @throws BanyanError E_TENSOR_SHAPE for a single number. */
export function rowsOf(operation: string, shape: Shape): { rows: number; width: number } {
  const width = shape.at(-1)
  if (width === undefined) throw shapeError(operation, 'a single number has no rows', shape, 'at least one axis')
  return { rows: sizeOf(shape) / width, width }
}

/** How far apart neighbours along each axis lie in memory. */
export function stridesOf(shape: Shape): number[] {
  const strides: number[] = new Array(shape.length)
  let stride = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride
    stride *= shape[axis]!
  }
  return strides
}

/**
 * The shape that both can be repeated to: axes are matched from the last, and an axis of length 1 fits any.
 * @throws BanyanError E_TENSOR_SHAPE when they do not fit.
 */
export function commonShape(operation: string, a: Shape, b: Shape): Shape {
  if (sameShape(a, b)) return a
  const axes = Math.max(a.length, b.length)
  return Array.from({ length: axes }, (_, axis) => {
    const x = a[axis - axes + a.length] ?? 1
    const y = b[axis - axes + b.length] ?? 1
    if (x === y || y === 1) return x
    if (x === 1) return y
    throw shapeError(operation, 'the shapes do not fit', [a, b], 'axes, matched from the last, of one length or of length 1')
  })
}
