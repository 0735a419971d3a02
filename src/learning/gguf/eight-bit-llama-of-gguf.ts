// A Llama net of eight-bit numbers out of a GGUF file. Numbers that the file keeps in four or eight bits stay exactly as they are.
import type { CausalNet } from '../nets/causal-net.ts'
import { eightBitLlama } from '../nets/llama/eight-bits.ts'
import type { EightBitMatrix } from '../tensor/kernels.ts'
import { type Parameter, parameter } from '../tensor/tensor.ts'
import { llamaConfigOf, tensorNames, tensorOf } from './llama-file.ts'
import type { GgufFile } from './open-gguf.ts'

/**
 * @throws BanyanError E_TENSOR_SHAPE for a net whose layers do not consist of whole blocks of 32; the errors of `llamaOfGguf`.
 */
export function eightBitLlamaOfGguf(file: GgufFile): CausalNet {
  const config = llamaConfigOf(file)
  const parameters = new Map<string, Parameter>()
  const matrices = new Map<string, EightBitMatrix>()
  for (const [name, stored] of tensorNames(file, config)) {
    const { dimensions } = tensorOf(file, stored)
    if (dimensions.length === 2 && name !== 'tokens.weight') matrices.set(name, file.eightBits(stored))
    else parameters.set(name, parameter(name, [...dimensions].reverse(), { data: file.read(stored), trainable: false }))
    if (name === 'tokens.weight' && config.tiedHead === true) matrices.set('head.weight', file.eightBits(stored))
  }
  return eightBitLlama(config, { parameters, matrices })
}
