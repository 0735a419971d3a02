import { describe, expect, it } from 'vitest'
import { search } from '../../core/search.ts'
import { beam } from '../../core/searchers/beam.ts'
import { tokens } from '../../environments/tokens.ts'
import { likelihood } from '../../evaluators/likelihood.ts'
import { referenceKernels } from '../tensor/reference/reference.ts'
import { batchedDecoder } from './batched-decoder.ts'
import { gpt } from './gpt.ts'
import { scorer } from './scorer.ts'
import { netTokenProposer } from './token-proposer.ts'

const net = gpt({ vocabulary: 6, context: 8, width: 16, layers: 1, heads: 2, embeddingSpread: 1, weightSpread: 0.5 }, { seed: 3 })
const prompt = [5, 2]

/** All texts of three tokens with their probabilities, by brute force. */
function allTexts(): { readonly text: string; readonly logProb: number }[] {
  const texts: number[][] = [[]]
  for (let depth = 0; depth < 3; depth++)
    texts.push(...texts.splice(0).flatMap((text) => [0, 1, 2, 3, 4, 5].map((token) => [...text, token])))
  const scored = scorer(net, { kernels: referenceKernels }).score(
    texts.map((text) => ({ tokens: [...prompt, ...text], from: prompt.length })),
  )
  return texts.map((text, at) => ({ text: text.join(' '), logProb: scored[at]!.logProbs.reduce((sum, one) => sum + one, 0) }))
}

describe('a net as a proposer of tokens', () => {
  it('makes beam search of full width find the likeliest text', async () => {
    const proposer = netTokenProposer({ decoder: batchedDecoder(net, { kernels: referenceKernels }) })
    const options = { environment: tokens({ mostTokens: 3 }), task: { prompt }, proposer, evaluator: likelihood({ of: 'path' }) }
    const { answer, tree, node, usage } = await search({ ...options, searcher: beam({ width: 36, branching: 6, rootBranching: 6 }) })
    const best = allTexts().reduce((most, one) => (one.logProb > most.logProb ? one : most))
    expect(answer?.join(' ')).toBe(best.text)
    expect(tree.logProb(node!)).toBeCloseTo(best.logProb, 4)
    expect(usage.tokens).toBe(1 + 6 + 36)
  })

  it('offers the likeliest first, others after those known, and nothing where the context ends', async () => {
    const proposer = netTokenProposer({ decoder: batchedDecoder(net, { kernels: referenceKernels }) })
    const narrow = { environment: tokens({ mostTokens: 3 }), task: { prompt }, proposer, evaluator: likelihood({ of: 'path' }) }
    const greedy = await search({ ...narrow, searcher: beam({ width: 1, branching: 1, rootBranching: 1 }) })
    const wide = await search({ ...narrow, searcher: beam({ width: 2, branching: 2, rootBranching: 2 }) })
    expect(wide.tree.logProb(wide.node!)).toBeGreaterThanOrEqual(greedy.tree.logProb(greedy.node!))
    const full = await search({
      ...narrow,
      environment: tokens({ mostTokens: 30 }),
      task: { prompt: [1, 1, 1, 1, 1, 1, 1, 1] },
      searcher: beam(),
    })
    expect(full.answer).toBeUndefined()
  })

  it('refuses to offer less than one', () => {
    expect(() => netTokenProposer({ decoder: batchedDecoder(net, { kernels: referenceKernels }), most: 0 })).toThrow(
      /wanted a whole number/,
    )
  })
})
