// Adam (arXiv:1412.6980, algorithm 1), with decoupled weight decay AdamW (arXiv:1711.05101, algorithm 2), and clipping of the gradient by its
// norm. The learning rate is given for each step; see `schedules.ts`.
import { BanyanError } from '../../core/errors.ts'
import type { Kernels } from './kernels.ts'
import { shapeError } from './shape.ts'
import type { Parameter } from './tensor.ts'

/** Options of `adam`. */
export interface AdamOptions {
  readonly kernels: Kernels
  /** What is trained; frozen ones are passed over. */
  readonly parameters: readonly Parameter[]
  /** Of the mean of gradients. Default 0.9. */
  readonly beta1?: number
  /** Of the mean of their squares. Default 0.999. */
  readonly beta2?: number
  /** Default 1e-8. */
  readonly epsilon?: number
  /** A weight loses `rate · decay` of itself in each step. Default 0. */
  readonly decay?: number
  /** Which parameters decay. Default: those with two axes or more. */
  readonly decays?: (parameter: Parameter) => boolean
  /** The most that the norm of all gradients together may be; above it they are scaled down. Default: no clipping. */
  readonly clip?: number
}

/** What a step saw. */
export interface AdamReport {
  /** The norm of all gradients together, before clipping. */
  readonly gradientNorm: number
  /** Whether it was scaled down. */
  readonly clipped: boolean
}

/** The running means of one parameter. */
export interface Moments {
  readonly first: Float32Array
  readonly second: Float32Array
}

/** Everything that a training must keep to go on as if it had not stopped, besides the parameters. */
export interface AdamState {
  readonly steps: number
  /** By the parameter's name. */
  readonly moments: Readonly<Record<string, Moments>>
}

/** The optimizer, with its moments. */
export interface Adam {
  /**
   * Changes the parameters by their gradients, and lets these start anew.
   *
   * @throws BanyanError E_TENSOR_NOT_FINITE when a gradient is NaN or infinite; no parameter has changed then.
   */
  step(rate: number): AdamReport
  /** The arrays themselves, not copies. */
  state(): AdamState
  /** Takes up a state, by copying. @throws BanyanError E_TENSOR_SHAPE when it is of other parameters. */
  restore(state: AdamState): void
}

/**
 * An optimizer over parameters.
 *
 * @throws BanyanError E_TENSOR_OPTION for numbers out of range, or two parameters of one name.
 * @example
 * const optimizer = adam({ kernels, parameters: net.parameters, decay: 0.01, clip: 1 })
 * tape.backward(loss)
 * const { gradientNorm } = optimizer.step(3e-4)
 */
export function adam(options: AdamOptions): Adam {
  const { kernels, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, decay = 0, clip = Number.POSITIVE_INFINITY } = options
  const { decays = ({ shape }) => shape.length >= 2 } = options
  for (const [name, value, well] of [
    ['beta1', beta1, beta1 >= 0 && beta1 < 1],
    ['beta2', beta2, beta2 >= 0 && beta2 < 1],
    ['epsilon', epsilon, epsilon > 0],
    ['decay', decay, decay >= 0],
    ['clip', clip, clip > 0],
  ] as const)
    if (!well) throw new BanyanError('E_TENSOR_OPTION', `adam: ${name} is out of range`, { seen: value })
  const parameters = options.parameters.filter(({ trainable }) => trainable)
  const moments = new Map<string, Moments>()
  for (const { name, data } of parameters) {
    if (moments.has(name)) throw new BanyanError('E_TENSOR_OPTION', 'adam: two parameters have one name', { seen: name })
    moments.set(name, { first: data.slice().fill(0), second: data.slice().fill(0) })
  }
  let steps = 0

  return {
    step(rate) {
      const found = parameters.filter(({ gradient }) => gradient !== undefined)
      const norm = Math.sqrt(found.reduce((sum, { data, gradient }) => sum + kernels.sumOfSquares(data.length, gradient!), 0))
      if (!Number.isFinite(norm) || !Number.isFinite(rate)) throw notFinite(kernels, found, rate)
      steps++
      const scale = norm > clip ? clip / norm : 1
      for (const parameter of found) {
        const { first, second } = moments.get(parameter.name)!
        const step = {
          rate,
          beta1,
          beta2,
          epsilon,
          decay: decays(parameter) ? decay : 0,
          correction1: 1 / (1 - beta1 ** steps),
          correction2: 1 / (1 - beta2 ** steps),
          gradientScale: scale,
        }
        kernels.adam(step, parameter.data, parameter.gradient!, first, second)
        parameter.clearGradient()
      }
      return { gradientNorm: norm, clipped: scale < 1 }
    },

    state: () => ({ steps, moments: Object.fromEntries(moments) }),

    restore(state) {
      for (const [name, { first, second }] of moments) {
        const kept = state.moments[name]
        if (kept?.first.length !== first.length || kept.second.length !== second.length)
          throw shapeError('adam', `the state does not fit parameter ${name}`, kept?.first.length, `${first.length} numbers`)
      }
      for (const [name, { first, second }] of moments) {
        first.set(state.moments[name]!.first)
        second.set(state.moments[name]!.second)
      }
      steps = state.steps
    },
  }
}

function notFinite(kernels: Kernels, parameters: readonly Parameter[], rate: number): BanyanError {
  const worst = parameters.find(({ data, gradient }) => kernels.firstNonFinite(data.length, gradient!) !== -1)
  const what = Number.isFinite(rate) ? `the gradient of ${worst?.name ?? 'all parameters together'}` : 'the learning rate'
  return new BanyanError('E_TENSOR_NOT_FINITE', `adam: ${what} is not finite`, {
    wanted: 'finite numbers',
    hint: 'No parameter was changed; a tape with { check: true } names the operation where it came up',
  })
}
