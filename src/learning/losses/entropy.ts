// Keeping a policy from becoming certain too early.
import { BanyanError } from '../../core/errors.ts'
import { affine } from '../tensor/operations/arithmetic.ts'
import { wantOption } from './loss.ts'
import { type Term, weighted } from './term.ts'

/**
 * −weight · H(π) of each token: the bonus for entropy (R. J. Williams and J. Peng, Connection Science 3, 1991; arXiv:1707.06347, eq. 9).
 *
 * @param options `weight` from 0, or [tokens].
 * @throws BanyanError E_LOSS_OPTION for a weight below 0; when called, E_LOSS_BATCH for a batch without entropies.
 * @example
 * ppo(tape, batch, { terms: [entropyTerm({ weight: 0.01 })] })
 */
export function entropyTerm({ weight }: { readonly weight: number | Float32Array }): Term {
  if (typeof weight === 'number') wantOption('entropyTerm', 'weight', weight, 0)
  return (tape, { entropies }) => {
    if (entropies === undefined)
      throw new BanyanError('E_LOSS_BATCH', 'entropyTerm: the batch has no entropies', {
        wanted: 'entropies of the policy at each token',
        hint: 'Ask for them where log-probabilities are computed: { entropies: true }',
      })
    return { losses: affine(tape, weighted(tape, entropies, weight), -1), name: 'entropy', values: entropies.data }
  }
}
