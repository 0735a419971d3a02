import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json } from '../core/common.ts'
import { BanyanError } from '../core/errors.ts'
import type { Grader } from '../graders/grader.ts'
import { type CellRun, cellKey, memoryCells } from './cells.ts'
import { type Arm, type CompareProgress, compare } from './compare.ts'
import { verdict, verdictSentence } from './verdict.ts'

// A task is a number; an arm answers it when it is below its strength.
const tasks = Array.from({ length: 20 }, (_, n) => ({ id: `t${n}`, task: { n }, reference: n }))
const grader: Grader<unknown, Json, Json> = { name: 'equal', grade: (_, answer, reference) => ({ correct: answer === reference }) }
const run = (answer: Json): CellRun => ({ answer, usage: { tokens: 10, evaluatedTokens: 30, calls: 2 }, seconds: 0.5, stopped: 'budget' })
function arm(name: string, strength: number, more: Partial<Arm> = {}): Arm & { ran: number } {
  return {
    name,
    settings: { strength },
    ran: 0,
    async run({ task }) {
      this.ran++
      const { n } = task as { n: number }
      return run(n < strength ? n : -1)
    },
    ...more,
  }
}
const base = { tasks, grader, budget: { tokens: 200 }, model: 'none' }

describe('compare', () => {
  it('sums up arms and pairs', async () => {
    const result = await compare({ ...base, arms: [arm('weak', 5), arm('strong', 15)] })
    expect(result).toMatchObject({ budget: { tokens: 200 }, model: 'none', seeds: [1], complete: true, failed: 0 })
    expect(result.arms[0]).toMatchObject({
      name: 'weak',
      tasks: 20,
      runs: 20,
      solved: 5,
      rate: 0.25,
      tokens: { generated: 10, evaluated: 30 },
      calls: 2,
      seconds: 0.5,
    })
    const [forth, back] = result.pairs
    expect(forth).toMatchObject({ first: 'weak', second: 'strong', difference: -0.5, tasks: 20 })
    expect(back).toMatchObject({ first: 'strong', second: 'weak', difference: 0.5 })
    expect(back?.interval).toEqual([-(forth?.interval?.[1] ?? 0), -(forth?.interval?.[0] ?? 0)])
    expect(verdict(back!)).toBe('better')
    expect(verdictSentence(back!)).toMatch(
      /^strong is better than weak: strong minus weak = \+0\.500 \[\+0\.\d+, \+0\.\d+\] over 20 tasks$/,
    )
  })

  it('does not depend on how many run at once', async () => {
    const delayed = (name: string, strength: number) =>
      arm(name, strength, {
        run: async ({ task }, seed) => {
          const { n } = task as { n: number }
          await new Promise((resolve) => setTimeout(resolve, (n * 7 + seed) % 5))
          return run((n + seed) % 20 < strength ? n : -1)
        },
      })
    const options = { ...base, seeds: [1, 2, 3] }
    const one = await compare({ ...options, arms: [delayed('a', 5), delayed('b', 9)], jobs: 1 })
    expect(await compare({ ...options, arms: [delayed('a', 5), delayed('b', 9)], jobs: 7 })).toEqual(one)
    expect(one.arms[0]).toMatchObject({ tasks: 20, runs: 60 })
  })

  it('keeps at most `jobs` runs under way', async () => {
    let under = 0
    let most = 0
    const counting = arm('a', 20, {
      run: async () => {
        most = Math.max(most, ++under)
        await new Promise((resolve) => setTimeout(resolve, 1))
        under--
        return run(0)
      },
    })
    await compare({ ...base, arms: [counting], jobs: 4 })
    expect(most).toBe(4)
  })

  it('never hands the reference answer to an arm', async () => {
    const seen: object[] = []
    const looking = arm('a', 20, { run: async (record) => run(seen.push(record)) })
    await compare({ ...base, arms: [looking] })
    expect(seen.every((record) => !('reference' in record))).toBe(true)
  })

  it('goes on from its store, and tries failed runs again', async () => {
    const cells = memoryCells()
    let broken = true
    const flaky = arm('a', 20)
    const ordinary = flaky.run.bind(flaky)
    flaky.run = async (record, seed, signal) => {
      if (broken && record.id === 't3') throw new Error('the line was cut')
      return ordinary(record, seed, signal)
    }
    const first = await compare({ ...base, arms: [flaky], cells })
    expect(first).toMatchObject({ complete: true, failed: 1, errors: ['a, task t3: the line was cut'] })
    expect(first.arms[0]).toMatchObject({ runs: 20, solved: 19, failed: 1 })
    broken = false
    const progress: CompareProgress[] = []
    const second = await compare({ ...base, arms: [flaky], cells, onProgress: (each) => progress.push(each) })
    expect(flaky.ran).toBe(20)
    expect(second.arms[0]).toMatchObject({ solved: 20, failed: 0 })
    expect(progress.at(-1)).toMatchObject({ done: 20, total: 20, reused: 19, failed: 0, solved: { a: 20 }, secondsLeft: 0 })
  })

  it('keeps what is done when it is aborted', async () => {
    const abort = new AbortController()
    const cells = memoryCells()
    const result = await compare({
      ...base,
      arms: [arm('a', 20), arm('b', 0)],
      cells,
      signal: abort.signal,
      onProgress: ({ done }) => done === 6 && abort.abort(),
    })
    expect(result.complete).toBe(false)
    expect(result.arms.map(({ runs }) => runs)).toEqual([3, 3])
    expect(result.pairs[0]).toMatchObject({ tasks: 3, difference: 1 })
    expect(cells.size).toBe(6)
  })

  it('does not count a run that was cut short', async () => {
    const abort = new AbortController()
    const cut = arm('a', 20, {
      run: async ({ id }) => {
        if (id !== 't2') return run(0)
        abort.abort()
        return { ...run(0), stopped: 'aborted' }
      },
    })
    const result = await compare({ ...base, arms: [cut], signal: abort.signal })
    expect(result.arms[0]?.runs).toBe(2)
  })

  it('counts a run that ended in an error', async () => {
    const failing = arm('a', 20, { run: async ({ id }) => (id === 't1' ? { ...run(-1), stopped: 'failed' } : run(0)) })
    expect(await compare({ ...base, arms: [failing] })).toMatchObject({ failed: 1, errors: ['a, task t1: the run failed'] })
  })

  it('is an error when every run fails, and stops early when that is for good', async () => {
    const failing = arm('a', 0, { run: async () => Promise.reject(new Error('no')) })
    await expect(compare({ ...base, arms: [failing] })).rejects.toMatchObject({
      code: 'E_COMPARE_FAILED',
      message: expect.stringContaining('a, task t0: no'),
    })
    let tries = 0
    const refused = arm('a', 0, {
      run: async () => {
        tries++
        throw new BanyanError('E_MODEL_AUTH', 'the key was refused', { fatal: true })
      },
    })
    await expect(compare({ ...base, arms: [refused] })).rejects.toMatchObject({ code: 'E_COMPARE_FAILED' })
    expect(tries).toBe(1)
  })

  it('refuses searches that know the answer', async () => {
    const evaluators = [{ name: 'label', oracle: 'training-label' as const }]
    await expect(compare({ ...base, arms: [arm('a', 1), arm('b', 1, { evaluators })] })).rejects.toMatchObject({ code: 'E_COMPARE_ORACLE' })
    const late = arm('a', 1, { run: async () => ({ ...run(0), oracle: 'training-label' }) })
    await expect(compare({ ...base, arms: [late] })).rejects.toMatchObject({ code: 'E_COMPARE_ORACLE' })
  })

  it('refuses what cannot be compared', async () => {
    await expect(compare({ ...base, arms: [] })).rejects.toMatchObject({ code: 'E_COMPARE_ARMS' })
    await expect(compare({ ...base, arms: [arm('a', 1), arm('a', 2)] })).rejects.toMatchObject({ code: 'E_COMPARE_ARMS' })
    await expect(compare({ ...base, arms: [arm('a', 1)], tasks: [] })).rejects.toMatchObject({ code: 'E_COMPARE_TASKS' })
    await expect(compare({ ...base, arms: [arm('a', 1)], seeds: [1, 1] })).rejects.toMatchObject({ code: 'E_COMPARE_SEEDS' })
    await expect(compare({ ...base, arms: [arm('a', 1)], jobs: 0 })).rejects.toMatchObject({ code: 'E_COMPARE_JOBS' })
  })
})

describe('a cell key', () => {
  const identity = {
    arm: 'a',
    settings: { x: 1, y: 2 },
    task: { n: 1 },
    reference: 1,
    grader: 'g',
    seed: 1,
    budget: { tokens: 2 },
    model: 'm',
  }

  it('changes with everything that decides a cell, and with nothing else', () => {
    const key = cellKey(identity)
    expect(cellKey({ ...identity, settings: { y: 2, x: 1 } })).toBe(key)
    const changed = [
      { arm: 'b' },
      { settings: {} },
      { task: { n: 2 } },
      { reference: 2 },
      { grader: 'h' },
      { seed: 2 },
      { budget: { tokens: 3 } },
      { model: undefined },
    ]
    expect(new Set([key, ...changed.map((change) => cellKey({ ...identity, ...change }))]).size).toBe(changed.length + 1)
  })
})

describe('a verdict', () => {
  const pair = { first: 'mcts/model', second: 'mcts/uniform', tasks: 30 }

  it('speaks of the prior where only the proposer differs', () => {
    expect(verdictSentence({ ...pair, difference: 0.02, interval: [-0.1, 0.14] })).toBe(
      "the model's prior does not help here, as far as these tasks show: mcts/model minus mcts/uniform = +0.020 [−0.100, +0.140] over 30 tasks",
    )
    expect(verdictSentence({ ...pair, difference: 0.2, interval: [0.1, 0.3] })).toMatch(/^the model's prior helps here: /)
    expect(verdictSentence({ ...pair, difference: -0.2, interval: [-0.3, -0.1] })).toMatch(
      /^the model's prior does not help here, it harms: /,
    )
  })

  it('is not shown where the interval holds 0 or nothing is known', () => {
    expect(verdict({ interval: null })).toBe('not shown')
    expect(verdictSentence({ first: 'a', second: 'b', difference: null, interval: null, tasks: 0 })).toBe(
      'no difference between a and b is shown: no common tasks',
    )
    fc.assert(
      fc.property(fc.double({ min: -1, max: 0, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), (low, high) => {
        expect(verdict({ interval: [low, high] })).toBe('not shown')
      }),
    )
  })
})
