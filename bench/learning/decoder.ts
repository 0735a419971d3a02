// How fast the decoder is with the net of the learning kit: new tokens a second by number of branches, on one thread, by processor time. With a
// shared prefix all branches fork from one prompt; without one, each has a prompt of its own, which is computed too and not counted.
import { Random } from '../../src/core/random.ts'
import { decoder } from '../../src/learning/nets/decoder.ts'
import { gpt } from '../../src/learning/nets/gpt.ts'
import { openKernels } from '../../src/learning/tensor/open-kernels.ts'
import { type Entry, processorSeconds } from '../entry.ts'
import { nativeKernels } from './native-kernels.ts'

const shape = { vocabulary: 135, context: 48, width: 64, layers: 2, heads: 4 }
const promptLength = 24
const newTokens = 24
/** Tokens of one measurement, in whole rounds. */
const wanted = 100_000

/** New tokens a second. */
function decoding(instructions: 'avx2' | 'avx512', branches: number, prefix: 'shared' | 'own'): Entry {
  return {
    name: `learning/decoder-${branches}-${prefix}/${instructions}`,
    unit: 'tokens/s',
    better: 'higher',
    needs: [nativeKernels(instructions)],
    async measure() {
      const kernels = openKernels({ kind: 'native', instructions })
      const decode = decoder(gpt({ ...shape, embeddingSpread: 0.1, weightSpread: 0.08 }, { seed: 1 }), { kernels })
      const rounds = Math.ceil(Math.min(wanted, 4000 * branches) / (branches * newTokens))
      const spent = await processorSeconds(() => {
        for (let round = 0; round < rounds; round++) {
          const random = new Random(round, 'prompts')
          const prompt = () => Array.from({ length: promptLength }, () => random.below(shape.vocabulary))
          const root = decode.open(prompt())
          const requests = Array.from({ length: branches }, (_, key) => ({
            branch: prefix === 'shared' ? decode.fork(root) : decode.open(prompt()),
            mostTokens: newTokens,
            random: new Random(round, key),
          }))
          for (const { branch } of decode.generate(requests)) decode.release(branch)
          decode.drop(root)
        }
      })
      return (rounds * branches * newTokens) / spent
    },
  }
}

export const entries: readonly Entry[] = (['avx2', 'avx512'] as const).flatMap((instructions) =>
  [1, 16, 256, 1024].flatMap((branches) => (['shared', 'own'] as const).map((prefix) => decoding(instructions, branches, prefix))),
)
