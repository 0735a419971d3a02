// The best of n whole answers: the plainest search, and the baseline of every other.
import type { z } from 'zod'
import { bestOfN } from '../core/searchers/best-of-n.ts'
import { type Improved, improve } from './improve.ts'
import type { AnswerKind, AnswerOf, ImproveOptions } from './improvement.ts'
import { optionError } from './option-error.ts'

/** Options of `bestOf`: those of `improve` but for the searcher, and how many answers. */
export type BestOfOptions<Schema extends z.ZodType = z.ZodString, Kind extends AnswerKind = 'text'> = Omit<
  ImproveOptions<Schema, Kind>,
  'preset' | 'searcher' | 'steps'
> & {
  /** How many answers, 1 to 4096. Default 8. */
  readonly n?: number
}

/**
 * Samples `n` whole answers at once and returns the best by `verify` or `judge` (by default the model's own judgement, or likelihood).
 * A certain answer ends it early.
 *
 * @throws as `improve` does.
 *
 * @example
 * const { answer } = await bestOf({ model, prompt, n: 8, schema: z.object({ code: z.string() }), verify: ({ answer }) => passes(answer.code) })
 */
export async function bestOf<Schema extends z.ZodType = z.ZodString, Kind extends AnswerKind = 'text'>(
  options: BestOfOptions<Schema, Kind>,
): Promise<Improved<AnswerOf<Schema, Kind>>> {
  return improve<Schema, Kind>(samplesOf(options))
}

/** Best of n as an improvement. What ends it is n; a preset's budget would not know of it, and one more than it needs is never reached. */
export function samplesOf<Schema extends z.ZodType, Kind extends AnswerKind>({
  n = 8,
  ...options
}: BestOfOptions<Schema, Kind>): ImproveOptions<Schema, Kind> {
  if (!Number.isInteger(n) || n < 1 || n > 4096) throw optionError('n', n, 'a whole number from 1 to 4096')
  return {
    ...(options as unknown as ImproveOptions<Schema, Kind>),
    budget: options.budget ?? { expansions: n + 1 },
    searcher: bestOfN({ n }),
    steps: false,
    concurrency: options.concurrency ?? Math.min(n, 8),
  }
}
