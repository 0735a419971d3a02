// A net over graphs: nodes send messages along edges and take in the mean of what reaches them (Gilmer et al. 2017, arXiv:1704.01212, eq. 1–2).
import { BanyanError } from '../../core/errors.ts'
import { multiply } from '../tensor/operations/arithmetic.ts'
import { concat, reshape } from '../tensor/operations/arrange.ts'
import { linear } from '../tensor/operations/linear.ts'
import { gatherRows, scatterRows } from '../tensor/operations/rows.ts'
import { shapeError } from '../tensor/shape.ts'
import type { Tape } from '../tensor/tape.ts'
import { constant, type Parameter, type Tensor } from '../tensor/tensor.ts'
import { type ParameterSource, parameterMaker } from './parameters.ts'

/** Shape of a net over graphs. */
export type GraphNetConfig = {
  /** Numbers given for each node. */
  readonly inputs: number
  /** Numbers given for each edge; 0: none. Default 0. */
  readonly edgeInputs?: number
  /** Numbers of a node inside, and of the result. */
  readonly width: number
  /** How often messages are sent: how many edges away a node sees. */
  readonly layers: number
}

/** Several graphs are one graph without edges between them. */
export interface Edges {
  /** [edges]: which node sends. */
  readonly from: Int32Array
  /** [edges]: which node receives. */
  readonly to: Int32Array
  /** [edges, edgeInputs] */
  readonly inputs?: Tensor
}

/** A net over graphs. */
export interface GraphNet {
  readonly config: GraphNetConfig
  /** Names begin with the net's. */
  readonly parameters: readonly Parameter[]
  /**
   * [nodes, inputs] → [nodes, width].
   * @throws BanyanError E_TENSOR_SHAPE or E_TENSOR_INDEX for edges that do not fit the nodes.
   */
  forward(tape: Tape, nodes: Tensor, edges: Edges): Tensor
}

/**
 * A graph net with random numbers from a seed (variance 2/inputs of each layer), or with given ones.
 *
 * @param name first part of its parameters' names.
 * @throws BanyanError E_NET_CONFIG or E_NET_PARAMETER when sizes or parameters do not fit.
 * @example
 * const net = graphNet('routes', { inputs: 2, width: 32, layers: 3 }, { seed: 1 })
 * const states = net.forward(tape, constant([4, 2], places), { from: Int32Array.of(0, 1, 2), to: Int32Array.of(1, 2, 3) })
 */
export function graphNet(name: string, config: GraphNetConfig, source: ParameterSource): GraphNet {
  const { inputs, edgeInputs = 0, width, layers } = config
  if (![inputs, width, layers].every((size) => Number.isInteger(size) && size >= 1) || !(Number.isInteger(edgeInputs) && edgeInputs >= 0))
    throw new BanyanError('E_NET_CONFIG', `${name}: the sizes are not possible`, {
      seen: config,
      wanted: 'whole numbers from 1, edgeInputs from 0',
    })
  const maker = parameterMaker(name, source)
  const dense = (part: string, from: number, to: number) => ({
    weight: maker.make(`${name}.${part}.weight`, [from, to], Math.sqrt(2 / from)),
    bias: maker.make(`${name}.${part}.bias`, [to], 0),
  })
  const first = dense('input', inputs, width)
  const blocks = Array.from({ length: layers }, (_, layer) => ({
    message: dense(`layers.${layer}.message`, 2 * width + edgeInputs, width),
    update: dense(`layers.${layer}.update`, 2 * width, width),
    output: dense(`layers.${layer}.output`, width, width),
  }))
  return {
    config,
    parameters: maker.end(),
    forward(tape, nodes, { from, to, inputs: edges }) {
      if (nodes.shape.length !== 2 || from.length !== to.length)
        throw shapeError(
          name,
          'the edges do not fit',
          [nodes.shape, from.length, to.length],
          '[nodes, inputs], and a receiver for each sender',
        )
      if ((edges?.shape[1] ?? 0) !== edgeInputs || (edges !== undefined && edges.shape[0] !== from.length))
        throw shapeError(name, 'the inputs of edges do not fit', edges?.shape ?? [], `[${from.length}, ${edgeInputs}]`)
      const count = nodes.shape[0]!
      const shares = sharesOf(tape, to, count)
      return blocks.reduce(
        (state, { message, update, output }) => {
          const received = from.length === 0 ? undefined : receive(tape, state, message)
          const seen = concat(tape, [state, received ?? constant([count, width], zeros(tape, count * width))], 1)
          const between = linear(tape, seen, update.weight, { bias: update.bias, activation: 'gelu' })
          return linear(tape, between, output.weight, { bias: output.bias, residual: state })
        },
        linear(tape, nodes, first.weight, { bias: first.bias }),
      )

      function receive(tape: Tape, state: Tensor, { weight, bias }: { readonly weight: Parameter; readonly bias: Parameter }): Tensor {
        const ends = [gatherRows(tape, state, from), gatherRows(tape, state, to), ...(edges === undefined ? [] : [edges])]
        const messages = linear(tape, concat(tape, ends, 1), weight, { bias, activation: 'gelu' })
        return scatterRows(tape, multiply(tape, messages, reshape(tape, shares, [from.length, 1])), to, count)
      }
    },
  }
}

/** One over how many messages reach the same node, for each edge. */
function sharesOf(tape: Tape, to: Int32Array, count: number): Tensor {
  const received = new Int32Array(count)
  for (const node of to) received[node]!++
  const data = zeros(tape, Math.max(1, to.length))
  to.forEach((node, edge) => {
    data[edge] = 1 / received[node]!
  })
  return constant([data.length], data)
}

/** In the tape's precision. */
function zeros(tape: Tape, count: number): Float32Array {
  return tape.take(count).fill(0)
}
