import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CallContext } from '../../core/call.ts'
import { StarvedError } from '../../core/errors.ts'
import type { NodeView } from '../../core/node-view.ts'
import type { Proposer } from '../../core/proposer.ts'
import { Random } from '../../core/random.ts'
import type { GenerateRequest } from '../../models/model.ts'
import { type ScriptedOptions, type ScriptedSample, scripted } from '../../models/scripted.ts'
import { type ReasoningAction, type ReasoningState, type ReasoningTask, reasoning } from '../reasoning.ts'
import { reasoningSteps, wholeAnswer } from './proposer.ts'
import { isRefusal, nextStep, stepKey } from './steps.ts'

// A small stand-in for a trial: calls are run at once, each with its own seed; tokens are reserved while a call is under way.
function fakeContext(tokens = Number.POSITIVE_INFINITY): CallContext {
  let left = tokens
  let seed = 0
  return {
    random: new Random(1),
    signal: new AbortController().signal,
    remaining: (unit) => (unit === 'tokens' ? left : Number.POSITIVE_INFINITY),
    spend: () => {},
    run: undefined as never,
    async call(call) {
      const granted = Math.min(left, call.atMost?.tokens ?? 0)
      if (granted <= 0) throw new StarvedError('tokens')
      left -= granted
      const { result, usage } = await call.run({ granted: () => granted, seed: seed++, signal: new AbortController().signal })
      left += granted - (usage.tokens ?? 0)
      return result
    },
  }
}

const sums: ReasoningTask = { prompt: 'What is 17 + 25?', answerBy: 'number' }

function nodeAt(steps: readonly string[], task: ReasoningTask = sums): NodeView<ReasoningState, ReasoningAction> {
  const environment = reasoning()
  const path: NodeView<ReasoningState, ReasoningAction>[] = []
  let state = environment.initial(task)
  for (const [depth, text] of [undefined, ...steps].entries()) {
    if (text !== undefined) state = environment.step(state, { text, end: false }).state
    path.push({ state, depth, action: text === undefined ? undefined : { text, end: false }, parent: path.at(-1) } as NodeView<
      ReasoningState,
      ReasoningAction
    >)
  }
  return path.at(-1) as NodeView<ReasoningState, ReasoningAction>
}

async function proposed(
  proposer: Proposer<ReasoningState, ReasoningAction>,
  request: {
    steps?: readonly string[]
    task?: ReasoningTask
    siblings?: readonly ReasoningAction[]
    count?: number
    feedback?: string
    tokens?: number
  } = {},
) {
  const { steps = [], task, siblings = [], count = 1, feedback, tokens } = request
  const [result] = await proposer.propose(
    [{ node: nodeAt(steps, task), siblings, count, ...(feedback === undefined ? {} : { feedback }) }],
    fakeContext(tokens),
  )
  return result?.candidates ?? []
}

const noPrefix: ScriptedOptions = { capabilities: { prefix: false, logProbs: false, count: false } }
const generated = (model: ReturnType<typeof scripted>) => model.log.map(({ request }) => request as GenerateRequest)

describe('reasoningSteps with a model that goes on from a prefix', () => {
  it('asks for the next line after the steps so far', async () => {
    const model = scripted({ answers: ['So it is 42.'] })
    const [candidate] = await proposed(reasoningSteps({ model }), { steps: ['17 + 25 = 42'] })
    expect(candidate).toMatchObject({ action: { text: 'So it is 42.', end: false }, prior: 1, score: -4, tokens: { model: 'scripted' } })
    expect(generated(model)[0]).toMatchObject({ prefix: '17 + 25 = 42\n\n', stop: ['\n'], logProbs: true, maxTokens: 96 })
  })

  it('honours system prompt and history', async () => {
    const model = scripted({ answers: ['x'] })
    const task: ReasoningTask = {
      prompt: 'And now?',
      system: 'Be brief.',
      history: [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: 'Hello' },
      ],
    }
    await proposed(reasoningSteps({ model }), { task })
    expect(generated(model)[0]?.messages).toEqual([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Hello' },
      { role: 'user', content: 'And now?' },
    ])
  })

  it('takes silence for the end, but not at the start', async () => {
    const proposer = reasoningSteps({ model: scripted({ answers: [''] }) })
    expect(await proposed(proposer)).toEqual([])
    expect(await proposed(proposer, { steps: ['a'] })).toMatchObject([{ action: { text: '', end: true } }])
  })

  it('drops steps said before, and counts equal ones as prior', async () => {
    const texts = ['17 + 25 = 42', 'It is 42.', 'it is  42', 'New.']
    const model = scripted({ answer: (_, { index }) => texts[index] ?? '' })
    const candidates = await proposed(reasoningSteps({ model }), { steps: ['17 + 25 = 42'], count: 4 })
    expect(candidates.map(({ action, prior }) => [action.text, prior])).toEqual([
      ['It is 42.', 2 / 3],
      ['New.', 1 / 3],
    ])
    expect(model.calls).toBe(1)
    const siblings = [{ text: 'It is 42.', end: false }]
    expect(
      (await proposed(reasoningSteps({ model }), { steps: ['17 + 25 = 42'], count: 4, siblings })).map(({ action }) => action.text),
    ).toEqual(['New.'])
  })

  it('numbers its steps where asked', async () => {
    const model = scripted({ answers: ['add them'] })
    const [candidate] = await proposed(reasoningSteps({ model, unit: 'numbered' }), { steps: ['Step 1: look'] })
    expect(candidate?.action.text).toBe('Step 2: add them')
    expect(generated(model)[0]).toMatchObject({ prefix: 'Step 1: look\n\nStep 2:', stop: ['\nStep '] })
  })
})

describe('reasoningSteps with any chat model', () => {
  it('shows the steps and asks for the next one only', async () => {
    const model = scripted({ ...noPrefix, answers: ['17 + 25 = 42\n\nSo it is 42.\n\nThat was easy.'] })
    const [candidate] = await proposed(reasoningSteps({ model }), { steps: ['17 + 25 = 42'] })
    expect(candidate?.action).toEqual({ text: 'So it is 42.', end: false })
    const { messages = [], prefix } = generated(model)[0] ?? {}
    expect(prefix).toBeUndefined()
    expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user'])
    expect(messages[1]?.content).toBe('17 + 25 = 42')
  })

  it('knows the end, silence, and mere repetition', async () => {
    const reply = (text: string) => proposed(reasoningSteps({ model: scripted({ ...noPrefix, answers: [text] }) }), { steps: ['a', 'b'] })
    expect(await reply('DONE')).toMatchObject([{ action: { text: '', end: true } }])
    expect(await reply('c\nDONE.')).toMatchObject([{ action: { text: 'c', end: true } }])
    expect(await reply('')).toEqual([])
    expect(await reply('a\n\nb')).toEqual([])
  })

  it('ends where nothing but a step said before is said', async () => {
    const proposer = reasoningSteps({ model: scripted({ answers: ['17 + 25 = 42'] }) })
    expect(await proposed(proposer, { steps: ['17 + 25 = 42', 'So 42.'], count: 2 })).toMatchObject([{ action: { text: '', end: true } }])
    const siblings = [{ text: '', end: true }]
    expect(await proposed(proposer, { steps: ['17 + 25 = 42'], count: 2, siblings })).toEqual([])
  })

  it('keeps the single step of a chain that begins as another did', async () => {
    const proposer = reasoningSteps({ model: scripted({ answers: ['Add.'] }) })
    const siblings = [{ text: 'Add.', end: false }]
    expect(await proposed(proposer, { siblings, count: 1 })).toHaveLength(1)
    expect(await proposed(proposer, { siblings, count: 2 })).toHaveLength(0)
  })

  it('makes separate calls for several samples, each with its part of the grant', async () => {
    const model = scripted({ ...noPrefix, answer: (_, { seed }) => `step ${'abcd'[seed]}` })
    const candidates = await proposed(reasoningSteps({ model }), { count: 4, tokens: 40 })
    expect(candidates.map(({ action }) => action.text)).toEqual(['step a', 'step b', 'step c', 'step d'])
    expect(generated(model).map(({ maxTokens }) => maxTokens)).toEqual([10, 10, 10, 10])
  })

  it('is starved only when nothing can be asked', async () => {
    const model = scripted({ ...noPrefix, answers: ['a'] })
    expect(await proposed(reasoningSteps({ model }), { count: 4, tokens: 2 })).toHaveLength(1)
    await expect(proposed(reasoningSteps({ model }), { count: 4, tokens: 0 })).rejects.toMatchObject({ code: 'E_BUDGET_STARVED' })
  })

  it('passes on what the criticism was, and proposes from before the step', async () => {
    const model = scripted({ ...noPrefix, answers: ['better'] })
    const [candidate] = await proposed(reasoningSteps({ model }), { steps: ['first', 'bad'], feedback: 'too short' })
    expect(candidate?.action.text).toBe('better')
    const { messages = [] } = generated(model)[0] ?? {}
    expect(messages[0]?.content).toContain('An earlier attempt was:\nbad')
    expect(messages[0]?.content).toContain('too short')
    expect(messages[1]?.content).toBe('first')
  })
})

describe('wholeAnswer', () => {
  it('proposes complete solutions, equal ones too, for a vote', async () => {
    const model = scripted({ answers: ['17 + 25 = 42\nThe answer is 42.'] })
    const candidates = await proposed(wholeAnswer({ model }), { count: 3 })
    expect(candidates).toHaveLength(3)
    expect(candidates[0]).toMatchObject({ action: { text: '17 + 25 = 42\nThe answer is 42.', end: true }, prior: 1 / 3 })
    expect(await proposed(wholeAnswer({ model, duplicates: 'drop' }), { count: 3 })).toHaveLength(1)
  })

  it('finishes what was begun', async () => {
    const model = scripted({ answers: ['So 42.'] })
    await proposed(wholeAnswer({ model }), { steps: ['17 + 25 = 42'] })
    expect(generated(model)[0]).toMatchObject({ prefix: '17 + 25 = 42\n' })
    const chat = scripted({ ...noPrefix, answers: ['So 42.'] })
    await proposed(wholeAnswer({ model: chat }), { steps: ['17 + 25 = 42'] })
    expect(generated(chat)[0]?.messages?.map(({ role }) => role)).toEqual(['user', 'assistant', 'user'])
  })

  it('marks refusals, and drops silence', async () => {
    const samples: ScriptedSample[] = [
      { text: '' },
      { text: "I'm sorry, but I can't help with that." },
      { text: 'x', finish: 'refused' },
      { text: '42' },
    ]
    const model = scripted({ answer: (_, { index }) => samples[index] ?? '' })
    const candidates = await proposed(wholeAnswer({ model }), { count: 4 })
    expect(candidates.map(({ action }) => [action.end, action.refused])).toEqual([
      [true, true],
      [true, true],
      [true, undefined],
    ])
  })

  it('takes any text that a model can emit', async () => {
    const odd = fc.oneof(fc.string({ unit: 'binary' }), fc.constant('x'.repeat(1_000_000)), fc.constant('\ud800'), fc.constant(' \n '))
    await fc.assert(
      fc.asyncProperty(odd, fc.boolean(), async (text, prefix) => {
        const model = scripted({ answers: [text], capabilities: { prefix } })
        for (const proposer of [wholeAnswer({ model }), reasoningSteps({ model })]) {
          for (const { action } of await proposed(proposer, { steps: ['a'] })) {
            expect(action.text.isWellFormed()).toBe(true)
            expect(action.text.length).toBeLessThanOrEqual(1_000_000)
          }
        }
      }),
      { numRuns: 50 },
    )
  })
})

describe('steps', () => {
  it('are compared without case, marks and numbers', () => {
    expect(stepKey('**Step 2:** Add  them.')).toBe(stepKey('add them'))
    expect(stepKey('2) add them')).toBe(stepKey('Add them:'))
    expect(stepKey('42')).not.toBe(stepKey('17'))
  })

  it('are cut out of longer replies', () => {
    expect(nextStep('Step 2: b\nmore of it\nStep 3: c', ['Step 1: a'], false)?.text).toBe('Step 2: b\nmore of it')
    expect(nextStep('**Step 2**\n\nb\n\nc', [], false)?.text).toBe('**Step 2**\n\nb')
    expect(nextStep('a\n\nb', [], true)?.text).toBe('a\n\nb')
    expect(nextStep('a\n\nDONE', [], false)).toEqual({ text: 'a', end: true })
  })

  it.each([
    ["I'm sorry, but I can't assist with that.", true],
    ['As an AI language model, I cannot help.', true],
    ['I cannot provide that.', true],
    ['I can help: 42.', false],
    ['Sorry is a word of five letters.', false],
    ['The answer is 42.', false],
    [`I'm sorry I can't help. ${'But here is a long answer. '.repeat(40)}`, false],
  ])('%j is a refusal: %s', (text, refused) => expect(isRefusal(text)).toBe(refused))
})
