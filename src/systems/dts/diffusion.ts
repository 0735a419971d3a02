// A small Gaussian diffusion model of points: a perceptron that learns the noise of noised points (Ho et al. 2020, arXiv:2006.11239), and steps
// back from noise to points by DDIM with η = 1 (Song et al. 2021, arXiv:2010.02502, eq. 12 and 16). Points are any numbers of any dimension.
import type { Random } from '../../core/random.ts'
import { normal } from '../../core/searchers/draws.ts'
import { type Mlp, mlp } from '../../learning/nets/mlp.ts'
import type { ParameterSource } from '../../learning/nets/parameters.ts'
import { workspace } from '../../learning/nets/workspace.ts'
import { adam } from '../../learning/tensor/adam.ts'
import type { Kernels } from '../../learning/tensor/kernels.ts'
import { square } from '../../learning/tensor/operations/activation.ts'
import { subtract } from '../../learning/tensor/operations/arithmetic.ts'
import { mean } from '../../learning/tensor/operations/reduce.ts'
import { schedule } from '../../learning/tensor/schedules.ts'
import { Tape } from '../../learning/tensor/tape.ts'
import { constant } from '../../learning/tensor/tensor.ts'
import type { Denoiser } from './denoising.ts'

export interface NoiseSchedule {
  /** T. */
  readonly steps: number
  /** ᾱ_t for t = 0 … T; ᾱ_0 = 1. */
  readonly kept: Float64Array
}

/** β_t rising linearly from step 1 to step T; ᾱ_t = Π (1 - β_i). */
export function linearSchedule(steps: number, from = 0.001, to = 0.07): NoiseSchedule {
  const kept = new Float64Array(steps + 1).fill(1)
  for (let t = 1; t <= steps; t++) kept[t] = kept[t - 1]! * (1 - (from + ((to - from) * (t - 1)) / Math.max(1, steps - 1)))
  return { steps, kept }
}

/** Shape of a diffusion net, and its noise. */
export interface DiffusionConfig {
  readonly dimensions: number
  /** What points are divided by before they are noised, so that they are about as far apart as noise is. */
  readonly scale: number
  readonly schedule: NoiseSchedule
  /** Layers between: 4 × 128 in the paper. */
  readonly width: number
  readonly layers: number
}

export interface DiffusionTraining {
  readonly steps: number
  readonly batch: number
  /** Of Adam; falls along half a cosine. */
  readonly rate: number
  readonly seed: Random
  readonly kernels: Kernels
}

const features = 7

/** What the net is told of each time t = 0 … T: t / T, and sines and cosines of it. */
function timesTold(steps: number): Float32Array[] {
  return Array.from({ length: steps + 1 }, (_, t) => {
    const time = t / steps
    return Float32Array.from([time, ...[0, 1, 2].flatMap((k) => [Math.sin(Math.PI * 2 ** k * time), Math.cos(Math.PI * 2 ** k * time)])])
  })
}

function writeInput(row: Float32Array, at: number, x: ArrayLike<number>, told: Float32Array): void {
  for (let i = 0; i < x.length; i++) row[at + i] = x[i]!
  row.set(told, at + x.length)
}

/** The net of a diffusion model: [x / scale at noise level t, time] → noise. */
export function noiseNet({ dimensions, width, layers }: DiffusionConfig, source: ParameterSource): Mlp {
  const between = Array.from({ length: layers }, () => width)
  return mlp('noise', { widths: [dimensions + features, ...between, dimensions], activation: 'silu' }, source)
}

/**
 * Trains the net on points: mean squared error of the noise (Ho et al., eq. 14).
 *
 * @param points one after another, `dimensions` numbers each.
 */
export function trainNoiseNet(net: Mlp, config: DiffusionConfig, points: Float64Array, training: DiffusionTraining): void {
  const { dimensions, scale } = config
  const { steps, kept } = config.schedule
  const { batch, seed: random, kernels } = training
  const tape = new Tape({ kernels })
  const optimizer = adam({ kernels, parameters: net.parameters, clip: 1 })
  const rateAt = schedule({ kind: 'cosine', rate: training.rate, steps: training.steps, end: 0.01 })
  const wide = dimensions + features
  const x = new Float64Array(dimensions)
  const told = timesTold(steps)
  for (let step = 0; step < training.steps; step++) {
    const [inputs, noise] = [new Float32Array(batch * wide), new Float32Array(batch * dimensions)]
    for (let row = 0; row < batch; row++) {
      const point = random.below(points.length / dimensions)
      const t = 1 + random.below(steps)
      for (let i = 0; i < dimensions; i++) {
        const drawn = normal(random)
        noise[row * dimensions + i] = drawn
        x[i] = (Math.sqrt(kept[t]!) * points[point * dimensions + i]!) / scale + Math.sqrt(1 - kept[t]!) * drawn
      }
      writeInput(inputs, row * wide, x, told[t]!)
    }
    const guessed = net.forward(tape, constant([batch, wide], inputs))
    tape.backward(mean(tape, square(tape, subtract(tape, guessed, constant([batch, dimensions], noise)))))
    optimizer.step(rateAt(step))
    tape.reset()
  }
}

/** One step back from x_t, given the noise that the net sees in it: the mean is (eq. 12 with η = 1) √ᾱ' x̂_0 + √(1 - ᾱ' - σ²) ε̂, the spread σ. */
export function stepBack(kept: number, keptNext: number): { readonly ofX: number; readonly ofNoise: number; readonly spread: number } {
  const spread = Math.sqrt(((1 - keptNext) / (1 - kept)) * (1 - kept / keptNext))
  const ofX = Math.sqrt(keptNext / kept)
  return { ofX, ofNoise: Math.sqrt(Math.max(0, 1 - keptNext - spread ** 2)) - ofX * Math.sqrt(1 - kept), spread }
}

/** The model as what {@link denoising} needs. States are in the units of the points at time 0, and of noise before. */
export function diffusionDenoiser(name: string, config: DiffusionConfig, net: Mlp, kernels: Kernels): Denoiser {
  const { dimensions, scale } = config
  const { steps, kept } = config.schedule
  const back = Array.from({ length: steps }, (_, at) => stepBack(kept[at + 1]!, kept[at]!))
  const wide = dimensions + features
  const told = timesTold(steps)
  const { floats } = workspace()

  /** The noise in states, for as many rows as there are. */
  function noiseIn(xs: readonly Float64Array[], times: readonly number[]): Float32Array {
    const inputs = floats('inputs', xs.length * wide)
    const out = floats('noise', xs.length * dimensions)
    for (const [row, x] of xs.entries()) writeInput(inputs, row * wide, x, told[times[row]!]!)
    net.decode(kernels, xs.length, inputs, out)
    return out
  }

  return {
    name,
    steps,
    begin: (random) => Array.from({ length: dimensions }, () => normal(random)),
    denoise(requests) {
      const xs = requests.map(({ x }) => Float64Array.from(x))
      const times = requests.map(({ from }) => from)
      let going = [...requests.keys()].filter((at) => times[at]! > requests[at]!.to)
      while (going.length > 0) {
        const noise = noiseIn(
          going.map((at) => xs[at]!),
          going.map((at) => times[at]!),
        )
        for (const [row, at] of going.entries()) {
          const { ofX, ofNoise, spread } = back[--times[at]!]!
          const x = xs[at]!
          for (let i = 0; i < dimensions; i++) {
            const drawn = spread > 0 ? spread * normal(requests[at]!.random) : 0
            x[i] = ofX * x[i]! + ofNoise * noise[row * dimensions + i]! + drawn
          }
        }
        going = going.filter((at) => times[at]! > requests[at]!.to)
      }
      return xs.map((x, at) => Array.from(x, (value) => (requests[at]!.to === 0 ? value * scale : value)))
    },
    predict(states) {
      const xs = states.map(({ x }) => Float64Array.from(x))
      const noise = noiseIn(
        xs,
        states.map(({ time }) => time),
      )
      return states.map(({ x, time }, row) =>
        x.map((value, i) => (scale * (value - Math.sqrt(1 - kept[time]!) * noise[row * dimensions + i]!)) / Math.sqrt(kept[time]!)),
      )
    },
  }
}
