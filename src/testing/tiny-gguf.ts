// Writes a language model of half a megabyte with random weights, as a GGUF file that llama.cpp runs like any other: for tests of
// everything round a local model, without a download. What it says means nothing.
// Format: the GGUF specification of the ggml project, version 3; architecture `llama`, a byte-level tokenizer, a ChatML template.
import { writeFileSync } from 'node:fs'
import { Random } from '../core/random.ts'

export interface TinyGgufOptions {
  /** An integer. Default 1. */
  readonly seed?: number
  /** `text`: nearly all tokens are printable ASCII. `bytes`: nearly all are bytes of 128 and above, mostly broken UTF-8. Default `text`. */
  readonly speaks?: 'text' | 'bytes'
  /** How much likelier the end is than another token, in nats. Default 0: about 1 in 100. */
  readonly endBias?: number
  /** Most tokens of a text. Default 512. */
  readonly contextLength?: number
}

/**
 * Writes the file.
 *
 * @example
 * writeTinyGguf('/tmp/tiny.gguf')
 * const model = await localModel({ model: '/tmp/tiny.gguf' })
 */
export function writeTinyGguf(path: string, options: TinyGgufOptions = {}): void {
  writeFileSync(path, tinyGguf(options))
}

/** The file's bytes. */
export function tinyGguf({ seed = 1, speaks = 'text', endBias = 0, contextLength = 512 }: TinyGgufOptions = {}): Buffer {
  const random = new Random(seed, 'tiny-gguf')
  const tensors: [name: string, rows: number, values: Float32Array][] = []
  const add = (name: string, columns: number, rows: number, value: (row: number, column: number) => number) => {
    const values = new Float32Array(columns * rows)
    for (let i = 0; i < values.length; i++) values[i] = value(Math.floor(i / columns), i % columns)
    tensors.push([name, columns, values])
  }
  const noise = (scale: number) => () => (random.unit() + random.unit() + random.unit() - 1.5) * 2 * scale
  // The first column is the same for every token and passes through all layers, so that the output's first column is a bias.
  const embedding = noise(1)
  add('token_embd.weight', width, vocabulary.length, (_, column) => (column === 0 ? 2 : embedding()))
  const output = noise(0.35)
  add('output.weight', width, vocabulary.length, (row, column) => (column === 0 ? bias(row, speaks, endBias) / 2 : output()))
  add('output_norm.weight', width, 1, () => 1)
  for (let layer = 0; layer < layers; layer++) {
    const weight = noise(1 / Math.sqrt(width))
    const keepingFirst = (row: number) => (row === 0 ? 0 : weight())
    add(`blk.${layer}.attn_norm.weight`, width, 1, () => 1)
    add(`blk.${layer}.attn_q.weight`, width, width, weight)
    add(`blk.${layer}.attn_k.weight`, width, width / 2, weight)
    add(`blk.${layer}.attn_v.weight`, width, width / 2, weight)
    add(`blk.${layer}.attn_output.weight`, width, width, keepingFirst)
    add(`blk.${layer}.ffn_norm.weight`, width, 1, () => 1)
    add(`blk.${layer}.ffn_gate.weight`, width, inner, weight)
    add(`blk.${layer}.ffn_up.weight`, width, inner, weight)
    add(`blk.${layer}.ffn_down.weight`, inner, width, keepingFirst)
  }
  return file(metadata(contextLength), tensors)
}

const width = 64
const inner = 128
const layers = 2
const rmsEpsilon = 1e-5

function bias(token: number, speaks: 'text' | 'bytes', endBias: number): number {
  const text = vocabulary[token]!
  if (token === end) return endBias
  if (token < controls) return -20
  const bytes = [...text].map((character) => byteCharacters.indexOf(character))
  const spoken = bytes.every((byte) => (speaks === 'text' ? byte >= 32 && byte < 127 : byte >= 128))
  return spoken ? 0 : -8
}

type Value = string | number | boolean | readonly string[] | readonly number[]

function metadata(contextLength: number): Record<string, Value> {
  return {
    'general.architecture': 'llama',
    'general.name': 'tiny',
    'llama.context_length': contextLength,
    'llama.embedding_length': width,
    'llama.block_count': layers,
    'llama.feed_forward_length': inner,
    'llama.attention.head_count': 4,
    'llama.attention.head_count_kv': 2,
    'llama.attention.layer_norm_rms_epsilon': rmsEpsilon,
    'llama.rope.dimension_count': width / 4,
    'llama.vocab_size': vocabulary.length,
    'tokenizer.ggml.model': 'gpt2',
    'tokenizer.ggml.pre': 'smollm',
    'tokenizer.ggml.tokens': vocabulary,
    'tokenizer.ggml.token_type': vocabulary.map((_, token) => (token < controls ? 3 : 1)),
    'tokenizer.ggml.merges': merges,
    'tokenizer.ggml.bos_token_id': 1,
    'tokenizer.ggml.eos_token_id': end,
    'tokenizer.ggml.unknown_token_id': 0,
    'tokenizer.ggml.add_bos_token': false,
    'tokenizer.chat_template':
      "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}",
  }
}

/** The 256 characters that stand for the bytes in byte-level vocabularies (GPT-2): printable ones for themselves, the others from 256 on. */
const byteCharacters: readonly string[] = (() => {
  let next = 256
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174
    return String.fromCodePoint(printable ? byte : next++)
  })
})()
const merges = ['Ġ t', 'h e', 'i n', 'Ġ a', 'r e', 'o n', 'Ġt he', 'Ġ d', 'o g', 'Ġd og', 'a t', 'Ġ s', 'e r', 'Ġs at']
const vocabulary = ['<|endoftext|>', '<|im_start|>', '<|im_end|>', ...byteCharacters, ...merges.map((merge) => merge.replace(' ', ''))]
const controls = 3
const end = 2

function file(values: Record<string, Value>, tensors: readonly (readonly [string, number, Float32Array])[]): Buffer {
  const parts: Uint8Array[] = [Buffer.from('GGUF'), u32(3), u64(tensors.length), u64(Object.keys(values).length)]
  for (const [key, value] of Object.entries(values)) parts.push(text(key), ...typed(value))
  let offset = 0
  for (const [name, columns, data] of tensors) {
    const rows = data.length / columns
    parts.push(text(name), u32(rows === 1 ? 1 : 2), u64(columns), ...(rows === 1 ? [] : [u64(rows)]), u32(0), u64(offset))
    offset += padded(data.byteLength)
  }
  const header = Buffer.concat(parts)
  const blocks: Uint8Array[] = [header, Buffer.alloc(padded(header.length) - header.length)]
  for (const [, , data] of tensors) blocks.push(new Uint8Array(data.buffer), Buffer.alloc(padded(data.byteLength) - data.byteLength))
  return Buffer.concat(blocks)
}

/** A value with its GGUF type before it: 4 unsigned, 5 signed, 6 float, 7 boolean, 8 text, 9 array. */
function typed(value: Value): Buffer[] {
  if (typeof value === 'string') return [u32(8), text(value)]
  if (typeof value === 'boolean') return [u32(7), Buffer.of(value ? 1 : 0)]
  if (typeof value === 'number') return Number.isInteger(value) ? [u32(4), u32(value)] : [u32(6), f32(value)]
  const texts = typeof value[0] === 'string'
  return [u32(9), u32(texts ? 8 : 5), u64(value.length), ...value.map((item) => (typeof item === 'string' ? text(item) : u32(item)))]
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

function f32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeFloatLE(value)
  return bytes
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(value))
  return bytes
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8')
  return Buffer.concat([u64(bytes.length), bytes])
}

function padded(length: number): number {
  return Math.ceil(length / 32) * 32
}
