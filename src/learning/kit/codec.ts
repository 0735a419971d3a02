// Word problems as tokens and back: the same text for training, generation and scoring.
import { readWordStep, type WordProblem } from '../../environments/word-problems/problem.ts'
import type { WordProblemState } from '../../environments/word-problems.ts'
import type { StepCodec } from '../nets/step-codec.ts'
import type { Encoding } from '../training/job.ts'
import { type ProblemSizes, problemSizes } from './problems.ts'
import { end, padding, separator, wordProblemTokeniser } from './vocabulary.ts'

/** How training joins prompt and steps. */
export const wordProblemEncoding: Encoding = { separator: ` ${separator} `, end }

/** What a net reads, as words: `? A has 24 A finds 3 … <pad>`, always as long, so that steps lie at fixed distances. */
export function promptText({ start, clauses }: WordProblem, { most }: ProblemSizes = problemSizes.usual): string {
  const told = clauses.flatMap(({ person, verb, amount }) => [person, verb, String(amount)])
  return ['?', 'A', 'has', String(start), ...told, ...Array.from({ length: 3 * most - told.length }, () => padding)].join(' ')
}

/** The tokens of a prompt and the steps so far, up to the separator after which the next step begins. */
export function wordTokens(problem: WordProblem, steps: readonly string[], sizes?: ProblemSizes): Int32Array {
  return wordProblemTokeniser.encode([promptText(problem, sizes), ...steps, ''].join(` ${separator} `))
}

/** The tokens of a whole example: prompt, steps and end. `promptLength` counts the separator before the first step. */
export function exampleTokens(problem: WordProblem, steps: readonly string[], sizes?: ProblemSizes) {
  const tokens = wordProblemTokeniser.encode(`${[promptText(problem, sizes), ...steps].join(` ${separator} `)} ${end}`)
  return { tokens, promptLength: promptLength(sizes) }
}

/** Tokens of a prompt with the separator after it. */
export function promptLength({ most }: ProblemSizes = problemSizes.usual): number {
  return 4 + 3 * most + 1
}

/** Tokens of the longest whole example. */
export function contextLength(sizes: ProblemSizes = problemSizes.usual): number {
  return promptLength(sizes) + 4 * sizes.most + 1
}

/** The steps of a generated answer; undefined where it has another form. */
export function stepsOf(tokens: ArrayLike<number>): string[] | undefined {
  const text = wordProblemTokeniser.decode(tokens)
  if (!text.endsWith(end)) return undefined
  const steps = text.slice(0, -end.length - 1).split(` ${separator} `)
  return steps.every((step) => readWordStep(step) !== undefined) ? steps : undefined
}

/** The number that a generated answer ends with; undefined where it has another form. */
export function answerOf(tokens: ArrayLike<number>): number | undefined {
  const last = stepsOf(tokens)?.at(-1)
  return last === undefined || last.startsWith('?') ? undefined : readWordStep(last)!.value
}

const [separatorToken, endToken] = [separator, end].map((word) => wordProblemTokeniser.vocabulary.indexOf(word)) as [number, number]

/** Ends an answer, as a token. */
export const endOfAnswer = endToken

/** How a net takes part in a search over word problems, a step at a time. */
export function wordProblemCodec(sizes?: ProblemSizes): StepCodec<WordProblemState, string> {
  return {
    prompt: ({ problem, steps }) => wordTokens(problem, steps, sizes),
    action(tokens) {
      const text = wordProblemTokeniser.decode(tokens.slice(0, -1))
      return readWordStep(text) === undefined ? undefined : text
    },
    stop: [separatorToken, endToken],
    mostTokens: 4,
  }
}

/** Writes the number of a step by itself, after its sign and amount. For generation with a calculator: such tokens are not the net's. */
export function calculator(sizes?: ProblemSizes): (tokens: readonly number[]) => readonly number[] | undefined {
  const begins = promptLength(sizes)
  return (tokens) => {
    if ((tokens.length - begins) % 4 !== 2) return undefined
    const text = wordProblemTokeniser.decode(tokens.slice(-2))
    const [sign, amount] = text.split(' ')
    // Before the first step the number is the start, later the last step's.
    const before = tokens.length - begins === 2 ? tokens[3]! : tokens[tokens.length - 4]!
    if (!/^\d+$/.test(amount ?? '') || before > 99) return undefined
    const exact =
      sign === '+' ? before + Number(amount) : sign === '-' ? before - Number(amount) : sign === '*' ? before * Number(amount) : before
    return [Math.max(0, Math.min(99, exact))]
  }
}
