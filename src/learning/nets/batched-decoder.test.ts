import { describe, expect, it } from 'vitest'
import { Random } from '../../core/random.ts'
import { referenceKernels } from '../tensor/reference/reference.ts'
import { batchedDecoder } from './batched-decoder.ts'
import { gpt } from './gpt.ts'

const net = gpt({ vocabulary: 13, context: 60, width: 16, layers: 2, heads: 2, embeddingSpread: 0.5, weightSpread: 0.3 }, { seed: 5 })
const open = (keptTokens?: number) => batchedDecoder(net, { kernels: referenceKernels, ...(keptTokens !== undefined && { keptTokens }) })
const prompt = Array.from({ length: 20 }, (_, i) => (i * 5) % 13)
const request = (key: number, more: number[] = []) => ({ prompt: [...prompt, ...more], mostTokens: 6, random: new Random(3, key) })

describe('batched decoder', () => {
  it('decodes together what several callers ask in one tick', async () => {
    const shared = open()
    const [first, second] = await Promise.all([shared.generate([request(0), request(1)]), shared.generate([request(2)])])
    expect(first).toHaveLength(2)
    // The prompt of all three was computed once.
    expect(shared.counters.prefilled).toBe(prompt.length)
    const alone = await open().generate([request(2)])
    expect(second).toEqual(alone)
  })

  it('gives the same whether texts are kept or not, and computes less where they are', async () => {
    const run = async (shared: ReturnType<typeof open>) => {
      const results: unknown[] = []
      let more: number[] = []
      for (let step = 0; step < 4; step++) {
        const [hidden] = await shared.hidden([[...prompt, ...more]])
        const [generated] = await shared.generate([request(step, more)])
        results.push(hidden, generated)
        more = [...more, ...generated!.tokens]
      }
      return results
    }
    const [keeping, forgetting] = [open(), open(0)]
    expect(await run(keeping)).toEqual(await run(forgetting))
    expect(keeping.counters.prefilled).toBe(prompt.length)
    expect(forgetting.counters.prefilled).toBeGreaterThan(3 * prompt.length)
    keeping.clear()
    expect(await keeping.generate([request(0)])).toEqual(await open().generate([request(0)]))
  })

  it('takes any number of texts at once', async () => {
    const small = gpt({ vocabulary: 3, context: 3, width: 2, layers: 1, heads: 1 }, { seed: 1 })
    const many = Array.from({ length: 150_000 }, () => ({ prompt: [1], mostTokens: 1, temperature: 0 }))
    const texts = await batchedDecoder(small, { kernels: referenceKernels }).generate(many)
    expect(texts).toHaveLength(many.length)
    expect(texts.every(({ tokens }) => tokens.length === 1)).toBe(true)
  }, 60_000)

  it('forgets the oldest texts', async () => {
    const shared = open(60)
    for (let key = 0; key < 6; key++) await shared.generate([{ ...request(key), prompt: [key, ...prompt] }])
    await shared.generate([{ ...request(0), prompt: [0, ...prompt] }])
    expect(shared.counters.prefilled).toBe(7 * 21)
  })

  it('stops one caller alone', async () => {
    const shared = open()
    const controller = new AbortController()
    const stopped = shared.generate(
      [
        {
          ...request(0),
          mostTokens: 39,
          observe: (tokens) => {
            if (tokens.length === 25) controller.abort(new Error('enough'))
            return undefined
          },
        },
      ],
      controller.signal,
    )
    const other = shared.generate([{ ...request(1), mostTokens: 30 }])
    await expect(stopped).rejects.toMatchObject({ code: 'E_DECODER_ABORTED' })
    expect(await other).toEqual(await open().generate([{ ...request(1), mostTokens: 30 }]))
    await expect(shared.generate([request(0)], AbortSignal.abort())).rejects.toMatchObject({ code: 'E_DECODER_ABORTED' })
  })

  it('a request that cannot be, or whose function throws, fails alone', async () => {
    const shared = open()
    const outcomes = await Promise.allSettled([
      shared.generate([{ prompt: [99], mostTokens: 1 }]),
      shared.generate([{ ...request(0), mostTokens: 0 }]),
      shared.generate([
        request(1),
        {
          ...request(2),
          stop: () => {
            throw new Error('mine')
          },
        },
      ]),
      shared.generate([request(3)]),
      shared.hidden([[]]),
      shared.generate([]),
    ])
    expect(outcomes.map((one) => (one.status === 'rejected' ? (one.reason.code ?? one.reason.message) : 'ok'))).toEqual([
      'E_NET_TOKENS',
      'E_DECODER_OPTION',
      'mine',
      'ok',
      'E_DECODER_OPTION',
      'ok',
    ])
    expect((await shared.generate([request(3)]))[0]!.tokens).toHaveLength(6)
  })
})
