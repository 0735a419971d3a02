// The points that diffusion models learn here, their rewards, and exact samples of the points tilted by rewards. Nothing here is learned.
import type { Random } from '../../core/random.ts'
import { normal } from '../../core/searchers/draws.ts'

export type Point = readonly [number, number]

export interface Target {
  readonly name: string
  /** About their standard deviation. */
  readonly scale: number
  draw(random: Random): Point
  reward(x: readonly number[]): number
  /** An upper bound of rewards. */
  readonly mostReward: number
}

const modes = Array.from({ length: 8 }, (_, at) => [4 * Math.cos((at * Math.PI) / 4), 4 * Math.sin((at * Math.PI) / 4)] as const)
const spread = 0.3

/** Eight Gaussians on a circle of radius 4, spread 0.3; the reward has a peak e^{1.5 i} at the i-th: r = ln Σ e^{1.5 i} · exp(-‖x - μ_i‖² / 2·0.3²). */
export const eightGaussians: Target = {
  name: 'eightGaussians',
  scale: 2.8,
  draw(random) {
    const [x, y] = modes[random.below(8)]!
    return [x + spread * normal(random), y + spread * normal(random)]
  },
  reward([x = 0, y = 0]) {
    const logs = modes.map(([a, b], at) => 1.5 * at - ((x - a) ** 2 + (y - b) ** 2) / (2 * spread ** 2))
    const highest = Math.max(...logs)
    return highest + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - highest), 0))
  },
  // Neighbours are ten spreads apart: what they add is below this.
  mostReward: 1.5 * 7 + 1e-3,
}

/** Every other square of a board of 4 × 4 squares of side 2; r = -½ ‖x‖². */
export const checkerboard: Target = {
  name: 'checkerboard',
  scale: 2.3,
  draw(random) {
    const row = random.below(4)
    const column = 2 * random.below(2) + (row % 2)
    return [2 * column - 4 + 2 * random.unit(), 2 * row - 4 + 2 * random.unit()]
  },
  reward: ([x = 0, y = 0]) => -(x ** 2 + y ** 2) / 2,
  mostReward: 0,
}

export const targets: readonly Target[] = [eightGaussians, checkerboard]

/** Points one after another. */
export function drawPoints(target: Target, count: number, random: Random): Float64Array {
  const points = new Float64Array(2 * count)
  for (let at = 0; at < count; at++) points.set(target.draw(random), 2 * at)
  return points
}

/** Samples p(x) · exp(reward(x)) exactly: points are kept with probability exp(reward - most). */
export function drawTilted({ draw, reward, mostReward }: Target, count: number, random: Random): Float64Array {
  const points = new Float64Array(2 * count)
  for (let at = 0; at < count; ) {
    const point = draw(random)
    if (Math.log(1 - random.unit()) < reward(point) - mostReward) points.set(point, 2 * at++)
  }
  return points
}

/** The reward that one point in so many reaches. */
export function rareReward({ draw, reward }: Target, oneIn: number, random: Random): number {
  const rewards = Float64Array.from({ length: 40 * oneIn }, () => reward(draw(random))).sort()
  return rewards[rewards.length - 40]!
}
