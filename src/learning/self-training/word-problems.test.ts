import { describe, expect, it } from 'vitest'
import { vote } from '../../core/searchers/vote.ts'
import { baseConfig } from '../kit/base.ts'
import { promptText } from '../kit/codec.ts'
import { isHeldOut, problemId } from '../kit/problems.ts'
import { rightSteps } from '../kit/right-path.ts'
import { wordProblemTokeniser as tokeniser } from '../kit/vocabulary.ts'
import { gpt } from '../nets/gpt.ts'
import { valueHead } from '../nets/value-head.ts'
import type { Policy } from './parts.ts'
import { type DataSearch, wordProblemParts } from './word-problems.ts'

const options = { seed: 3, tasks: 6, measured: 4, chains: 2, kernels: { kind: 'reference' } } as const
const parts = wordProblemParts(options)
const net = gpt({ ...baseConfig, width: 16, layers: 1, heads: 2 }, { seed: 1 })
const policy: Policy = { net, tokeniser, evaluator: undefined }
const { signal } = new AbortController()

describe('wordProblemParts', () => {
  it('draws other problems each round, the same again for the same round, and none that is held out', () => {
    const [first, second] = [parts.drawTasks(1), parts.drawTasks(2)]
    expect(first).toHaveLength(6)
    expect(wordProblemParts(options).drawTasks(1)).toEqual(first)
    expect(first.map(parts.idOf).filter((id) => second.map(parts.idOf).includes(id))).toEqual([])
    expect([...first, ...second].some(isHeldOut)).toBe(false)
    expect(parts.heldOut.size).toBe(4)
  })

  it('accepts right answers alone', () => {
    const [task] = parts.drawTasks(1)
    const steps = rightSteps(task!)
    const right = { task: task!, prompt: promptText(task!), steps, answer: steps.at(-1)!.split(' ').at(-1)! }
    expect(parts.verify(right)).toBe(true)
    expect(parts.verify({ ...right, answer: String((Number(right.answer) + 1) % 100) })).toBe(false)
  })

  it('searches with the policy within its tokens, the same again, and names the nodes', async () => {
    const tasks = parts.drawTasks(1)
    const context = { round: 1, seed: 5, tokens: 300, signal }
    const found = await parts.search(policy, tasks, context)
    expect(found.tokens).toBeLessThanOrEqual(300)
    expect(await parts.search(policy, tasks, context)).toEqual(found)
    for (const { task, steps, source } of found.traces) {
      expect(steps.length).toBeGreaterThanOrEqual(task.clauses.length)
      expect(source!.runId).toBe(`round-1-${tasks.findIndex((one) => problemId(one) === problemId(task))}`)
    }
  })

  it('searches as it is told, each task within its part of the tokens, with the evaluator where there is one', async () => {
    const judges: boolean[] = []
    const search: DataSearch = (judge) => {
      judges.push(judge !== undefined)
      return { searcher: vote({ n: null, weight: judge === undefined ? 'one' : 'value' }), ...(judge && { evaluator: judge }) }
    }
    const own = wordProblemParts({ ...options, search })
    expect(own.settings).toMatchObject({ search: { name: 'vote', settings: { n: null } } })
    const context = { round: 2, seed: 5, tokens: 300, signal }
    const head = valueHead({ width: 16 }, { seed: 1 })
    for (const evaluator of [undefined, { net, head }]) {
      const { tokens, traces } = await own.search({ ...policy, evaluator }, own.drawTasks(2), context)
      expect(tokens).toBeGreaterThan(100)
      expect(tokens).toBeLessThanOrEqual(300)
      expect(traces.every(({ task }) => !isHeldOut(task))).toBe(true)
    }
    expect(new Set(judges)).toEqual(new Set([false, true]))
  })

  it('measures on other held-out problems with another seed', () => {
    const others = wordProblemParts({ ...options, measuredSeed: 7 }).heldOut
    expect([...others].some((id) => parts.heldOut.has(id))).toBe(false)
  })

  it('measures greedy answers and searches, with an evaluator too', async () => {
    const head = valueHead({ width: 16 }, { seed: 1 })
    for (const evaluator of [undefined, { net, head }]) {
      const { greedy, search, tokens } = await parts.evaluate({ ...policy, evaluator }, { round: 0, seed: 1, signal })
      expect([greedy.of, search.of]).toEqual([4, 4])
      expect(tokens).toBeGreaterThan(0)
    }
  })
})
