// Searches by values and by likelihood on the exact process, with the engine's own beam: they should find the same texts.
import type { Evaluator } from '../../core/evaluator.ts'
import type { Proposer } from '../../core/proposer.ts'
import { search } from '../../core/search.ts'
import { beam } from '../../core/searchers/beam.ts'
import { type TokensState, tokens } from '../../environments/tokens.ts'
import { likelihood } from '../../evaluators/likelihood.ts'
import type { SoftProcess, SoftSolution } from './soft-values.ts'

/** How many of the `width` best texts by V* and by the likelihood under π* differ, place by place. */
export async function differences(process: SoftProcess, solution: SoftSolution, width: number): Promise<number> {
  const found = await Promise.all([valueSoFar(process, solution), likelihood<TokensState, number>({ of: 'path' })].map(best))
  return found[0]!.filter((text, at) => text !== found[1]![at]).length

  async function best(evaluator: Evaluator<TokensState, number>): Promise<string[]> {
    const { vocabulary, length } = process
    const options = { environment: tokens({ mostTokens: length }), task: { prompt: [] }, proposer: policy(process, solution), evaluator }
    const result = await search({ ...options, searcher: beam({ width, branching: vocabulary, rootBranching: vocabulary }) })
    return result.answers(width).map(({ answer }) => answer.join(' '))
  }
}

/** All tokens with their log-probabilities under π*. */
function policy({ vocabulary }: SoftProcess, { logPolicy }: SoftSolution): Proposer<TokensState, number> {
  return {
    name: 'soft-optimal',
    reproducible: 'exact',
    propose: (requests) =>
      requests.map(({ node }) => ({
        complete: true,
        candidates: Array.from({ length: vocabulary }, (_, token) => {
          const { tokens: written } = node.state
          const score = logPolicy[written.length]![vocabulary * place(written, vocabulary) + token]!
          return { action: token, prior: Math.exp(score), score, tokens: { ids: [token], logProbs: [score], model: 'soft-optimal' } }
        }),
      })),
  }
}

/** Σ (r + β log ρ) + V*(s): what search guided by values would rank by. */
function valueSoFar({ vocabulary, beta, rewards, references }: SoftProcess, { values }: SoftSolution): Evaluator<TokensState, number> {
  const value = ({ tokens: written }: TokensState) => {
    let sum = 0
    for (let depth = 0; depth < written.length; depth++) {
      const state = place(written.slice(0, depth + 1), vocabulary)
      sum += rewards[depth]![state]! + beta * references[depth]![state]!
    }
    return sum + values[written.length]![place(written, vocabulary)]!
  }
  return {
    name: 'soft-value',
    reproducible: 'exact',
    range: [-1000, 1000],
    evaluate: (groups) => groups.map((group) => group.map((node) => ({ value: value(node.state) }))),
  }
}

function place(written: readonly number[], vocabulary: number): number {
  return written.reduce((state, token) => vocabulary * state + token, 0)
}
