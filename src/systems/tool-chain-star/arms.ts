// The contestants: each searches a stream of errands one after another, with the same policy, judge and budget.
import type { Evaluator } from '../../core/evaluator.ts'
import type { SearchOptions } from '../../core/options.ts'
import { search } from '../../core/search.ts'
import { bestOfN } from '../../core/searchers/best-of-n.ts'
import { dfsdt } from '../../core/searchers/dfsdt.ts'
import { greedy } from '../../core/searchers/greedy.ts'
import { mcts } from '../../core/searchers/mcts.ts'
import { totBfs } from '../../core/searchers/tot-bfs.ts'
import { totDfs } from '../../core/searchers/tot-dfs.ts'
import { errands } from '../../environments/errands.ts'
import type { ToolAction } from '../../environments/tools/action.ts'
import { callWords } from '../../environments/tools/call-words.ts'
import type { Plan, ToolState, ToolTask } from '../../environments/tools.ts'
import { planMemory } from '../../evaluators/plan-memory.ts'
import { type ErrandPolicy, writtenUnit } from '../../experiments/errands/policy.ts'
import type { ErrandStream } from '../../experiments/errands/stream.ts'
import type { ArmContext, ArmRun } from '../../experiments/experiment.ts'
import { ofToolCalls } from './parts.ts'
import { planCost } from './plan-cost.ts'
import { toolChainStar } from './searcher.ts'
import { bySelfConsistency } from './self-consistency.ts'

type Parts = Pick<SearchOptions<ToolState, ToolAction, ToolTask, Plan>, 'searcher' | 'proposer' | 'evaluator'>

/** What its memory begins with and how it grows; weights of its costs. */
interface StarArm {
  readonly alpha?: number
  readonly beta?: number
  readonly grows?: false
}

const stars: Readonly<Record<string, StarArm>> = {
  'tool-chain-star': {},
  'without memory of plans': { alpha: 0 },
  'without self-consistency': { alpha: 1 },
  'without places in plans': { beta: 0 },
  'without imagination': { beta: 1 },
  'memory that does not grow': { grows: false },
}

const baselines: Readonly<Record<string, (policy: ErrandPolicy) => Parts>> = {
  react: ({ proposer, judge }) => ({ searcher: greedy(), proposer, evaluator: judge }),
  'react, repeated': ({ proposer, judge }) => ({ searcher: bestOfN({ n: null }), proposer, evaluator: judge }),
  'tot-dfs': (policy) => ({ searcher: totDfs({ branching: 3, threshold: 0.1 }), ...judgedStates(policy) }),
  'tot-bfs': (policy) => ({ searcher: totBfs({ branching: 4, keep: 3, restarts: null }), ...judgedStates(policy) }),
  dfsdt: ({ proposer, judge }) => ({ searcher: dfsdt({ branching: 2, back: 2, ends: null }), proposer, evaluator: judge }),
  mcts: (policy) => ({ searcher: mcts({ branching: 3, exploration: 0.1 }), ...judgedStates(policy) }),
}

/** The signals of ToolChain* that need no memory, as a value: √((1 − c) · (1 − h)) with α = β = 0; 0 after a refused call. */
function judgedStates({ proposer, judge, imagination }: ErrandPolicy): Omit<Parts, 'searcher'> {
  const costs = planCost({ memory: planMemory(), ...ofToolCalls, imagination, finished: judge, alpha: 0, beta: 0 })
  const evaluator: Evaluator<ToolState, ToolAction> = {
    ...costs,
    name: 'consistent-and-imagined',
    async evaluate(groups, context) {
      const found = await costs.evaluate(groups, context)
      return groups.map((group, at) =>
        group.map(({ terminal }, place) => {
          const { values, ...said } = found[at]![place]!
          return terminal ? said : { ...said, value: Math.sqrt((1 - values!.cost!) * said.value) }
        }),
      )
    },
  }
  return { proposer: bySelfConsistency(proposer), evaluator }
}

/** An arm on all tasks of a stream. A plan is remembered when the judge has accepted it; the grader's word comes after, and is told to nobody. */
export async function runArm(arm: string, stream: ErrandStream, calls: number, { seed, signal, progress }: ArmContext): Promise<ArmRun> {
  using world = errands({ seed, count: stream.tasks.length })
  const { environment } = world
  const star = stars[arm]
  const memory = planMemory(stream.demonstrations)
  const perTask = { solved: [] as number[], calls: [] as number[], written: [] as number[] }
  for (const [at, task] of stream.tasks.entries()) {
    signal.throwIfAborted()
    const policy = stream.policy(task)
    const parts =
      star === undefined
        ? baselines[arm]!(policy)
        : {
            searcher: toolChainStar(),
            proposer: bySelfConsistency(policy.proposer),
            evaluator: planCost({ memory, ...ofToolCalls, imagination: policy.imagination, finished: policy.judge, ...star }),
          }
    const { answer, state, solved, usage } = await search({
      environment,
      task: { goal: task.goal },
      budget: { calls },
      seed,
      signal,
      ...parts,
    })
    if (star !== undefined && star.grows !== false && solved) memory.add(callWords(state!))
    perTask.solved.push(Number(await stream.isRight(task, answer)))
    perTask.calls.push(usage.calls ?? 0)
    perTask.written.push(usage[writtenUnit] ?? 0)
    if (at % 20 === 19) progress(`task ${at + 1}`)
  }
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
  return {
    metrics: perTask,
    spent: { 'calls allowed': calls * stream.tasks.length, calls: sum(perTask.calls), [writtenUnit]: sum(perTask.written) },
    curves: { solved: solvedWithin(perTask, calls), solvedSoFar: solvedSoFar(perTask.solved) },
  }
}

/** Share of the tasks that are solved with at most so many calls each. */
function solvedWithin({ solved, calls }: Readonly<Record<'solved' | 'calls', readonly number[]>>, most: number): [number, number][] {
  const places = Array.from({ length: 10 }, (_, at) => ((at + 1) * most) / 10)
  return places.map((place) => [place, solved.filter((right, at) => right === 1 && calls[at]! <= place).length / solved.length])
}

/** Share that is solved of each fifth of the stream, at its end. */
function solvedSoFar(solved: readonly number[]): [number, number][] {
  const length = Math.max(1, Math.ceil(solved.length / 5))
  return Array.from({ length: Math.ceil(solved.length / length) }, (_, at) => {
    const part = solved.slice(at * length, (at + 1) * length)
    return [at * length + part.length, part.filter((right) => right === 1).length / part.length]
  })
}
