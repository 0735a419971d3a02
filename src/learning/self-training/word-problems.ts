// Self-training on word problems: new problems each round, answers sampled in lock step, the right ones learnt. The verifier knows the right
// answers; it is asked about training problems only, and after the search.
import type { WordProblem } from '../../environments/word-problems/problem.ts'
import { promptText, stepsOf } from '../kit/codec.ts'
import { measuredProblems, measurePolicy, sampledTexts } from '../kit/measure.ts'
import { drawProblem, problemId } from '../kit/problems.ts'
import { rightAnswer } from '../kit/right-path.ts'
import { batchedDecoder } from '../nets/batched-decoder.ts'
import { type KernelOptions, openKernels } from '../tensor/open-kernels.ts'
import type { FoundTrace, SelfTrainingParts } from './parts.ts'

export interface WordProblemPartsOptions {
  /** Of the problems that are drawn. Default 0. */
  readonly seed?: number
  /** Problems a round. Default 500. */
  readonly tasks?: number
  /** Held-out problems to measure on. Default 300. */
  readonly measured?: number
  readonly kernels?: KernelOptions
}

/** Tokens of the longest answer: four for each of six clauses. */
const longestAnswer = 24

/**
 * What `selfTrain` needs for word problems. Problems of different rounds and seeds are different streams; none is held out.
 *
 * @example
 * await selfTrain(wordProblemParts({ seed: 1 }), { base: basePath({ band: 'hard', seed: 1 }), out: 'runs/hard', rounds: 3, tokens: 96_000 })
 */
export function wordProblemParts({
  seed = 0,
  tasks = 500,
  measured = 300,
  kernels,
}: WordProblemPartsOptions = {}): SelfTrainingParts<WordProblem> {
  const held = measuredProblems().slice(0, measured)
  const decoderOf = (net: Parameters<typeof batchedDecoder>[0]) => batchedDecoder(net, { kernels: openKernels(kernels) })
  return {
    settings: { environment: 'word-problems', seed, tasks, measured: held.length },
    drawTasks(round) {
      const drawn = new Map<string, WordProblem>()
      for (let index = 0; drawn.size < tasks; index++) {
        const problem = drawProblem(index, { heldOut: false, seed: 1000 * seed + round })
        drawn.set(problemId(problem), problem)
      }
      return [...drawn.values()]
    },
    idOf: problemId,
    heldOut: new Set(held.map(problemId)),

    async search({ net }, problems, { seed: draws, tokens, signal }) {
      // As many answers for each problem as the budget is certain to allow.
      const count = Math.max(1, Math.floor(tokens / (problems.length * longestAnswer)))
      const decoder = decoderOf(net)
      const texts = await sampledTexts(decoder, problems, { count, seed: draws, signal })
      const traces = texts.flatMap((row, at) => row.flatMap(({ tokens: written }) => traceOf(problems[at]!, stepsOf(written))))
      return { traces, tokens: decoder.counters.generated }
    },

    verify: ({ task, answer }) => answer === String(rightAnswer(task)),

    async evaluate({ net }, { signal }) {
      const { greedy, majority, tokens } = await measurePolicy(net, { problems: held, kernels: openKernels(kernels), signal })
      const solved = (rate: number) => ({ right: Math.round(rate * held.length), of: held.length })
      return { greedy: solved(greedy), search: solved(majority), tokens }
    },
  }
}

/** None for an answer that cannot be read, or has not a step for each clause. */
function traceOf(task: WordProblem, steps: readonly string[] | undefined): FoundTrace<WordProblem>[] {
  if (steps === undefined || steps.length !== task.clauses.length) return []
  return [{ task, prompt: promptText(task), steps, answer: steps.at(-1)!.split(' ').at(-1)! }]
}
