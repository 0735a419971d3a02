// Chooses between one thread and several, round by round, by what rounds of about the same size took. Threads of one decode wait for
// each other hundreds of times; alone on their cores they gain up to their number, but beside other busy programs such a decode was
// measured ten times slower than with one thread, so neither can be fixed beforehand. It knows nothing of llama.cpp.

export interface ThreadChoice {
  /** How many threads the next round should use, for so many tokens. */
  next(tokens: number): number
  /** What a round took, in milliseconds. */
  took(threads: number, tokens: number, milliseconds: number): void
}

interface Record {
  /** Milliseconds a token, by whether several threads were used; a moving mean. */
  readonly costs: { one?: number; several?: number }
  /** Rounds since the slower one was last tried. */
  since: number
  /** Rounds to let pass before it is tried again; doubled each time that it is slower still. */
  patience: number
}

/** @param most Threads to choose between: 1 or this many. */
export function threadChoice(most: number): ThreadChoice {
  const records = new Map<number, Record>()
  const recordOf = (tokens: number): Record => {
    const size = Math.floor(Math.log2(tokens))
    const known = records.get(size) ?? { costs: {}, since: 0, patience: shortest }
    records.set(size, known)
    return known
  }
  return {
    next(tokens) {
      if (most === 1 || tokens < fewest) return 1
      const record = recordOf(tokens)
      const { one, several } = record.costs
      if (one === undefined) return 1
      if (several === undefined) return most
      const better = several < one ? most : 1
      if (record.since < record.patience) return better
      return better === 1 ? most : 1
    },
    took(threads, tokens, milliseconds) {
      if (most === 1 || tokens < fewest) return
      const record = recordOf(tokens)
      const { one, several } = record.costs
      const key = threads === 1 ? 'one' : 'several'
      const tried = one !== undefined && several !== undefined && several < one !== threads > 1
      const cost = milliseconds / tokens
      // What is known of the one that was not in use is old.
      record.costs[key] = tried ? cost : (record.costs[key] ?? cost) * (1 - weight) + cost * weight
      record.since = tried ? 0 : record.since + 1
      if (!tried) return
      const overtook = record.costs.several! < record.costs.one! === threads > 1
      record.patience = overtook ? shortest : Math.min(longest, record.patience * 2)
    },
  }
}

/** Tokens of a round below which one thread was as fast as two. */
const fewest = 4
/** Of the newest round in the moving mean. */
const weight = 0.5
/** Rounds. */
const shortest = 32
const longest = 1024
