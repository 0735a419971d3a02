// The value net of ReST-MCTS*: its targets come out of search trees of which only the right answer is known.

import type { Evaluator } from '../../core/evaluator.ts'
import { search } from '../../core/search.ts'
import type { WordProblem } from '../../environments/word-problems/problem.ts'
import { type WordProblemState, wordProblems } from '../../environments/word-problems.ts'
import { type StepValueRow, stepValues } from '../../learning/data/index.ts'
import { rightAnswer, wordProblemCodec, wordTokens } from '../../learning/kit/index.ts'
import { batchedDecoder } from '../../learning/nets/batched-decoder.ts'
import type { CausalNet } from '../../learning/nets/causal-net.ts'
import { netProposer } from '../../learning/nets/net-proposer.ts'
import type { ScalarHead } from '../../learning/nets/scalar-head.ts'
import { trainableCopy } from '../../learning/rollouts/snapshots.ts'
import type { Kernels } from '../../learning/tensor/kernels.ts'
import { train, type ValueExample } from '../../learning/train.ts'
import { memory } from '../../traces/memory.ts'
import { restMcts } from './searcher.ts'

export interface ValueNetOptions {
  readonly policy: CausalNet
  /** Training problems, and tokens of the search of each. */
  readonly problems: readonly WordProblem[]
  readonly tokens: number
  /** Of training. */
  readonly steps: number
  readonly rate: number
  readonly seed: number
  readonly kernels: Kernels
  readonly signal: AbortSignal
  progress(text: string): void
}

export interface ValueNet {
  readonly net: CausalNet
  readonly head: ScalarHead
  /** States with a target, and tokens that were generated for them. */
  readonly rows: number
  readonly tokens: number
}

/**
 * Searches the problems with a value that is the same everywhere, so that trees are broad, infers the value of each state from right and wrong ends
 * (ReST-MCTS*, arXiv:2406.03816, eqs. 1 and 2: the builder `stepValues` with `inferred`), and trains a net on them by squared errors.
 */
export async function valueNet(options: ValueNetOptions): Promise<ValueNet> {
  const { policy, problems, tokens, steps, rate, seed, kernels, signal, progress } = options
  const store = memory()
  const decoder = batchedDecoder(policy, { kernels })
  const proposer = netProposer({ decoder, codec: wordProblemCodec() })
  progress('trees of training problems')
  await Promise.all(
    problems.map((problem, at) =>
      search({
        ...{
          environment: wordProblems(),
          task: problem,
          proposer,
          evaluator: undecided,
          searcher: restMcts(broad),
        },
        ...{ budget: { tokens }, store, runId: `problem-${at}`, seed, signal },
      }),
    ),
  )
  const references = (task: unknown) => ({ grade: (answer: unknown) => answer === rightAnswer(task as WordProblem) })
  const rows: StepValueRow[] = []
  for await (const row of stepValues(store, { value: 'inferred', references, environment: wordProblems() })) rows.push(row)
  const examples = pathExamples(rows, ({ source }) => problems[Number(source.runId.slice('problem-'.length))]!)
  const { net, heads } = await train(
    {
      ...{ net: trainableCopy(policy), data: { examples }, objective: 'regression', limit: { steps }, seed },
      schedule: { kind: 'linear', rate, warmup: Math.min(20, Math.floor(steps / 10)), end: 0.1 },
    },
    { thread: false, signal, progress: ({ step }) => progress(`value net, step ${step} of ${steps}`) },
  )
  return { net, head: heads.value!, rows: rows.length, tokens: decoder.counters.generated }
}

/** Each path to a last state with a value is an example, with a target at every state on it that has one. */
export function pathExamples(rows: readonly StepValueRow[], problemOf: (row: StepValueRow) => WordProblem): ValueExample[] {
  const keyOf = ({ source }: StepValueRow, steps: readonly string[]) => [source.runId, ...steps].join('\n')
  const values = new Map(rows.map((row) => [keyOf(row, row.steps), row.value]))
  const goneOn = new Set(rows.map((row) => keyOf(row, row.steps.slice(0, -1))))
  return rows
    .filter((row) => !goneOn.has(keyOf(row, row.steps)))
    .map((row) => {
      const problem = problemOf(row)
      const states = row.steps.map((_, at) => row.steps.slice(0, at + 1)).filter((steps) => values.has(keyOf(row, steps)))
      return {
        tokens: wordTokens(problem, row.steps),
        places: states.map((steps) => wordTokens(problem, steps).length - 1),
        targets: states.map((steps) => values.get(keyOf(row, steps))!),
      }
    })
}

/** Makes broad trees, which do not end before their tokens do. */
export const broad = { gate: null, exploration: 2, rollSteps: 8 } as const

/** What is known before anything is learnt. */
export const undecided: Evaluator<WordProblemState, string> = {
  name: 'undecided',
  reproducible: 'exact',
  range: [0, 1],
  evaluate: (groups) => groups.map((group) => group.map(() => ({ value: 0.5 }))),
  atMost: () => ({ calls: 0, tokens: 0 }),
}
