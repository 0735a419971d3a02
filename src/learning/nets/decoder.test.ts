import { describe, expect, it } from 'vitest'
import { Random } from '../../core/random.ts'
import { referenceKernels } from '../tensor/reference/reference.ts'
import { Tape } from '../tensor/tape.ts'
import { decoder } from './decoder.ts'
import type { Generated } from './generation.ts'
import { gpt } from './gpt.ts'

const config = { vocabulary: 13, context: 40, width: 16, layers: 2, heads: 2, embeddingSpread: 0.5, weightSpread: 0.3 }
const net = gpt(config, { seed: 5 })
const open = (blockRows = 7) => decoder(net, { kernels: referenceKernels, blockRows })
const prompt = Array.from({ length: 18 }, (_, i) => (i * 5) % 13)

function withoutBranch({ branch, ...rest }: Generated) {
  return { ...rest, all: [...branch.tokens] }
}

describe('decoder', () => {
  it('goes on with several forks of a prompt, each with its own draws', () => {
    const decode = open()
    const root = decode.open(prompt)
    const results = decode.generate(
      [0, 1, 2].map((key) => ({ branch: decode.fork(root), mostTokens: 9, stop: [4], random: new Random(1, key) })),
    )
    for (const { tokens, finish } of results) {
      if (finish === 'stop') expect(tokens.at(-1)).toBe(4)
      else expect(tokens.length).toBe(9)
    }
    // The prompt was computed once; last tokens were not read.
    const { generated, prefilled, computed } = decode.counters
    expect(prefilled).toBe(prompt.length)
    expect(computed).toBeLessThanOrEqual(prompt.length + generated - 3)
  })

  it('gives the hidden states that the net gives on a tape', () => {
    const decode = open()
    const branch = decode.open(prompt)
    const tape = new Tape({ kernels: referenceKernels })
    const hidden = net.hidden(tape, Int32Array.from(prompt), 1).data
    expect(decode.hidden(branch)).toEqual(hidden.slice(-config.width))
    decode.append(branch, [3, 1, 2])
    expect(decode.hidden(branch)).toEqual(net.hidden(tape, Int32Array.of(...prompt, 3, 1, 2), 1).data.slice(-config.width))
  })

  it('gives a branch the same bits whatever is decoded with it', () => {
    const request = (decode: ReturnType<typeof open>, key: number) => ({
      branch: decode.open(prompt.slice(0, 3 + key)),
      mostTokens: 12,
      random: new Random(2, key),
    })
    const alone = [0, 1, 2, 3].map((key) => {
      const decode = open(100)
      return withoutBranch(decode.generate([request(decode, key)])[0]!)
    })
    const decode = open()
    expect(decode.generate([0, 1, 2, 3].map((key) => request(decode, key))).map(withoutBranch)).toEqual(alone)
  })
})
