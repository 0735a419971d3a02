// A Llama net whose linear layers hold eight-bit numbers: for generation and scoring, not for training. A third of the memory of floats, and
// several times as fast, since whole numbers are multiplied.
import { BanyanError } from '../../../core/errors.ts'
import { codedBlock, eightBitMatrix, roundBlock, setBlock } from '../../tensor/eight-bit-matrix.ts'
import { codeBlock, type EightBitMatrix } from '../../tensor/kernels.ts'
import { type Parameter, parameter } from '../../tensor/tensor.ts'
import type { CausalNet } from '../causal-net.ts'
import { type LlamaConfig, llamaShape } from '../llama.ts'
import type { Dense } from './dense.ts'
import { netOf } from './net.ts'

/** The numbers of such a net. Names are those of the parameters of `llama`. */
export interface EightBitLlamaNumbers {
  /** `tokens.weight` and the gains of the norms. */
  readonly parameters: ReadonlyMap<string, Parameter>
  /** All other weights; `head.weight` too where the token table serves as head. */
  readonly matrices: ReadonlyMap<string, EightBitMatrix>
}

/**
 * A Llama net of eight-bit numbers. Its `parameters` are the token table and the gains; on a tape it computes, but is not trained: heads that stand
 * on its hidden states may be.
 *
 * @throws BanyanError E_NET_CONFIG for sizes that are not possible; E_NET_PARAMETER where numbers are missing or of another shape.
 */
export function eightBitLlama(config: LlamaConfig, { parameters, matrices }: EightBitLlamaNumbers): CausalNet {
  const shape = llamaShape(config)
  const { vocabulary, width, layers } = shape
  const keyWidth = shape.keyHeads * shape.headSize
  const parameter = (name: string, ...sizes: number[]): Parameter => {
    const found = parameters.get(name)
    return found !== undefined && found.shape.join() === sizes.join() ? found : missing(name, found?.shape, sizes)
  }
  const layer = (name: string, inner: number, columns: number): Dense => {
    const found = matrices.get(`${name}.weight`)
    if (found?.inner === inner && found.columns === columns) return { eightBits: found }
    return missing(`${name}.weight`, found && [found.inner, found.columns], [inner, columns])
  }
  const tokenTable = parameter('tokens.weight', vocabulary, width)
  const blocks = Array.from({ length: layers }, (_, at) => ({
    mixNorm: parameter(`layers.${at}.attention.norm.gain`, width),
    query: layer(`layers.${at}.attention.query`, width, width),
    key: layer(`layers.${at}.attention.key`, width, keyWidth),
    value: layer(`layers.${at}.attention.value`, width, keyWidth),
    output: layer(`layers.${at}.attention.output`, width, width),
    feedNorm: parameter(`layers.${at}.feed.norm.gain`, width),
    gate: layer(`layers.${at}.feed.gate`, width, config.between),
    up: layer(`layers.${at}.feed.up`, width, config.between),
    down: layer(`layers.${at}.feed.down`, config.between, width),
  }))
  const last = parameter('last.gain', width)
  const head = layer('head', width, vocabulary)
  return netOf(config, shape, { tokenTable, blocks, last, head }, [...parameters.values()])
}

/**
 * The same net with its linear layers rounded to eight bits.
 *
 * @param net from `llama`, without adapters.
 * @throws BanyanError E_TENSOR_SHAPE where `width` or `between` is no multiple of 32; the errors of `eightBitLlama`.
 * @example
 * const fast = inEightBits(llama(config, { seed: 1 }))
 */
export function inEightBits(net: CausalNet): CausalNet {
  const config = net.config as unknown as LlamaConfig
  const parameters = new Map<string, Parameter>()
  const matrices = new Map<string, EightBitMatrix>()
  for (const one of net.parameters) {
    const [inner, columns] = one.shape as readonly [number, number?]
    if (columns !== undefined && one.name !== 'tokens.weight') matrices.set(one.name, rounded(one.data, inner, columns, columns, 1))
    else parameters.set(one.name, parameter(one.name, one.shape, { data: one.data, trainable: false }))
    if (one.name === 'tokens.weight' && config.tiedHead === true)
      matrices.set('head.weight', rounded(one.data, columns!, inner, 1, columns!))
  }
  return eightBitLlama(config, { parameters, matrices })
}

/** @param step between numbers of a column. @param stride between columns. */
function rounded(data: Float32Array, inner: number, columns: number, step: number, stride: number): EightBitMatrix {
  const matrix = eightBitMatrix(inner, columns)
  const block = codedBlock()
  const numbers = new Float32Array(codeBlock)
  for (let column = 0; column < columns; column++)
    for (let at = 0; at < inner / codeBlock; at++) {
      for (let i = 0; i < codeBlock; i++) numbers[i] = data[(at * codeBlock + i) * step + column * stride]!
      roundBlock(numbers, block)
      setBlock(matrix, column, at, block)
    }
  return matrix
}

function missing(name: string, seen: readonly number[] | undefined, wanted: readonly number[]): never {
  throw new BanyanError('E_NET_PARAMETER', `llama: ${name} ${seen === undefined ? 'is missing' : 'has another shape'}`, {
    ...(seen !== undefined && { seen }),
    wanted: `[${wanted.join(', ')}]`,
  })
}
