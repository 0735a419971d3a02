import { describe, expect, it } from 'vitest'
import { testModel } from '../../testing/test-model.ts'
import { referenceKernels } from '../tensor/reference/reference.ts'
import { characters } from '../tokenisers/characters.ts'
import { batchedDecoder } from './batched-decoder.ts'
import { gpt } from './gpt.ts'
import { netModel } from './net-model.ts'

const tokeniser = characters('\n !"\'(),-.:;?0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ', { specials: ['<end>'] })
const vocabulary = tokeniser.vocabulary.length
const net = gpt({ vocabulary, context: 160, width: 16, layers: 1, heads: 2, embeddingSpread: 0.4, weightSpread: 0.3 }, { seed: 6 })

function create() {
  return netModel({
    decoder: batchedDecoder(net, { kernels: referenceKernels }),
    tokeniser,
    endTokens: [vocabulary - 1],
  })
}

testModel({ name: 'of a small net', create, tolerance: 1e-5 })

describe('a net as a model', () => {
  const run = (seed: number) => ({ seed, signal: new AbortController().signal })

  it('says the same for the same seed, alone and beside others', async () => {
    const model = create()
    const request = { prompt: 'Once upon', maxTokens: 10, count: 2, logProbs: true }
    const together = await Promise.all([1, 2, 3].map((seed) => model.generate(request, run(seed))))
    for (const [at, seed] of [1, 2, 3].entries()) expect(await create().generate(request, run(seed))).toEqual(together[at])
  })

  it('scores what it said as it noted it', async () => {
    const model = create()
    const { samples } = await model.generate({ prompt: 'A dog', maxTokens: 6, logProbs: true }, run(4))
    const { scores } = await model.score!({ prompt: 'A dog', continuations: [samples[0]!.text] }, run(1))
    expect(scores[0]!.logProb).toBeCloseTo(
      samples[0]!.tokens!.logProbs!.reduce((sum, one) => sum + one, 0),
      4,
    )
  })

  it('refuses what it cannot read', async () => {
    const model = create()
    await expect(model.generate({ prompt: 'a'.repeat(200), maxTokens: 1 }, run(1))).rejects.toMatchObject({ code: 'E_MODEL_CONTEXT' })
    await expect(model.generate({ prompt: '', maxTokens: 1 }, run(1))).rejects.toMatchObject({ code: 'E_MODEL_REQUEST' })
    await expect(model.generate({ prompt: 'ä', maxTokens: 1 }, run(1))).rejects.toMatchObject({ code: 'E_TOKEN_UNKNOWN' })
    await expect(model.score!({ prompt: 'a', continuations: [''] }, run(1))).rejects.toMatchObject({ code: 'E_MODEL_REQUEST' })
  })
})
