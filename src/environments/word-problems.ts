// Word problems: somebody has some things, things happen one after another, how many are there in the end? It knows how a problem reads and how
// steps are written; which step is right it does not know.
import type { Environment, Step } from '../core/environment.ts'
import { BanyanError } from '../core/errors.ts'
import { type Clause, persons, readWordStep, verbs, type WordProblem, wantWordStep } from './word-problems/problem.ts'

export { type WordProblem, wordProblem as wordProblemTask } from './word-problems/problem.ts'

/** A problem, and the steps of its answer so far. */
export interface WordProblemState {
  readonly problem: WordProblem
  /** Texts such as `+ 3 45`. */
  readonly steps: readonly string[]
}

/**
 * Word problems. An action is a step such as `+ 3 45`: what is done (`+ - * has`, the last for a clause that changes nothing), its number, and
 * the value that the writer says it makes. A step `? 3 45` checks, and counts for no clause. After a step for each clause it ends; the last
 * value is the answer. Whoever writes may be wrong: any step is legal that has this form.
 *
 * @example
 * const environment = wordProblems()
 * const state = environment.initial({ start: 42, clauses: [{ person: 'A', verb: 'finds', amount: 3 }] })
 * environment.answer(environment.step(state, '+ 3 45').state) // 45
 */
export function wordProblems() {
  return {
    name: 'word-problems',
    initial: ({ start, clauses }: WordProblem): WordProblemState => ({ problem: { start, clauses }, steps: [] }),
    step(state: WordProblemState, action: string): Step<WordProblemState> {
      wantWordStep(action)
      const { problem, steps } = state
      if (told(state) >= problem.clauses.length || steps.length >= mostSteps(problem))
        throw new BanyanError('E_WORD_STEP', 'the answer is complete', { seen: action, wanted: 'no step after that of the last clause' })
      const next = { problem, steps: [...steps, action] }
      const terminal = told(next) === problem.clauses.length || next.steps.length === mostSteps(problem)
      return { state: next, reward: 0, terminal }
    },
    answer: (state: WordProblemState): number | undefined => (told(state) === state.problem.clauses.length ? lastValue(state) : undefined),
    render: ({ problem, steps }: WordProblemState): string => [problemText(problem), ...steps].join('\n'),
    key: (state: WordProblemState): string => `${told(state)} of ${state.steps.length}: ${lastValue(state)}`,
  } satisfies Environment<WordProblemState, string, WordProblem, number>
}

/** The problem in English. */
function problemText({ start, clauses }: WordProblem): string {
  const happens = ({ person, verb, amount }: Clause) => `${person} ${verb} ${doubling.has(verb) ? 'them all' : amount}.`
  return [`${persons[0]} has ${start} marbles.`, ...clauses.map(happens), `How many has ${persons[0]} in the end?`].join(' ')
}

/** For these the amount says nothing that the verb does not. */
const doubling: ReadonlySet<string> = new Set(verbs.slice(20))

/** Two for each clause: a step and a check. */
function mostSteps({ clauses }: WordProblem): number {
  return 2 * clauses.length
}

/** How many clauses have their step. */
function told({ steps }: WordProblemState): number {
  return steps.filter((text) => !text.startsWith('?')).length
}

function lastValue({ problem, steps }: WordProblemState): number {
  const last = steps.at(-1)
  return last === undefined ? problem.start : readWordStep(last)!.value
}
