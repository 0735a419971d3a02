import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { compareAt, curveOf, heightAt, sharedCheckpoints } from './curves.ts'
import { curvesPicture } from './curves-picture.ts'
import { policyTelemetry } from './policy-telemetry.ts'
import { readTelemetry, telemetryLog } from './telemetry-log.ts'
import { shortAmount, ticksOf } from './ticks.ts'

const folder = mkdtempSync(join(tmpdir(), 'banyan-telemetry-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('policyTelemetry', () => {
  it('computes a hand-made case', () => {
    const update = policyTelemetry()
    update.addTokens({
      logProbs: [Math.log(0.5), Math.log(0.2), Math.log(0.4), Math.log(0.4)],
      sampledLogProbs: [Math.log(0.25), Math.log(0.4), Math.log(0.4), Math.log(0.1)],
      entropies: [1, 2, 3, 2],
      // Ratios 2, 0.5, 1, 4: the first runs into the upper bound, the second into the lower one; the fourth moves back freely.
      advantages: [1, -1, 0, -1],
      clip: { low: 0.2, high: 0.28 },
    })
    update.addGroups([1, 1, 0, 1, 0, 0], [0, 0, 1, 1, 2, 2])
    update.addStep({ gradientNorm: 1 })
    update.addStep({ gradientNorm: 3 })
    const values = update.values()
    expect(values).toMatchObject({ entropy: 2, gradientNorm: 2, clipFraction: 0.5, mixedGroups: 1 / 3, effectiveTokens: 3 })
    // ratio − 1 − log ratio.
    const terms = [2 - 1 - Math.log(2), 0.5 - 1 - Math.log(0.5), 0, 4 - 1 - Math.log(4)]
    expect(values.kl).toBeCloseTo(terms.reduce((sum, term) => sum + term, 0) / 4, 12)
    expect(values.referenceKl).toBeUndefined()
  })

  it('estimates a divergence without bias', () => {
    // All tokens of a distribution, as often as they come: the estimate is the divergence itself.
    const [policy, reference] = [
      [0.5, 0.3, 0.2],
      [0.2, 0.3, 0.5],
    ]
    const counts = [5, 3, 2]
    const repeated = (values: readonly number[]) => values.flatMap((value, at) => new Array<number>(counts[at]!).fill(Math.log(value)))
    const update = policyTelemetry()
    const logProbs = repeated(policy!)
    update.addTokens({ logProbs, sampledLogProbs: logProbs, referenceLogProbs: repeated(reference!), advantages: new Array(10).fill(0) })
    const exact = policy!.reduce((sum, p, at) => sum + p * Math.log(p / reference![at]!), 0)
    expect(update.values().referenceKl).toBeCloseTo(exact, 12)
    expect(update.values()).toMatchObject({ kl: 0, effectiveTokens: 0, clipFraction: undefined })
  })

  it('adds up minibatches as if they were one', () => {
    const columns = (rows: readonly (readonly [number, number, number])[]) => ({
      logProbs: rows.map(([a]) => -a),
      sampledLogProbs: rows.map(([, b]) => -b),
      advantages: rows.map(([, , c]) => c - 1),
      clip: { low: 0.2, high: 0.2 },
    })
    const unit = fc.double({ min: 0, max: 3, noNaN: true })
    fc.assert(
      fc.property(fc.array(fc.tuple(unit, unit, unit), { minLength: 2 }), fc.nat(), (rows, cut) => {
        const [whole, parts] = [policyTelemetry(), policyTelemetry()]
        whole.addTokens(columns(rows))
        parts.addTokens(columns(rows.slice(0, cut % rows.length)))
        parts.addTokens(columns(rows.slice(cut % rows.length)))
        expect(parts.values()).toEqual(whole.values())
        expect(whole.values().kl).toBeGreaterThanOrEqual(0)
      }),
    )
  })

  it('refuses arrays that do not belong together', () => {
    expect(() => policyTelemetry().addTokens({ logProbs: [0, 0], sampledLogProbs: [0], advantages: [0, 0] })).toThrow(
      /sampledLogProbs.*1.*2 numbers/,
    )
    expect(() => policyTelemetry().addGroups([1, 2], [0])).toThrow(/groups/)
  })
})

describe('telemetryLog', () => {
  it('writes a line for each point, that can be read while it goes on', () => {
    const file = join(folder, 'runs', 'one.jsonl')
    const log = telemetryLog(file)
    log.append({ step: 1, tokens: 100, entropy: 0.5, kl: undefined })
    log.append({ step: 2, tokens: 250, entropy: 0.25 })
    expect(readFileSync(file, 'utf8')).toBe('{"step":1,"tokens":100,"entropy":0.5}\n{"step":2,"tokens":250,"entropy":0.25}\n')
    appendFileSync(file, '{"step":3,"tok')
    expect(readTelemetry(file)).toHaveLength(2)
  })

  it('goes on after a kill, from a checkpoint', () => {
    const file = join(folder, 'two.jsonl')
    const first = telemetryLog(file)
    for (const step of [1, 2, 3]) first.append({ step, tokens: step * 10 })
    appendFileSync(file, '{"step":4')
    telemetryLog(file, { from: 3 }).append({ step: 3, tokens: 31 })
    expect(readTelemetry(file)).toEqual([
      { step: 1, tokens: 10 },
      { step: 2, tokens: 20 },
      { step: 3, tokens: 31 },
    ])
  })

  it('refuses what no curve can be made of', () => {
    const log = telemetryLog(join(folder, 'three.jsonl'))
    log.append({ step: 2, tokens: 20 })
    expect(() => log.append({ step: 3, tokens: 30, loss: Number.NaN })).toThrow(/loss of step 3 is not finite.*NaN/)
    expect(() => log.append({ step: 1, tokens: 30 })).toThrow(/before the last one.*at least step 2/)
    expect(() => log.append({ step: 3, tokens: 10 })).toThrow(/before the last one/)
    const file = join(folder, 'bad.jsonl')
    writeFileSync(file, '{"step":1,"tokens":2}\n{"step":2}\n')
    expect(() => readTelemetry(file)).toThrow(/line 2 is no telemetry/)
    expect(() => readTelemetry(join(folder, 'none.jsonl'))).toThrow(/cannot be read/)
  })
})

describe('curves', () => {
  const runs = [
    {
      name: 'a',
      curve: [
        [0, 0],
        [100, 1],
        [300, 2],
      ] as const,
    },
    {
      name: 'b',
      curve: [
        [50, 0.5],
        [250, 2.5],
      ] as const,
    },
  ]

  it('are compared at equal tokens, between points on straight lines', () => {
    expect(sharedCheckpoints(runs, 3)).toEqual([50, 150, 250])
    expect(compareAt(runs, [50, 150, 300])).toEqual([
      { at: 50, heights: { a: 0.5, b: 0.5 } },
      { at: 150, heights: { a: 1.25, b: 1.5 } },
      { at: 300, heights: { a: 2, b: undefined } },
    ])
  })

  it('are taken from telemetry, where it tells the number', () => {
    const points = [
      { step: 1, tokens: 10, pass1: 0.2 },
      { step: 2, tokens: 20 },
      { step: 3, tokens: 30, pass1: 0.4 },
    ]
    expect(curveOf(points, 'pass1')).toEqual([
      [10, 0.2],
      [30, 0.4],
    ])
    expect(curveOf(points, 'pass1', 'step')).toEqual([
      [1, 0.2],
      [3, 0.4],
    ])
  })

  it('go through their points, stay between neighbours, and end where they end', () => {
    const curve = fc.array(fc.tuple(fc.integer({ min: 0, max: 50 }), fc.double({ min: -5, max: 5, noNaN: true })), { minLength: 1 })
    fc.assert(
      fc.property(curve, fc.double({ min: -10, max: 60, noNaN: true }), (drawn, x) => {
        const points = drawn.sort(([a], [b]) => a - b)
        const height = heightAt(points, x)
        expect(height === undefined).toBe(x < points[0]![0] || x > points.at(-1)![0])
        if (height !== undefined) {
          expect(height).toBeGreaterThanOrEqual(Math.min(...points.map(([, y]) => y)) - 1e-9)
          expect(height).toBeLessThanOrEqual(Math.max(...points.map(([, y]) => y)) + 1e-9)
        }
        expect(heightAt(points, points.at(-1)![0])).toBe(points.at(-1)![1])
      }),
    )
  })

  it('share nothing where one is empty or over before the other begins', () => {
    expect(sharedCheckpoints([...runs, { name: 'c', curve: [] }], 3)).toEqual([])
    expect(sharedCheckpoints([...runs, { name: 'c', curve: [[400, 1]] }], 3)).toEqual([])
    expect(heightAt([], 1)).toBeUndefined()
    expect(() =>
      heightAt(
        [
          [2, 0],
          [1, 0],
        ],
        1,
      ),
    ).toThrow(/goes back/)
  })
})

describe('curvesPicture', () => {
  const runs = [
    {
      name: 'grpo',
      curve: [
        [0, 0.25],
        [140_000, 0.8],
      ] as const,
    },
    {
      name: 'a < b & c',
      curve: [
        [0, 0.25],
        [120_000, 0.7],
      ] as const,
    },
  ]
  const options = { title: 'Medium', x: 'tokens generated', y: 'pass@1', runs, range: [0, 1] as const }

  it('draws each run, with axes, legend and marks at checkpoints', () => {
    const svg = curvesPicture({ ...options, checkpoints: [0, 60_000, 130_000] })
    expect(svg.match(/<path /g)).toHaveLength(2)
    // The second run does not reach the third checkpoint.
    expect(svg.match(/<circle /g)).toHaveLength(5)
    for (const text of ['Medium', 'tokens generated', 'pass@1', '>grpo<', 'a &lt; b &amp; c', '>100k<', '>0.2<', '>1<'])
      expect(svg).toContain(text)
    expect(svg).not.toMatch(/NaN|Infinity|undefined|<script|href/)
  })

  it('draws single points and flat curves, thins long ones, and leaves out what is not finite', () => {
    const long = Array.from({ length: 5000 }, (_, at) => [at, Math.sin(at / 100)] as const)
    const svg = curvesPicture({
      title: 't',
      x: 'x',
      y: 'y',
      runs: [
        { name: 'long', curve: long },
        { name: 'point', curve: [[3, 0.5]] },
        {
          name: 'flat',
          curve: [
            [0, 0],
            [5, Number.NaN],
            [9, 0],
          ],
        },
        ...Array.from({ length: 14 }, (_, at) => ({ name: `another run with a long name ${at}`, curve: [[0, at / 14]] as const })),
      ],
    })
    expect(svg).not.toMatch(/NaN|Infinity/)
    expect(svg.length).toBeLessThan(30_000)
    expect(curvesPicture({ title: 't', x: 'x', y: 'y', runs: [{ name: 'one', curve: [[0, 0]] }] })).not.toMatch(/NaN|Infinity/)
  })

  it('refuses to draw nothing, and ranges that are none', () => {
    expect(() => curvesPicture({ ...options, runs: [{ name: 'a', curve: [[Number.NaN, 0]] }] })).toThrow(/nothing to draw/)
    expect(() => curvesPicture({ ...options, range: [1, 0] })).toThrow(/range/)
  })
})

describe('ticks', () => {
  it('are round, and reach over both ends', () => {
    expect(ticksOf(0, 1, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1])
    expect(ticksOf(130, 138_000, 6)).toEqual([0, 50_000, 100_000, 150_000])
    fc.assert(
      fc.property(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.double({ min: 1e-3, max: 1e6, noNaN: true }), (low, reach) => {
        const ticks = ticksOf(low, low + reach, 5)
        expect(ticks[0]).toBeLessThanOrEqual(low + reach * 1e-6)
        expect(ticks.at(-1)).toBeGreaterThanOrEqual(low + reach * (1 - 1e-6))
        expect(ticks.length).toBeLessThanOrEqual(12)
      }),
    )
  })

  it('are written shortly', () => {
    expect([0, 0.25, 999, 40_000, 1_500_000, -2_000].map(shortAmount)).toEqual(['0', '0.25', '999', '40k', '1.5M', '-2k'])
  })
})
