// One round of sequential halving over arms: which may be visited now, and which are left. It knows no tree and no values.
import { halving, type Phase } from './halving.ts'

/** An action that is considered at the root. */
export interface Arm {
  readonly candidate: number
  /** Noise + log-prior. */
  readonly bonus: number
  /** Simulations begun in this phase. */
  begun: number
}

export class Round {
  /** Those that are left. */
  arms: readonly Arm[]
  readonly #schedule: readonly Phase[]
  readonly #simulations: number
  #phase = 0
  #begun = 0

  constructor(arms: readonly Arm[], simulations: number) {
    this.arms = arms
    this.#schedule = halving(Math.max(1, arms.length), simulations)
    this.#simulations = simulations
  }

  /** Arms that have visits left in this phase, those with the fewest first; none when it waits for its end. */
  next(): Arm[] {
    if (this.#begun >= this.#simulations) return []
    const { visits } = this.#schedule[this.#phase]!
    return this.arms.filter(({ begun }) => begun < visits).sort((a, b) => a.begun - b.begun)
  }

  begin(arm: Arm): void {
    arm.begun++
    this.#begun++
  }

  /** Goes on to the next phase with the best arms of `ranked`; false when the round is over. */
  halve(ranked: (arms: readonly Arm[]) => readonly Arm[]): boolean {
    const following = this.#schedule[this.#phase + 1]
    if (this.#begun >= this.#simulations || following === undefined) return false
    this.#phase++
    this.arms = ranked(this.arms).slice(0, following.considered)
    for (const arm of this.arms) arm.begun = 0
    return true
  }
}
