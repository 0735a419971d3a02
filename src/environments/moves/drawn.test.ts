import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Proposer } from '../../core/proposer.ts'
import { search } from '../../core/search.ts'
import { bestOfN } from '../../core/searchers/best-of-n.ts'
import { greedy } from '../../core/searchers/greedy.ts'
import { goalReached } from '../../evaluators/numbers.ts'
import { fakeContext } from '../../testing/fake-context.ts'
import { fakeNode } from '../../testing/fake-node.ts'
import { game24 } from '../game24.ts'
import { likeliest, sampled } from './drawn.ts'
import { uniform } from './uniform.ts'

const listing: Proposer<string, string> = {
  name: 'three',
  propose: (requests) =>
    requests.map(({ siblings }) => ({
      candidates: siblings.length > 0 ? [] : [0.2, 0.7, 0.1].map((prior, i) => ({ action: 'abc'[i]!, prior })),
      complete: true,
    })),
}
const request = (count: number, siblings: readonly string[] = []) => ({ node: fakeNode<string, string>('state'), siblings, count })
const actions = async (proposer: Proposer<string, string>, count: number, seed = 1, siblings?: readonly string[]) =>
  (await proposer.propose([request(count, siblings)], fakeContext({ seed })))[0]!.candidates.map(({ action }) => action)

describe('likeliest', () => {
  it('takes the move with the highest prior, whatever was taken before', async () => {
    expect(await actions(likeliest(listing), 1)).toEqual(['b'])
    expect(await actions(likeliest(listing), 2, 1, ['b'])).toEqual(['b', 'a'])
  })

  it('takes the first listed where all are alike', async () => {
    const environment = game24()
    const state = environment.initial({ numbers: [2, 3, 4, 6] })
    const [proposed] = await likeliest(uniform(environment)).propose(
      [{ node: fakeNode<typeof state, string>(state), siblings: [], count: 1 }],
      fakeContext(),
    )
    expect(proposed?.candidates.map(({ action }) => action)).toEqual([environment.actions(state)[0]])
  })
})

describe('sampled', () => {
  it('draws in proportion to the priors, also what was drawn before', async () => {
    const drawn = await actions(sampled(listing), 4000, 1, ['a', 'b', 'c'])
    const share = (action: string) => drawn.filter((one) => one === action).length / drawn.length
    expect(share('a')).toBeCloseTo(0.2, 1)
    expect(share('b')).toBeCloseTo(0.7, 1)
    expect(share('c')).toBeCloseTo(0.1, 1)
  })

  it('draws as many as are wanted, the same for the same seed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 20 }), fc.nat(1000), async (count, seed) => {
        const drawn = await actions(sampled(listing), count, seed)
        expect(drawn).toHaveLength(count)
        expect(await actions(sampled(listing), count, seed)).toEqual(drawn)
      }),
      { numRuns: 30 },
    )
  })

  it('has nothing where nothing is listed', async () => {
    const nothing: Proposer<string, string> = { name: 'nothing', propose: (requests) => requests.map(() => ({ candidates: [] })) }
    expect(await actions(sampled(nothing), 3)).toEqual([])
  })
})

describe('chains of moves', () => {
  const environment = game24()
  const task = { numbers: [4, 6, 1, 1] }
  const evaluator = goalReached({ target: () => 24, answer: environment.answer })

  it('solve a puzzle by trying again and again, each chain on its own', async () => {
    const proposer = sampled(uniform(environment))
    const result = await search({
      environment,
      task,
      proposer,
      evaluator,
      searcher: bestOfN({ n: null }),
      budget: { expansions: 600 },
      seed: 1,
    })
    expect(result.solved).toBe(true)
    expect(result.usage.expansions).toBeLessThanOrEqual(600)
  })

  it('take three steps where nothing is tried twice', async () => {
    const result = await search({ environment, task, proposer: likeliest(uniform(environment)), searcher: greedy() })
    expect(result.usage.expansions).toBe(3)
    expect(result.tree.size).toBe(4)
  })
})
