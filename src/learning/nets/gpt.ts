// A GPT: pre-norm blocks, learned positions, GELU (Radford et al. 2019, "Language Models are Unsupervised Multitask Learners", section 2.3).
// It knows no tokens' meaning.
import { BanyanError } from '../../core/errors.ts'
import type { Kernels } from '../tensor/kernels.ts'
import { reshape } from '../tensor/operations/arrange.ts'
import { selfAttention } from '../tensor/operations/attention.ts'
import { linear } from '../tensor/operations/linear.ts'
import { layerNorm } from '../tensor/operations/norm.ts'
import { gatherRows } from '../tensor/operations/rows.ts'
import type { Parameter } from '../tensor/tensor.ts'
import type { CausalNet, CausalShape } from './causal-net.ts'
import { type ParameterSource, parameterMaker } from './parameters.ts'
import { wantSequences } from './sequences.ts'
import { workspace } from './workspace.ts'

/** How large the net is, and how it starts. */
export type GptConfig = {
  /** Number of tokens. */
  readonly vocabulary: number
  /** Most tokens of a sequence. */
  readonly context: number
  /** Numbers of a hidden state; a multiple of `heads`. */
  readonly width: number
  readonly layers: number
  readonly heads: number
  /** The token table serves as head. Default false. */
  readonly tiedHead?: boolean
  /** Standard deviation of new embeddings. Default 0.02. */
  readonly embeddingSpread?: number
  /** Standard deviation of new weights; those that write to the residual stream get 0.02/√(2 · layers). Default 0.02. */
  readonly weightSpread?: number
}

const epsilon = 1e-5

/**
 * A GPT with random numbers from a seed, or with given ones.
 *
 * @throws BanyanError E_NET_CONFIG for sizes that are not possible.
 * @throws BanyanError E_NET_PARAMETER when the given parameters are not those of this configuration.
 * @example
 * const net = gpt({ vocabulary: 135, context: 48, width: 64, layers: 2, heads: 4 }, { seed: 1 })
 */
export function gpt(config: GptConfig, source: ParameterSource): CausalNet {
  const { vocabulary, context, width, layers, heads, tiedHead = false, embeddingSpread = 0.02, weightSpread = 0.02 } = config
  const shape: CausalShape = { vocabulary, context, width, layers, heads, keyHeads: heads, headSize: width / heads }
  const bad = Object.entries(shape).find(([, value]) => !(Number.isInteger(value) && value >= 1))
  if (bad !== undefined)
    throw new BanyanError('E_NET_CONFIG', `gpt: ${bad[0]} is not possible`, {
      seen: bad[1],
      wanted: 'whole numbers from 1, and a width that is a multiple of heads',
    })

  const maker = parameterMaker('gpt', source)
  const residualSpread = 0.02 / Math.sqrt(2 * layers)
  const dense = (name: string, from: number, to: number, spread: number) => ({
    weight: maker.make(`${name}.weight`, [from, to], spread),
    bias: maker.make(`${name}.bias`, [to], 0),
  })
  const norm = (name: string) => ({ gain: maker.make(`${name}.gain`, [width], 0, 1), bias: maker.make(`${name}.bias`, [width], 0) })
  const tokenTable = maker.make('tokens.weight', [vocabulary, width], embeddingSpread)
  const positionTable = maker.make('positions.weight', [context, width], embeddingSpread)
  const blocks = Array.from({ length: layers }, (_, layer) => ({
    mixNorm: norm(`layers.${layer}.attention.norm`),
    mix: dense(`layers.${layer}.attention.input`, width, 3 * width, weightSpread),
    out: dense(`layers.${layer}.attention.output`, width, width, residualSpread),
    feedNorm: norm(`layers.${layer}.feed.norm`),
    up: dense(`layers.${layer}.feed.up`, width, 4 * width, weightSpread),
    down: dense(`layers.${layer}.feed.down`, 4 * width, width, residualSpread),
  }))
  const last = norm('last')
  const head = tiedHead ? tokenTable : maker.make('head.weight', [width, vocabulary], weightSpread)
  const parameters = maker.end()
  const { floats } = workspace()

  return {
    kind: 'gpt',
    config: { ...config },
    shape,
    parameters,

    hidden(tape, tokens, batch) {
      const length = wantSequences('gpt', shape, tokens, batch)
      const rows = batch * length
      const positions = Int32Array.from({ length: rows }, (_, row) => row % length)
      let x = gatherRows(tape, tokenTable, tokens, { add: gatherRows(tape, positionTable, positions) })
      for (const { mixNorm, mix, out, feedNorm, up, down } of blocks) {
        const mixed = linear(tape, layerNorm(tape, x, mixNorm.gain, mixNorm.bias, { epsilon }), mix.weight, { bias: mix.bias })
        const packed = reshape(tape, mixed, [batch, length, 3 * width])
        const seen = reshape(tape, selfAttention(tape, packed, { heads, causal: true }), [rows, width])
        x = linear(tape, seen, out.weight, { bias: out.bias, residual: x })
        const wide = linear(tape, layerNorm(tape, x, feedNorm.gain, feedNorm.bias, { epsilon }), up.weight, {
          bias: up.bias,
          activation: 'gelu',
        })
        x = linear(tape, wide, down.weight, { bias: down.bias, residual: x })
      }
      return layerNorm(tape, x, last.gain, last.bias, { epsilon })
    },

    logits: (tape, hidden) => linear(tape, hidden, head, { transposed: tiedHead }),

    decode(kernels, { count: rows, tokens, positions }, attend, result) {
      const take = (name: string, numbers: number) => floats(name, rows * numbers)
      // Each product reads one of these two as its residual and writes the other.
      const [x, y] = [take('x', width), take('y', width)]
      const normed = take('normed', width)
      const seen = take('seen', width)
      const mixed = take('mixed', 3 * width)
      const wide = take('wide', 4 * width)
      const [means, inverses] = [take('means', 1), take('inverses', 1)]
      const normalise = (from: Float32Array, { gain, bias }: Norm, to: Float32Array) =>
        kernels.layerNorm(rows, width, from, gain.data, bias.data, epsilon, to, means, inverses)
      kernels.gatherRows(width, positionTable.data, positions.subarray(0, rows), undefined, y)
      kernels.gatherRows(width, tokenTable.data, tokens.subarray(0, rows), y, x)
      blocks.forEach(({ mixNorm, mix, out, feedNorm, up, down }, layer) => {
        normalise(x, mixNorm, normed)
        product(kernels, rows, width, 3 * width, normed, mix, mixed)
        attend(layer, mixed, seen)
        product(kernels, rows, width, width, seen, out, y, { residual: x })
        normalise(y, feedNorm, normed)
        product(kernels, rows, width, 4 * width, normed, up, wide, { activation: 'gelu' })
        product(kernels, rows, 4 * width, width, wide, down, x, { residual: y })
      })
      normalise(x, last, result)
    },

    decodeLogits(kernels, rows, hidden, out) {
      kernels.matmul({ rows, columns: vocabulary, inner: width, transposeB: tiedHead }, hidden, head.data, out)
    },
  }
}

interface Norm {
  readonly gain: Parameter
  readonly bias: Parameter
}

/** What `linear` does, without a tape. */
function product(
  kernels: Kernels,
  rows: number,
  inner: number,
  columns: number,
  x: Float32Array,
  { weight, bias }: { readonly weight: Parameter; readonly bias: Parameter },
  out: Float32Array,
  more: { readonly activation?: 'gelu'; readonly residual?: Float32Array } = {},
): void {
  kernels.matmul({ rows, columns, inner, bias: bias.data, ...more }, x, weight.data, out)
}
