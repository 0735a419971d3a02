// What a GGUF file says of a plain Llama: its sizes, and how its tensors are called. It reads no numbers.
import { BanyanError } from '../../core/errors.ts'
import type { GgufTensor } from '../../models/local/gguf.ts'
import type { LlamaConfig } from '../nets/llama.ts'
import type { GgufFile } from './open-gguf.ts'

/**
 * The sizes of the net.
 * @throws BanyanError E_GGUF_ARCHITECTURE for a net that is not a plain Llama; E_GGUF_METADATA for what is missing.
 */
export function llamaConfigOf({ path, metadata, tensors }: GgufFile): LlamaConfig {
  const architecture = metadata.text('general.architecture')
  const scaling = metadata.text('llama.rope.scaling.type', 'none')
  if (architecture !== 'llama' || scaling !== 'none')
    throw new BanyanError('E_GGUF_ARCHITECTURE', `${path} is not a plain Llama`, {
      seen: architecture === 'llama' ? `positions scaled: ${scaling}` : architecture,
      wanted: 'the architecture llama with plain rotary positions',
    })
  const of = (key: string, otherwise?: number) => metadata.number(`llama.${key}`, otherwise)
  const heads = of('attention.head_count')
  const width = of('embedding_length')
  if (of('rope.dimension_count', width / heads) !== width / heads)
    throw new BanyanError('E_GGUF_ARCHITECTURE', `${path} turns a part of each head only`, {
      seen: of('rope.dimension_count'),
      wanted: String(width / heads),
    })
  return {
    vocabulary: tensors.get('token_embd.weight')?.dimensions[1] ?? metadata.texts('tokenizer.ggml.tokens').length,
    context: of('context_length'),
    width,
    layers: of('block_count'),
    heads,
    keyHeads: of('attention.head_count_kv', heads),
    between: of('feed_forward_length'),
    rotaryBase: of('rope.freq_base', 10000),
    rotaryPairs: 'neighbours',
    epsilon: of('attention.layer_norm_rms_epsilon'),
    tiedHead: !tensors.has('output.weight'),
  }
}

/** Our names of a block's parameters, and those in the file. */
const parts = [
  ['attention.norm.gain', 'attn_norm'],
  ['attention.query.weight', 'attn_q'],
  ['attention.key.weight', 'attn_k'],
  ['attention.value.weight', 'attn_v'],
  ['attention.output.weight', 'attn_output'],
  ['feed.norm.gain', 'ffn_norm'],
  ['feed.gate.weight', 'ffn_gate'],
  ['feed.up.weight', 'ffn_up'],
  ['feed.down.weight', 'ffn_down'],
] as const

/**
 * A vector or matrix of the file.
 * @throws BanyanError E_GGUF_TENSOR where it is missing or has other axes.
 */
export function tensorOf({ path, tensors }: GgufFile, name: string): GgufTensor {
  const tensor = tensors.get(name)
  if (tensor !== undefined && tensor.dimensions.length >= 1 && tensor.dimensions.length <= 2) return tensor
  throw new BanyanError('E_GGUF_TENSOR', `${path}: the tensor ${name} ${tensor === undefined ? 'is missing' : 'has other axes'}`, {
    ...(tensor !== undefined && { seen: tensor.dimensions }),
    wanted: 'a vector or a matrix',
  })
}

/**
 * The tensors of the net: our names of its parameters, and the file's, in the order of `llama`'s parameters. The token table comes first and the head
 * last; it is missing where the token table serves as head.
 * @throws BanyanError E_GGUF_TENSOR for a file without one of them; E_GGUF_ARCHITECTURE for one with a tensor more.
 */
export function tensorNames(file: GgufFile, { layers, tiedHead }: LlamaConfig): readonly (readonly [name: string, stored: string])[] {
  const names: (readonly [string, string])[] = [['tokens.weight', 'token_embd.weight']]
  for (let layer = 0; layer < layers; layer++)
    for (const [part, stored] of parts) names.push([`layers.${layer}.${part}`, `blk.${layer}.${stored}.weight`])
  names.push(['last.gain', 'output_norm.weight'])
  if (tiedHead !== true) names.push(['head.weight', 'output.weight'])
  const known = new Set(names.map(([, stored]) => stored))
  for (const stored of known) tensorOf(file, stored)
  const surplus = [...file.tensors.keys()].find((name) => !known.has(name))
  if (surplus === undefined) return names
  throw new BanyanError('E_GGUF_ARCHITECTURE', `${file.path} is not a plain Llama: it has a tensor more`, {
    seen: surplus,
    wanted: 'embedding, norms, attention and gated feed-forward weights without biases',
  })
}
