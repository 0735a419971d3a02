// The experiment: two sets of points in the plane, a diffusion net for each, and how near to the tilted target each method comes with equal network
// evaluations; then how soon a rare reward is found, and how good values of noisy states are.
import { join } from 'node:path'
import { Random } from '../../core/random.ts'
import type { ArmContext, ArmRun, Claim, Experiment, Question } from '../../experiments/experiment.ts'
import { openTensors, writeTensors } from '../../learning/files/safetensors.ts'
import { parameter } from '../../learning/tensor/tensor.ts'
import { apart, type Constants, evaluationsToReach, type Growth, methods, star, values } from './arms.ts'
import type { Denoiser, DenoisingState } from './denoising.ts'
import { type DiffusionConfig, diffusionDenoiser, linearSchedule, noiseNet, trainNoiseNet } from './diffusion.ts'
import { distanceTo } from './distance.ts'
import { drawPoints, drawTilted, rareReward, type Target, targets } from './targets.ts'

export interface Setup {
  readonly net: { readonly steps: number; readonly width: number; readonly layers: number }
  readonly training: { readonly points: number; readonly steps: number; readonly batch: number; readonly rate: number }
  /** Network evaluations at which distances are measured, rising. */
  readonly at: readonly number[]
  /** Samples drawn from a tree. */
  readonly draws: number
  /** Exact samples of the target that distances are measured to. */
  readonly exact: number
  /** A reward that one point in so many has; searches for it, and evaluations that each may take. */
  readonly rare: { readonly oneIn: number; readonly searches: number; readonly most: number }
  /** Noisy states whose values are estimated; chains of a tree there; chains that the truth is taken from. */
  readonly states: { readonly count: number; readonly chains: number; readonly truth: number }
  readonly constants: Constants
}

type Prepared = Readonly<Record<string, { readonly rare: number; readonly states: readonly (DenoisingState & { value: number })[] }>>

const nearer = (first: string, at: Question['at']) =>
  (['smc', 'best-of-n'] as const).map((second) => ({
    ...{ first, second, metric: 'distance', by: 'ratio' as const, wanted: { below: 1 } },
    ...{ over: 'seeds' as const, unit: 'network evaluations', ...(at !== undefined && { at }) },
  }))

const claims: readonly Claim[] = [
  {
    text: 'lower MMD to the tilted target than SMC and best-of-n at equal network evaluations',
    main: true,
    questions: nearer('dts', 'end') as never,
  },
  { text: 'the same at a tenth of the evaluations', questions: nearer('dts', { part: 0.1 }) as never },
  { text: 'the same at a hundredth of them', questions: nearer('dts', { part: 0.01 }) as never },
  {
    text: 'with children selected more evenly while the tree grows, lower MMD than SMC and best-of-n',
    questions: nearer('dts-even', 'end') as never,
  },
  {
    text: 'a tree is nearer than as many evaluations of chains that share nothing, weighted by exp(λ r)',
    questions: [
      {
        ...{ first: 'dts', second: 'flat', metric: 'distance', by: 'ratio', wanted: { below: 1 } },
        ...{ over: 'seeds', unit: 'network evaluations', at: 'end' },
      },
    ],
  },
  {
    text: 'DTS* reaches a rare reward with fewer network evaluations than best-of-n',
    questions: [
      {
        ...{ first: 'dts-star', second: 'best-of-n', metric: 'evaluationsToReach', by: 'ratio', wanted: { below: 1 } },
        ...{ over: 'seeds', unit: 'searches' },
      },
    ],
  },
  {
    text: "a tree's values of noisy states are nearer to the truth than rewards of the expected sample (Tweedie) and of one finished sample",
    questions: [
      { first: 'dts', second: 'smc', metric: 'valueError', wanted: { below: 0 }, over: 'seeds', unit: 'states' },
      { first: 'dts', second: 'smc-rollouts', metric: 'valueError', wanted: { below: 0 }, over: 'seeds', unit: 'states' },
    ],
  },
]

const constants: Constants = { bestOf: 8, resampleBelow: 0.5, selectionTemperature: 100, exploration: 0.3 }

export const experiment: Experiment<Setup> = {
  arms: [
    { name: 'dts', text: 'diffusion tree sampling as published: C = 2, α = 0.8, children in proportion to exp(λ v)' },
    { name: 'dts-even', text: 'the same, but children selected in proportion to exp(λ v / 100) while the tree grows' },
    { name: 'flat', text: 'chains that share nothing, weighted by exp(λ r): the tree that only ever branches at its root' },
    { name: 'smc', text: 'SMC (FK steering): the reward of the expected sample as potential, the same steps' },
    { name: 'smc-rollouts', text: 'SMC with the reward of a finished sample as potential' },
    { name: 'best-of-n', text: 'each sample the best of 8' },
    { name: 'dts-star', text: 'DTS*: UCT, max backup, C = 1, α = 0.5' },
  ],
  claims,
  scales: {
    smoke: {
      seeds: [1],
      setup: {
        net: { steps: 10, width: 16, layers: 2 },
        training: { points: 200, steps: 40, batch: 32, rate: 3e-3 },
        at: [100, 1000, 10_000],
        draws: 100,
        exact: 100,
        rare: { oneIn: 20, searches: 1, most: 300 },
        states: { count: 2, chains: 4, truth: 16 },
        constants,
      },
      limits: { 'network evaluations': 10_000, searches: 2, states: 4 },
    },
    standard: {
      seeds: [1, 2, 3, 4, 5],
      setup: {
        net: { steps: 100, width: 128, layers: 4 },
        training: { points: 10_000, steps: 4000, batch: 256, rate: 3e-3 },
        at: [1000, 3000, 10_000, 30_000, 100_000, 300_000, 1_000_000],
        // As many as SMC has particles at the last of these.
        draws: 10_000,
        exact: 5000,
        rare: { oneIn: 2000, searches: 4, most: 100_000 },
        states: { count: 24, chains: 16, truth: 400 },
        constants,
      },
      limits: { 'network evaluations': 1_000_000, searches: 8, states: 48 },
    },
  },
  figures: [
    { title: 'Distance to the tilted target', metric: 'distance', x: 'network evaluations', y: 'MMD, geometric mean of both' },
    { title: 'Eight Gaussians', metric: 'distanceToEightGaussians', x: 'network evaluations', y: 'MMD' },
    { title: 'Checkerboard', metric: 'distanceToCheckerboard', x: 'network evaluations', y: 'MMD' },
  ],
  async prepare(setup, { seed, folder, kernels, progress }) {
    const prepared: Record<string, Prepared[string]> = {}
    for (const target of targets) {
      const config = configOf(setup, target)
      const net = noiseNet(config, { seed })
      const points = drawPoints(target, setup.training.points, new Random(seed, `points of ${target.name}`))
      trainNoiseNet(net, config, points, { ...setup.training, seed: new Random(seed, `training of ${target.name}`), kernels })
      writeTensors(join(folder, `${target.name}.safetensors`), net.parameters, {})
      progress(`net of ${target.name}`)
      const denoiser = diffusionDenoiser(target.name, config, net, kernels)
      const rare = rareReward(target, setup.rare.oneIn, new Random(seed, `rewards of ${target.name}`))
      prepared[target.name] = { rare, states: await statesWithValues(denoiser, target, setup, seed) }
    }
    return prepared as never
  },
  async run(arm, setup, { seed, prepared, folder, kernels, signal, progress }: ArmContext): Promise<ArmRun> {
    const distances: (readonly [number, number])[][] = []
    const reach: number[] = []
    const errors: number[] = []
    let states = 0
    for (const target of targets) {
      const denoiser = loaded(setup, target, folder, kernels)
      const known = (prepared as never as Prepared)[target.name]!
      const growth: Growth = { denoiser, target, seed, signal, at: setup.at, draws: setup.draws }
      const method = methods[arm]
      if (method !== undefined) {
        const distance = distanceTo(drawTilted(target, setup.exact, new Random(seed, `tilted ${target.name}`)))
        const seen = await method(growth, setup.constants)
        distances.push(seen.map(({ evaluations, samples }) => [evaluations, distance(samples)]))
        progress(`${target.name}: distances`)
      }
      const options = arm === 'dts-star' ? star(setup.constants.exploration) : arm === 'best-of-n' ? apart : undefined
      if (options !== undefined)
        for (let at = 0; at < setup.rare.searches; at++)
          reach.push(await evaluationsToReach({ ...growth, seed: 1000 * seed + at }, options, known.rare, setup.rare.most))
      const estimate = values[arm]
      if (estimate !== undefined)
        for (const { value, ...from } of known.states) {
          errors.push((await estimate({ ...growth, seed: 1000 * seed + states }, from, setup.states.chains)) - value)
          states++
        }
    }
    const both = distances[0]?.map(([at, one], place) => [at, Math.sqrt(one * distances[1]![place]![1])] as const)
    return {
      metrics: {
        ...(both && { distance: both.at(-1)![1] }),
        ...(reach.length > 0 && { evaluationsToReach: Math.exp(mean(reach.map(Math.log))) }),
        ...(states > 0 && { valueError: mean(errors.map(Math.abs)), valueBias: mean(errors) }),
      },
      spent: {
        ...(both && { 'network evaluations': setup.at.at(-1)! }),
        ...(reach.length > 0 && { searches: reach.length }),
        ...(states > 0 && { states }),
      },
      ...(both && { curves: { distance: both, distanceToEightGaussians: distances[0]!, distanceToCheckerboard: distances[1]! } }),
    }
  },
}

function configOf({ net: { steps, width, layers } }: Setup, { scale }: Target): DiffusionConfig {
  return { dimensions: 2, scale, schedule: linearSchedule(steps), width, layers }
}

function loaded(setup: Setup, target: Target, folder: string, kernels: ArmContext['kernels']): Denoiser {
  const config = configOf(setup, target)
  using file = openTensors(join(folder, `${target.name}.safetensors`))
  const parameters = [...file.tensors.values()].map(({ name, shape }) => parameter(name, shape, { data: file.read(name) }))
  return diffusionDenoiser(target.name, config, noiseNet(config, { parameters }), kernels)
}

/** States on the way to samples, at the steps where trees branch, and their soft values ln E exp(r) by many chains. */
async function statesWithValues(denoiser: Denoiser, target: Target, { states: { count, truth } }: Setup, seed: number) {
  const states: (DenoisingState & { value: number })[] = []
  for (let at = 0; at < count; at++) {
    const random = new Random(seed, `state ${at} of ${target.name}`)
    const time = Math.ceil((denoiser.steps * (1 + (at % 4))) / 5)
    const [x] = await denoiser.denoise([{ x: denoiser.begin(random), from: denoiser.steps, to: time, random }])
    const requests = Array.from({ length: truth }, () => ({ x: x!, from: time, to: 0, random }))
    const rewards = (await denoiser.denoise(requests)).map(target.reward)
    const highest = Math.max(...rewards)
    states.push({ x: x!, time, value: highest + Math.log(mean(rewards.map((reward) => Math.exp(reward - highest)))) })
  }
  return states
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length
}
