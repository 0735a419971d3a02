// A convolution over boards and other small pictures: the patches are gathered as rows, and multiplied as any layer. One layer, to be combined
// with others and with `mlp`.
import { BanyanError } from '../../core/errors.ts'
import type { Activation } from '../tensor/kernels.ts'
import { reshape } from '../tensor/operations/arrange.ts'
import { linear } from '../tensor/operations/linear.ts'
import { gatherRows } from '../tensor/operations/rows.ts'
import { shapeError } from '../tensor/shape.ts'
import type { Tape } from '../tensor/tape.ts'
import type { Parameter, Tensor } from '../tensor/tensor.ts'
import { type ParameterSource, parameterMaker } from './parameters.ts'

/** Shape of a net of convolutions. */
export type ConvolutionConfig = {
  /** Numbers of a place, before and after. */
  readonly channels: readonly [number, number]
  /** Side of the patch that a place sees. Default 3. */
  readonly side?: number
  /** Places from one patch to the next. Default 1. */
  readonly stride?: number
  /** Zeros around the picture. Default ⌊side / 2⌋: pictures keep their size at stride 1. */
  readonly padding?: number
  readonly activation?: Activation
}

/** A net of convolutions over a board. */
export interface Convolution {
  readonly config: ConvolutionConfig
  /** `weight` [side · side · channels in, channels out], patches row after row; `bias`. Names begin with the layer's. */
  readonly parameters: readonly Parameter[]
  /**
   * [batch, height, width, channels in] → [batch, height', width', channels out] with height' = ⌊(height + 2 · padding − side) / stride⌋ + 1.
   * @throws BanyanError E_TENSOR_SHAPE when the picture has other channels, or is smaller than a patch.
   */
  forward(tape: Tape, x: Tensor): Tensor
}

/**
 * A convolution with random numbers from a seed (variance 2/inputs), or with given ones.
 *
 * @param name first part of its parameters' names.
 * @throws BanyanError E_NET_CONFIG or E_NET_PARAMETER when sizes or parameters do not fit.
 * @example
 * const layer = convolution('first', { channels: [3, 16], activation: 'relu' }, { seed: 1 })
 * const seen = layer.forward(tape, constant([batch, 6, 7, 3], boards))
 */
export function convolution(name: string, config: ConvolutionConfig, source: ParameterSource): Convolution {
  const { channels, side = 3, stride = 1, padding = Math.floor(side / 2), activation } = config
  const [from, to] = channels
  if (![from, to, side, stride].every((size) => Number.isInteger(size) && size >= 1) || !(Number.isInteger(padding) && padding >= 0))
    throw new BanyanError('E_NET_CONFIG', `${name}: the sizes are not possible`, {
      seen: { channels, side, stride, padding },
      wanted: 'whole numbers from 1, padding from 0',
    })
  const maker = parameterMaker(name, source)
  const inputs = side * side * from
  const weight = maker.make(`${name}.weight`, [inputs, to], Math.sqrt(2 / inputs))
  const bias = maker.make(`${name}.bias`, [to], 0)
  return {
    config,
    parameters: maker.end(),
    forward(tape, x) {
      const [batch, height, width, seen] = x.shape as readonly [number, number, number, number]
      const [rows, columns] = [height, width].map((length) => Math.floor((length + 2 * padding - side) / stride) + 1) as [number, number]
      if (x.shape.length !== 4 || seen !== from || rows < 1 || columns < 1)
        throw shapeError(name, 'the picture does not fit', x.shape, `[batch, height, width, ${from}], not smaller than the patch`)
      const indices = new Int32Array(batch * rows * columns * side * side)
      let at = 0
      for (let picture = 0; picture < batch; picture++)
        for (let row = 0; row < rows; row++)
          for (let column = 0; column < columns; column++)
            for (let down = 0; down < side; down++)
              for (let right = 0; right < side; right++) {
                const y = row * stride + down - padding
                const z = column * stride + right - padding
                const inside = y >= 0 && y < height && z >= 0 && z < width
                indices[at++] = inside ? (picture * height + y) * width + z : -1
              }
      const places = reshape(tape, x, [batch * height * width, from])
      const patches = reshape(tape, gatherRows(tape, places, indices), [batch, rows, columns, inputs])
      return linear(tape, patches, weight, { bias, activation })
    },
  }
}
