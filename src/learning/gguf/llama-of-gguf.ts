// A Llama net out of a GGUF file: its sizes from the metadata, its weights turned to [in, out]. The numbers lie in memory that threads can
// share, so that a training in a thread needs no copy of them. It knows no tokens.
import { BanyanError } from '../../core/errors.ts'
import type { GgufTensor } from '../../models/local/gguf.ts'
import type { AdaptableNet } from '../nets/adaptable-net.ts'
import { type LlamaConfig, llama } from '../nets/llama.ts'
import { type Parameter, parameter } from '../tensor/tensor.ts'
import type { GgufFile } from './open-gguf.ts'

/**
 * @throws BanyanError E_GGUF_ARCHITECTURE for a net that is not a plain Llama; E_GGUF_METADATA, E_GGUF_TENSOR and E_GGUF_TYPE for what is
 * missing or does not fit; E_NET_CONFIG for sizes that are not possible.
 */
export function llamaOfGguf(file: GgufFile): AdaptableNet {
  const config = llamaConfigOf(file)
  const { layers } = config
  const parameters: Parameter[] = []
  const known = new Set<string>()
  const add = (name: string, stored: string, turn: boolean) => {
    const { dimensions, elements } = wanted(file, stored)
    known.add(stored)
    const data = new Float32Array(new SharedArrayBuffer(4 * elements))
    // The file's first dimension changes fastest: a weight [in, out] there is out rows of in numbers.
    const [columns, rows] = [dimensions[0]!, dimensions[1] ?? 1]
    if (turn && dimensions.length === 2) turnInto(file.read(stored), rows, columns, data)
    else file.read(stored, data)
    const shape = dimensions.length === 1 ? [columns] : turn ? [columns, rows] : [rows, columns]
    parameters.push(parameter(name, shape, { data }))
  }
  add('tokens.weight', 'token_embd.weight', false)
  for (let layer = 0; layer < layers; layer++)
    for (const [part, stored] of parts) add(`layers.${layer}.${part}`, `blk.${layer}.${stored}.weight`, true)
  add('last.gain', 'output_norm.weight', false)
  if (!config.tiedHead) add('head.weight', 'output.weight', true)
  const surplus = [...file.tensors.keys()].find((name) => !known.has(name) && name !== 'rope_freqs.weight')
  if (surplus !== undefined || file.tensors.has('rope_freqs.weight'))
    throw new BanyanError('E_GGUF_ARCHITECTURE', `${file.path} is not a plain Llama: it has a tensor more`, {
      seen: surplus ?? 'rope_freqs.weight',
      wanted: 'embedding, norms, attention and gated feed-forward weights without biases',
    })
  return llama(config, { parameters })
}

/** The sizes of the net. */
function llamaConfigOf({ path, metadata, tensors }: GgufFile): LlamaConfig {
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

function wanted({ path, tensors }: GgufFile, name: string): GgufTensor {
  const tensor = tensors.get(name)
  if (tensor !== undefined && tensor.dimensions.length >= 1 && tensor.dimensions.length <= 2) return tensor
  throw new BanyanError('E_GGUF_TENSOR', `${path}: the tensor ${name} ${tensor === undefined ? 'is missing' : 'has other axes'}`, {
    ...(tensor !== undefined && { seen: tensor.dimensions }),
    wanted: 'a vector or a matrix',
  })
}

/** [rows, columns] to [columns, rows], in squares that stay in the cache. */
function turnInto(from: Float32Array, rows: number, columns: number, to: Float32Array): void {
  for (let top = 0; top < rows; top += square)
    for (let left = 0; left < columns; left += square)
      for (let row = top; row < Math.min(rows, top + square); row++)
        for (let column = left; column < Math.min(columns, left + square); column++) to[column * rows + row] = from[row * columns + column]!
}

const square = 32
