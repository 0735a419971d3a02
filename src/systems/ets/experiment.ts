// The experiment of ETS: one policy and one process reward model a seed, searched with by each method at the same width.
import { join } from 'node:path'
import type { NodeId } from '../../core/common.ts'
import { search } from '../../core/search.ts'
import type { Searcher } from '../../core/searcher.ts'
import { beam } from '../../core/searchers/beam.ts'
import { rebase } from '../../core/searchers/rebase.ts'
import { heaviest } from '../../core/searchers/tally.ts'
import type { Tree } from '../../core/tree.ts'
import { wordProblems } from '../../environments/word-problems.ts'
import type { ArmContext, ArmRun, Experiment } from '../../experiments/experiment.ts'
import { processRewardModel } from '../../experiments/kit/process-reward-model.ts'
import { loadNet, loadNetWithHeads, saveNet } from '../../learning/files/net-file.ts'
import { drawProblems, kitPolicy, quickPolicy, rightAnswer, type SmallPolicy, wordProblemCodec } from '../../learning/kit/index.ts'
import { batchedDecoder } from '../../learning/nets/batched-decoder.ts'
import { netEvaluator } from '../../learning/nets/net-evaluator.ts'
import { netProposer } from '../../learning/nets/net-proposer.ts'
import { cacheTokens } from './cache-tokens.ts'
import { ets } from './searcher.ts'
import { type ZeroOneSolver, zeroOneSolver } from './zero-one.ts'

export interface Setup {
  /** The policy; absent: the medium base. */
  readonly small?: SmallPolicy
  readonly model: { readonly problems: number; readonly steps: number; readonly rollouts: number }
  /** Held-out problems. */
  readonly problems: number
  /** Metrics are those of `width`. Curves go over `widths`, ascending; beam search, which holds a quarter of its width, has them twice as wide. */
  readonly widths: readonly number[]
  readonly width: number
}

/** λ_b of the arms. */
const budgetWeight = 2

/** Searchers by arm and width; all share the width, and all answer by votes weighted by the reward model. */
const searchers: Readonly<Record<string, (width: number, solve: ZeroOneSolver) => Searcher>> = {
  ets: (width, solve) => ets(solve, { width, answer: 'vote', budgetWeight, diversityWeight: width < 64 ? 1.5 : 1.4 }),
  'ets-without-diversity': (width, solve) => ets(solve, { width, answer: 'vote', budgetWeight, diversityWeight: 0 }),
  rebase: (width) => rebase({ width, answer: 'vote' }),
  beam: (width) => beam({ width: Math.max(1, width / 4), branching: 4, rootBranching: width }),
}

export const experiment: Experiment<Setup> = {
  arms: [
    { name: 'ets', text: 'ETS, λ_b = 2 and λ_d = 1.4 (1.5 below a width of 64)' },
    { name: 'ets-without-diversity', text: 'ETS without the worth of different meanings, λ_d = 0' },
    { name: 'rebase', text: 'REBASE, the same temperature' },
    { name: 'beam', text: 'beam search: a quarter of the width is kept, four children each' },
  ],
  claims: [
    {
      text: 'at least 1.3 times fewer cache tokens than REBASE at an accuracy within two points, and more accurate than beam search at equal cache',
      main: true,
      questions: [
        { first: 'rebase', second: 'ets', metric: 'cacheTokens', by: 'ratio', wanted: { atLeast: 1.3 }, over: 'tasks', unit: 'tokens' },
        { first: 'ets', second: 'rebase', metric: 'solved', wanted: { atLeast: -0.02 }, over: 'tasks', unit: 'tokens' },
        { first: 'ets', second: 'beam', metric: 'solved', wanted: { above: 0 }, over: 'seeds', unit: 'cache tokens', at: 'end' },
      ],
    },
    {
      text: 'where the answer is the finished state of the greatest value, and no vote, its accuracy is within two points of REBASE',
      questions: [{ first: 'ets', second: 'rebase', metric: 'solvedByBest', wanted: { atLeast: -0.02 }, over: 'tasks', unit: 'tokens' }],
    },
    {
      text: 'without the worth of different meanings it is less accurate',
      questions: [{ first: 'ets', second: 'ets-without-diversity', metric: 'solved', wanted: { above: 0 }, over: 'tasks', unit: 'tokens' }],
    },
  ],
  scales: {
    smoke: {
      seeds: [1],
      setup: { small: quickPolicy, model: { problems: 12, steps: 10, rollouts: 2 }, problems: 6, widths: [4, 8], width: 8 },
      limits: { tokens: 8 * 4 * 7 },
    },
    standard: {
      seeds: [1, 2, 3, 4, 5],
      setup: { model: { problems: 1000, steps: 900, rollouts: 8 }, problems: 200, widths: [4, 8, 16, 32, 64], width: 64 },
      limits: { tokens: 64 * 4 * 7 },
    },
  },
  figures: [{ title: 'Accuracy and cache', metric: 'solved', x: 'cache tokens, mean over depths', y: 'problems solved' }],
  async prepare({ small, model }, { seed, folder, kernels, signal, progress }) {
    const policy = await kitPolicy(
      { band: 'medium', seed, ...(small && { small }) },
      { signal, progress: ({ step }) => progress(`base, step ${step}`) },
    )
    const { net, head, labelTokens } = await processRewardModel({ ...model, policy, seed, kernels, signal, progress })
    saveNet(policy, join(folder, 'policy'))
    saveNet(net, join(folder, 'model'), { heads: { value: head } })
    return { labelTokens }
  },
  run: runArm,
}

async function runArm(arm: string, { problems: count, widths, width: reported }: Setup, context: ArmContext): Promise<ArmRun> {
  const { seed, folder, kernels, signal, progress } = context
  const solve = await zeroOneSolver()
  const codec = wordProblemCodec()
  const { net, heads } = loadNetWithHeads(join(folder, 'model'))
  // Samples as they come, and states that are equal by themselves, as the paper has them.
  const proposer = netProposer({ decoder: batchedDecoder(loadNet(join(folder, 'policy')), { kernels }), codec, duplicates: 'keep' })
  const { key: _, ...environment } = wordProblems()
  const evaluator = netEvaluator({ decoder: batchedDecoder(net, { kernels }), codec, head: heads.value! })
  const problems = drawProblems(count, { heldOut: true, seed: 8_000_000 + seed })
  const points = []
  for (const width of widthsOf(arm, widths, reported)) {
    const found = await Promise.all(
      problems.map(async (problem) => {
        const options = { environment, task: problem, proposer, evaluator, seed, concurrency: width, signal }
        const { tree, usage } = await search({ ...options, searcher: searchers[arm]!(width, solve) })
        const ends = endsOf(tree as Tree)
        const isRight = (node: NodeId | undefined) =>
          Number(node !== undefined && environment.answer(tree.state(node)) === rightAnswer(problem))
        const best = ends.reduce<End | undefined>((most, end) => (most === undefined || end.weight > most.weight ? end : most), undefined)
        return {
          solved: isRight(heaviest(tree as Tree, ends)[0]),
          solvedByBest: isRight(best?.node),
          cacheTokens: cacheTokens(tree as Tree),
          tokens: usage.tokens ?? 0,
        }
      }),
    )
    points.push({ width, found })
    progress(`width ${width}`)
  }
  const { found } = points.find(({ width }) => width === reported)!
  const column = (of: typeof found, name: keyof (typeof found)[number]) => of.map((one) => one[name])
  return {
    metrics: { solved: column(found, 'solved'), solvedByBest: column(found, 'solvedByBest'), cacheTokens: column(found, 'cacheTokens') },
    spent: { tokens: mean(column(found, 'tokens')) },
    curves: { solved: curveOf(points.map(({ found: all }) => [mean(column(all, 'cacheTokens')), mean(column(all, 'solved'))] as const)) },
  }
}

function widthsOf(arm: string, widths: readonly number[], reported: number): number[] {
  const own = arm === 'beam' ? widths.map((width) => 2 * width) : widths
  return [...new Set([...own, reported])].sort((a, b) => a - b)
}

/** A wider search may hold less. */
function curveOf(points: readonly (readonly [number, number])[]): (readonly [number, number])[] {
  return [...points].sort(([a], [b]) => a - b)
}

interface End {
  readonly node: NodeId
  readonly weight: number
}

/** Finished states with their values, which weigh their votes. */
function endsOf(tree: Tree): End[] {
  const ends: End[] = []
  for (let node = 0; node < tree.size; node++)
    if (tree.terminal(node) && tree.visits[node]! > 0) ends.push({ node, weight: Math.max(0, tree.valueSum[node]! / tree.visits[node]!) })
  return ends
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
