import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { batchedDecoder } from '../nets/batched-decoder.ts'
import { gpt } from '../nets/gpt.ts'
import { referenceKernels } from '../tensor/reference/reference.ts'
import { type SegmentTreeOptions, segmentTree } from './segment-tree.ts'

const net = gpt({ vocabulary: 6, context: 24, width: 8, layers: 1, heads: 1, embeddingSpread: 1, weightSpread: 0.5 }, { seed: 2 })
const end = 5
const prompts = [
  { group: 'a', prompt: [1, 2] },
  { group: 'b', prompt: [3, 4, 1] },
]
const options = { width: 6, segment: 3, depth: 6, stop: [end], seed: 1 }
const grow = async (more: Partial<SegmentTreeOptions> = {}, given = prompts) => {
  const decoder = batchedDecoder(net, { kernels: referenceKernels })
  return { rollouts: await segmentTree(decoder, given, { ...options, ...more }), decoder }
}

describe('trees of segments', () => {
  it('give the answers that are wanted, and what they share they share to the bit', async () => {
    const { rollouts, decoder } = await grow({ stop: [], depth: 5, rootBranching: [2, 2] })
    expect(rollouts.map(({ group }) => group)).toEqual([...Array(6).fill('a'), ...Array(6).fill('b')])
    for (const one of rollouts)
      for (const other of rollouts.filter(({ group }) => group === one.group)) {
        let shared = 0
        while (shared < one.ancestors.length && one.ancestors[shared] === other.ancestors[shared]) shared++
        const places = one.promptLength + Math.min(3 * shared, one.tokens.length - one.promptLength)
        expect(one.tokens.subarray(0, places)).toEqual(other.tokens.subarray(0, places))
        expect(one.logProbs.subarray(0, places)).toEqual(other.logProbs.subarray(0, places))
      }
    // Segments are written once, whatever hangs on them.
    const written = new Map(
      rollouts.flatMap(({ ancestors, tokens, promptLength }) =>
        ancestors.map((id, at) => [id, Math.min(3, tokens.length - promptLength - 3 * at)]),
      ),
    )
    expect([...written.values()].reduce((sum, length) => sum + length, 0)).toBe(decoder.counters.generated)
    expect(decoder.counters.generated).toBeLessThan(
      rollouts.reduce((sum, { tokens, promptLength }) => sum + tokens.length - promptLength, 0),
    )
  })

  it('does not depend on what else grows', async () => {
    const [both, alone] = [await grow(), await grow({}, [prompts[1]!])]
    expect(alone.rollouts).toEqual(both.rollouts.slice(6))
  })

  it('cuts what is longer than its depth, and goes on from answers that have ended', async () => {
    const { rollouts } = await grow({ depth: 1, width: 12 })
    expect(rollouts).toHaveLength(24)
    for (const { tokens, promptLength, truncated } of rollouts) {
      expect(tokens.length - promptLength).toBeLessThanOrEqual(3)
      expect(truncated).toBe(tokens.at(-1) !== end)
    }
  })

  it('keeps to width, depth and context, whatever they are', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          width: fc.integer({ min: 1, max: 9 }),
          segment: fc.integer({ min: 1, max: 9 }),
          depth: fc.integer({ min: 1, max: 5 }),
          seed: fc.integer({ min: 0, max: 99 }),
        }),
        async (more) => {
          const { rollouts } = await grow(more)
          expect(rollouts).toHaveLength(2 * more.width)
          for (const { ancestors, tokens, id } of rollouts) {
            expect(ancestors.length).toBeLessThanOrEqual(more.depth)
            expect(tokens.length).toBeLessThanOrEqual(24)
            expect(rollouts.filter((other) => other.id === id)).toHaveLength(1)
          }
        },
      ),
      { numRuns: 20 },
    )
  })

  it('refuses options out of range', async () => {
    await expect(grow({ width: 0 })).rejects.toMatchObject({ code: 'E_ROLLOUT_OPTION' })
    await expect(
      segmentTree(batchedDecoder(net, { kernels: referenceKernels }), prompts, { ...options, rootBranching: [3, 2] }),
    ).rejects.toThrow(/no range/)
  })
})
