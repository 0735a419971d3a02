// SmolLM2-135M in our own engine: tokens a second forward (log-probabilities of whole texts) and in LoRA training (rank 8 beside all linear layers,
// every token a target), four texts of 128 tokens at once; new tokens a second at 16 branches of one prompt. One thread by processor time, two
// by the wall clock. Skipped where the model was not fetched.
import { Random } from '../../src/core/random.ts'
import { type LanguageModel, languageModel } from '../../src/learning/gguf/index.ts'
import { lora } from '../../src/learning/lora.ts'
import { decoder } from '../../src/learning/nets/decoder.ts'
import { scorer } from '../../src/learning/nets/scorer.ts'
import { adam } from '../../src/learning/tensor/adam.ts'
import { openKernels } from '../../src/learning/tensor/open-kernels.ts'
import { crossEntropy } from '../../src/learning/tensor/operations/cross-entropy.ts'
import { Tape } from '../../src/learning/tensor/tape.ts'
import { requirement } from '../../src/testing/requirements.ts'
import { type Entry, type Need, processorSeconds, wallSeconds } from '../entry.ts'
import { nativeKernels } from './native-kernels.ts'

const name = 'smollm2-135m'
const [batch, length] = [4, 128]
const paragraph =
  'The ferry left at nine, an hour late, with forty passengers, two dogs and a piano on board. Nobody knew to whom the piano belonged. '

const model: Need = {
  name: `local model ${name}`,
  missing: async () => {
    const { available, reason, remedy } = requirement('local-model')
    return available ? undefined : `${reason} (${remedy})`
  },
}

let loaded: Promise<LanguageModel> | undefined

/** @param work does its work once and says how many tokens it was. */
function entry(
  what: string,
  instructions: 'avx2' | 'avx512',
  threads: 1 | 2,
  work: (model: LanguageModel, given: Given) => () => number,
): Entry {
  let prepared: (() => number) | undefined
  return {
    name: `learning/smollm2-${what}/${instructions}-${threads}`,
    unit: 'tokens/s',
    better: 'higher',
    needs: [nativeKernels(instructions), model],
    mostRepetitions: 3,
    async measure() {
      loaded ??= languageModel(name)
      const kernels = openKernels({ kind: 'native', instructions, threads })
      prepared ??= work(await loaded, { kernels, texts: textsOf(await loaded) })
      const run = prepared
      let tokens = 0
      const spent = await (threads === 1 ? processorSeconds : wallSeconds)(() => {
        tokens = run()
      })
      return tokens / spent
    },
  }
}

interface Given {
  readonly kernels: ReturnType<typeof openKernels>
  /** [batch] texts of `length` tokens. */
  readonly texts: readonly Int32Array[]
}

function textsOf({ tokeniser }: LanguageModel): Int32Array[] {
  const tokens = tokeniser.encode(paragraph.repeat(8))
  return Array.from({ length: batch }, (_, at) => tokens.slice(at * 9, at * 9 + length))
}

function forward({ net }: LanguageModel, { kernels, texts }: Given): () => number {
  const scores = scorer(net, { kernels })
  return () => scores.score(texts.map((tokens) => ({ tokens }))).length * length
}

function training({ net }: LanguageModel, { kernels, texts }: Given): () => number {
  const adapted = lora(net, { rank: 8 }, { seed: 1 })
  const tape = new Tape({ kernels })
  const optimizer = adam({ kernels, parameters: adapted.parameters, clip: 1 })
  const tokens = Int32Array.from(texts.flatMap((text) => [...text]))
  const targets = Int32Array.from(tokens, (_, at) => tokens[at + 1] ?? 0)
  const weights = Float32Array.from(tokens, (_, at) => ((at + 1) % length === 0 ? 0 : 1))
  return () => {
    const logits = adapted.logits(tape, adapted.hidden(tape, tokens, batch))
    tape.backward(crossEntropy(tape, logits, targets, { weights, divisor: batch * (length - 1) }))
    optimizer.step(1e-4)
    tape.reset()
    return batch * length
  }
}

function generation({ net, tokeniser }: LanguageModel, { kernels }: Given): () => number {
  const decode = decoder(net, { kernels })
  let round = 0
  return () => {
    const root = decode.open(tokeniser.encode(paragraph))
    const requests = Array.from({ length: 16 }, (_, key) => ({
      branch: decode.fork(root),
      mostTokens: 16,
      random: new Random(round, key),
    }))
    round++
    for (const { branch } of decode.generate(requests)) decode.release(branch)
    decode.drop(root)
    return 16 * 16
  }
}

export const entries: readonly Entry[] = (['avx2', 'avx512'] as const).flatMap((instructions) =>
  ([1, 2] as const).flatMap((threads) => [
    entry('forward', instructions, threads, forward),
    entry('lora', instructions, threads, training),
    entry('decoder-16', instructions, threads, generation),
  ]),
)
