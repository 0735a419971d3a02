// The contract of a measurement, and the clock that entries use. It knows neither how figures are gathered nor how they are shown.

/** Something that the machine must have. */
export interface Need {
  /** What a person calls it: `local model smollm2-135m`. */
  readonly name: string
  /** Why it is not there, with what would change that; undefined when it is. May fetch what is missing. */
  missing(): Promise<string | undefined>
}

/** Another program that does the same work, measured in the same run on the same machine. */
export interface Peer {
  /** With its version where it has one: `OpenSpiel C++ MCTS`. */
  readonly name: string
  readonly needs: readonly Need[]
  /**
   * One figure for each repetition, in the entry's unit. Figures that come one by one are measured when they are asked for: they and the
   * entry's take turns, so that other work on the machine slows both. A list is measured at once.
   */
  measure(repetitions: number): Promise<readonly number[]> | AsyncIterable<number>
  /** At most so many repetitions, for peers that take minutes. Default: as many as the entry. */
  readonly mostRepetitions?: number
  /** Measured only where entries are chosen by name, since it takes gigabytes to install. Default false. */
  readonly onlyByName?: boolean
}

/**
 * One measurement. Every entry is measured in a process of its own, so that neither the heap nor the compiled code of one changes another;
 * `globalThis.gc` is there. The reported value is the median of the repetitions.
 *
 * @example
 * export const entries: readonly Entry[] = [
 *   { name: 'mcts/2000-nodes', unit: 's', better: 'lower', measure: () => processorSeconds(() => search({ … })) },
 * ]
 */
export interface Entry {
  /** Kebab-case, with `/` between the subject and the variant: `connect-four/rollout`. Targets name entries by it. */
  readonly name: string
  /** `simulations/s`, `nodes/s`, `s`, `bytes`, `%`, `times` … */
  readonly unit: string
  /** Whether more is better. Decides what a target means, and that a ratio above 1 always says that ours is better than the peer. */
  readonly better: 'higher' | 'lower'
  readonly needs?: readonly Need[]
  /** One figure. It is called once more before the repetitions, to warm up, and that figure is dropped. */
  measure(): number | Promise<number>
  /** At most so many repetitions, for entries that take long. */
  readonly mostRepetitions?: number
  readonly peer?: Peer
}

/** Processor seconds, user and system, that this process spends on some work, compiler and garbage collector included. */
export async function processorSeconds(work: () => unknown): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1e6
}

/** Wall seconds, for work that mostly waits. */
export async function wallSeconds(work: () => unknown): Promise<number> {
  const before = performance.now()
  await work()
  return (performance.now() - before) / 1000
}
