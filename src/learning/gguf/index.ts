// The public names of language models out of GGUF files.
export { type Chat, chatOf } from './chat.ts'
export { eightBitLlamaOfGguf } from './eight-bit-llama-of-gguf.ts'
export { eightBitLanguageModel, type LanguageModel, languageModel } from './language-model.ts'
export { llamaOfGguf } from './llama-of-gguf.ts'
export { type GgufFile, type Metadata, openGguf } from './open-gguf.ts'
export { rewriteGguf, type TensorForm } from './rewrite-gguf.ts'
