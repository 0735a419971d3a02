// A language model with its adapter added to its weights, in eight bits: one that writes as fast as without adapter, and is not trained further.
import { makeNet } from '../files/net-kinds.ts'
import type { LanguageModel } from '../gguf/language-model.ts'
import { mergedParameters } from '../lora.ts'
import type { CausalNet } from '../nets/causal-net.ts'
import { inEightBits } from '../nets/llama/eight-bits.ts'
import { openAdapter } from './adapter-folder.ts'

/**
 * @param folder of an adapter, as `banyan train` writes it.
 * @throws BanyanError E_TENSOR_SHAPE for a net whose layers do not consist of whole blocks of 32; the errors of `openAdapter`.
 */
export async function mergedModel(folder: string): Promise<LanguageModel<CausalNet>> {
  const { net, model } = await openAdapter(folder)
  return { ...model, net: inEightBits(makeNet(net.base.kind, net.base.config, { parameters: mergedParameters(net) })) }
}
