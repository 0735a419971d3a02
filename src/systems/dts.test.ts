// The system, and its formulas by hand.
import { describe, expect, it } from 'vitest'
import { Random } from '../core/random.ts'
import { search } from '../core/search.ts'
import type { Tree } from '../core/tree.ts'
import { testSystem } from '../experiments/testing/test-system.ts'
import { atCheckpoints } from './dts/checkpoints.ts'
import { linearSchedule, stepBack } from './dts/diffusion.ts'
import { distanceTo, merged } from './dts/distance.ts'
import { checkerboard, drawTilted, eightGaussians, rareReward } from './dts/targets.ts'
import { boltzmannDescent, type Denoiser, denoising, dts, dtsStar, dtsSystem } from './dts.ts'

testSystem(dtsSystem, new URL('./dts.ts', import.meta.url))

/** A user's own "diffusion": each step adds ±1 with equal chances; x_0 after two steps from x_2 = 0. */
const coins: Denoiser = {
  name: 'coins',
  steps: 2,
  begin: () => [0],
  denoise: (requests) =>
    requests.map(({ x, from, to, random }) => {
      let [value = 0] = x
      for (let time = from; time > to; time--) value += random.below(2) === 0 ? 1 : -1
      return [value]
    }),
  predict: (states) => states.map(({ x }) => x),
}

describe('denoising', () => {
  it('samples p(x) · exp(reward) of a user’s own model: 1 : 2e^0 : 0.5 of -2, 0, 2 by rewards ln 2, ln 2, ln 1', async () => {
    const reward = ([x = 0]: readonly number[]) => (x > 0 ? 0 : Math.log(2))
    const { environment, proposer, evaluators } = denoising({ denoiser: coins, reward, branchAt: [2, 1] })
    const { tree, usage } = await search({
      ...{ environment, task: {}, proposer, evaluator: evaluators.reward, searcher: dts({ selectionTemperature: 10, depth: 3 }) },
      ...{ units: ['networkEvaluations'], budget: { networkEvaluations: 3000 }, concurrency: 8, seed: 1 },
    })
    expect(usage.networkEvaluations).toBeLessThanOrEqual(3000)
    expect(usage.networkEvaluations).toBeGreaterThan(2900)
    const draw = boltzmannDescent(tree as Tree)
    const random = new Random(1)
    const shares: Record<number, number> = {}
    for (let at = 0; at < 4000; at++) {
      const [x = 0] = tree.state(draw(random)).x
      shares[x] = (shares[x] ?? 0) + 1 / 4000
    }
    // 0.25 · 2 : 0.5 · 2 : 0.25 · 1 of 1.75.
    expect(Math.abs(shares[-2]! - 2 / 7)).toBeLessThan(0.06)
    expect(Math.abs(shares[0]! - 4 / 7)).toBeLessThan(0.06)
    expect(Math.abs(shares[2]! - 1 / 7)).toBeLessThan(0.06)
  })

  it('finds the best by DTS*, from a state that is given', async () => {
    const { environment, proposer, evaluators } = denoising({ denoiser: coins, reward: ([x = 0]) => x, branchAt: [2, 1] })
    const { answer } = await search({
      ...{ environment, task: { from: { x: [5], time: 1 } }, proposer, evaluator: evaluators.reward, searcher: dtsStar({ depth: 3 }) },
      ...{ units: ['networkEvaluations'], budget: { networkEvaluations: 20 } },
    })
    expect(answer).toEqual([6])
  })

  it('refuses steps that do not fall from T', () => {
    const wrong = () => denoising({ denoiser: coins, reward: () => 0, branchAt: [1, 2] })
    expect(wrong).toThrow(expect.objectContaining({ code: 'E_DENOISING_STEPS' }))
  })
})

describe('diffusion', () => {
  it('keeps Π (1 - β): of two steps .001 and .07, .999 · .93', () => {
    expect(linearSchedule(2).kept[2]).toBeCloseTo(0.999 * 0.93, 12)
  })
  it('steps back exactly from a known noise: the last step gives x̂_0 without noise', () => {
    const { ofX, ofNoise, spread } = stepBack(0.64, 1)
    // x = 0.8 · 3 + 0.6 · 0.5 = 2.7.
    expect(ofX * 2.7 + ofNoise * 0.5).toBeCloseTo(3, 12)
    expect(spread).toBe(0)
  })
  it('has the spread of DDPM between noisy steps: σ² = (1 - ᾱ′)/(1 - ᾱ) · (1 - ᾱ/ᾱ′)', () => {
    expect(stepBack(0.5, 0.8).spread ** 2).toBeCloseTo((0.2 / 0.5) * (1 - 0.625), 12)
  })
})

describe('targets and distances', () => {
  it('rewards a peak by 1.5 i, and the middle by -½ ‖x‖²', () => {
    expect(eightGaussians.reward([4, 0])).toBeCloseTo(0, 6)
    expect(eightGaussians.reward([-4, 0])).toBeCloseTo(6, 6)
    expect(checkerboard.reward([1, 2])).toBe(-2.5)
    expect(rareReward(checkerboard, 50, new Random(1))).toBeGreaterThan(-0.7)
  })
  it('are 0 to the samples themselves, and known for two points: k(0) - k(d)', () => {
    const samples = drawTilted(checkerboard, 50, new Random(2))
    expect(distanceTo(samples)({ points: samples, weights: new Float64Array(50).fill(1 / 50) })).toBeCloseTo(0, 6)
    const kernel = (squared: number) => [0.25, 0.5, 1, 2].reduce((sum, width) => sum + Math.exp(-squared / (2 * width ** 2)) / 4, 0)
    expect(distanceTo(Float64Array.of(0, 0))(merged([[1, 1]], [1]))).toBeCloseTo(Math.sqrt(2 - 2 * kernel(2)), 12)
  })
  it('count samples that come twice once, with both weights', () => {
    expect(
      merged(
        [
          [1, 2],
          [3, 4],
          [1, 2],
        ],
        [1, 1, 2],
      ).weights,
    ).toEqual(Float64Array.of(0.75, 0.25))
  })
})

describe('checkpoints', () => {
  it('see the tree before it has used more, and let no more be used', async () => {
    const { environment, proposer, evaluators } = denoising({ denoiser: coins, reward: () => 0, branchAt: [2] })
    const seen: [number, number][] = []
    const see = (tree: Tree, amount: number) => seen.push([amount, tree.visits[0]!])
    const { searcher, end } = atCheckpoints(dts({ depth: 2 }), { unit: 'networkEvaluations', at: [5, 11], trial: 2, see: see as never })
    const { tree } = await search({
      ...{ environment, task: {}, proposer, evaluator: evaluators.reward, searcher, units: ['networkEvaluations'] },
    })
    expect(end(tree as Tree)).toBe(10)
    expect(seen).toEqual([
      [5, 2],
      [11, 5],
    ])
  })
})
