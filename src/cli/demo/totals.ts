// What the arms of the demo solved and used in all. It knows nothing of how that is shown.
import type { Answered } from './arms.ts'

export interface ArmTotals {
  readonly solved: number
  readonly tasks: number
  /** Generated. */
  readonly tokens: number
  /** States whose moves or continuations were proposed. */
  readonly expansions: number
  readonly calls: number
  readonly seconds: number
}

export function totalsOf(answers: readonly Answered[]): ArmTotals {
  const sum = (amount: (answered: Answered) => number): number => answers.reduce((total, one) => total + amount(one), 0)
  return {
    solved: sum(({ solved }) => Number(solved)),
    tasks: answers.length,
    tokens: sum(({ usage }) => usage.tokens ?? 0),
    expansions: sum(({ usage }) => usage.expansions ?? 0),
    calls: sum(({ usage }) => usage.calls ?? 0),
    seconds: sum(({ seconds }) => seconds),
  }
}
