import { describe, expect, it } from 'vitest'
import { Random } from '../../../core/random.ts'
import { referenceKernels as kernels } from '../../tensor/reference/reference.ts'
import { Tape } from '../../tensor/tape.ts'
import { errorOf } from '../../tensor/testing/check-case.ts'
import { decoder } from '../decoder.ts'
import { llama } from '../llama.ts'
import { scorer } from '../scorer.ts'
import { eightBitLlama, inEightBits } from './eight-bits.ts'

const config = { vocabulary: 21, context: 24, width: 32, layers: 2, heads: 2, keyHeads: 1, between: 64, weightSpread: 0.2 }

describe('Llama nets in eight bits', () => {
  it.each([true, false])('give nearly the logits of the floats that they were rounded from (one table for both ends: %s)', (tiedHead) => {
    const net = llama({ ...config, tiedHead }, { seed: 1 })
    const [exact, rounded] = [net, inEightBits(net)].map((one) => {
      const tape = new Tape({ kernels, gradients: false })
      return one.logits(tape, one.hidden(tape, Int32Array.of(5, 2, 9, 20, 0, 7), 1)).data
    })
    expect(errorOf(rounded!, exact!)).toBeLessThan(0.05)
    expect(rounded).not.toEqual(exact)
  })

  it('decode and score with the bits of the tape, alone and with others', () => {
    const net = inEightBits(llama(config, { seed: 2 }))
    const decode = decoder(net, { kernels, blockRows: 3 })
    const requests = [1, 2, 3].map((key) => ({ branch: decode.open([key, 5, 8]), mostTokens: 6, random: new Random(key) }))
    for (const [at, { tokens, rawLogProbs }] of decode.generate(requests).entries()) {
      const text = [at + 1, 5, 8, ...tokens]
      const [scored] = scorer(net, { kernels }).score([{ tokens: text, from: 3 }])
      expect(scored!.logProbs.slice(3)).toEqual(rawLogProbs)
    }
  })

  it('say what is missing or does not fit', () => {
    const parameters = new Map(inEightBits(llama(config, { seed: 1 })).parameters.map((one) => [one.name, one]))
    expect(() => eightBitLlama(config, { parameters, matrices: new Map() })).toThrow(
      expect.objectContaining({ code: 'E_NET_PARAMETER', message: expect.stringContaining('layers.0.attention.query.weight is missing') }),
    )
    expect(() => eightBitLlama({ ...config, width: 64 }, { parameters, matrices: new Map() })).toThrow(/tokens.weight has another shape/)
    expect(() => inEightBits(llama({ ...config, between: 40 }, { seed: 1 }))).toThrow(expect.objectContaining({ code: 'E_TENSOR_SHAPE' }))
  })
})
