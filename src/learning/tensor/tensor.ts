// A tensor: a shape and its numbers, and the place where its gradient gathers. What is done with tensors is in `tape.ts` and `operations/`.
import { checkShape, type Shape, shapeError, sizeOf } from './shape.ts'

/**
 * Numbers with a shape. A tensor that came from an operation lives until its tape is reset; then its array serves other tensors.
 * Inputs and parameters keep the array that they were given, without a copy.
 */
export class Tensor {
  readonly shape: Shape
  /** All numbers, the last axis changing fastest. */
  readonly data: Float32Array
  /** What views of the same numbers share. For operations only. */
  readonly cell: Cell

  constructor(shape: Shape, data: Float32Array, cell: Cell) {
    this.shape = shape
    this.data = data
    this.cell = cell
  }

  /** The gradient that has gathered here; undefined when none has. Only parameters keep theirs after the way back. */
  get gradient(): Float32Array | undefined {
    return this.cell.written ? this.cell.gradient : undefined
  }
}

/** A tensor that is trained, or frozen. It belongs to no tape. */
export class Parameter extends Tensor {
  /** Under which it is kept in files: `layers.0.attention.output.weight`. */
  readonly name: string
  /** [rows, columns] and up; vectors (gains, biases) are usually spared weight decay. */
  readonly trainable: boolean

  constructor(name: string, shape: Shape, data: Float32Array, trainable: boolean) {
    super(shape, data, { gradient: undefined, written: false, wanted: trainable, kept: true, lease: undefined })
    this.name = name
    this.trainable = trainable
  }

  /** Lets the gradient start anew. */
  clearGradient(): void {
    this.cell.written = false
  }
}

/** The life and the gradient of some numbers. */
export interface Cell {
  /** An array for the gradient, of the tensor's size; what it holds counts only when `written`. */
  gradient: Float32Array | undefined
  written: boolean
  /** Whether a gradient is wanted at all. */
  readonly wanted: boolean
  /** Whether the gradient outlives the way back. */
  readonly kept: boolean
  /** What lends the array: one object for each step of a tape; undefined for arrays of the caller's. */
  readonly lease: object | undefined
}

/** Options of `parameter`. */
export interface ParameterOptions {
  /** The numbers, used in place: what trains writes here. Default: zeros. */
  readonly data?: Float32Array
  /** Default true. A frozen parameter gets no gradient and costs no memory beyond its numbers. */
  readonly trainable?: boolean
}

/**
 * A parameter over the caller's own array, or over zeros.
 *
 * @throws BanyanError E_TENSOR_SHAPE when the array does not hold as many numbers as the shape.
 * @example
 * const weight = parameter('head.weight', [64, 135], { data: normal(64 * 135, 0.02, random) })
 */
export function parameter(name: string, shape: Shape, { data, trainable = true }: ParameterOptions = {}): Parameter {
  checkShape(name, shape)
  return new Parameter(name, shape, data === undefined ? new Float32Array(sizeOf(shape)) : held(name, shape, data), trainable)
}

/**
 * Given numbers as a tensor without gradient, over the caller's array.
 * @throws BanyanError E_TENSOR_SHAPE when the array does not hold as many numbers as the shape.
 */
export function constant(shape: Shape, data: Float32Array): Tensor {
  checkShape('constant', shape)
  return new Tensor(shape, held('constant', shape, data), {
    gradient: undefined,
    written: false,
    wanted: false,
    kept: true,
    lease: undefined,
  })
}

function held(name: string, shape: Shape, data: Float32Array): Float32Array {
  if (data.length === sizeOf(shape)) return data
  throw shapeError(name, 'the array has another length than the shape', data.length, `${sizeOf(shape)} numbers`)
}
