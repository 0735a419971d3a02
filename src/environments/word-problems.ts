// Word problems: somebody has a number of marbles, things happen one after another, how many are there at the end? It knows how a problem reads
// and how steps are written; which step is right it does not know.
import { z } from 'zod'
import type { Environment, Step } from '../core/environment.ts'
import { BanyanError } from '../core/errors.ts'
import { applied, greatest, operations, readStep, stepText, type WordStep } from './word-problems/steps.ts'
import { isDoubling, type Person, people, type Verb, verbs } from './word-problems/words.ts'

const clauseSchema = z.strictObject({
  person: z.enum(people),
  verb: z.enum(verbs as readonly [Verb, ...Verb[]]),
  /** 2 where the verb doubles. */
  number: z.int().min(1).max(9),
})

export const wordProblemTask = z.strictObject({
  /** What the first person has at the beginning. */
  start: z.int().min(0).max(greatest),
  /** What happens, in order. */
  clauses: z.array(clauseSchema).min(1).max(12),
})

export interface Clause {
  readonly person: Person
  readonly verb: Verb
  /** 1 to 9. */
  readonly number: number
}

export interface WordProblem {
  readonly start: number
  readonly clauses: readonly Clause[]
}

export interface WordProblemState {
  readonly problem: WordProblem
  /** At most one for each clause. */
  readonly steps: readonly WordStep[]
}

export interface WordProblemsOptions {
  /** A calculator writes the values: actions are listed, and a step with another value is refused. Default false: the writer may miscalculate. */
  readonly calculator?: boolean
}

/**
 * Word problems. An action is a step such as `+ 3 45`: what is done (`+ - * skip`), its number, and the value that it makes. After a step for
 * each clause it ends; the last value is the answer.
 *
 * @example
 * const environment = wordProblems()
 * const state = environment.initial({ start: 42, clauses: [{ person: 'Ann', verb: 'finds', number: 3 }] })
 * environment.answer(environment.step(state, '+ 3 45').state) // 45
 */
export function wordProblems({ calculator = false }: WordProblemsOptions = {}) {
  const isOver = ({ problem, steps }: WordProblemState) => steps.length >= problem.clauses.length
  const listed = (state: WordProblemState): readonly string[] => {
    const clause = state.problem.clauses[state.steps.length]
    if (clause === undefined) return []
    const { number } = clause
    return operations.map((operation) => stepText({ operation, number, value: applied(valueOf(state), operation, number) }))
  }
  return {
    name: 'word-problems',
    ...(calculator && { version: '1-calculator' }),
    initial: ({ start, clauses }: WordProblem): WordProblemState => ({ problem: { start, clauses }, steps: [] }),
    step(state: WordProblemState, action: string): Step<WordProblemState> {
      const step = readStep(action)
      if (isOver(state)) throw illegal('the answer is complete', action, 'no step after that of the last clause')
      if (calculator && step.value !== applied(valueOf(state), step.operation, step.number))
        throw illegal('the value is not what the calculator says', action, `${applied(valueOf(state), step.operation, step.number)}`)
      const next = { problem: state.problem, steps: [...state.steps, step] }
      return { state: next, reward: 0, terminal: isOver(next) }
    },
    ...(calculator && { actions: listed }),
    answer: (state: WordProblemState): number | undefined => (isOver(state) ? valueOf(state) : undefined),
    render: ({ problem, steps }: WordProblemState): string => [problemText(problem), ...steps.map(stepText)].join('\n'),
    key: (state: WordProblemState): string => `${state.steps.length}: ${valueOf(state)}`,
  } satisfies Environment<WordProblemState, string, WordProblem, number>
}

/** The problem in English. */
export function problemText({ start, clauses }: WordProblem): string {
  const happened = clauses.map(({ person, verb, number }) =>
    isDoubling(verb) ? `${person} ${verb} them all.` : `${person} ${verb} ${number}.`,
  )
  return [`${people[0]} has ${start} marbles.`, ...happened, `How many does ${people[0]} have?`].join(' ')
}

/** What the steps so far say. */
function valueOf({ problem, steps }: WordProblemState): number {
  return steps.at(-1)?.value ?? problem.start
}

function illegal(why: string, seen: string, wanted: string): BanyanError {
  return new BanyanError('E_MOVE_ILLEGAL', why, { seen, wanted })
}
