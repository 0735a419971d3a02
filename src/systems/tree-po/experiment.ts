// The experiment of TreePO: trees of segments against answers by themselves, from the same policy.
import { join } from 'node:path'
import type { WordProblem } from '../../environments/word-problems/problem.ts'
import type { ArmContext, ArmRun, Experiment } from '../../experiments/experiment.ts'
import { kitTasks, rightShares } from '../../experiments/kit/policy-tasks.ts'
import { groupAdvantages, groupMean, mixedGroups, treeAdvantages, whitened } from '../../learning/advantages/index.ts'
import { loadNet, saveNet } from '../../learning/files/net-file.ts'
import { drawProblems, endOfAnswer, kitPolicy, quickPolicy, type SmallPolicy } from '../../learning/kit/index.ts'
import { ppo } from '../../learning/losses/index.ts'
import { type PolicyOptimisationOptions, policyOptimisation, type SamplingContext } from '../../learning/policy-optimisation.ts'
import { type Rollout, segmentTree } from '../../learning/rollouts/index.ts'

export interface Setup {
  /** The policy; absent: the medium base. */
  readonly small?: SmallPolicy
  readonly updates: number
  readonly problems: number
  /** Answers to each problem (W), tokens of a segment (L), segments of an answer (D). */
  readonly width: number
  readonly segment: number
  readonly depth: number
  readonly minibatches: number
  readonly measured: { readonly problems: number; readonly samples: number; readonly every: number }
}

type Advantages = PolicyOptimisationOptions<unknown>['advantages']

interface Method {
  readonly text: string
  readonly tree: boolean
  readonly advantages: Advantages
}

/** Groups in which all answers are worth the same are not learnt from, for all alike (DAPO). */
const learnt =
  (advantages: (rollouts: readonly Rollout[]) => readonly (number | undefined)[]): Advantages =>
  (rollouts) => {
    const kept = mixedGroups()(rollouts)
    return whitened(
      rollouts,
      advantages(rollouts).map((advantage, at) => (kept[at] ? advantage : undefined)),
    )
  }
const flat = learnt((rollouts) => groupAdvantages(rollouts, { normaliser: groupMean() }))

const methods: Readonly<Record<string, Method>> = {
  'tree-po': {
    text: 'trees of segments, advantages over all depths',
    tree: true,
    advantages: learnt((rollouts) => treeAdvantages(rollouts)),
  },
  'tree-flat-advantage': { text: 'trees of segments, advantages over the whole group alone', tree: true, advantages: flat },
  'tree-size-weighted': {
    text: 'trees of segments, depths weighted by the number of answers that they compare',
    tree: true,
    advantages: learnt((rollouts) => treeAdvantages(rollouts, { average: 'size' })),
  },
  flat: { text: 'answers by themselves, advantages over the group', tree: false, advantages: flat },
}

export const experiment: Experiment<Setup> = {
  arms: Object.entries(methods).map(([name, { text }]) => ({ name, text })),
  claims: [
    {
      text: 'trees need fewer generated tokens a finished answer, and are not less accurate after as many updates (by more than five points)',
      main: true,
      questions: [
        { first: 'tree-po', second: 'flat', metric: 'tokensOfAnAnswer', by: 'ratio', wanted: { below: 1 }, over: 'seeds', unit: 'answers' },
        { first: 'tree-po', second: 'flat', metric: 'pass1', wanted: { above: -0.05 }, over: 'seeds', unit: 'answers' },
      ],
    },
    {
      text: 'it is more accurate at equal tokens',
      questions: [{ first: 'tree-po', second: 'flat', metric: 'pass1', wanted: { above: 0 }, over: 'seeds', unit: 'tokens', at: 'end' }],
    },
    {
      text: 'advantages over all depths are better than over the whole group alone',
      questions: [
        { first: 'tree-po', second: 'tree-flat-advantage', metric: 'pass1', wanted: { above: 0 }, over: 'seeds', unit: 'answers' },
      ],
    },
    {
      text: 'depths averaged alike are better than weighted by their sizes',
      questions: [
        { first: 'tree-po', second: 'tree-size-weighted', metric: 'pass1', wanted: { above: 0 }, over: 'seeds', unit: 'answers' },
      ],
    },
  ],
  rates: [3e-4],
  scales: {
    smoke: {
      seeds: [1],
      setup: {
        ...{ small: quickPolicy, updates: 2, problems: 3, width: 4, segment: 8, depth: 8, minibatches: 2 },
        measured: { problems: 4, samples: 2, every: 1 },
      },
      limits: { answers: 2 * 3 * 4 },
    },
    standard: {
      seeds: [1, 2, 3, 4, 5, 6, 7, 8],
      setup: {
        ...{ updates: 32, problems: 32, width: 8, segment: 4, depth: 8, minibatches: 4 },
        measured: { problems: 250, samples: 4, every: 8 },
      },
      limits: { answers: 32 * 32 * 8 },
    },
  },
  figures: [{ title: 'Accuracy and tokens', metric: 'pass1', x: 'tokens generated', y: 'pass@1 on held-out problems' }],
  async prepare({ small }, { seed, folder, signal, progress }) {
    const policy = await kitPolicy(
      { band: 'medium', seed, ...(small && { small }) },
      { signal, progress: ({ step }) => progress(`policy, step ${step}`) },
    )
    saveNet(policy, join(folder, 'policy'))
    return null
  },
  run: (arm, setup, context) => runArm(methods[arm]!, setup, context),
}

async function runArm(
  { tree, advantages }: Method,
  setup: Setup,
  { seed, rate, folder, kernels, signal, progress }: ArmContext,
): Promise<ArmRun> {
  const { updates: count, problems, width, segment, depth, minibatches, measured } = setup
  const net = loadNet(join(folder, 'policy'))
  const heldOut = drawProblems(measured.problems, { heldOut: true, seed: 8_000_000 + seed })
  const { before, updates } = await policyOptimisation({
    ...{ net, kernels, signal, seed, advantages, minibatches, updates: count, group: width },
    rate: (update) => rate! * (1 - update / count),
    tasks: kitTasks({ problems, seed }),
    // Clip-higher and the mean over tokens, without a KL term, for all arms.
    loss: (tape, batch) => ppo(tape, batch, { low: 0.2, high: 0.28 }),
    ...(tree && {
      sample: (asked: readonly WordProblem[], { decoder, update, tasks, seed: own }: SamplingContext<WordProblem>) =>
        segmentTree(
          decoder,
          asked.map((task) => ({ group: tasks.idOf(task), prompt: tasks.request(task).prompt })),
          { width, segment, depth, stop: [endOfAnswer], policyVersion: update, seed: own, signal },
        ),
    }),
    measure: async (update): Promise<Readonly<Record<string, number>>> => {
      if ((update + 1) % measured.every !== 0) return {}
      return { pass1: mean(await rightShares(net, { problems: heldOut, samples: measured.samples, seed, kernels, signal })) }
    },
    progress: ({ update, reward }) => progress(`update ${update + 1} of ${count}, reward ${reward.toFixed(2)}`),
  })
  const points = updates.filter((update) => update.measured.pass1 !== undefined)
  const answers = updates.length * problems * width
  const tokens = updates.at(-1)?.tokens ?? 0
  return {
    metrics: { pass1: points.at(-1)?.measured.pass1 ?? Number.NaN, before: before.pass1 ?? Number.NaN, tokensOfAnAnswer: tokens / answers },
    spent: { answers, tokens },
    curves: { pass1: [[0, before.pass1 ?? 0], ...points.map(({ tokens: at, measured: { pass1 } }) => [at, pass1!] as const)] },
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
