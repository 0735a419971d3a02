// A language model out of a GGUF file, whole: net, tokeniser, and how it wants its chats. It knows no training.
import { BanyanError } from '../../core/errors.ts'
import { findModel } from '../../models/find-model.ts'
import type { AdaptableNet } from '../nets/adaptable-net.ts'
import type { CausalNet } from '../nets/causal-net.ts'
import { type BytePair, type BytePairConfig, bytePair } from '../tokenisers/byte-pair.ts'
import { type Chat, chatOf } from './chat.ts'
import { eightBitLlamaOfGguf } from './eight-bit-llama-of-gguf.ts'
import { llamaOfGguf } from './llama-of-gguf.ts'
import { type GgufFile, openGguf } from './open-gguf.ts'

/** A language model read from a GGUF file: as a net that can be trained further, or as one of eight-bit numbers. */
export interface LanguageModel<Net extends CausalNet = AdaptableNet> {
  /** Absolute path of the file. */
  readonly path: string
  readonly net: Net
  readonly tokeniser: BytePair
  /** Tokens that end an answer. */
  readonly endTokens: readonly number[]
  /** @throws BanyanError E_GGUF_TEMPLATE when the file has no chat template, or one that is not understood. */
  chat(): Chat
}

/**
 * Reads a language model: one that `banyan models pull` fetched, by its name, or any plain Llama with a GPT-2 tokeniser by the path of its file.
 *
 * @throws BanyanError E_MODEL_FILE (fatal) for a file that is missing, damaged or cut off, with what to do; E_MODEL_UNKNOWN;
 * E_GGUF_ARCHITECTURE, E_GGUF_TYPE, E_GGUF_TOKENISER, E_GGUF_METADATA, E_GGUF_TENSOR for models that are not read here.
 * @example
 * const { net, tokeniser, endTokens, chat } = await languageModel('smollm2-135m')
 * const model = netModel({ name: 'smollm2', decoder: batchedDecoder(net), tokeniser, endTokens, chat: chat().text })
 */
export function languageModel(nameOrPath: string): Promise<LanguageModel> {
  return readModel(nameOrPath, llamaOfGguf)
}

/**
 * The same with linear layers of eight-bit numbers, which generate several times as fast and cannot be trained.
 *
 * @throws BanyanError E_TENSOR_SHAPE for a net whose layers do not consist of whole blocks of 32; the errors of `languageModel`.
 */
export function eightBitLanguageModel(nameOrPath: string): Promise<LanguageModel<CausalNet>> {
  return readModel(nameOrPath, eightBitLlamaOfGguf)
}

async function readModel<Net extends CausalNet>(nameOrPath: string, netOf: (file: GgufFile) => Net): Promise<LanguageModel<Net>> {
  const { path } = await findModel(nameOrPath)
  using file = await openGguf(path)
  const { metadata } = file
  const config = bytePairConfigOf(file)
  const net = netOf(file)
  if (config.tokens.length !== net.shape.vocabulary)
    throw new BanyanError('E_GGUF_TOKENISER', `${path}: the tokens are not as many as the net has`, {
      seen: config.tokens.length,
      wanted: String(net.shape.vocabulary),
    })
  const tokeniser = bytePair(config)
  const template = metadata.text('tokenizer.chat_template', '')
  return {
    path,
    net,
    tokeniser,
    endTokens: metadata.has('tokenizer.ggml.eos_token_id') ? [metadata.number('tokenizer.ggml.eos_token_id')] : [],
    chat: () => chatOf(template, tokeniser),
  }
}

/** The tokeniser that a file describes. */
function bytePairConfigOf({ path, metadata }: GgufFile): BytePairConfig {
  const kind = metadata.text('tokenizer.ggml.model')
  const split = metadata.text('tokenizer.ggml.pre', 'gpt-2')
  const words = wordsOf[split]
  const begins = metadata.flag('tokenizer.ggml.add_bos_token', false)
  if (kind !== 'gpt2' || words === undefined || begins)
    throw new BanyanError('E_GGUF_TOKENISER', `${path}: the tokeniser is of a kind that is not read`, {
      seen: { model: kind, pre: split, add_bos_token: begins },
      wanted: `model gpt2, pre ${Object.keys(wordsOf).join(' or ')}, without a token before each text`,
    })
  const types = metadata.has('tokenizer.ggml.token_type') ? metadata.numbers('tokenizer.ggml.token_type') : []
  return {
    tokens: metadata.texts('tokenizer.ggml.tokens'),
    merges: metadata.texts('tokenizer.ggml.merges'),
    specials: types.flatMap((type, token) => (type === control ? [token] : [])),
    words,
  }
}

/** How texts are cut, by the file's word for it. */
const wordsOf: Readonly<Record<string, BytePairConfig['words']>> = { 'gpt-2': 'gpt-2', smollm: 'digits' }
/** The type of control tokens. */
const control = 3
