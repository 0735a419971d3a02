import { describe, expect, it } from 'vitest'
import { Random } from '../../core/random.ts'
import { referenceKernels } from '../tensor/reference/reference.ts'
import { Tape } from '../tensor/tape.ts'
import { decoder } from './decoder.ts'
import { gpt } from './gpt.ts'
import { logProbsOf } from './log-probs.ts'
import { scorer } from './scorer.ts'
import { valueHead } from './value-head.ts'

const net = gpt({ vocabulary: 9, context: 12, width: 8, layers: 2, heads: 2, embeddingSpread: 0.6, weightSpread: 0.4 }, { seed: 4 })
const kernels = referenceKernels
const sequences = [
  [1, 2, 3, 4, 5],
  [7, 7],
  [8, 1, 0, 3, 2, 2, 6, 1, 1, 4, 5, 0],
]

describe('scorer', () => {
  it('gives what a tape gives, without one', () => {
    const [tokens] = sequences
    const tape = new Tape({ kernels })
    const hidden = net.hidden(tape, Int32Array.from(tokens!), 1)
    const expected = logProbsOf(tape, net, hidden, Int32Array.of(1, 2, 3), Int32Array.of(3, 4, 5), { entropies: true })
    const head = valueHead({ width: 8 }, { seed: 1 })
    const [scored] = scorer(net, { kernels }).score([{ tokens: tokens!, from: 2 }], { entropies: true, hidden: 'all', head })
    expect(scored!.logProbs).toEqual(Float32Array.of(0, 0, ...expected.logProbs.data))
    expect([...scored!.entropies!.slice(2)]).toEqual([...expected.entropies!.data].map((one) => expect.closeTo(one, 5)))
    expect(scored!.hidden).toEqual(hidden.data)
    expect(scored!.values).toEqual(head.values(tape, hidden).data)
  })

  it('gives the same bits whatever is scored with a sequence', () => {
    const together = scorer(net, { kernels }).score(
      sequences.map((tokens) => ({ tokens })),
      { hidden: 'last', entropies: true },
    )
    const alone = sequences.flatMap((tokens) =>
      scorer(net, { kernels, blockRows: 1 }).score([{ tokens }], { hidden: 'last', entropies: true }),
    )
    expect(together).toEqual(alone)
    expect(together[0]!.hidden).toHaveLength(8)
  })

  it('finds the log-probabilities that the decoder noted', () => {
    const decode = decoder(net, { kernels })
    const [generated] = decode.generate([{ branch: decode.open([1, 2]), mostTokens: 9, random: new Random(1), temperature: 1.3, topK: 5 }])
    const tokens = generated!.branch.tokens
    const [scored] = scorer(net, { kernels }).score([{ tokens, from: 2 }])
    expect(scored!.logProbs.slice(2)).toEqual(generated!.rawLogProbs)
  })

  it('refuses what cannot be scored', () => {
    const refused = (tokens: number[], from: number | undefined, code: string) =>
      expect(() => scorer(net, { kernels }).score([{ tokens, ...(from !== undefined && { from }) }])).toThrow(
        expect.objectContaining({ code }),
      )
    refused([], undefined, 'E_DECODER_OPTION')
    refused([1, 9], undefined, 'E_NET_TOKENS')
    refused(new Array(13).fill(1), undefined, 'E_NET_CONTEXT')
    refused([1, 2], 0, 'E_DECODER_OPTION')
    refused([1, 2], 3, 'E_DECODER_OPTION')
    expect(scorer(net, { kernels }).score([{ tokens: [3], from: 1 }])[0]!.logProbs).toEqual(Float32Array.of(0))
  })
})
