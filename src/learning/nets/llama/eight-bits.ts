// A Llama net whose linear layers hold eight-bit numbers: for generation and scoring, not for training. A third of the memory of floats, and
// several times as fast, since whole numbers are multiplied.
import { BanyanError } from '../../../core/errors.ts'
import type { EightBitMatrix } from '../../tensor/kernels.ts'
import type { Parameter } from '../../tensor/tensor.ts'
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
 * A Llama net of eight-bit numbers. Its `parameters` are the token table and the gains; a pass over a tape is refused.
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

function missing(name: string, seen: readonly number[] | undefined, wanted: readonly number[]): never {
  throw new BanyanError('E_NET_PARAMETER', `llama: ${name} ${seen === undefined ? 'is missing' : 'has another shape'}`, {
    ...(seen !== undefined && { seen }),
    wanted: `[${wanted.join(', ')}]`,
  })
}
