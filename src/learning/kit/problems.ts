// Draws word problems, each by its number alone, and says which are held out. Knows their right answers, which searches never see.
import { Hash } from '../../core/hash.ts'
import { Random } from '../../core/random.ts'
import { persons, verbs, type WordProblem } from '../../environments/word-problems/problem.ts'
import { rightValues } from './right-path.ts'

/** How many clauses a problem has, and how many its prompt has room for. */
export interface ProblemSizes {
  readonly least: number
  readonly most: number
}

/** `usual` fits 48 tokens of context, `long` 96. */
export const problemSizes = { usual: { least: 3, most: 6 }, long: { least: 8, most: 12 } } as const satisfies Record<string, ProblemSizes>

/** What problems are drawn. */
export interface DrawOptions {
  readonly sizes?: ProblemSizes
  /** Held-out problems, or the others: no problem is both. */
  readonly heldOut: boolean
  readonly seed: number
}

/** A clause about somebody else. */
const elsewhere = 0.2

/**
 * Problem number `index` of a stream. Numbers on its right path stay between 0 and 99. Streams of other seeds may hold the same problem.
 * @param index from 0.
 */
export function drawProblem(index: number, { sizes = problemSizes.usual, heldOut, seed }: DrawOptions): WordProblem {
  const random = new Random(seed, `word problem ${heldOut ? 'held out ' : ''}${index}`)
  const count = sizes.least + random.below(sizes.most - sizes.least + 1)
  while (true) {
    const problem = {
      start: random.below(100),
      clauses: Array.from({ length: count }, () => {
        const verb = verbs[random.below(verbs.length)]!
        const amount = doubles(verb) ? 2 : 1 + random.below(9)
        const person = random.unit() < elsewhere ? persons[1 + random.below(persons.length - 1)]! : persons[0]
        return { person, verb, amount }
      }),
    }
    if (rightValues(problem) !== undefined && isHeldOut(problem) === heldOut) return problem
  }
}

/** Problems 0 to count − 1 of a stream. */
export function drawProblems(count: number, options: DrawOptions): WordProblem[] {
  return Array.from({ length: count }, (_, index) => drawProblem(index, options))
}

/** The problem's name: equal problems have equal names. */
export function problemId({ start, clauses }: WordProblem): string {
  return [start, ...clauses.map(({ person, verb, amount }) => `${person}${verb}${amount}`)].join(' ')
}

/** One problem in five, by a mixing hash of its name: no pattern of persons, verbs or numbers is left out of either part. */
export function isHeldOut(problem: WordProblem): boolean {
  const hash = new Hash()
  hash.addText(problemId(problem))
  return Number.parseInt(hash.digest().slice(0, 8), 16) % 5 === 0
}

function doubles(verb: string): boolean {
  return verbs.indexOf(verb as (typeof verbs)[number]) >= 20
}
