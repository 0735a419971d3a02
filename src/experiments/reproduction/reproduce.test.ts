// A reproduction from its cells to its verdicts, on an experiment whose results can be worked out by hand.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AnyExperiment, ArmContext, ArmRun, Experiment, Question } from '../experiment.ts'
import type { System } from '../system.ts'
import { answered, verdictOf } from './answer.ts'
import { reproduce } from './reproduce.ts'

const card: System['card'] = {
  slug: 'made-up',
  name: 'Made up',
  title: 'A method',
  authors: ['A. Author'],
  year: 2024,
  link: 'https://example.org',
  family: 'search',
  claim: 'It is better.',
  mechanism: ['a', 'b', 'c', 'd', 'e'],
  faithful: ['all'],
  smaller: ['nothing'],
  oracle: 'nothing',
  tuned: 'nowhere',
}

let ran: string[] = []
let folder = ''
beforeEach(() => {
  ran = []
  folder = mkdtempSync(join(tmpdir(), 'banyan-reproduce-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** `good` has the seed more than `plain`, which has what the seed's arms share. */
const experiment: Experiment<{ readonly tasks: number }> = {
  arms: [
    { name: 'good', text: 'the better one' },
    { name: 'plain', text: 'the other' },
  ],
  claims: [
    {
      text: 'good solves more',
      main: true,
      questions: [{ first: 'good', second: 'plain', metric: 'solved', wanted: { above: 0 }, over: 'seeds', unit: 'tokens' }],
    },
  ],
  scales: {
    smoke: { seeds: [1], setup: { tasks: 2 }, limits: { tokens: 10 } },
    standard: { seeds: [1, 2, 3], setup: { tasks: 2 }, limits: { tokens: 10 } },
  },
  prepare: (_, { seed }) => {
    ran.push(`shared ${seed}`)
    return { base: 0.1 }
  },
  run: (arm, { tasks }, { seed, prepared }) => {
    ran.push(`${arm} ${seed}`)
    const value = (prepared as { base: number }).base + (arm === 'good' ? seed / 10 : 0)
    return {
      metrics: { solved: Array(tasks).fill(value) },
      spent: { tokens: 10 },
      curves: {
        solved: [
          [0, 0],
          [10, value],
        ],
      },
    }
  },
}
const made = (change: Partial<AnyExperiment> = {}): System => ({ card, experiment: { ...experiment, ...change } })

describe('a reproduction', () => {
  it('runs what is shared first, each arm with each seed once, and decides by paired differences: 0.1, 0.2, 0.3', async () => {
    const result = await reproduce({ system: made(), scale: 'standard', folder, jobs: 2 })
    expect(ran).toHaveLength(9)
    for (const seed of [1, 2, 3]) expect(ran.indexOf(`shared ${seed}`)).toBeLessThan(ran.indexOf(`good ${seed}`))
    const [claim] = result!.claims
    expect(claim).toMatchObject({ verdict: 'not shown', main: true, budget: { unit: 'tokens', first: 10, second: 10 }, wanted: 'above 0' })
    expect(claim!.difference).toBeCloseTo(0.2, 12)
    expect(claim!.interval[0]).toBeCloseTo(0.2 - (4.3027 * 0.1) / Math.sqrt(3), 6)
    expect(result!.arms[0]).toMatchObject({ name: 'good', spent: { tokens: 10 } })
    expect(result!.arms[0]!.metrics.solved!.perSeed.map((one) => Number(one!.toFixed(9)))).toEqual([0.2, 0.3, 0.4])
    expect(result!.arms[0]!.curves.solved!.at(-1)![0]).toBe(10)
  })

  it('goes on where it stopped, and gives the same result', async () => {
    const stop = new AbortController()
    const run: AnyExperiment['run'] = (arm, setup, context) => {
      if (ran.length === 4) stop.abort()
      return experiment.run(arm, setup as never, context)
    }
    expect(await reproduce({ system: made({ run }), scale: 'standard', folder, signal: stop.signal })).toBeUndefined()
    const before = ran.length
    ran = []
    const resumed = await reproduce({ system: made(), scale: 'standard', folder })
    // What was under way when it was stopped is run again.
    expect(ran).toHaveLength(9 - before + 1)
    ran = []
    const again = await reproduce({ system: made(), scale: 'standard', folder })
    expect(ran).toEqual([])
    const fresh = await reproduce({ system: made(), scale: 'standard', folder, fresh: true })
    expect(ran).toHaveLength(9)
    for (const other of [again, fresh]) expect({ ...other, seconds: 0 }).toEqual({ ...resumed, seconds: 0 })
  })

  it('runs a cell again whose file is cut, or of another setup', async () => {
    await reproduce({ system: made(), scale: 'smoke', folder })
    expect(readdirSync(join(folder, 'seed-1')).sort()).toEqual(['files', 'good.json', 'plain.json', 'shared.json'])
    writeFileSync(join(folder, 'seed-1', 'plain.json'), '{"key":')
    ran = []
    await reproduce({ system: made(), scale: 'smoke', folder })
    expect(ran).toEqual(['plain 1'])
    ran = []
    const scales = { ...experiment.scales, smoke: { ...experiment.scales.smoke, setup: { tasks: 3 } } }
    await reproduce({ system: made({ scales }), scale: 'smoke', folder })
    expect(ran).toHaveLength(3)
  })

  it('takes of the rates the one whose validation is best, for each arm', async () => {
    const run = (arm: string, _: unknown, { rate, seed }: ArmContext): ArmRun => ({
      metrics: { solved: rate! },
      spent: { tokens: 1 },
      validation: arm === 'good' ? rate! + seed : -rate!,
    })
    const result = await reproduce({ system: made({ run, rates: [1, 2] }), scale: 'standard', folder })
    expect(result!.arms.map(({ rate }) => rate)).toEqual([2, 1])
    const arms = [experiment.arms[0]!, { ...experiment.arms[1]!, untrained: true }]
    const once = made({ arms, run: (arm, setup, context) => run(arm, setup, { ...context, rate: context.rate ?? 0 }), rates: [1, 2] })
    const untrained = await reproduce({ system: once, scale: 'standard', folder, fresh: true })
    expect(untrained!.arms.map(({ rate }) => rate)).toEqual([2, undefined])
    const silent = made({ run: () => ({ metrics: { solved: 1 }, spent: {} }), rates: [1, 2] })
    await expect(reproduce({ system: silent, scale: 'smoke', folder, fresh: true })).rejects.toMatchObject({ code: 'E_EXPERIMENT_CLAIM' })
  })

  it.each<[string, Partial<AnyExperiment>, string]>([
    ['spends too much', { run: () => ({ metrics: { solved: 1 }, spent: { tokens: 11 } }) }, 'E_EXPERIMENT_BUDGET'],
    ['fails', { run: () => Promise.reject(new RangeError('no')) }, 'no'],
    ['has not the metric of a claim', { run: () => ({ metrics: {}, spent: { tokens: 1 } }) }, 'E_EXPERIMENT_CLAIM'],
    ['has no main claim', { claims: [] }, 'E_EXPERIMENT_MAIN'],
  ])('fails when an arm %s', async (_, change, code) => {
    const error = await reproduce({ system: made(change), scale: 'smoke', folder }).catch((error) => error)
    expect([error.code, error.message]).toContain(code)
  })

  it('refuses seeds that are none', async () => {
    for (const seeds of [[], [1, 1], [-1], [0.5]])
      await expect(reproduce({ system: made(), scale: 'smoke', folder, seeds })).rejects.toMatchObject({ code: 'E_EXPERIMENT_SEEDS' })
  })
})

describe('a question', () => {
  const ask = (question: Partial<Question>, first: Partial<ArmRun>[], second: Partial<ArmRun>[]) => {
    const runs: Record<string, ArmRun[]> = { a: first.map(filled), b: second.map(filled) }
    const whole: Question = { first: 'a', second: 'b', metric: 'm', wanted: { above: 0 }, over: 'seeds', unit: 'tokens', ...question }
    return answered(whole, (arm) => runs[arm]!)
  }
  const filled = (run: Partial<ArmRun>): ArmRun => ({ metrics: { m: 0 }, spent: { tokens: 1 }, ...run })

  it('over tasks pairs them by seed and place', () => {
    const found = ask(
      { over: 'tasks' },
      [{ metrics: { m: [1, 1] } }, { metrics: { m: [1, 0] } }],
      [{ metrics: { m: [0, 0] } }, { metrics: { m: [0, 0] } }],
    )
    expect(found.difference).toBe(0.75)
    expect(found.interval).toEqual([0.25, 1])
    expect(found.verdict).toBe('shown')
  })
  it('of a ratio over seeds has the geometric mean, 2 of 1 and 4', () => {
    const found = ask({ by: 'ratio' }, [{ metrics: { m: 1 } }, { metrics: { m: 4 } }], [{ metrics: { m: 1 } }, { metrics: { m: 1 } }])
    expect(found.difference).toBeCloseTo(2, 12)
  })
  it('on curves is asked where both are, between points', () => {
    const curve = (to: number, height: number): Partial<ArmRun> => ({
      curves: {
        m: [
          [0, 0],
          [to, height],
        ],
      },
    })
    const found = ask({ at: 'end' }, [curve(10, 1), curve(20, 1)], [curve(20, 1), curve(40, 2)])
    expect(found.budget).toEqual({ unit: 'tokens', first: 10, second: 10 })
    expect(found.difference).toBeCloseTo((0.5 + 0) / 2, 12)
    const half = ask({ at: { part: 0.5 } }, [curve(10, 1), curve(20, 1)], [curve(20, 1), curve(40, 2)])
    expect(half.budget).toEqual({ unit: 'tokens', first: 5, second: 5 })
    expect(half.difference).toBeCloseTo((0.25 + 0) / 2, 12)
    expect(() => ask({ at: 30 }, [curve(10, 1)], [curve(40, 2)])).toThrow(/does not reach 30 tokens/)
  })
  it('is refused where the budgets differ, or the tasks', () => {
    expect(() => ask({}, [{ spent: { tokens: 100 } }], [{ spent: { tokens: 97 } }])).toThrow(/budgets of a and b differ/)
    expect(ask({}, [{ spent: { tokens: 100 } }], [{ spent: { tokens: 98 } }]).verdict).toBe('not shown')
    expect(() => ask({}, [{ metrics: { m: [1] } }], [{ metrics: { m: [1, 2] } }])).toThrow(/not the same tasks/)
  })
  it('without a second arm is about the first alone', () => {
    const question: Question = { first: 'a', metric: 'm', wanted: { atMost: 0 }, over: 'seeds', unit: 'tokens' }
    expect(answered(question, () => [filled({}), filled({})])).toMatchObject({
      second: null,
      difference: 0,
      interval: [0, 0],
      verdict: 'shown',
    })
  })
  it.each([
    [[0.1, 0.2], { above: 0 }, 'shown'],
    [[0, 0.2], { above: 0 }, 'not shown'],
    [[0, 0.2], { atLeast: 0 }, 'shown'],
    [[-0.2, -0.1], { above: 0 }, 'contradicted'],
    [[-0.2, 0], { atMost: 0 }, 'shown'],
    [[1, 2], { below: 1 }, 'contradicted'],
    [[Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY], { below: 1 }, 'not shown'],
    [[Number.NaN, Number.NaN], { below: 1 }, 'not shown'],
  ] as const)('%j, wanted %j, is %s', (interval, wanted, verdict) => {
    expect(verdictOf(interval, wanted)).toBe(verdict)
  })
})
