// A Llama net (arXiv:2302.13971, section 2.2): pre-norm blocks with RMS norm, rotary positions, SwiGLU, no biases; queries share keys in groups
// (arXiv:2305.13245). It knows no files and no tokens' meaning.
import { BanyanError } from '../../core/errors.ts'
import type { RotaryShape } from '../tensor/kernels.ts'
import { gatedSilu } from '../tensor/operations/activation.ts'
import { reshape } from '../tensor/operations/arrange.ts'
import { attention } from '../tensor/operations/attention.ts'
import { linear } from '../tensor/operations/linear.ts'
import { rmsNorm } from '../tensor/operations/norm.ts'
import { gatherRows } from '../tensor/operations/rows.ts'
import { sameShape } from '../tensor/shape.ts'
import { type Parameter, parameter } from '../tensor/tensor.ts'
import type { AdaptableNet, Adapter, LinearLayer } from './adaptable-net.ts'
import type { CausalNet, CausalShape } from './causal-net.ts'
import { angles, turned } from './llama/angles.ts'
import { type Dense, dense, denseRows } from './llama/dense.ts'
import { linearLayersOf } from './llama/linear-layers.ts'
import { type ParameterSource, parameterMaker } from './parameters.ts'
import { wantSequences } from './sequences.ts'
import { workspace } from './workspace.ts'

/** How large the net is, and how it starts. */
export type LlamaConfig = {
  /** Number of tokens. */
  readonly vocabulary: number
  /** Most tokens of a sequence. */
  readonly context: number
  /** Numbers of a hidden state; a multiple of `heads`, with heads of an even size. */
  readonly width: number
  readonly layers: number
  readonly heads: number
  /** Heads of keys and values; a divisor of `heads`. Default `heads`. */
  readonly keyHeads?: number
  /** Numbers between the two halves of a feed-forward block. */
  readonly between: number
  /** The base of the rotary wave lengths. Default 10000. */
  readonly rotaryBase?: number
  /** Which numbers of a head turn together: `neighbours` as in GGUF files, `halves` as in published weights. Default `neighbours`. */
  readonly rotaryPairs?: RotaryShape['pairs']
  /** Of the norms. Default 1e-5. */
  readonly epsilon?: number
  /** The token table serves as head. Default false. */
  readonly tiedHead?: boolean
  /** Standard deviation of new weights and embeddings; those that write to the residual stream get it divided by √(2 · layers). Default 0.02. */
  readonly weightSpread?: number
}

/**
 * A Llama net with random numbers from a seed, or with given ones. All weights lie as [in, out], the token table as [vocabulary, width].
 *
 * @throws BanyanError E_NET_CONFIG for sizes that are not possible.
 * @throws BanyanError E_NET_PARAMETER when the given parameters are not those of this configuration.
 * @example
 * const net = llama({ vocabulary: 135, context: 48, width: 64, layers: 2, heads: 4, keyHeads: 2, between: 128 }, { seed: 1 })
 */
export function llama(config: LlamaConfig, source: ParameterSource): AdaptableNet {
  const { vocabulary, context, width, layers, heads, keyHeads = heads, between } = config
  const { rotaryPairs: pairs = 'neighbours', tiedHead = false, weightSpread = 0.02 } = config
  const size = width / heads
  const shape: CausalShape = { vocabulary, context, width, layers, heads, keyHeads, headSize: size }
  const sizes = { ...shape, between, 'half the size of a head': size / 2, 'heads for each head of keys': heads / keyHeads }
  const bad = Object.entries(sizes).find(([, value]) => !(Number.isInteger(value) && value >= 1))
  if (bad !== undefined)
    throw new BanyanError('E_NET_CONFIG', `llama: ${bad[0]} is not possible`, {
      seen: bad[1],
      wanted: 'whole numbers from 1, a width that is an even multiple of heads, and heads that are a multiple of keyHeads',
    })

  const maker = parameterMaker('llama', source)
  const residualSpread = weightSpread / Math.sqrt(2 * layers)
  const weight = (name: string, from: number, to: number, spread = weightSpread) => maker.make(`${name}.weight`, [from, to], spread)
  const gain = (name: string) => maker.make(`${name}.gain`, [width], 0, 1)
  const tokenTable = maker.make('tokens.weight', [vocabulary, width], weightSpread)
  const blocks = Array.from({ length: layers }, (_, layer) => ({
    mixNorm: gain(`layers.${layer}.attention.norm`),
    query: weight(`layers.${layer}.attention.query`, width, width),
    key: weight(`layers.${layer}.attention.key`, width, keyHeads * size),
    value: weight(`layers.${layer}.attention.value`, width, keyHeads * size),
    output: weight(`layers.${layer}.attention.output`, width, width, residualSpread),
    feedNorm: gain(`layers.${layer}.feed.norm`),
    gate: weight(`layers.${layer}.feed.gate`, width, between),
    up: weight(`layers.${layer}.feed.up`, width, between),
    down: weight(`layers.${layer}.feed.down`, between, width, residualSpread),
  }))
  const last = gain('last')
  const head = tiedHead ? tokenTable : maker.make('head.weight', [width, vocabulary], weightSpread)
  const parameters = maker.end()
  const linearLayers = linearLayersOf(shape, pairs, parameters)
  const plain = (weight: Parameter): Dense => ({ weight, adapter: undefined })

  return {
    ...netOf(config, shape, { tokenTable, blocks: blocks.map((block) => densely(block, plain)), last, head }, parameters),
    linearLayers,
    adapted(adapters) {
      const frozen = new Map(parameters.map((one) => [one, parameter(one.name, one.shape, { data: one.data, trainable: false })]))
      const byWeight = new Map<Parameter, Adapter>()
      for (const [name, adapter] of adapters) byWeight.set(wantFitting(linearLayers, name, adapter).weight, adapter)
      const adapted = (weight: Parameter): Dense => ({ weight: frozen.get(weight)!, adapter: byWeight.get(weight) })
      const still = (one: Parameter) => frozen.get(one)!
      const parts = {
        tokenTable: still(tokenTable),
        blocks: blocks.map((block) => ({
          ...densely(block, adapted),
          mixNorm: still(block.mixNorm),
          feedNorm: still(block.feedNorm),
        })),
        last: still(last),
        head: still(head),
      }
      const all = [...frozen.values(), ...[...adapters.values()].flatMap(({ down, up }) => [down, up])]
      return netOf(config, shape, parts, all)
    },
  }
}

interface Block<Layer> {
  readonly mixNorm: Parameter
  readonly query: Layer
  readonly key: Layer
  readonly value: Layer
  readonly output: Layer
  readonly feedNorm: Parameter
  readonly gate: Layer
  readonly up: Layer
  readonly down: Layer
}

interface Parts {
  readonly tokenTable: Parameter
  readonly blocks: readonly Block<Dense>[]
  readonly last: Parameter
  readonly head: Parameter
}

function densely(block: Block<Parameter>, layer: (weight: Parameter) => Dense): Block<Dense> {
  const { mixNorm, query, key, value, output, feedNorm, gate, up, down } = block
  return {
    mixNorm,
    query: layer(query),
    key: layer(key),
    value: layer(value),
    output: layer(output),
    feedNorm,
    gate: layer(gate),
    up: layer(up),
    down: layer(down),
  }
}

function wantFitting(layers: ReadonlyMap<string, LinearLayer>, name: string, { down, up }: Adapter): LinearLayer {
  const layer = layers.get(name)
  if (layer === undefined)
    throw new BanyanError('E_NET_ADAPTER', 'llama: there is no such linear layer', {
      seen: name,
      wanted: [...layers.keys()].slice(0, 7).join(', '),
    })
  const rank = up.shape[0] ?? 0
  if (!sameShape(down.shape, [layer.inner, rank]) || !sameShape(up.shape, [rank, layer.columns]))
    throw new BanyanError('E_NET_ADAPTER', `llama: the adapter of ${name} does not fit`, {
      seen: [down.shape, up.shape],
      wanted: `[${layer.inner}, rank] and [rank, ${layer.columns}]`,
    })
  return layer
}

function netOf(config: LlamaConfig, shape: CausalShape, parts: Parts, parameters: readonly Parameter[]): CausalNet {
  const { tokenTable, blocks, last, head } = parts
  const { vocabulary, width, heads, keyHeads, headSize: size } = shape
  const { between, rotaryBase = 10000, rotaryPairs: pairs = 'neighbours', epsilon = 1e-5, tiedHead = false } = config
  const turning = angles(size, rotaryBase)
  const arrays = workspace()
  const { floats } = arrays
  const keyWidth = keyHeads * size

  return {
    kind: 'llama',
    config: { ...config },
    shape,
    parameters,

    hidden(tape, tokens, batch) {
      const length = wantSequences('llama', shape, tokens, batch)
      const rows = batch * length
      const turns = tape.take(rows * size)
      const positions = Int32Array.from({ length: rows }, (_, row) => row % length)
      turning.at(tape.kernels, positions, rows, turns)
      let x = gatherRows(tape, tokenTable, tokens)
      for (const { mixNorm, query, key, value, output, feedNorm, gate, up, down } of blocks) {
        const mixed = rmsNorm(tape, x, mixNorm, { epsilon })
        const queries = turned(tape, dense(tape, mixed, query), turns, heads, size, pairs)
        const keys = turned(tape, dense(tape, mixed, key), turns, keyHeads, size, pairs)
        const values = dense(tape, mixed, value)
        const seen = attention(
          tape,
          reshape(tape, queries, [batch, length, width]),
          reshape(tape, keys, [batch, length, keyWidth]),
          reshape(tape, values, [batch, length, keyWidth]),
          { heads, keyHeads, causal: true },
        )
        x = dense(tape, reshape(tape, seen, [rows, width]), output, x)
        const fed = rmsNorm(tape, x, feedNorm, { epsilon })
        x = dense(tape, gatedSilu(tape, dense(tape, fed, gate), dense(tape, fed, up)), down, x)
      }
      return rmsNorm(tape, x, last, { epsilon })
    },

    logits: (tape, hidden) => linear(tape, hidden, head, { transposed: tiedHead }),

    decode(kernels, { count: rows, tokens, positions }, attend, result) {
      const take = (name: string, numbers: number) => floats(name, rows * numbers)
      // Each of the two products that write to the residual stream reads one of these and writes the other.
      const [x, y] = [take('x', width), take('y', width)]
      const [normed, seen, inverses] = [take('normed', width), take('seen', width), take('inverses', 1)]
      const [queries, keys, values] = [take('queries', width), take('keys', keyWidth), take('values', keyWidth)]
      const [turnedQueries, turnedKeys] = [take('turned queries', width), take('turned keys', keyWidth)]
      const mixed = take('mixed', width + 2 * keyWidth)
      const [gated, wide] = [take('gated', between), take('wide', between)]
      const turns = take('turns', size)
      turning.at(kernels, positions, rows, turns)
      const turn = (from: Float32Array, count: number, to: Float32Array) =>
        kernels.rotary({ rows, heads: count, size, pairs, inverse: false }, from, turns, to, false)
      const place = (from: Float32Array, columns: number, offset: number) =>
        kernels.copy(
          {
            ...{ shape: [rows, columns], fromOffset: 0, fromStrides: [columns, 1], scale: 1, accumulate: false },
            ...{ toOffset: offset, toStrides: [width + 2 * keyWidth, 1] },
          },
          from,
          mixed,
        )
      kernels.gatherRows(width, tokenTable.data, tokens.subarray(0, rows), undefined, x)
      blocks.forEach(({ mixNorm, query, key, value, output, feedNorm, gate, up, down }, layer) => {
        kernels.rmsNorm(rows, width, x, mixNorm.data, epsilon, normed, inverses)
        denseRows(kernels, rows, normed, query, queries, arrays)
        denseRows(kernels, rows, normed, key, keys, arrays)
        denseRows(kernels, rows, normed, value, values, arrays)
        turn(queries, heads, turnedQueries)
        turn(keys, keyHeads, turnedKeys)
        place(turnedQueries, width, 0)
        place(turnedKeys, keyWidth, width)
        place(values, keyWidth, width + keyWidth)
        attend(layer, mixed, seen)
        denseRows(kernels, rows, seen, output, y, arrays, x)
        kernels.rmsNorm(rows, width, y, feedNorm.data, epsilon, normed, inverses)
        denseRows(kernels, rows, normed, gate, gated, arrays)
        denseRows(kernels, rows, normed, up, wide, arrays)
        kernels.gatedSilu(rows * between, gated, wide, gated)
        denseRows(kernels, rows, gated, down, x, arrays, y)
      })
      kernels.rmsNorm(rows, width, x, last.data, epsilon, result, inverses)
    },

    decodeLogits(kernels, rows, hidden, out) {
      kernels.matmul({ rows, columns: vocabulary, inner: width, transposeB: tiedHead }, hidden, head.data, out)
    },
  }
}
