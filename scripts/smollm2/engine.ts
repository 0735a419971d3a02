// What our engine says of texts, in the form of `llama-cpp.ts`.
import type { LanguageModel } from '../../src/learning/gguf/index.ts'
import type { CausalNet } from '../../src/learning/nets/causal-net.ts'
import type { Kernels } from '../../src/learning/tensor/kernels.ts'
import { logSoftmax } from '../../src/learning/tensor/operations/softmax.ts'
import { Tape } from '../../src/learning/tensor/tape.ts'
import type { TextScores } from './llama-cpp.ts'

export function scoresByEngine(
  { net, tokeniser }: LanguageModel<CausalNet>,
  kernels: Kernels,
  texts: readonly string[],
): readonly TextScores[] {
  const tape = new Tape({ kernels, gradients: false })
  const { vocabulary } = net.shape
  return texts.map((text) => {
    const tokens = [...tokeniser.encode(text)]
    const { data } = logSoftmax(tape, net.logits(tape, net.hidden(tape, Int32Array.from(tokens.slice(0, -1)), 1)))
    const rows = tokens.slice(1).map((token, at) => {
      const row = data.subarray(at * vocabulary, (at + 1) * vocabulary)
      return { logProb: row[token]!, best: row.reduce((highest, one, other) => (one > row[highest]! ? other : highest), 0) }
    })
    tape.reset()
    return { tokens, logProbs: rows.map(({ logProb }) => logProb), best: rows.map(({ best }) => best) }
  })
}
