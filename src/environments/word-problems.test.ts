import { describe, expect, it } from 'vitest'
import { wordProblemGrader } from '../graders/word-problems.ts'
import { testEnvironment } from '../testing/test-environment.ts'
import { operations, verbs } from './word-problems/problem.ts'
import { type WordProblem, type WordProblemState, wordProblems, wordProblemTask } from './word-problems.ts'

const problem: WordProblem = {
  start: 42,
  clauses: [
    { person: 'A', verb: 'finds', amount: 3 },
    { person: 'B', verb: 'loses', amount: 5 },
    { person: 'A', verb: 'doubles', amount: 2 },
  ],
}
const short: WordProblem = { start: 99, clauses: [{ person: 'A', verb: 'spends', amount: 9 }] }
const environment = wordProblems()
const played = (...steps: string[]) => steps.reduce((state, step) => environment.step(state, step).state, environment.initial(problem))

testEnvironment<WordProblemState, string, WordProblem, number>({
  name: 'word-problems',
  create: wordProblems,
  tasks: [problem, short],
  actionsOf: ({ problem: { clauses }, steps }, random) =>
    steps.length === clauses.length ? [] : operations.map((operation) => `${operation} ${random.below(10)} ${random.below(100)}`),
  illegal: '/ 3 15',
})

describe('word problems', () => {
  it('reads in English, with the steps so far', () => {
    expect(environment.render(played('+ 3 45', 'has 5 45'))).toBe(
      'A has 42 marbles. A finds 3. B loses 5. A doubles them all. How many has A in the end?\n+ 3 45\nhas 5 45',
    )
  })

  it('is answered by the last value, after a step for each clause', () => {
    expect(environment.answer(played('+ 3 45', 'has 5 45'))).toBeUndefined()
    const state = played('+ 3 45', '- 5 40', '* 2 80')
    expect(environment.answer(state)).toBe(80)
    expect(() => environment.step(state, '+ 1 81')).toThrow(/complete/)
  })

  it('takes checks between steps, which count for no clause, and ends when there are too many', () => {
    expect(environment.answer(played('+ 3 45', '? 3 45', 'has 5 45', '* 2 90'))).toBe(90)
    const checks = Array.from({ length: 5 }, () => '? 0 42')
    const last = environment.step(played(...checks), '? 0 42')
    expect(last.terminal).toBe(true)
    expect(environment.answer(last.state)).toBeUndefined()
  })

  it('takes wrong arithmetic: who writes may be wrong', () => {
    expect(environment.step(played(), '+ 3 99').state.steps).toEqual(['+ 3 99'])
  })

  it.each(['', '+ 3', '+ 3 100', '+  3 4', '+ 3 45 ;', '+ 3 -1'])('refuses %j', (step) => {
    expect(() => environment.step(played(), step)).toThrow(/no step/)
  })

  it('gives nothing away: reward is always 0, and the state holds the problem and what was written', () => {
    const step = environment.step(played('+ 3 45', 'has 5 45'), '* 2 90')
    expect(step).toEqual({ state: { problem, steps: ['+ 3 45', 'has 5 45', '* 2 90'] }, reward: 0, terminal: true })
  })

  it('has tasks that are checked', () => {
    expect(wordProblemTask.safeParse(problem).success).toBe(true)
    expect(new Set(verbs).size).toBe(24)
    for (const bad of [{}, { start: 100, clauses: problem.clauses }, { start: 1, clauses: [] }])
      expect(wordProblemTask.safeParse(bad).success).toBe(false)
  })
})

describe('wordProblemGrader', () => {
  it('knows what verbs mean, and whom a clause is about', () => {
    expect(wordProblemGrader.grade(problem, 90)).toEqual({ correct: true })
    expect(wordProblemGrader.grade(problem, 80)).toEqual({ correct: false, reason: 'it is 90' })
    expect(wordProblemGrader.grade(problem, undefined)).toEqual({ correct: false, reason: 'no answer' })
    expect(wordProblemGrader.grade(short, 90)).toEqual({ correct: true })
  })
})
