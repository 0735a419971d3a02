// How the next token is chosen: the settings of a caller, checked, and laid out row by row for the kernel.
import { BanyanError } from '../../core/errors.ts'

/** Settings of one generation; applied in the order mask, temperature, top-k, top-p. */
export interface SamplingOptions {
  /** 0 takes the most probable token. Default 1. */
  readonly temperature?: number
  /** Only so many of the most probable tokens; 0: all. Default 0. */
  readonly topK?: number
  /** Only the most probable tokens whose probabilities add up to this, in (0, 1]. Default 1. */
  readonly topP?: number
}

/** [vocabulary]: 1 where a token may be chosen, 0 where not. */
export type TokenMask = Uint8Array

/** @throws BanyanError E_DECODER_OPTION for settings out of range. */
export function checkedSampling({ temperature = 1, topK = 0, topP = 1 }: SamplingOptions): Required<SamplingOptions> {
  if (!(temperature >= 0 && temperature < Number.POSITIVE_INFINITY)) throw outOfRange('temperature', temperature, 'a number from 0')
  if (!(Number.isInteger(topK) && topK >= 0)) throw outOfRange('topK', topK, 'a whole number from 0')
  if (!(topP > 0 && topP <= 1)) throw outOfRange('topP', topP, 'a number above 0, up to 1')
  return { temperature, topK, topP }
}

/** @throws BanyanError E_DECODER_MASK for a mask of another length, or one that allows nothing. */
export function checkMask(mask: TokenMask, vocabulary: number): void {
  if (mask.length === vocabulary && mask.some((allowed) => allowed !== 0)) return
  throw new BanyanError('E_DECODER_MASK', 'a token mask does not fit', {
    seen: mask.length === vocabulary ? 'no token allowed' : `${mask.length} entries`,
    wanted: `${vocabulary} entries, at least one of them 1`,
  })
}

export function outOfRange(option: string, seen: unknown, wanted: string): BanyanError {
  return new BanyanError('E_DECODER_OPTION', `decoder: ${option} is out of range`, { seen, wanted })
}
