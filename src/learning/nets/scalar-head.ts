// A head that makes one number of each hidden state: a value or a score. On a tape for training, and without one for search.
import { BanyanError } from '../../core/errors.ts'
import type { Kernels } from '../tensor/kernels.ts'
import { sigmoid, tanh } from '../tensor/operations/activation.ts'
import { reshape } from '../tensor/operations/arrange.ts'
import { linear } from '../tensor/operations/linear.ts'
import type { Tape } from '../tensor/tape.ts'
import type { Parameter, Tensor } from '../tensor/tensor.ts'
import { type ParameterSource, parameterMaker } from './parameters.ts'
import { workspace } from './workspace.ts'

/** Shape of a scalar head. */
export type ScalarHeadConfig = {
  /** Of the hidden states. */
  readonly width: number
  /** What bounds the number: `tanh` to (−1, 1), `sigmoid` to (0, 1), `none`. */
  readonly bound: 'tanh' | 'sigmoid' | 'none'
  /** Numbers of a layer between, with GELU; 0: none. Default 0. */
  readonly between?: number
  /** Standard deviation of new weights. Default 0.02. */
  readonly weightSpread?: number
}

/** A head that reads one number off each hidden state. */
export interface ScalarHead {
  readonly config: ScalarHeadConfig
  /** Lowest and highest number; infinite where nothing bounds it. */
  readonly range: readonly [number, number]
  /** In a fixed order; names begin with the head's. */
  readonly parameters: readonly Parameter[]
  /** [rows, width] → [rows], before the bound: what losses on logits want. */
  logits(tape: Tape, hidden: Tensor): Tensor
  /** [rows, width] → [rows]. */
  values(tape: Tape, hidden: Tensor): Tensor
  /** The same without a tape: `out` [rows]. */
  decode(kernels: Kernels, rows: number, hidden: Float32Array, out: Float32Array): void
}

/**
 * A head with random numbers from a seed, or with given ones.
 *
 * @param name first part of its parameters' names.
 * @throws BanyanError E_NET_CONFIG or E_NET_PARAMETER when sizes or parameters do not fit.
 */
export function scalarHead(name: string, config: ScalarHeadConfig, source: ParameterSource): ScalarHead {
  const { width, bound, between = 0, weightSpread = 0.02 } = config
  if (!(Number.isInteger(width) && width >= 1 && Number.isInteger(between) && between >= 0))
    throw new BanyanError('E_NET_CONFIG', `${name}: the sizes are not possible`, {
      seen: { width, between },
      wanted: 'whole numbers, width from 1',
    })
  const maker = parameterMaker(name, source)
  const layer = (part: string, from: number, to: number) => ({
    weight: maker.make(`${name}.${part}weight`, [from, to], weightSpread),
    bias: maker.make(`${name}.${part}bias`, [to], 0),
  })
  const first = between > 0 ? layer('between.', width, between) : undefined
  const last = layer('', between > 0 ? between : width, 1)
  const { floats } = workspace()

  const logits = (tape: Tape, hidden: Tensor): Tensor => {
    const x = first === undefined ? hidden : linear(tape, hidden, first.weight, { bias: first.bias, activation: 'gelu' })
    const out = linear(tape, x, last.weight, { bias: last.bias })
    return reshape(tape, out, out.shape.slice(0, -1))
  }
  return {
    config,
    range: bound === 'tanh' ? [-1, 1] : bound === 'sigmoid' ? [0, 1] : [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
    parameters: maker.end(),
    logits,
    values(tape, hidden) {
      const x = logits(tape, hidden)
      return bound === 'tanh' ? tanh(tape, x) : bound === 'sigmoid' ? sigmoid(tape, x) : x
    },
    decode(kernels, rows, hidden, out) {
      let x = hidden
      if (first !== undefined) {
        x = floats('between', rows * between)
        const product = { rows, columns: between, inner: width, bias: first.bias.data, activation: 'gelu' as const }
        kernels.matmul(product, hidden, first.weight.data, x)
      }
      const logit = bound === 'none' ? out : floats('logit', rows)
      const product = { rows, columns: 1, inner: between > 0 ? between : width, bias: last.bias.data }
      kernels.matmul(product, x, last.weight.data, logit)
      if (bound !== 'none') kernels.activation(bound, rows, logit, out, undefined)
    },
  }
}
