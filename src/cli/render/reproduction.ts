// Claims of a reproduction as lines that a person reads. It knows neither systems nor files.
import { shown } from '../../experiments/reproduction/page.ts'
import type { Answered, ClaimResult } from '../../experiments/reproduction/results.ts'

/** A claim: its verdict and text, then a line for each of its questions. */
export function claimLines(claim: ClaimResult): string[] {
  return [
    `${claim.verdict}: ${claim.text}${claim.main ? ' (main claim)' : ''}`,
    ...[claim, ...claim.also].map((one) => `  ${answerLine(one)}`),
  ]
}

/** `solved: mcts − best-of-n = 0.12 [0.04, 0.20], wanted above 0, at 20000 tokens each` */
function answerLine({ first, second, metric, by, difference, interval, wanted, budget }: Answered): string {
  const what = second === null ? first : `${first} ${by === 'ratio' ? '/' : '−'} ${second}`
  const [low, high] = interval.map((bound, at) => (bound === null ? (at === 0 ? '−∞' : '∞') : shown(bound)))
  const amount = shown((budget.first + budget.second) / 2)
  return `${metric}: ${what} = ${difference === null ? 'unknown' : shown(difference)} [${low}, ${high}], wanted ${wanted}, at ${amount} ${budget.unit}`
}
