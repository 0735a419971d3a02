// What a pair's interval shows, in a word and a sentence.
import type { PairResult } from './comparison.ts'

/** Whether the first arm is shown to differ from the second: the whole interval above 0, below 0, or neither. */
export type Verdict = 'better' | 'worse' | 'not shown'

/** The verdict on the first arm of a pair. */
export function verdict({ interval }: Pick<PairResult, 'interval'>): Verdict {
  if (interval === null) return 'not shown'
  if (interval[0] > 0) return 'better'
  return interval[1] < 0 ? 'worse' : 'not shown'
}

/**
 * One plain sentence on a pair. When both arms are one searcher with different proposers and the second lists moves (`uniform`),
 * it says whether the first proposer's prior helps.
 *
 * @example
 * verdictSentence(pair) // "beam is better than best-of-n: beam minus best-of-n = +0.210 [+0.110, +0.310] over 100 tasks"
 */
export function verdictSentence(pair: PairResult): string {
  const { first, second, difference, interval, tasks } = pair
  const numbers =
    difference === null || interval === null
      ? 'no common tasks'
      : `${first} minus ${second} = ${signed(difference)} [${signed(interval[0])}, ${signed(interval[1])}] over ${tasks} ${tasks === 1 ? 'task' : 'tasks'}`
  return `${statement(pair, verdict(pair))}: ${numbers}`
}

function statement({ first, second }: PairResult, found: Verdict): string {
  const [searcher, proposer] = first.split('/')
  const [otherSearcher, otherProposer] = second.split('/')
  if (searcher === otherSearcher && proposer !== undefined && otherProposer === 'uniform') {
    const prior = `the ${proposer}'s prior`
    if (found === 'better') return `${prior} helps here`
    return found === 'worse' ? `${prior} does not help here, it harms` : `${prior} does not help here, as far as these tasks show`
  }
  if (found === 'not shown') return `no difference between ${first} and ${second} is shown`
  return `${first} is ${found} than ${second}`
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`
}
