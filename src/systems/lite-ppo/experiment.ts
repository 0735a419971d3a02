// The experiment of Lite PPO: eight methods from the same policy, the same problems and rates, compared at equal sampled tokens.
import { join } from 'node:path'
import type { ArmContext, ArmRun, Experiment } from '../../experiments/experiment.ts'
import { kitTasks, rightShares } from '../../experiments/kit/policy-tasks.ts'
import { loadNet, saveNet } from '../../learning/files/net-file.ts'
import { contextOf, drawProblems, kitPolicy, quickPolicy, type SmallPolicy, wordTokens } from '../../learning/kit/index.ts'
import { policyOptimisation } from '../../learning/policy-optimisation.ts'
import { frozenCopy, trainableCopy } from '../../learning/rollouts/index.ts'
import { type Method, methods } from './methods.ts'

export interface Setup {
  /** The policy; absent: the medium one that checks some of its steps. */
  readonly small?: SmallPolicy
  readonly updates: number
  /** Of each update, with so many answers each. */
  readonly problems: number
  readonly group: number
  readonly minibatches: number
  /** Held-out problems, answers to each, and updates from one measurement to the next. */
  readonly measured: { readonly problems: number; readonly samples: number; readonly every: number }
}

const variant = 'verbose'
const answerLength = contextOf(variant) - wordTokens(drawProblems(1, { heldOut: false, seed: 0 })[0]!, []).length
const all = methods(answerLength)

const above = (second: string) =>
  [{ first: 'lite-ppo', second, metric: 'pass1', wanted: { above: 0 }, over: 'seeds', unit: 'tokens', at: 'end' }] as const

export const experiment: Experiment<Setup> = {
  arms: Object.entries(all).map(([name, { text }]) => ({ name, text })),
  claims: [
    { text: 'group mean with batch std and token-level loss is better than GRPO at equal tokens', main: true, questions: above('grpo') },
    { text: 'it is better than DAPO', questions: above('dapo') },
    { text: 'it is better than batch mean and std (REINFORCE++)', questions: above('reinforce++') },
    { text: "dividing by the batch's standard deviation is better than by the group's", questions: above('group-std') },
    { text: 'the mean over tokens is better than over sequences', questions: above('sequence-mean') },
    { text: 'it needs no higher clip', questions: above('clip-higher') },
  ],
  rates: [3e-4],
  scales: {
    smoke: {
      seeds: [1],
      setup: { small: quickPolicy, updates: 2, problems: 4, group: 4, minibatches: 2, measured: { problems: 6, samples: 2, every: 1 } },
      limits: { tokens: 2 * 16 * answerLength },
    },
    standard: {
      seeds: [1, 2, 3, 4, 5, 6, 7, 8],
      setup: { updates: 12, problems: 32, group: 8, minibatches: 4, measured: { problems: 150, samples: 4, every: 4 } },
      limits: { tokens: 12 * 256 * answerLength },
    },
  },
  figures: [{ title: 'Eight methods', metric: 'pass1', x: 'tokens sampled', y: 'pass@1 on held-out problems' }],
  async prepare({ small }, { seed, folder, signal, progress }) {
    const policy = await kitPolicy(
      { band: 'medium', seed, variant, ...(small && { small }) },
      { signal, progress: ({ step }) => progress(`policy, step ${step}`) },
    )
    saveNet(policy, join(folder, 'policy'))
    return null
  },
  run: (arm, setup, context) => runArm(all[arm]!, setup, context),
}

async function runArm(method: Method, setup: Setup, { seed, rate, folder, kernels, signal, progress }: ArmContext): Promise<ArmRun> {
  const first = loadNet(join(folder, 'policy'))
  const net = trainableCopy(first)
  const { problems, samples, every } = setup.measured
  const shares = async (stream: number) => {
    const measured = drawProblems(problems, { heldOut: true, seed: stream + seed })
    return mean(await rightShares(net, { variant, problems: measured, samples, seed, kernels, signal }))
  }
  const { before, updates } = await policyOptimisation({
    ...{ net, kernels, signal, seed, advantages: method.advantages, loss: method.loss },
    ...{ updates: setup.updates, group: setup.group, minibatches: setup.minibatches, rate: () => rate! },
    tasks: kitTasks({ variant, problems: setup.problems, seed }),
    ...(method.reference && { reference: frozenCopy(first) }),
    measure: async (update) => ((update + 1) % every === 0 ? { pass1: await shares(8_000_000) } : ({} as Readonly<Record<string, number>>)),
    progress: ({ update, reward }) => progress(`update ${update + 1} of ${setup.updates}, reward ${reward.toFixed(2)}`),
  })
  const last = updates.at(-1)
  const measured = updates.filter((update) => update.measured.pass1 !== undefined)
  return {
    metrics: {
      pass1: measured.at(-1)?.measured.pass1 ?? Number.NaN,
      before: before.pass1 ?? Number.NaN,
      mixedGroups: last?.mixedGroups ?? Number.NaN,
    },
    spent: { tokens: last?.tokens ?? 0 },
    curves: { pass1: [[0, before.pass1 ?? 0], ...measured.map(({ tokens, measured: { pass1 } }) => [tokens, pass1!] as const)] },
    // Of problems that are not reported.
    validation: await shares(9_000_000),
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
