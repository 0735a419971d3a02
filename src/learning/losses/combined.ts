// Several losses made small at once: an expert's answers beside one's own (CHORD), a critic beside a policy, writing beside preferring.
import { BanyanError } from '../../core/errors.ts'
import { add, affine } from '../tensor/operations/arithmetic.ts'
import type { Tape } from '../tensor/tape.ts'
import type { Loss } from './loss.ts'

/** A loss, and how much it counts. */
export interface LossPart {
  readonly loss: Loss
  /** A finite number. */
  readonly weight: number
}

/**
 * Σ weight · loss.
 *
 * @param parts by name.
 * @returns telemetry of all parts with their names before it (`policy.clipFraction`), and each part's own loss (`policy.loss`).
 * @throws BanyanError E_LOSS_EMPTY without a part; E_LOSS_OPTION for a weight that is not finite.
 * @example
 * combined(tape, { policy: { loss: grpo(tape, batch), weight: 1 - mu }, expert: { loss: supervisedLogProbs(tape, logProbs), weight: mu } })
 */
export function combined(tape: Tape, parts: Readonly<Record<string, LossPart>>): Loss {
  const named = Object.entries(parts)
  for (const [name, { weight }] of named)
    if (!Number.isFinite(weight))
      throw new BanyanError('E_LOSS_OPTION', `combined: the weight of ${name} is out of range`, { seen: weight, wanted: 'a finite number' })
  const weighted = named.map(([, { loss, weight }]) => affine(tape, loss.loss, weight))
  const [first, ...others] = weighted
  if (first === undefined) throw new BanyanError('E_LOSS_EMPTY', 'combined: there is no loss', { wanted: 'at least one' })
  return {
    loss: others.reduce((sum, part) => add(tape, sum, part), first),
    telemetry: Object.fromEntries(
      named.flatMap(([name, { loss }]) => [
        [`${name}.loss`, loss.loss.data[0]!] as const,
        ...Object.entries(loss.telemetry).map(([key, value]) => [`${name}.${key}`, value] as const),
      ]),
    ),
  }
}
