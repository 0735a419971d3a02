// A Llama net (arXiv:2302.13971, section 2.2): pre-norm blocks with RMS norm, rotary positions, SwiGLU, no biases; queries share keys in groups
// (arXiv:2305.13245). It knows no files and no tokens' meaning.
import { BanyanError } from '../../core/errors.ts'
import type { RotaryShape } from '../tensor/kernels.ts'
import { sameShape } from '../tensor/shape.ts'
import { type Parameter, parameter } from '../tensor/tensor.ts'
import type { AdaptableNet, Adapter, LinearLayer } from './adaptable-net.ts'
import type { CausalShape } from './causal-net.ts'
import type { Dense } from './llama/dense.ts'
import { linearLayersOf } from './llama/linear-layers.ts'
import { type Block, netOf } from './llama/net.ts'
import { type ParameterSource, parameterMaker } from './parameters.ts'

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
  const shape = llamaShape(config)
  const { vocabulary, width, layers, keyHeads, headSize: size } = shape
  const { between, rotaryPairs: pairs = 'neighbours', tiedHead = false, weightSpread = 0.02 } = config

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
  const headOf = (weight: Parameter): Dense => ({ ...plain(weight), transposed: tiedHead })

  return {
    ...netOf(config, shape, { tokenTable, blocks: blocks.map((block) => densely(block, plain)), last, head: headOf(head) }, parameters),
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
        head: headOf(still(head)),
      }
      const all = [...frozen.values(), ...[...adapters.values()].flatMap(({ down, up }) => [down, up])]
      return netOf(config, shape, parts, all)
    },
  }
}

/**
 * The sizes of a net of this configuration.
 * @throws BanyanError E_NET_CONFIG for sizes that are not possible.
 */
export function llamaShape(config: LlamaConfig): CausalShape {
  const { vocabulary, context, width, layers, heads, keyHeads = heads, between } = config
  const size = width / heads
  const shape: CausalShape = { vocabulary, context, width, layers, heads, keyHeads, headSize: size }
  const sizes = { ...shape, between, 'half the size of a head': size / 2, 'heads for each head of keys': heads / keyHeads }
  const bad = Object.entries(sizes).find(([, value]) => !(Number.isInteger(value) && value >= 1))
  if (bad === undefined) return shape
  throw new BanyanError('E_NET_CONFIG', `llama: ${bad[0]} is not possible`, {
    seen: bad[1],
    wanted: 'whole numbers from 1, a width that is an even multiple of heads, and heads that are a multiple of keyHeads',
  })
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
