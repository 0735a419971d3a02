import { describe, expect, it } from 'vitest'
import { BanyanError } from '../../core/errors.ts'
import type { Model, ScoreRequest } from '../../models/model.ts'
import { fakeContext } from '../../testing/fake-context.ts'
import { fakeNode } from '../../testing/fake-node.ts'
import { game24Prompt } from '../arithmetic/prompt.ts'
import { game24 } from '../game24.ts'
import { chosen } from './chosen.ts'
import { uniform } from './uniform.ts'

const environment = game24()
const node = (...numbers: number[]) => fakeNode<ReturnType<typeof environment.initial>, string>(environment.initial({ numbers }))
const request = (...numbers: number[]) => ({ node: node(...numbers), siblings: [], count: 4 })

/** Scores a continuation by its length: longer is less likely. */
function lengthModel(asked: ScoreRequest[] = []): Model {
  return {
    name: 'length',
    reproducible: 'exact',
    capabilities: {
      count: false,
      logProbs: false,
      score: true,
      prefix: false,
      completion: true,
      grammar: false,
      schema: false,
      seed: false,
      embeddings: false,
      tools: false,
    },
    generate: () => Promise.reject(new Error('not asked to generate')),
    score: async (question) => {
      asked.push(question)
      return { scores: question.continuations.map((text) => ({ logProb: -text.length, tokens: 1 })), usage: { generated: 0, evaluated: 1 } }
    },
  }
}

describe('uniform', () => {
  it('lists every move once, with equal priors', async () => {
    const proposer = uniform(environment)
    const [proposed] = await proposer.propose([request(3, 8)], fakeContext())
    expect(proposed?.candidates.map(({ action }) => action)).toEqual(environment.actions(node(3, 8).state))
    expect(proposed?.candidates.every(({ prior }) => prior === 0.2)).toBe(true)
    expect(proposed?.complete).toBe(true)
  })

  it('has nothing to add where moves were listed before', async () => {
    const [proposed] = await uniform(environment).propose([{ ...request(3, 8), siblings: ['8 + 3 = 11'] }], fakeContext())
    expect(proposed?.candidates).toEqual([])
  })

  it('needs an environment that lists its actions', () => {
    const { actions: _, ...silent } = environment
    expect(() => uniform(silent)).toThrow(BanyanError)
  })
})

describe('chosen', () => {
  it('gives each listed move the share that the model gives it, and asks once a state', async () => {
    const asked: ScoreRequest[] = []
    const context = fakeContext()
    const proposer = chosen(environment, { model: lengthModel(asked), prompt: () => ({ prompt: 'Next:' }), mix: 0 })
    const [proposed] = await proposer.propose([request(3, 8)], context)
    // ' 8 - 3 = 5' has 10 letters, ' 8 + 3 = 11' and ' 8 * 3 = 24' 11, ' 8 / 3 = 8/3' and ' 3 / 8 = 3/8' 12.
    const total = Math.exp(-10) + 2 * Math.exp(-11) + 2 * Math.exp(-12)
    expect(proposed?.candidates.map(({ prior }) => prior)).toEqual(
      [-11, -10, -11, -12, -12].map((logProb) => expect.closeTo(Math.exp(logProb) / total)),
    )
    expect(proposed?.candidates[1]).toMatchObject({ action: '8 - 3 = 5', score: -10 })
    expect(asked).toHaveLength(1)
    expect(context.calls).toHaveLength(1)
    expect(asked[0]).toEqual({ prompt: 'Next:', continuations: environment.actions(node(3, 8).state).map((move) => ` ${move}`) })
  })

  it('shares a part of the prior equally, and adds up to 1', async () => {
    const proposer = chosen(environment, { model: lengthModel(), prompt: () => ({ prompt: '' }), temperature: 0.01, mix: 0.5 })
    const [proposed] = await proposer.propose([request(3, 8)], fakeContext())
    const priors = proposed!.candidates.map(({ prior }) => prior!)
    expect(priors.reduce((sum, prior) => sum + prior, 0)).toBeCloseTo(1)
    expect(Math.min(...priors)).toBeCloseTo(0.1)
    expect(Math.max(...priors)).toBeCloseTo(0.6)
  })

  it('does not ask where the prompt says that it is not worth a call', async () => {
    const context = fakeContext()
    const proposer = chosen(environment, { model: lengthModel(), prompt: game24Prompt })
    const [proposed] = await proposer.propose([request(3, 8)], context)
    expect(context.calls).toEqual([])
    expect(proposed?.candidates[0]?.prior).toBe(0.2)
  })

  it('refuses settings out of range, and models that cannot score', async () => {
    const model = lengthModel()
    expect(() => chosen(environment, { model, prompt: game24Prompt, temperature: 0 })).toThrow(/temperature/)
    expect(() => chosen(environment, { model, prompt: game24Prompt, mix: 2 })).toThrow(/mix/)
    const mute: Model = { ...model, capabilities: { ...model.capabilities, score: false } }
    await expect(
      (async () => chosen(environment, { model: mute, prompt: game24Prompt }).propose([request(4, 9, 10, 13)], fakeContext()))(),
    ).rejects.toMatchObject({ code: 'E_MODEL_CAPABILITY' })
  })
})

it('the prompt shows the numbers left at its end', () => {
  expect((game24Prompt(node(4, 9, 10, 13).state) as { prompt: string }).prompt).toMatch(/\n4 9 10 13:$/)
})
