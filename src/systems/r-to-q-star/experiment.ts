// The experiment of r-to-q-star: what is trained once a seed, what each arm measures, and what the paper claims.
import { join } from 'node:path'
import type { ArmContext, ArmRun, Experiment } from '../../experiments/experiment.ts'
import { instancePairs, type SampledAnswer, sampleAnswers } from '../../experiments/kit/sampled-answers.ts'
import { loadNet, saveNet } from '../../learning/files/net-file.ts'
import { implicitRewards } from '../../learning/implicit-rewards.ts'
import { drawProblems, kitPolicy, quickPolicy, type SmallPolicy } from '../../learning/kit/index.ts'
import { batchedDecoder } from '../../learning/nets/batched-decoder.ts'
import { scorer } from '../../learning/nets/scorer.ts'
import { train } from '../../learning/train.ts'
import { beamSolved, firstErrorAuc } from './arms.ts'
import { differences } from './same-search.ts'
import { randomProcess, solve, violations } from './soft-values.ts'

export interface Setup {
  /** Of the exact process. */
  readonly process: { readonly vocabulary: number; readonly length: number; readonly beta: number; readonly width: number }
  /** The policy before; absent: the medium base. */
  readonly small?: SmallPolicy
  readonly training: {
    readonly problems: number
    readonly samples: number
    readonly pairs: number
    readonly steps: number
    readonly rate: number
  }
  readonly beta: number
  /** Held-out problems, answers to each whose steps are judged, and widths of beams. */
  readonly measured: { readonly problems: number; readonly samples: number; readonly widths: readonly number[] }
}

export const experiment: Experiment<Setup> = {
  arms: [
    { name: 'exact', text: 'a process of which Q*, V* and π* are known' },
    { name: 'dpo', text: 'the policy after DPO: steps judged by β log(π / ρ), beams by likelihood' },
    { name: 'reference', text: 'the policy before: steps judged by its own log-probability, beams by likelihood' },
  ],
  claims: [
    {
      text: 'the identities hold to 1e-9, and implicit rewards of tokens find the first wrong step (area under the curve at least 0.8)',
      main: true,
      questions: [
        { first: 'dpo', metric: 'firstErrorAuc', wanted: { atLeast: 0.8 }, over: 'seeds', unit: 'answers' },
        { first: 'exact', metric: 'violation', wanted: { atMost: 1e-9 }, over: 'seeds', unit: 'states' },
      ],
    },
    {
      text: 'search guided by values returns the same texts as search by likelihood',
      questions: [{ first: 'exact', metric: 'differences', wanted: { atMost: 0 }, over: 'seeds', unit: 'states' }],
    },
    {
      text: "they find it better than the reference's own log-probability does",
      questions: [{ first: 'dpo', second: 'reference', metric: 'firstErrorAuc', wanted: { above: 0 }, over: 'seeds', unit: 'answers' }],
    },
    {
      text: 'a beam of five solves more than greedy decoding of the DPO policy, and gains more there than on the reference',
      questions: [
        { first: 'dpo', metric: 'gainOfBeam', wanted: { above: 0 }, over: 'seeds', unit: 'problems' },
        { first: 'dpo', second: 'reference', metric: 'gainOfBeam', wanted: { above: 0 }, over: 'seeds', unit: 'problems' },
      ],
    },
    {
      text: 'DPO after supervised learning lowers the implicit reward of right answers too, while their margin grows',
      questions: [
        { first: 'dpo', metric: 'rightReward', wanted: { below: 0 }, over: 'seeds', unit: 'answers' },
        { first: 'dpo', metric: 'margin', wanted: { above: 0 }, over: 'seeds', unit: 'answers' },
      ],
    },
  ],
  scales: {
    smoke: {
      seeds: [1],
      setup: {
        process: { vocabulary: 3, length: 4, beta: 0.5, width: 3 },
        small: quickPolicy,
        training: { problems: 20, samples: 8, pairs: 2, steps: 4, rate: 1e-4 },
        beta: 0.1,
        measured: { problems: 6, samples: 4, widths: [1, 5] },
      },
      limits: { answers: 24, problems: 6, states: 81 },
    },
    standard: {
      seeds: [1, 2, 3, 4, 5],
      setup: {
        process: { vocabulary: 5, length: 6, beta: 0.5, width: 5 },
        training: { problems: 4800, samples: 16, pairs: 3, steps: 400, rate: 3e-5 },
        beta: 0.1,
        measured: { problems: 200, samples: 6, widths: [1, 2, 3, 5, 10] },
      },
      limits: { answers: 1200, problems: 200, states: 15_625 },
    },
  },
  figures: [{ title: 'Beams by likelihood', metric: 'solved', x: 'width of the beam', y: 'problems solved' }],
  prepare: trainedByPreferences,
  run: (arm, setup, context) => (arm === 'exact' ? exact(setup, context) : measured(arm, setup, context)),
}

/** The policy before and after DPO on its own right and wrong answers, in the seed's folder. */
async function trainedByPreferences(
  { small, training, beta }: Setup,
  { seed, folder, kernels, signal, progress }: Omit<ArmContext, 'prepared'>,
) {
  const reference = await kitPolicy(
    { band: 'medium', seed, ...(small && { small }) },
    { signal, progress: ({ step }) => progress(`base, step ${step}`) },
  )
  saveNet(reference, join(folder, 'reference'))
  const problems = drawProblems(training.problems, { heldOut: false, seed: 7_000_000 + seed })
  const decoder = batchedDecoder(reference, { kernels })
  const pairs = instancePairs(await sampleAnswers(decoder, problems, { count: training.samples, seed, signal }), training.pairs)
  const { steps, rate } = training
  // A small net of a quick check may have found nothing right.
  const limit = { steps }
  if (pairs.length > 0) {
    const job = {
      data: { examples: pairs },
      objective: 'dpo',
      settings: { beta },
      limit,
      schedule: { kind: 'linear', rate, end: 0.1 },
      seed,
    } as const
    await train({ net: reference, ...job }, { thread: false, signal })
  }
  saveNet(reference, join(folder, 'dpo'))
  return { pairs: pairs.length, sampledTokens: decoder.counters.generated }
}

async function exact({ process: { vocabulary, length, beta, width } }: Setup, { seed }: ArmContext): Promise<ArmRun> {
  const process = randomProcess(vocabulary, length, beta, seed)
  const solution = solve(process)
  return {
    metrics: {
      violation: Math.max(...Object.values(violations(process, solution))),
      differences: await differences(process, solution, width),
    },
    spent: { states: vocabulary ** length },
  }
}

async function measured(arm: string, setup: Setup, { seed, folder, kernels, signal, progress }: ArmContext): Promise<ArmRun> {
  const [policy, reference] = [loadNet(join(folder, 'dpo')), loadNet(join(folder, 'reference'))]
  const problems = drawProblems(setup.measured.problems, { heldOut: true, seed: 8_000_000 + seed })
  // Both judge the same answers: the reference's.
  const options = { count: setup.measured.samples, seed: 9_000_000 + seed, signal }
  const answers: readonly SampledAnswer[] = (await sampleAnswers(batchedDecoder(reference, { kernels }), problems, options)).flat()
  const texts = answers.map(({ tokens, promptLength }) => ({ tokens, from: promptLength }))
  const rewards = implicitRewards(texts, { policy, reference, beta: setup.beta, kernels })
  const scores =
    arm === 'dpo'
      ? rewards
      : scorer(reference, { kernels })
          .score(texts)
          .map(({ logProbs }) => logProbs)
  const total = (right: boolean) =>
    mean(rewards.filter((_, at) => answers[at]!.right === right).map((row) => row.reduce((sum, one) => sum + one, 0)))
  const decoder = batchedDecoder(arm === 'dpo' ? policy : reference, { kernels })
  const curve: [number, number][] = []
  for (const width of setup.measured.widths) {
    curve.push([width, mean(await beamSolved(decoder, problems, width, signal))])
    progress(`beams of ${width}`)
  }
  const at = (width: number) => curve.find(([one]) => one === width)![1]
  return {
    metrics: {
      firstErrorAuc: firstErrorAuc(answers, scores),
      greedy: at(1),
      beamOfFive: at(5),
      gainOfBeam: at(5) - at(1),
      ...(arm === 'dpo' && { rightReward: total(true), margin: total(true) - total(false) }),
    },
    spent: { answers: answers.length, problems: problems.length },
    curves: { solved: curve },
  }
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
}
