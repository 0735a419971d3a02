// A net as proposer and evaluator of a search: the same tree at any concurrency.
import { describe, expect, it } from 'vitest'
import { search } from '../../core/search.ts'
import type { Searcher } from '../../core/searcher.ts'
import { beam } from '../../core/searchers/beam.ts'
import { mcts } from '../../core/searchers/mcts.ts'
import type { Tree } from '../../core/tree.ts'
import { treeDigest } from '../../core/tree-digest.ts'
import { fakeContext } from '../../testing/fake-context.ts'
import { fakeNode } from '../../testing/fake-node.ts'
import { type LettersState, letters } from '../../testing/letters.ts'
import { referenceKernels } from '../tensor/reference/reference.ts'
import { batchedDecoder } from './batched-decoder.ts'
import { gpt } from './gpt.ts'
import { netEvaluator } from './net-evaluator.ts'
import { netProposer } from './net-proposer.ts'
import type { StepCodec } from './step-codec.ts'
import { valueHead } from './value-head.ts'

const kernels = referenceKernels
const net = gpt({ vocabulary: 6, context: 12, width: 8, layers: 1, heads: 2, embeddingSpread: 0.5, weightSpread: 0.3 }, { seed: 2 })
const head = valueHead({ width: 8 }, { seed: 3 })
const end = 5

/** Token 4 begins; tokens 0 to 3 are letters; a step is a letter and an end. */
const codec: StepCodec<LettersState, string> = {
  prompt: ({ text }) => [4, ...[...text].flatMap((letter) => ['abcd'.indexOf(letter), end])],
  action: ([letter]) => (letter !== undefined && letter < 4 ? 'abcd'[letter] : undefined),
  stop: [end],
  mostTokens: 2,
  allowed: () => (tokens) =>
    tokens.at(-1) === 4 || tokens.at(-1) === end ? Uint8Array.of(1, 1, 1, 1, 0, 0) : Uint8Array.of(0, 0, 0, 0, 0, 1),
}

function partsOf() {
  const decoder = batchedDecoder(net, { kernels })
  return {
    proposer: netProposer({ decoder, codec, priors: true }),
    evaluator: netEvaluator<LettersState, string>({ decoder, codec, head }),
  }
}

const node = (text: string) => fakeNode<LettersState, string>({ text, length: 4, letters: 'abcd' })

describe('a net in a search', () => {
  it('grows the same tree at concurrency 1 and 8, and the same one again', async () => {
    const run = async (concurrency: number, searcher: ReturnType<typeof beam> | ReturnType<typeof mcts>) => {
      const parts = partsOf()
      const options = { ...parts, environment: letters(), task: { length: 4 }, budget: { expansions: 40 }, seed: 3 }
      const { tree } = await search({ ...options, searcher: searcher as Searcher, concurrency })
      expect(tree.size).toBeGreaterThan(10)
      return treeDigest(tree as Tree)
    }
    expect(await run(8, beam({ width: 3, branching: 3 }))).toBe(await run(1, beam({ width: 3, branching: 3 })))
    expect(await run(8, mcts())).toBe(await run(8, mcts()))
  })

  it('proposes steps with tokens, scores and priors, and counts what it generated', async () => {
    const context = fakeContext()
    const { proposer } = partsOf()
    const [proposed] = await proposer.propose([{ node: node('ab'), siblings: ['a'], count: 8 }], context)
    const { candidates } = proposed!
    expect(candidates.length).toBeGreaterThan(1)
    expect(candidates.map(({ action }) => action)).not.toContain('a')
    for (const { action, tokens, score, prior } of candidates) {
      expect(tokens!.ids).toEqual(['abcd'.indexOf(action), end])
      expect(score).toBeCloseTo(
        tokens!.logProbs!.reduce((sum, one) => sum + one, 0),
        6,
      )
      expect(prior).toBeGreaterThan(0)
    }
    expect(candidates.reduce((sum, { prior }) => sum + prior!, 0)).toBeCloseTo(1, 6)
    expect(context.used).toMatchObject({ calls: 1, tokens: 16, evaluatedTokens: 5 })
  })

  it('keeps within a grant, and proposes nothing where the context is full', async () => {
    const { proposer } = partsOf()
    const context = fakeContext({ grant: { tokens: 5 } })
    await proposer.propose([{ node: node(''), siblings: [], count: 8 }], context)
    expect(context.used.tokens).toBe(4)
    const [full] = await proposer.propose(
      [
        { node: node('abcda'), siblings: [], count: 2 },
        { node: node('abcdab'), siblings: [], count: 2 },
      ].slice(1),
      fakeContext(),
    )
    expect(full).toEqual({ candidates: [], complete: true })
  })

  it('values states by the head, and gives the value with the proposals where asked to', async () => {
    const { evaluator } = partsOf()
    const context = fakeContext()
    const [[first, second], [third]] = (await evaluator.evaluate([[node('a'), node('bc')], [node('a')]], context)) as [
      [{ value: number }, { value: number }],
      [{ value: number }],
    ]
    expect(first).toEqual(third)
    expect(first).not.toEqual(second)
    expect(context.used).toMatchObject({ netEvaluations: 3, evaluatedTokens: 11 })
    const proposer = netProposer({ decoder: batchedDecoder(net, { kernels }), codec, head })
    const [proposed] = await proposer.propose([{ node: node('a'), siblings: [], count: 1 }], fakeContext())
    expect(proposed!.value).toBeCloseTo(first.value, 4)
  })
})
