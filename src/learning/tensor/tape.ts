// The tape: operations are recorded as they run, and undone in reverse to give gradients (reverse mode). It lends the arrays of a step and
// takes all of them back at its end. It knows no operation; these are in `operations/`, and anybody can write more with `record`.
import { BanyanError } from '../../core/errors.ts'
import type { Kernels } from './kernels.ts'
import { Pool } from './pool.ts'
import { checkShape, type Shape, shapeError, sizeOf } from './shape.ts'
import { type Cell, Tensor } from './tensor.ts'

/** Options of a tape. */
export interface TapeOptions {
  readonly kernels: Kernels
  /** Whether the way back will be wanted. Default true; without it nothing is recorded. */
  readonly gradients?: boolean
  /** Look at every result and every gradient, and name the operation where the first NaN or infinity came up. Default false: only the loss is looked at. */
  readonly check?: boolean
  /** `double` is for checks of gradients, with the reference kernels: arrays are Float64Arrays then. */
  readonly precision?: 'single' | 'double'
  /** Another tape, of the same precision, whose arrays are lent where they lie ready: for two tapes that work in turns. Default: none. */
  readonly sharing?: Tape
}

interface Recorded {
  readonly operation: string
  readonly cell: Cell
  readonly backward: (gradient: Float32Array) => void
}

/**
 * Records what is computed.
 *
 * @example
 * const tape = new Tape({ kernels: openKernels() })
 * for (const batch of batches) {
 *   const loss = crossEntropy(tape, linear(tape, constant([32, 8], batch.x), weight), batch.classes)
 *   tape.backward(loss)
 *   optimizer.step(1e-3)
 *   tape.reset()
 * }
 */
export class Tape {
  readonly kernels: Kernels
  /** Whether the way back is recorded. */
  readonly gradients: boolean
  readonly #check: boolean
  readonly #pool: Pool
  #lent: Float32Array[] = []
  #recorded: Recorded[] = []
  #lease: object = {}
  #handedOver = false

  constructor({ kernels, gradients = true, check = false, precision = 'single', sharing }: TapeOptions) {
    this.kernels = kernels
    this.gradients = gradients
    this.#check = check
    this.#pool = sharing === undefined ? new Pool(precision) : sharing.#pool
  }

  /** Bytes of all arrays that the tape has ever lent. */
  get bytes(): number {
    return this.#pool.bytes
  }

  /** Whether an operation on these will be undone: so whether to keep what the way back needs. */
  wants(inputs: readonly Tensor[]): boolean {
    return this.gradients && inputs.some(({ cell }) => cell.wanted)
  }

  /** An array until the end of the step, with anything in it. */
  take(length: number): Float32Array {
    const array = this.#pool.take(length)
    this.#lent.push(array)
    return array
  }

  /** Lends an array for the time of a call. */
  during<T>(length: number, use: (array: Float32Array) => T): T {
    const array = this.#pool.take(length)
    try {
      return use(array)
    } finally {
      this.#pool.give(array)
    }
  }

  /**
   * Makes the result of an operation a tensor, and notes how its gradient goes on to the inputs.
   *
   * @param data the result, from `take`.
   * @param backward gets the result's gradient, once, and may change it; hands parts on by `target` or `handOver`.
   * @throws BanyanError E_TENSOR_STALE for an input of a step that is over or of another tape.
   */
  record(
    operation: string,
    inputs: readonly Tensor[],
    shape: Shape,
    data: Float32Array,
    backward: (gradient: Float32Array) => void,
  ): Tensor {
    this.want(operation, inputs)
    if (this.#check) this.#wantFinite(`the result of ${operation}`, data)
    const cell: Cell = { gradient: undefined, written: false, wanted: this.wants(inputs), kept: false, lease: this.#lease }
    if (cell.wanted) this.#recorded.push({ operation, cell, backward })
    return new Tensor(shape, data, cell)
  }

  /**
   * The same numbers under another shape, with the same gradient.
   * @throws BanyanError E_TENSOR_SHAPE when the sizes differ.
   */
  view(operation: string, tensor: Tensor, shape: Shape): Tensor {
    this.want(operation, [tensor])
    checkShape(operation, shape)
    if (sizeOf(shape) === tensor.data.length) return new Tensor(shape, tensor.data, tensor.cell)
    throw shapeError(operation, 'the sizes differ', shape, `${tensor.data.length} numbers, as in [${tensor.shape.join(', ')}]`)
  }

  /** @throws BanyanError E_TENSOR_STALE for an input of a step that is over or of another tape. */
  want(operation: string, inputs: readonly Tensor[]): void {
    if (inputs.every(({ cell }) => cell.lease === undefined || cell.lease === this.#lease)) return
    throw new BanyanError('E_TENSOR_STALE', `${operation}: an input belongs to a step that is over, or to another tape`, {
      hint: 'Copy what must outlive reset()',
    })
  }

  /** Where to write the gradients of these inputs, all in the same way; those that want none are undefined. */
  target(...inputs: readonly Tensor[]): { arrays: (Float32Array | undefined)[]; accumulate: boolean } {
    const wanted = inputs.filter(({ cell }) => cell.wanted).map(({ cell }) => cell)
    // One tensor that comes twice is added to twice.
    const accumulate = wanted.some((cell, at) => cell.written || wanted.indexOf(cell) < at)
    const arrays = inputs.map((tensor) => (tensor.cell.wanted ? this.#open(tensor, accumulate) : undefined))
    return { arrays, accumulate }
  }

  /** Lets one input write its gradient: `write(array, accumulate)` is called unless none is wanted. */
  into(input: Tensor, write: (gradient: Float32Array, accumulate: boolean) => void): void {
    if (!input.cell.wanted) return
    const accumulate = input.cell.written
    write(this.#open(input, accumulate), accumulate)
  }

  /** The gradient as it is becomes the input's, without a copy where that can be. Only as the last thing that `backward` does with it. */
  handOver(gradient: Float32Array, input: Tensor): void {
    const { cell } = input
    if (!cell.wanted) return
    if (cell.written || cell.kept || this.#handedOver) {
      this.into(input, (array, accumulate) => this.kernels.scaled(array.length, 1, gradient, array, accumulate))
      return
    }
    if (cell.gradient !== undefined) this.#pool.give(cell.gradient)
    cell.gradient = gradient
    cell.written = true
    this.#handedOver = true
  }

  /**
   * Goes back from `from`, and adds up gradients in all trainable parameters that it depends on. Ends the record: a step goes back once.
   *
   * @param gradient of `from`, for losses that are computed outside of the tape; may be left out where `from` is a single number.
   * @throws BanyanError E_TENSOR_NOT_FINITE when `from` or the given gradient is NaN or infinite; no parameter has changed then.
   * @throws BanyanError E_TENSOR_SHAPE when `from` is not a single number, or the gradient has another size.
   */
  backward(from: Tensor, gradient?: Float32Array): void {
    this.want('backward', [from])
    if (gradient === undefined && from.data.length !== 1)
      throw shapeError('backward', 'only a single number has a gradient of 1', from.shape, 'one number, or its gradient as second argument')
    if (gradient !== undefined && gradient.length !== from.data.length)
      throw shapeError('backward', 'the gradient has another size', gradient.length, `${from.data.length} numbers`)
    this.#wantFinite('what to go back from', from.data)
    if (gradient !== undefined) this.#wantFinite('the gradient to go back from', gradient)
    if (!from.cell.wanted)
      throw new BanyanError('E_TENSOR_GRADIENT', 'nothing here wants a gradient', {
        wanted: 'a result of trainable parameters on a tape with gradients',
      })
    this.into(from, (array, accumulate) => {
      if (gradient !== undefined) this.kernels.scaled(array.length, 1, gradient, array, accumulate)
      else array[0] = (accumulate ? array[0]! : 0) + 1
    })
    const recorded = this.#recorded
    this.#recorded = []
    for (let at = recorded.length - 1; at >= 0; at--) this.#undo(recorded[at]!)
  }

  /** Ends the step: every tensor of this tape is gone, and its array serves the next. */
  reset(): void {
    for (const array of this.#lent) this.#pool.give(array)
    for (const { cell } of this.#recorded) if (cell.gradient !== undefined) this.#pool.give(cell.gradient)
    this.#lent = []
    this.#recorded = []
    this.#lease = {}
  }

  /**
   * Lets go of arrays that serve no step any more, where there are half as many again as were ever needed at once: for steps whose shapes vary, between
   * two of them. Otherwise memory stays as flat without it.
   */
  trim(): void {
    this.#pool.trim()
  }

  #undo({ operation, cell, backward }: Recorded): void {
    const { gradient } = cell
    if (gradient === undefined) return
    cell.gradient = undefined
    if (this.#check) this.#wantFinite(`the gradient that reaches ${operation}`, gradient)
    this.#handedOver = false
    backward(gradient)
    if (!this.#handedOver) this.#pool.give(gradient)
    this.#handedOver = false
  }

  /** The input's array for its gradient, marked as written; zeros when it will be added to and held nothing. */
  #open({ cell, data }: Tensor, accumulate: boolean): Float32Array {
    cell.gradient ??= cell.kept ? new (data.constructor as typeof Float32Array)(data.length) : this.#pool.take(data.length)
    if (accumulate && !cell.written) cell.gradient.fill(0)
    cell.written = true
    return cell.gradient
  }

  #wantFinite(what: string, data: Float32Array): void {
    const at = this.kernels.firstNonFinite(data.length, data)
    if (at === -1) return
    throw new BanyanError('E_TENSOR_NOT_FINITE', `${what} is not finite at place ${at}`, {
      seen: String(data[at]),
      wanted: 'finite numbers',
      hint: this.#check ? 'Look at its inputs, or lower the learning rate' : 'A tape with { check: true } names the operation',
    })
  }
}
