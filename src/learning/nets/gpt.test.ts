import { describe, expect, it } from 'vitest'
import { Random } from '../../core/random.ts'
import { referenceKernels } from '../tensor/reference/reference.ts'
import { Tape } from '../tensor/tape.ts'
import { parameter } from '../tensor/tensor.ts'
import { gpt } from './gpt.ts'

const config = { vocabulary: 11, context: 8, width: 16, layers: 2, heads: 2 }

function tokensOf(count: number, seed = 1): Int32Array {
  const random = new Random(seed)
  return Int32Array.from({ length: count }, () => random.below(config.vocabulary))
}

describe('gpt', () => {
  it('gives hidden states and logits for a batch, and the same for the same seed', () => {
    const tape = new Tape({ kernels: referenceKernels })
    const net = gpt(config, { seed: 1 })
    const hidden = net.hidden(tape, tokensOf(10), 2)
    expect(hidden.shape).toEqual([10, 16])
    expect(net.logits(tape, hidden).shape).toEqual([10, 11])
    expect(gpt(config, { seed: 1 }).hidden(tape, tokensOf(10), 2).data).toEqual(hidden.data)
  })

  it('does not see later tokens', () => {
    const tape = new Tape({ kernels: referenceKernels })
    const net = gpt(config, { seed: 2 })
    const [long, short] = [net.hidden(tape, tokensOf(8), 1), net.hidden(tape, tokensOf(8).slice(0, 5), 1)]
    expect(long.data.slice(0, 5 * 16)).toEqual(short.data)
  })

  it('starts as its spreads say', () => {
    const { parameters } = gpt({ ...config, width: 32, embeddingSpread: 0.1, weightSpread: 0.08 }, { seed: 1 })
    const spread = (name: string) => {
      const { data } = parameters.find((one) => one.name === name)!
      return Math.sqrt(data.reduce((sum, value) => sum + value * value, 0) / data.length)
    }
    expect(spread('tokens.weight')).toBeCloseTo(0.1, 1)
    expect(spread('layers.1.feed.up.weight')).toBeCloseTo(0.08, 2)
    expect(spread('layers.1.feed.down.weight')).toBeCloseTo(0.01, 3)
    expect(spread('last.gain')).toBe(1)
  })

  it('takes given parameters in place, and shares the token table with a tied head', () => {
    const first = gpt({ ...config, tiedHead: true }, { seed: 3 })
    const second = gpt({ ...config, tiedHead: true }, { parameters: [...first.parameters].reverse() })
    expect(second.parameters).toEqual(first.parameters)
    expect(second.parameters[0]).toBe(first.parameters[0])
    expect(first.parameters.some(({ name }) => name.startsWith('head'))).toBe(false)
    const tape = new Tape({ kernels: referenceKernels })
    expect(second.logits(tape, second.hidden(tape, tokensOf(3), 1)).shape).toEqual([3, 11])
  })

  it('refuses what does not fit', () => {
    expect(() => gpt({ ...config, heads: 3 }, { seed: 1 })).toThrow(expect.objectContaining({ code: 'E_NET_CONFIG' }))
    const { parameters } = gpt(config, { seed: 1 })
    const refused = (given: typeof parameters) =>
      expect(() => gpt(config, { parameters: given })).toThrow(expect.objectContaining({ code: 'E_NET_PARAMETER' }))
    refused(parameters.slice(1))
    refused([...parameters, parameter('more', [1])])
    refused([parameter(parameters[0]!.name, [3, 16]), ...parameters.slice(1)])
    const tape = new Tape({ kernels: referenceKernels })
    const net = gpt(config, { seed: 1 })
    expect(() => net.hidden(tape, new Int32Array(9), 1)).toThrow(expect.objectContaining({ code: 'E_NET_CONTEXT' }))
    expect(() => net.hidden(tape, Int32Array.of(11), 1)).toThrow(expect.objectContaining({ code: 'E_NET_TOKENS' }))
    expect(() => net.hidden(tape, new Int32Array(9), 2)).toThrow(expect.objectContaining({ code: 'E_NET_TOKENS' }))
  })
})
