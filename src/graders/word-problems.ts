// Grades answers to word problems: what verbs mean stands here, apart from everything that searches.
import { persons, verbs, type WordProblem } from '../environments/word-problems/problem.ts'
import type { Grader } from './grader.ts'

/** Verbs go in pairs, the first of which makes more, the second less; the last four make twice as many. */
const doubling = 20

/**
 * @example
 * const task = { start: 42, clauses: [{ person: 'A', verb: 'finds', amount: 3 }, { person: 'B', verb: 'loses', amount: 5 }] }
 * wordProblemGrader.grade(task, 45) // { correct: true }
 */
export const wordProblemGrader = {
  name: 'word-problems',
  grade({ start, clauses }, answer) {
    let count = start
    for (const { person, verb, amount } of clauses) {
      const place = verbs.indexOf(verb)
      if (person !== persons[0]) continue
      if (place >= doubling) count *= 2
      else count += place % 2 === 0 ? amount : -amount
    }
    if (typeof answer !== 'number') return { correct: false, reason: 'no answer' }
    return answer === count ? { correct: true } : { correct: false, reason: `it is ${count}` }
  },
} satisfies Grader<WordProblem, number>
