// The experiment of ToolChain*: streams of errands, one scripted policy for all arms, and what the paper claims.
import { type ErrandStreamOptions, errandStream } from '../../experiments/errands/stream.ts'
import type { Claim, Experiment, Question } from '../../experiments/experiment.ts'
import { runArm } from './arms.ts'

interface Setup extends Pick<ErrandStreamOptions, 'right' | 'wrong' | 'judge' | 'demonstrations'> {
  readonly tasks: number
  /** Calls of the policy that a search of one task may make. */
  readonly calls: number
}

const star = 'tool-chain-star'
const searches = ['tot-dfs', 'tot-bfs', 'dfsdt', 'mcts'] as const
const asked = { over: 'tasks', unit: 'calls allowed' } as const

/** Success at least as great, up to what is wanted; and fewer of the metric that it costs. */
const asGood = (second: string): Question => ({ first: star, second, metric: 'solved', wanted: { atLeast: 0 }, ...asked })
const fewer = (second: string, metric = 'calls'): Question => ({ first: star, second, metric, by: 'ratio', wanted: { below: 1 }, ...asked })
const solvesMore = (second: string): Question => ({ first: star, second, metric: 'solved', wanted: { above: 0 }, ...asked })

/** An ablation that costs success, calls, or both: two claims, since either may hold without the other. */
const pays = (text: string, arm: string): Claim[] => [
  { text: `without ${text} it solves fewer`, questions: [solvesMore(arm)] },
  { text: `without ${text} it needs more calls`, questions: [fewer(arm)] },
]

export const experiment: Experiment<Setup> = {
  arms: [
    { name: star, text: 'A* by memory, self-consistency, places and imagination; plans that the judge accepts are remembered' },
    { name: 'tot-dfs', text: 'tree of thoughts, depth first: three samples, states worth .1 and less pruned' },
    { name: 'tot-bfs', text: 'tree of thoughts, breadth first: four samples, three states kept, again until the budget ends' },
    { name: 'dfsdt', text: 'DFSDT as published: two children, two steps back from a plan that is not accepted' },
    { name: 'mcts', text: 'Monte Carlo tree search in the manner of RAP: three samples, c = .1' },
    { name: 'react', text: 'one call after another, once' },
    { name: 'react, repeated', text: 'the same again and again, until a plan is accepted' },
    { name: 'memory that does not grow', text: 'ToolChain* with its two demonstrations alone' },
    { name: 'without memory of plans', text: 'ToolChain* without g₁ (α = 0)' },
    { name: 'without self-consistency', text: 'ToolChain* without g₂ (α = 1)' },
    { name: 'without places in plans', text: 'ToolChain* without h₁ (β = 0)' },
    { name: 'without imagination', text: 'ToolChain* without h₂ (β = 1): nothing is imagined, no call spent on it' },
  ],
  claims: [
    {
      text: 'success at least that of ToT-DFS, ToT-BFS, DFSDT and MCTS with fewer policy calls',
      main: true,
      questions: [asGood('tot-dfs'), ...searches.slice(1).map(asGood), ...searches.map((arm) => fewer(arm))],
    },
    {
      text: 'with 60 calls a task it solves more than each of them',
      questions: searches.map((second) => ({
        first: star,
        second,
        metric: 'solved',
        wanted: { above: 0 },
        over: 'seeds',
        unit: 'calls a task',
        at: 60,
      })) as [Question, ...Question[]],
    },
    { text: 'it solves more than one call after another does', questions: [solvesMore('react')] },
    { text: 'it solves more than repeated ReAct, with fewer calls', questions: [solvesMore('react, repeated'), fewer('react, repeated')] },
    {
      text: 'it writes fewer calls than each of the searches, where every imagined call counts as one that is written',
      questions: [fewer('tot-dfs', 'written'), ...searches.slice(1).map((arm) => fewer(arm, 'written'))],
    },
    {
      text: 'a memory that grows solves more than two demonstrations do, with fewer calls',
      questions: [solvesMore('memory that does not grow'), fewer('memory that does not grow')],
    },
    ...pays('the memory of plans (g₁)', 'without memory of plans'),
    ...pays('self-consistency (g₂)', 'without self-consistency'),
    ...pays('places in plans (h₁)', 'without places in plans'),
    ...pays('imagination (h₂)', 'without imagination'),
  ],
  scales: {
    smoke: { seeds: [1], setup: { tasks: 10, calls: 80, demonstrations: 2 }, limits: { calls: 800, 'calls allowed': 800 } },
    standard: {
      seeds: [1, 2, 3, 4, 5],
      setup: { tasks: 100, calls: 200, demonstrations: 2 },
      limits: { calls: 20_000, 'calls allowed': 20_000 },
    },
  },
  figures: [
    { title: 'Solved within so many calls', metric: 'solved', x: 'policy calls a task', y: 'share of tasks solved' },
    { title: 'Along the stream', metric: 'solvedSoFar', x: 'tasks', y: 'share solved of the last fifth' },
  ],
  async run(arm, { tasks: count, calls, ...skill }, context) {
    using stream = await errandStream({ ...skill, seed: context.seed, count })
    return await runArm(arm, stream, calls, context)
  },
}
