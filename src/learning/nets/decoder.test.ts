import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Random } from '../../core/random.ts'
import { referenceKernels } from '../tensor/reference/reference.ts'
import { Tape } from '../tensor/tape.ts'
import { decoder } from './decoder.ts'
import type { Generated, GenerateRequest } from './generation.ts'
import { gpt } from './gpt.ts'

const config = { vocabulary: 13, context: 40, width: 16, layers: 2, heads: 2, embeddingSpread: 0.5, weightSpread: 0.3 }
const net = gpt(config, { seed: 5 })
const open = (blockRows = 7) => decoder(net, { kernels: referenceKernels, blockRows, mostTogether: 3 })
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

  it('forks, rewinds and appends as if each branch were fresh', () => {
    const decode = open()
    const first = decode.open(prompt)
    decode.read([first])
    const second = decode.fork(first)
    decode.rewind(second, 10)
    decode.append(second, [1, 2])
    decode.append(first, [3])
    const hiddenOf = (tokens: number[]) => {
      const other = open()
      return other.hidden(other.open(tokens))
    }
    expect(decode.hidden(second)).toEqual(hiddenOf([...prompt.slice(0, 10), 1, 2]))
    expect(decode.hidden(first)).toEqual(hiddenOf([...prompt, 3]))
  })

  it('takes what a calculator writes into the text, without counting it as chosen', () => {
    const decode = open()
    const [generated] = decode.generate([
      {
        branch: decode.open(prompt),
        mostTokens: 5,
        temperature: 0,
        observe: (tokens) => (tokens.length === prompt.length + 2 ? [7, 8] : undefined),
      },
    ])
    expect([...generated!.chosen]).toEqual([1, 1, 0, 0, 1, 1, 1])
    expect([...generated!.tokens.slice(2, 4)]).toEqual([7, 8])
    expect([...generated!.logProbs.slice(2, 4)]).toEqual([0, 0])
    expect(generated!.branch.tokens).toEqual([...prompt, ...generated!.tokens])
  })

  it('chooses only what is allowed, and notes the most probable tokens', () => {
    const decode = open()
    const odd = Uint8Array.from({ length: 13 }, (_, token) => token % 2)
    const [fixed, changing] = decode.generate([
      { branch: decode.open(prompt), mostTokens: 8, random: new Random(1), allowed: odd, alternatives: 3 },
      {
        branch: decode.open(prompt),
        mostTokens: 8,
        random: new Random(1),
        allowed: (tokens) => (tokens.length % 2 === 0 ? odd : undefined),
      },
    ])
    expect(fixed!.tokens.every((token) => token % 2 === 1)).toBe(true)
    expect(changing!.tokens.every((token, at) => token % 2 === 1 || at % 2 === 1)).toBe(true)
    for (const [at, alternatives] of fixed!.alternatives!.entries()) {
      expect(alternatives).toHaveLength(3)
      expect(alternatives.every(({ token }) => token % 2 === 1)).toBe(true)
      expect(alternatives[0]!.logProb).toBeGreaterThanOrEqual(alternatives[1]!.logProb)
      const chosen = alternatives.find(({ token }) => token === fixed!.tokens[at])
      if (chosen !== undefined) expect(chosen.logProb).toBeCloseTo(fixed!.rawLogProbs[at]!, 5)
      // Fewer tokens share the probability.
      expect(fixed!.logProbs[at]!).toBeGreaterThanOrEqual(fixed!.rawLogProbs[at]!)
    }
  })

  it('ends at a token, by a predicate, at the most tokens, and where the context ends', () => {
    const decode = open()
    const finish = (request: Partial<GenerateRequest>, length = prompt.length) => {
      const branch = decode.open(Array.from({ length }, (_, i) => i % 13))
      const [generated] = decode.generate([{ branch, mostTokens: 100, random: new Random(8), ...request }])
      return [generated!.finish, generated!.tokens.length]
    }
    expect(finish({ stop: (tokens) => tokens.length === 4 })).toEqual(['stop', 4])
    expect(finish({ stop: Array.from({ length: 13 }, (_, token) => token) })).toEqual(['stop', 1])
    expect(finish({ mostTokens: 6 })).toEqual(['length', 6])
    expect(finish({}, 37)).toEqual(['context', 3])
    expect(finish({ observe: () => [1, 1, 1, 1, 1] }, 37)).toEqual(['context', 3])
  })

  it('counts what was generated, pruned and prefilled, and keeps no page of branches that have ended', () => {
    const decode = open()
    const root = decode.open(prompt)
    const generate = (branch = decode.fork(root)) => decode.generate([{ branch, mostTokens: 4, temperature: 0, readLast: true }])[0]!.branch
    const [kept, dropped] = [generate(), generate()]
    const [child, other] = [decode.fork(kept), decode.fork(kept)]
    decode.release(generate(child))
    decode.drop(generate(other))
    expect(decode.counters).toMatchObject({ generated: 16, pruned: 4 })
    // Others have these four too, and one of them was released.
    decode.drop(kept)
    expect(decode.counters.pruned).toBe(4)
    decode.rewind(dropped, prompt.length + 3)
    expect(decode.counters.pruned).toBe(5)
    decode.drop(dropped)
    decode.drop(root)
    expect(decode.counters).toMatchObject({ pruned: 8, prefilled: prompt.length, computed: prompt.length + 16 })
    expect([decode.branches, decode.heldPages]).toEqual([0, 0])
  })

  it('computes once what several prompts begin with', () => {
    const decode = open()
    decode.read([decode.open([...prompt, 1]), decode.open([...prompt, 2, 3]), decode.open(prompt), decode.open([...prompt, 2, 3])])
    // The prompt that ends within another reads its own last token again.
    expect(decode.counters.computed).toBe(prompt.length + 1 + 2 + 1)
  })

  it('refuses what cannot be', () => {
    const decode = open()
    const branch = decode.open(prompt)
    const request = { branch, mostTokens: 3, random: new Random(1) }
    const refused = (requests: GenerateRequest[], code: string) =>
      expect(() => decode.generate(requests)).toThrow(expect.objectContaining({ code }))
    refused([request, request], 'E_DECODER_BRANCH')
    refused([{ ...request, mostTokens: 0 }], 'E_DECODER_OPTION')
    refused([{ branch, mostTokens: 3 }], 'E_DECODER_OPTION')
    refused([{ ...request, temperature: -1 }], 'E_DECODER_OPTION')
    refused([{ ...request, topP: 0 }], 'E_DECODER_OPTION')
    refused([{ ...request, topK: 0.5 }], 'E_DECODER_OPTION')
    refused([{ ...request, alternatives: -1 }], 'E_DECODER_OPTION')
    refused([{ ...request, allowed: new Uint8Array(13) }], 'E_DECODER_MASK')
    refused([{ ...request, allowed: () => new Uint8Array(3).fill(1) }], 'E_DECODER_MASK')
    refused([{ ...request, observe: () => [13] }], 'E_NET_TOKENS')
    refused([{ ...request, branch: decode.open([]) }], 'E_DECODER_OPTION')
    refused([{ ...request, branch: open().open(prompt) }], 'E_DECODER_BRANCH')
    decode.drop(branch)
    refused([request], 'E_DECODER_BRANCH')
    expect(() => decode.open([-1])).toThrow(expect.objectContaining({ code: 'E_NET_TOKENS' }))
    expect(() => decode.open(new Array(41).fill(0))).toThrow(expect.objectContaining({ code: 'E_NET_CONTEXT' }))
    expect(() => decoder(net, { kernels: referenceKernels, blockRows: 0 })).toThrow(expect.objectContaining({ code: 'E_DECODER_OPTION' }))
    const broken = gpt(config, { seed: 1 })
    broken.parameters[0]!.data[3 * 16] = Number.NaN
    const other = decoder(broken, { kernels: referenceKernels })
    expect(() => other.hidden(other.open([3]))).toThrow(expect.objectContaining({ code: 'E_DECODER_NOT_FINITE' }))
  })

  it('does the same for any schedule of forks, rewinds and reads', () => {
    const works = fc.array(
      fc.record({ kind: fc.constantFrom('fork', 'rewind', 'append', 'read', 'drop'), at: fc.nat(100), size: fc.nat(20) }),
      { maxLength: 25 },
    )
    fc.assert(
      fc.property(works, (schedule) => {
        const decode = open(5)
        const branches = [decode.open(prompt)]
        for (const { kind, at, size } of schedule) {
          const branch = branches[at % branches.length]!
          if (kind === 'fork') branches.push(decode.fork(branch))
          else if (kind === 'rewind') decode.rewind(branch, 1 + (size % branch.length))
          else if (kind === 'append') decode.append(branch, new Array(Math.min(size, 40 - branch.length)).fill(at % 13))
          else if (kind === 'read') decode.read([branch])
          else if (branches.length > 1) decode.drop(branches.splice(at % branches.length, 1)[0]!)
        }
        for (const branch of branches) {
          const fresh = open(100)
          expect(decode.hidden(branch)).toEqual(fresh.hidden(fresh.open(branch.tokens)))
        }
      }),
      { numRuns: 25 },
    )
  })
})
