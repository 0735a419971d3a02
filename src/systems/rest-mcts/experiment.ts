// The experiment of ReST-MCTS*: one policy and one value net a seed, searched with by each method within the same tokens.
import { join } from 'node:path'
import { search } from '../../core/search.ts'
import type { Searcher } from '../../core/searcher.ts'
import { bestOfN, totBfs, vote } from '../../core/searchers/index.ts'
import { wordProblems } from '../../environments/word-problems.ts'
import type { ArmContext, ArmRun, Experiment, Question } from '../../experiments/experiment.ts'
import { loadNet, loadNetWithHeads, saveNet } from '../../learning/files/net-file.ts'
import { drawProblems, kitPolicy, quickPolicy, rightAnswer, type SmallPolicy, wordProblemCodec } from '../../learning/kit/index.ts'
import { batchedDecoder } from '../../learning/nets/batched-decoder.ts'
import { netEvaluator } from '../../learning/nets/net-evaluator.ts'
import { netProposer } from '../../learning/nets/net-proposer.ts'
import { learns, type Rounds, runRounds, saveBase } from './rounds.ts'
import { restMcts } from './searcher.ts'
import { valueNet } from './value-net.ts'

export interface Setup {
  /** The policy; absent: the medium base. */
  readonly small?: SmallPolicy
  readonly value: { readonly problems: number; readonly tokens: number; readonly steps: number; readonly rate: number }
  /** Held-out problems. */
  readonly problems: number
  /** Tokens that a search may generate, ascending. */
  readonly budgets: readonly number[]
  readonly rounds: Rounds
}

const searchers: Readonly<Record<string, () => Searcher>> = {
  'mcts-star': () => restMcts(),
  'without-roll': () => restMcts({ rollSteps: 0 }),
  'best-of-n': () => bestOfN({ n: null }),
  'tot-bfs': () => totBfs({ branching: 3, keep: 5, restarts: null }),
  'self-consistency': () => vote(),
}

const atMost = (unit: string, second: string): Question => ({
  ...{ first: 'mcts-star', second, metric: 'solved', wanted: { above: 0 }, over: 'seeds', unit, at: 'end' },
})

const rounds = (metric: string): Question => ({
  ...{ first: 'self-training', second: 'rest-em', metric, wanted: { above: 0 }, over: 'seeds', unit: 'tokens sampled' },
})

export const experiment: Experiment<Setup> = {
  arms: [
    { name: 'mcts-star', untrained: true, text: 'MCTS*: steps valued by the net, greedy rolls, visit-weighted children' },
    { name: 'without-roll', untrained: true, text: 'MCTS* without rolls' },
    { name: 'best-of-n', untrained: true, text: 'whole answers, of which the value net chooses' },
    { name: 'tot-bfs', untrained: true, text: 'tree of thoughts, breadth first: five states kept, three children each' },
    { name: 'self-consistency', untrained: true, text: 'whole answers, of which the most frequent is taken' },
    {
      name: 'self-training',
      text: 'two rounds from a hard policy: right ends of MCTS* trees are learnt, and a value net that guides the next trees',
    },
    { name: 'rest-em', text: 'two rounds from the same policy: right ones of sampled answers are learnt' },
  ],
  claims: [
    {
      text: 'MCTS* with the learned value solves more held-out problems than best-of-n ranked by the same value net',
      main: true,
      questions: [atMost('tokens allowed', 'best-of-n')],
    },
    { text: 'it solves more than tree of thoughts', questions: [atMost('tokens allowed', 'tot-bfs')] },
    { text: 'it solves more than self-consistency', questions: [atMost('tokens allowed', 'self-consistency')] },
    { text: 'rolls help', questions: [atMost('tokens allowed', 'without-roll')] },
    {
      text: 'two rounds of self-training on its trees give a policy whose greedy answers are right more often than those of ReST-EM',
      questions: [rounds('greedy')],
    },
    { text: 'after one round, whose trees have no value net yet, too', questions: [rounds('greedyAfterOne')] },
  ],
  scales: {
    smoke: {
      seeds: [1],
      setup: {
        small: quickPolicy,
        value: { problems: 150, tokens: 200, steps: 10, rate: 1e-3 },
        problems: 5,
        budgets: [60, 120],
        rounds: { band: 'medium', rounds: 2, problems: 60, tokens: 100, steps: 3, valueSteps: 3, valueRate: 1e-3, measured: 6, chains: 1 },
      },
      limits: { tokens: 120, 'tokens sampled': 12_000 },
    },
    standard: {
      seeds: [1, 2, 3, 4, 5],
      setup: {
        value: { problems: 2500, tokens: 360, steps: 2000, rate: 3e-3 },
        problems: 200,
        budgets: [100, 200, 400],
        rounds: {
          band: 'hard',
          rounds: 2,
          problems: 150,
          tokens: 160,
          steps: 60,
          valueSteps: 100,
          valueRate: 3e-3,
          measured: 300,
          chains: 2,
        },
      },
      limits: { tokens: 400, 'tokens sampled': 48_000 },
    },
  },
  rates: [2.5e-4, 5e-4],
  figures: [
    { title: 'Solved within a budget', metric: 'solved', x: 'tokens allowed for each problem', y: 'held-out problems solved' },
    { title: 'Rounds of self-training', metric: 'greedy', x: 'tokens sampled', y: 'greedy answers that are right' },
  ],
  async prepare({ small, value, rounds }, { seed, folder, kernels, signal, progress }) {
    const policy = await kitPolicy(
      { band: 'medium', seed, ...(small && { small }) },
      { signal, progress: ({ step }) => progress(`base, step ${step}`) },
    )
    const problems = drawProblems(value.problems, { heldOut: false, seed: 2_000_000 + seed })
    const { net, head, rows, tokens } = await valueNet({ ...value, policy, problems, seed, kernels, signal, progress })
    saveNet(policy, join(folder, 'policy'))
    await saveBase(rounds, { seed, folder, signal, ...(small && { small }) })
    saveNet(net, join(folder, 'value'), { heads: { value: head } })
    return { rows, tokens }
  },
  run: (arm, setup, context) => (learns(arm) ? runRounds(arm, setup.rounds, context) : runArm(arm, setup, context)),
}

async function runArm(
  arm: string,
  { problems: count, budgets }: Setup,
  { seed, folder, kernels, signal, progress }: ArmContext,
): Promise<ArmRun> {
  const codec = wordProblemCodec()
  const { net, heads } = loadNetWithHeads(join(folder, 'value'))
  const proposer = netProposer({ decoder: batchedDecoder(loadNet(join(folder, 'policy')), { kernels }), codec })
  const evaluator = netEvaluator({ decoder: batchedDecoder(net, { kernels }), codec, head: heads.value! })
  const problems = drawProblems(count, { heldOut: true, seed: 8_000_000 + seed })
  const curve: [number, number][] = []
  let used = 0
  for (const tokens of budgets) {
    const found = await Promise.all(
      problems.map(async (problem) => {
        const parts = { environment: wordProblems(), task: problem, proposer, evaluator, searcher: searchers[arm]!() }
        const { answer, usage } = await search({ ...parts, budget: { tokens }, seed, signal })
        return { solved: Number(answer === rightAnswer(problem)), tokens: usage.tokens ?? 0 }
      }),
    )
    curve.push([tokens, mean(found.map(({ solved }) => solved))])
    used = mean(found.map((one) => one.tokens))
    progress(`${tokens} tokens`)
  }
  return { metrics: { solved: curve.at(-1)![1], tokensUsed: used }, spent: { tokens: used }, curves: { solved: curve } }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
