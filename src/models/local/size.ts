// How many sequences fit into a sensible part of the memory.
import type { LlamaModel } from 'node-llama-cpp'

/** As many sequences of `contextLength` tokens as fit `memory` bytes, between 2 and 64. The cache holds keys and values as 16-bit floats. */
export function laneCount(model: LlamaModel, contextLength: number, memory = 768 * 2 ** 20): number {
  const count = Math.floor(memory / (bytesPerToken(model) * contextLength))
  return Math.max(2, Math.min(64, count))
}

/** Keys and values of one token over all layers, in bytes; an upper bound where a file does not say how many heads share them. */
function bytesPerToken(model: LlamaModel): number {
  const { architecture, embeddingVectorSize, fileInfo } = model
  const own = (fileInfo.metadata as unknown as Record<string, ArchitectureMetadata | undefined>)[architecture] ?? {}
  const layers = own.block_count ?? 32
  const heads = own.attention?.head_count ?? 1
  const shared = own.attention?.head_count_kv ?? heads
  const sharing = typeof heads === 'number' && typeof shared === 'number' ? shared / heads : 1
  return layers * embeddingVectorSize * sharing * 2 * 2
}

interface ArchitectureMetadata {
  readonly block_count?: number
  readonly attention?: { readonly head_count?: number | number[]; readonly head_count_kv?: number | number[] }
}
