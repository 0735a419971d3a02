// Weights of tokens by the step that they are in, and masks: what DPO and list losses take as a batch's `weights`.
import { BanyanError } from '../../core/errors.ts'

/**
 * Weights of tokens out of weights of steps: each token of a step gets the step's weight, or (`mean`) its part of it, so that the step counts by
 * its mean.
 *
 * @param tokens how many there are; those outside of all steps get 0.
 * @param steps half-open ranges of tokens.
 * @param weights [steps], from 0.
 * @throws BanyanError E_LOSS_BATCH for a step outside of the tokens, or without a weight.
 * @example
 * stepWeights(4, [{ from: 0, to: 3 }, { from: 3, to: 4 }], [1.5, 2], { mean: true }) // .5 .5 .5 2
 */
export function stepWeights(
  tokens: number,
  steps: readonly { readonly from: number; readonly to: number }[],
  weights: ArrayLike<number>,
  { mean = false }: { readonly mean?: boolean } = {},
): Float32Array {
  const out = new Float32Array(tokens)
  for (const [at, { from, to }] of steps.entries()) {
    const weight = weights[at]
    if (!(from >= 0 && to > from && to <= tokens) || weight === undefined)
      throw new BanyanError('E_LOSS_BATCH', `stepWeights: step ${at} does not fit`, {
        seen: { from, to, weight },
        wanted: `a range of at least one token within 0 to ${tokens}, and a weight`,
      })
    out.fill(mean ? weight / (to - from) : weight, from, to)
  }
  return out
}

/**
 * 1 + cos(h_k, g_k) for each step k: how alike the steps of an answer are to those of the best one; steps that both share get 2 (TPO,
 * arXiv:2410.12854: adaptive step reward). Steps that the best answer has not get 1.
 *
 * @param states [steps] hidden states of an answer's steps, all of one length.
 * @param best the same of the best answer.
 */
export function similarityWeights(states: readonly ArrayLike<number>[], best: readonly ArrayLike<number>[]): number[] {
  return states.map((state, step) => (best[step] === undefined ? 1 : 1 + cosine(state, best[step])))
}

/**
 * Masks of two answers that leave out what both begin with: 1 from the first token in which they differ (MCTS-DPO, arXiv:2405.00451). Where one
 * is the beginning of the other, its last token counts still, so that both have something to compare.
 */
export function sinceDifference(a: ArrayLike<number>, b: ArrayLike<number>): { readonly a: Float32Array; readonly b: Float32Array } {
  let same = 0
  while (same < a.length && same < b.length && a[same] === b[same]) same++
  const from = Math.max(0, Math.min(same, a.length - 1, b.length - 1))
  return { a: new Float32Array(a.length).fill(1, from), b: new Float32Array(b.length).fill(1, from) }
}

function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [product, squareA, squareB] = [0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    product += a[i]! * b[i]!
    squareA += a[i]! ** 2
    squareB += b[i]! ** 2
  }
  return squareA > 0 && squareB > 0 ? product / Math.sqrt(squareA * squareB) : 0
}
