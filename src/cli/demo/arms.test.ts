import { describe, expect, it } from 'vitest'
import type { Model } from '../../models/model.ts'
import { scripted } from '../../models/scripted.ts'
import { answer, armSpec, demoArms, demoBudget, taskLine } from './arms.ts'
import { answerMany } from './many.ts'
import type { DemoTask } from './tasks.ts'
import { totalsOf } from './totals.ts'

const puzzle: DemoTask = { environment: 'game24', task: { numbers: [1, 3, 13, 13] } }
const sentence: DemoTask = { environment: 'writing', task: { include: ['dog', 'ball'], sentences: 1, commas: false } }
const signal = new AbortController().signal

/** Writes nonsense at first, and every third time a sentence that will do. */
const model = scripted({ answer: (_, { random }) => (random.below(3) === 0 ? 'The dog has a ball.' : 'A dog, a cat.'), score: () => -1 })

describe('the arms of the demo', () => {
  it('have the same budget: tokens for a sentence, expansions for a puzzle', () => {
    const budgets = (task: DemoTask) => demoArms.map((arm) => armSpec(arm, task, { model, budget: demoBudget, seed: 1 }).budget)
    expect(budgets(sentence)).toEqual(Array(3).fill({ tokens: demoBudget.tokens }))
    expect(budgets(puzzle)).toEqual(Array(3).fill({ expansions: demoBudget.expansions }))
  })

  it('ask the model in one way each', () => {
    const parts = (task: DemoTask, given: Model | undefined) =>
      demoArms
        .map((arm) => armSpec(arm, task, { model: given, budget: demoBudget, seed: 1 }))
        .map(({ searcher, proposer }) => `${searcher} ${proposer}`)
    expect(parts(sentence, model).slice(0, 2)).toEqual(['greedy greedy', 'best-of-n whole'])
    expect(parts(puzzle, model)).toEqual(['greedy likeliest', 'best-of-n sampled', 'mcts model'])
    expect(parts(puzzle, undefined)).toEqual(['greedy random', 'best-of-n random', 'mcts uniform'])
  })

  it('do without a model that cannot score moves', () => {
    const chat = scripted({ answers: ['no'], capabilities: { score: false } })
    expect(armSpec('tree', puzzle, { model: chat, budget: demoBudget, seed: 1 })).toMatchObject({ proposer: 'uniform' })
  })

  it('are judged by the rules of the task', async () => {
    const found = await answer('bestOfN', armSpec('bestOfN', sentence, { model, budget: demoBudget, seed: 1 }), model)
    expect(found).toMatchObject({ solved: true, text: 'The dog has a ball.', reason: undefined })
    const bad = scripted({ answers: ['A dog, a cat.'] })
    const missed = await answer('alone', armSpec('alone', sentence, { model: bad, budget: demoBudget, seed: 1 }), bad)
    expect(missed.solved).toBe(false)
    expect(missed.reason).toContain('ball')
  })

  it('tell how far they came where there is no answer', async () => {
    const found = await answer('alone', armSpec('alone', puzzle, { model: undefined, budget: demoBudget, seed: 3 }), undefined)
    expect(found.solved).toBe(false)
    expect(found.text).toMatch(/= .*; Left: /)
  })

  it('keep to their budgets on many tasks, and say how far they are', async () => {
    const progress: number[] = []
    const tasks = await answerMany({
      seeds: [1, 2],
      model: undefined,
      budget: { tokens: 10, expansions: 20 },
      jobs: 3,
      signal,
      onProgress: (done) => progress.push(done),
    })
    expect(progress).toEqual(Array.from({ length: 18 }, (_, i) => i + 1))
    const trees = totalsOf(tasks.flatMap(({ answers }) => answers.tree ?? []))
    expect(trees.tasks).toBe(6)
    expect(trees.expansions).toBeLessThanOrEqual(120)
    expect(trees.solved).toBeGreaterThan(totalsOf(tasks.flatMap(({ answers }) => answers.alone ?? [])).solved)
  })

  it('stop when they are told to', async () => {
    const stopped = new AbortController()
    const tasks = await answerMany({
      seeds: [1, 2, 3],
      model: undefined,
      budget: demoBudget,
      jobs: 1,
      signal: stopped.signal,
      onProgress: (done) => done === 4 && stopped.abort(),
    })
    expect(tasks.flatMap(({ answers }) => Object.keys(answers))).toHaveLength(4)
  })

  it('are told in plain words', () => {
    expect(taskLine(puzzle)).toBe('Make 24 from 1, 3, 13, 13: each number once, with + - * /.')
    expect(taskLine(sentence)).toContain('dog, ball')
  })
})
