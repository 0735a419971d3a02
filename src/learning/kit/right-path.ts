// What is right in a word problem: for verifiers, labels and measurement. Never given to a search.
import { type Clause, type Operation, persons, readWordStep, verbs, type WordProblem } from '../../environments/word-problems/problem.ts'

/** The right sign of a clause. */
export function rightOperation({ person, verb }: Clause): Operation {
  return person === persons[0] ? meaning(verb) : 'has'
}

/** The sign of a verb, whoever it is about. */
export function meaning(verb: Clause['verb']): '+' | '-' | '*' {
  const at = verbs.indexOf(verb)
  return at >= 20 ? '*' : at % 2 === 0 ? '+' : '-'
}

/** The opposite sign, of verbs that have one. */
export function opposite(operation: '+' | '-' | '*'): '+' | '-' | '*' {
  return operation === '+' ? '-' : operation === '-' ? '+' : operation
}

/** The number that a sign makes of another, kept between 0 and 99. */
export function applied(value: number, operation: Operation, amount: number): number {
  const exact = operation === '+' ? value + amount : operation === '-' ? value - amount : operation === '*' ? value * amount : value
  return Math.max(0, Math.min(99, exact))
}

/** The number after each clause; undefined where one leaves 0 to 99. */
export function rightValues({ start, clauses }: WordProblem): readonly number[] | undefined {
  const values: number[] = []
  let value = start
  for (const clause of clauses) {
    const operation = rightOperation(clause)
    if (
      operation === '*'
        ? value * clause.amount > 99
        : operation === '+'
          ? value + clause.amount > 99
          : operation === '-' && value < clause.amount
    )
      return undefined
    value = applied(value, operation, clause.amount)
    values.push(value)
  }
  return values
}

/** The right answer. */
export function rightAnswer(problem: WordProblem): number {
  return rightValues(problem)!.at(-1)!
}

/** The right steps. */
export function rightSteps(problem: WordProblem): readonly string[] {
  const values = rightValues(problem)!
  return problem.clauses.map((clause, at) => `${rightOperation(clause)} ${clause.amount} ${values[at]}`)
}

/** How many steps from the first are right; checks count with the step before them. */
export function rightPrefix(problem: WordProblem, steps: readonly string[]): number {
  const wanted = rightSteps(problem)
  let counted = 0
  for (const [at, text] of steps.entries()) {
    const step = readWordStep(text)
    const before = counted === 0 ? problem.start : readWordStep(wanted[counted - 1]!)!.value
    if (step?.operation === '?' ? step.value !== before : text !== wanted[counted++]) return at
  }
  return steps.length
}
