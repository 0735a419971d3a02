// Which examples go through the net at once, so that memory has a limit. It knows no objective.
import type { Objective } from './objective.ts'

/** How much goes through the net at once. */
export interface Room {
  /** Examples. */
  readonly examples: number
  /** Tokens, with what fills up the shorter sequences. */
  readonly tokens: number
}

/** Whether tokens at once are limited, so that memory is to be watched. */
export function hasLimit({ tokens }: Room): boolean {
  return tokens !== Number.POSITIVE_INFINITY
}

/** Tokens that the net reads for sequences of these lengths side by side. */
export function paddedTokens(lengths: readonly number[]): number {
  return lengths.length * Math.max(0, ...lengths)
}

/** Tokens of an example. */
export function tokensOf<Example>(objective: Pick<Objective<Example>, 'lengths'>, example: Example): number {
  return objective.lengths(example).reduce((total, length) => total + length, 0)
}

/**
 * Indices in parts that fit. Where tokens are limited, examples of like length come together; otherwise all stay in their order. An example that
 * does not fit alone is a part of its own.
 */
export function microbatches(
  indices: readonly number[],
  lengthsOf: (index: number) => readonly number[],
  room: Room,
): readonly (readonly number[])[] {
  const limited = hasLimit(room)
  const longest = (index: number) => Math.max(...lengthsOf(index))
  // Sorting keeps the order of equals, so the parts depend on the batch alone.
  const ordered = limited ? [...indices].sort((a, b) => longest(b) - longest(a)) : indices
  const parts: number[][] = []
  let lengths: number[] = []
  for (const index of ordered) {
    const part = parts.at(-1)
    const together = [...lengths, ...lengthsOf(index)]
    if (part !== undefined && part.length < room.examples && (!limited || paddedTokens(together) <= room.tokens)) {
      part.push(index)
      lengths = together
    } else {
      parts.push([index])
      lengths = [...lengthsOf(index)]
    }
  }
  return parts
}
