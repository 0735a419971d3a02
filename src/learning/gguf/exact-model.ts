// A language model out of a GGUF file as a model whose results depend on request and seed alone, in our own decoder. It puts parts together.
import { availableParallelism } from 'node:os'
import type { Model } from '../../models/model.ts'
import { isAdapterFolder } from '../lora/is-adapter-folder.ts'
import { mergedModel } from '../lora/merged-model.ts'
import { batchedDecoder } from '../nets/batched-decoder.ts'
import type { DecoderCounters } from '../nets/decoder.ts'
import { netModel } from '../nets/net-model.ts'
import { outOfRange } from '../nets/sampling.ts'
import { openKernels } from '../tensor/open-kernels.ts'
import { eightBitLanguageModel } from './language-model.ts'

/** Options of `exactModel`. */
export interface ExactModelOptions {
  /** A name from the catalogue (`smollm2-135m`), the path of a GGUF file of a plain Llama with a GPT-2 tokeniser, or the folder of an adapter of one. */
  readonly model: string
  /** The model's name in logs and results. Default `exact:` and `model`. */
  readonly name?: string
  /** Processor threads, at least 1. No result depends on it. Default: all processors, at most 4. */
  readonly threads?: number
  /** How many texts are generated at once, at least 1; others wait for their turn. No result depends on it. Default 96. */
  readonly sequences?: number
  /** Megabytes for keys and values of texts that may be continued, at least 0. No result depends on it. Default 512. */
  readonly cacheMegabytes?: number
}

/** A model in this process whose results depend on request and seed alone. */
export interface ExactModel extends Model {
  /** How many texts are generated at once. */
  readonly sequences: number
  /** What was computed since it was opened. */
  readonly counters: DecoderCounters
}

/**
 * Opens a GGUF file in our own decoder, its weights as eight-bit numbers: those of four-bit and eight-bit files stay as they are, others are rounded.
 * The same request with the same seed gets the same answer, to the bit, whatever else is asked at the time, with any number of threads, and on any
 * processor with AVX2. Without the native kernels (`npx banyan doctor --build-native`) it is about a hundred times slower.
 *
 * @throws BanyanError E_DECODER_OPTION for an option out of range; the errors of `eightBitLanguageModel`, and for adapters
 * E_ADAPTER_FILE, E_ADAPTER_BASE, E_LORA_FILE.
 * @example
 * const model = await exactModel({ model: 'smollm2-135m' })
 * const { answer } = await improve({ model, prompt: 'Name a tree.', budget: { tokens: 200 } })
 */
export async function exactModel(options: ExactModelOptions): Promise<ExactModel> {
  const { model, name = `exact:${model}`, threads = Math.min(4, availableParallelism()), sequences = 96, cacheMegabytes = 512 } = options
  if (!(Number.isInteger(threads) && threads >= 1 && threads <= 256)) throw outOfRange('threads', threads, 'a whole number from 1 to 256')
  if (!(Number.isInteger(sequences) && sequences >= 1)) throw outOfRange('sequences', sequences, 'a whole number from 1')
  if (!(cacheMegabytes >= 0)) throw outOfRange('cacheMegabytes', cacheMegabytes, 'a number from 0')
  const { net, tokeniser, endTokens, chat } = await (isAdapterFolder(model) ? mergedModel : eightBitLanguageModel)(model)
  const { layers, keyHeads, headSize } = net.shape
  const keptTokens = Math.floor((cacheMegabytes * 2 ** 20) / (8 * layers * keyHeads * headSize))
  const decoder = batchedDecoder(net, { kernels: openKernels({ threads }), mostTogether: sequences, keptTokens })
  return {
    ...netModel({ name, decoder, tokeniser, endTokens, chat: (messages) => chat().tokens(messages) }),
    sequences,
    get counters() {
      return decoder.counters
    },
  }
}
