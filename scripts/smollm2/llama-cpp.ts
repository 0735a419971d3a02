// What llama.cpp says of texts: their tokens, the log-probability of each token after those before it, and the likeliest token in its place.
// On one thread, since others may be at work on the machine.
import { getLlama, LlamaGrammarEvaluationState, LlamaLogLevel } from 'node-llama-cpp'
import { decoderFor } from '../../src/models/local/decoder.ts'

export interface TextScores {
  readonly tokens: readonly number[]
  /** Of tokens 1 and up, in nats. */
  readonly logProbs: readonly number[]
  /** The likeliest token at the places of tokens 1 and up. */
  readonly best: readonly number[]
}

/** @param path of a GGUF file. */
export async function scoresByLlamaCpp(path: string, texts: readonly string[]): Promise<readonly TextScores[]> {
  const llama = await getLlama({ gpu: false, build: 'never', logLevel: LlamaLogLevel.error, maxThreads: 1 })
  try {
    const model = await llama.loadModel({ modelPath: path })
    const context = await model.createContext({ contextSize: 1024, batchSize: 512, threads: 1 })
    const decoder = decoderFor(model, { LlamaGrammarEvaluationState })
    const sequence = context.getSequence()
    const greedy = decoder.sampler({ temperature: 0, topP: 1, topK: 0, seed: 0 })
    const results: TextScores[] = []
    for (const text of texts) {
      const tokens = model.tokenize(text, true)
      const logProbs: number[] = []
      const best: number[] = []
      await sequence.clearHistory()
      await decoder.decode(sequence, tokens.slice(0, -1), 0, async (at, logits) => {
        logProbs.push(await logits.logProb(tokens[at + 1]!))
        best.push((await logits.draw(greedy, false))!.token)
      })
      results.push({ tokens, logProbs, best })
    }
    greedy.close()
    decoder.close()
    return results
  } finally {
    await llama.dispose()
  }
}
