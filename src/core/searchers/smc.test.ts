// Particle filters on trees computed by hand.
import { describe, expect, it } from 'vitest'
import { tableTree } from '../../testing/table-tree.ts'
import type { Proposer } from '../proposer.ts'
import { search } from '../search.ts'
import { type SmcOptions, smc } from './smc.ts'

// 'a' is likely and leads nowhere; 'b' is rare and leads to the right end.
const trap = {
  a: { prior: 0.75, value: 0.1 },
  b: { prior: 0.25, value: 0.9 },
  ax: { value: 0.05 },
  bx: { value: 0.4 },
  by: { value: 0.95 },
}

const run = (options: SmcOptions, table: Parameters<typeof tableTree>[0] = trap, more: { seed?: number; concurrency?: number } = {}) =>
  search({ ...tableTree(table), searcher: smc({ samples: 'together', ...options }), ...more })

/** One sample for each request, drawn by the priors of the table. */
function sampler(table: Parameters<typeof tableTree>[0]): Proposer<string, string> {
  const listed = tableTree(table).proposer
  return {
    name: 'sampler',
    async propose(requests, context) {
      const lists = await listed.propose(
        requests.map((request) => ({ ...request, siblings: [] })),
        context,
      )
      return lists.map(({ candidates }) => {
        const drawn = candidates[context.random.weighted(candidates.map(({ prior }) => prior ?? 0))]
        return { candidates: drawn === undefined ? [] : [drawn] }
      })
    },
  }
}

describe('smc', () => {
  it('copies what is promising and drops what is not', async () => {
    // Four particles: three at a, one at b. Weights 0.1, 0.1, 0.1, 0.9: effective size 1.2² / 0.84 = 1.71 < 2, so they are drawn anew:
    // shares 1/12, 1/12, 1/12, 9/12 of 4 points put at least three at b.
    const parts = tableTree(trap)
    const asked: Record<string, number> = {}
    const spied: Proposer<string, string> = {
      name: 'spied',
      propose(requests, context) {
        for (const { node, count } of requests) asked[node.state] = count
        return parts.proposer.propose(requests, context)
      },
    }
    const result = await search({ ...parts, proposer: spied, searcher: smc({ particles: 4, samples: 'together' }) })
    expect(asked['']).toBe(4)
    expect(asked.b).toBeGreaterThanOrEqual(3)
    expect((asked.a ?? 0) + asked.b!).toBe(4)
    expect(result.answer).toBe('by')
  })

  it('weighs by ψ_t / ψ_{t-1}, so that the sum of weights at an end is its share of p(x) · ψ(x)', async () => {
    // Without resampling, two particles on an even choice: p · ψ = 0.5 · 0.3 and 0.5 · 0.6, whatever the values in between.
    const table = { a: { value: 0.9 }, b: { value: 0.1 }, ax: { value: 0.3 }, bx: { value: 0.6 } }
    const ratio = await run({ particles: 2, resampleBelow: 0 }, table)
    expect(ratio.answers(2).map(({ answer }) => answer)).toEqual(['bx', 'ax'])
    // With ψ at each step: 0.9 · 0.3 = 0.27 beats 0.1 · 0.6 = 0.06.
    const each = await run({ particles: 2, resampleBelow: 0, increment: 'each' }, table)
    expect(each.answers(2).map(({ answer }) => answer)).toEqual(['ax', 'bx'])
  })

  it('counts equal answers together, or takes the best value', async () => {
    const table = { a: { prior: 0.75, value: 0.4 }, b: { prior: 0.25, value: 0.5 } }
    expect((await run({ particles: 4, resampleBelow: 0 }, table)).answer).toBe('a')
    expect((await run({ particles: 4, resampleBelow: 0, choose: 'value' }, table)).answer).toBe('b')
  })

  it('softens values by a temperature: exp(0.5 / T) of b against exp(0.4 / T) of a three times', async () => {
    const table = { a: { prior: 0.75, value: 0.4 }, b: { prior: 0.25, value: 0.5 } }
    // 3 · e^4 = 164 > e^5 = 148, and 3 · e^8 = 8943 < e^10 = 22026.
    const soft = { particles: 4, resampleBelow: 0, potential: 'softmax' } as const
    expect((await run({ ...soft, temperature: 0.1 }, table)).answer).toBe('a')
    expect((await run({ ...soft, temperature: 0.05 }, table)).answer).toBe('b')
  })

  it('lets dead ends die, and begins again while there is anything new', async () => {
    const table = { a: { prior: 1, value: 0, certain: true }, b: { prior: 0, value: 0.5 } }
    const once = await run({ particles: 2 }, table)
    expect(once.stopped).toBe('exhausted')
    const again = await search({ ...tableTree(trap), proposer: sampler(trap), searcher: smc({ particles: 2, restarts: 3 }) })
    // Four populations of two particles and two steps.
    expect(again.usage.expansions).toBe(16)
  })

  it('approaches the proposer given success', async () => {
    // p(a) = 0.75, p(b) = 0.25; chances of success 0.1 and 0.9: p(b | success) = 0.225 / 0.3 = 0.75.
    const table = { a: { prior: 0.75, value: 0.1 }, b: { prior: 0.25, value: 0.9 } }
    let weightOfB = 0
    let total = 0
    for (let seed = 0; seed < 200; seed++) {
      const { tree } = await search({
        ...tableTree(table),
        proposer: sampler(table),
        searcher: smc({ particles: 8, resampleBelow: 0 }),
        seed,
      })
      for (const node of tree.children(0)) {
        total += tree.mean(node)
        if (tree.action(node) === 'b') weightOfB += tree.mean(node)
      }
    }
    expect(weightOfB / total).toBeCloseTo(0.75, 1)
  })

  it('grows the same tree with one trial in flight and with eight', async () => {
    const grown = (concurrency: number) =>
      search({ ...tableTree(trap), proposer: sampler(trap), searcher: smc({ particles: 5, restarts: 2 }), seed: 4, concurrency })
    expect((await grown(8)).digest).toBe((await grown(1)).digest)
  })

  it('refuses games for two, and settings that it does not know', async () => {
    await expect(search({ ...tableTree(trap, { players: 2 }), searcher: smc() })).rejects.toMatchObject({ code: 'E_SEARCHER_PLAYERS' })
    expect(() => smc({ particles: 0 })).toThrow(expect.objectContaining({ code: 'E_SEARCHER_SETTING' }))
    expect(() => smc({ resampling: 'often' as never })).toThrow(expect.objectContaining({ code: 'E_SEARCHER_SETTING' }))
  })
})
