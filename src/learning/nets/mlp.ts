// A multilayer perceptron: a row of numbers in, a row of numbers out. On a tape for training, and without one for search.
import { BanyanError } from '../../core/errors.ts'
import type { Activation, Kernels } from '../tensor/kernels.ts'
import { linear } from '../tensor/operations/linear.ts'
import type { Tape } from '../tensor/tape.ts'
import type { Parameter, Tensor } from '../tensor/tensor.ts'
import { type ParameterSource, parameterMaker } from './parameters.ts'
import { workspace } from './workspace.ts'

/** Shape of a multilayer perceptron. */
export type MlpConfig = {
  /** Numbers of a row, from the inputs over the layers between to the outputs; at least two. */
  readonly widths: readonly number[]
  /** After each layer but the last. Default `gelu`. */
  readonly activation?: Activation
}

/** A multilayer perceptron. */
export interface Mlp {
  readonly config: MlpConfig
  /** Names begin with the net's. */
  readonly parameters: readonly Parameter[]
  /** [..., inputs] → [..., outputs]. */
  forward(tape: Tape, x: Tensor): Tensor
  /** The same without a tape: [rows, inputs] → `out` [rows, outputs]. */
  decode(kernels: Kernels, rows: number, x: Float32Array, out: Float32Array): void
}

/**
 * A perceptron with random numbers from a seed (He et al. 2015, arXiv:1502.01852, eq. 10: variance 2/inputs; 1/inputs for the last layer), or with
 * given ones.
 *
 * @param name first part of its parameters' names.
 * @throws BanyanError E_NET_CONFIG or E_NET_PARAMETER when sizes or parameters do not fit.
 * @example
 * const net = mlp('value', { widths: [9, 32, 1] }, { seed: 1 })
 */
export function mlp(name: string, config: MlpConfig, source: ParameterSource): Mlp {
  const { widths, activation = 'gelu' } = config
  if (widths.length < 2 || !widths.every((width) => Number.isInteger(width) && width >= 1))
    throw new BanyanError('E_NET_CONFIG', `${name}: the widths are not possible`, {
      seen: widths,
      wanted: 'at least two whole numbers from 1',
    })
  const maker = parameterMaker(name, source)
  const layers = widths.slice(1).map((to, layer) => {
    const from = widths[layer]!
    const last = layer === widths.length - 2
    const weight = maker.make(`${name}.${layer}.weight`, [from, to], Math.sqrt((last ? 1 : 2) / from))
    return { from, to, weight, bias: maker.make(`${name}.${layer}.bias`, [to], 0), activation: last ? undefined : activation }
  })
  const { floats } = workspace()
  return {
    config,
    parameters: maker.end(),
    forward: (tape, x) => layers.reduce((rows, { weight, bias, activation }) => linear(tape, rows, weight, { bias, activation }), x),
    decode(kernels, rows, x, out) {
      layers.reduce((from, { from: inner, to: columns, weight, bias, activation }, layer) => {
        const to = layer === layers.length - 1 ? out : floats(String(layer), rows * columns)
        kernels.matmul({ rows, columns, inner, bias: bias.data, activation }, from, weight.data, to)
        return to
      }, x)
    },
  }
}
