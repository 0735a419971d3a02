import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { problemHistory } from './problem-history.ts'
import { replayBuffer } from './replay-buffer.ts'
import { stillMixed, taskSampler } from './task-sampler.ts'

const tasks = Array.from({ length: 10 }, (_, at) => `t${at}`)
const sampler = (options: Partial<Parameters<typeof taskSampler<string>>[0]> = {}) =>
  taskSampler({ tasks, nameOf: (task) => task, seed: 7, count: 5, ...options })

describe('replayBuffer', () => {
  it('holds the newest so many, and draws by key', () => {
    const buffer = replayBuffer<number>(4)
    buffer.add([1, 2, 3])
    buffer.add([4, 5])
    expect(buffer.items).toEqual([2, 3, 4, 5])
    const key = { seed: 1, step: 0 }
    expect(buffer.sample(2, key)).toEqual(buffer.sample(2, key))
    expect(buffer.sample(9, key).sort()).toEqual([2, 3, 4, 5])
    expect(buffer.keep((item) => item > 3)).toBe(2)
    expect(buffer.size).toBe(2)
  })

  it('gives other draws in other steps, and every item its turn', () => {
    const buffer = replayBuffer<number>(100)
    buffer.add(Array.from({ length: 100 }, (_, at) => at))
    const draws = Array.from({ length: 200 }, (_, step) => buffer.sample(5, { seed: 3, step }))
    expect(new Set(draws.flat()).size).toBe(100)
    for (const draw of draws) expect(new Set(draw).size).toBe(5)
    expect(draws[0]).not.toEqual(draws[1])
  })

  it('refuses bounds and counts that cannot be', () => {
    expect(() => replayBuffer(0)).toThrow(/bound.*whole number from 1/)
    expect(() => replayBuffer(3).sample(0.5, { seed: 0, step: 0 })).toThrow(/count/)
  })
})

describe('problemHistory', () => {
  it('adds up, and can be written down and read again', () => {
    const history = problemHistory()
    history.add('17', { tried: 8, solved: 3 })
    history.add('17', { tried: 8, solved: 5 })
    expect(history.of('17')).toEqual({ tried: 16, solved: 8 })
    expect(history.of('18')).toEqual({ tried: 0, solved: 0 })
    expect(problemHistory(JSON.parse(JSON.stringify(history))).of('17')).toEqual({ tried: 16, solved: 8 })
  })

  it.each([[{ tried: 1, solved: 2 }], [{ tried: -1, solved: -1 }], [{ tried: 1 }]])('refuses %j', (record) => {
    expect(() => problemHistory({ a: record })).toThrow(/history of problems.*a/)
    expect(() => problemHistory().add('a', record as { tried: number; solved: number })).toThrow(/no counts/)
  })
})

describe('taskSampler', () => {
  it('depends on seed and step alone, and goes through all tasks before any comes again', () => {
    const [one, other] = [sampler(), sampler()]
    const later = one.at(7)
    expect([...one.at(0), ...one.at(1)].sort()).toEqual([...tasks].sort())
    expect(other.at(7)).toEqual(later)
    expect(sampler({ seed: 8 }).at(0)).not.toEqual(one.at(0))
    expect(one.at(2)).not.toEqual(one.at(0))
  })

  it('never gives a task twice in a step, and as many as there are', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.integer({ min: 1, max: 15 }), fc.nat(50), (seed, count, step) => {
        const drawn = sampler({ seed, count }).at(step)
        expect(new Set(drawn).size).toBe(drawn.length)
        expect(drawn.length).toBe(Math.min(count, 10))
      }),
    )
  })

  it('leaves out what teaches nothing: always solved, never solved', () => {
    const history = problemHistory()
    history.add('t0', { tried: 8, solved: 8 })
    history.add('t1', { tried: 8, solved: 0 })
    history.add('t2', { tried: 8, solved: 4 })
    history.add('t3', { tried: 4, solved: 4 })
    const left = (filter: ReturnType<typeof stillMixed>) => tasks.filter((task) => !sampler({ count: 10, filter }).at(3).includes(task))
    expect(left(stillMixed(history))).toEqual(['t0', 't1'])
    expect(left(stillMixed(history, { never: false }))).toEqual(['t0'])
    expect(left(stillMixed(history, { always: false, least: 4 }))).toEqual(['t1'])
    expect(sampler({ filter: () => false }).at(0)).toEqual([])
  })

  it('refuses tasks that cannot be told apart, none, and no count', () => {
    expect(() => sampler({ tasks: ['a', 'b', 'a'] })).toThrow(/cannot be drawn from.*"a"/)
    expect(() => sampler({ tasks: [] })).toThrow(/no tasks/)
    expect(() => sampler({ count: 0 })).toThrow(/count/)
  })
})
