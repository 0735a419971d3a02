import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Part } from '../../core/environment.ts'
import type { GenerateRequest, Message, ScoreRequest } from '../../models/model.ts'
import { scripted } from '../../models/scripted.ts'
import { fakeContext } from '../../testing/fake-context.ts'
import { fakeNode } from '../../testing/fake-node.ts'
import { readChoice, readLabel } from './read.ts'
import { scaleJudge } from './scale.ts'
import { yesNoJudge } from './yes-no.ts'

const environment = { render: (state: string) => `State: ${state}` }
const nodes = (...states: string[]) => states.map((state) => fakeNode(state))
const shown = (request: { readonly messages?: readonly Message[] }) => request.messages?.at(-1)?.content ?? ''

describe('the yes/no judge, by scores', () => {
  const logProb = (continuation: string, request: ScoreRequest) => {
    const good = shown(request).includes('State: good')
    return continuation === ' Yes' ? Math.log(good ? 0.6 : 0.1) : Math.log(good ? 0.2 : 0.4)
  }

  it('gives P(yes) / (P(yes) + P(no)) for each node of each group', async () => {
    const model = scripted({ score: logProb })
    const context = fakeContext()
    const [first, second] = await yesNoJudge({ model, environment }).evaluate([nodes('good', 'bad'), nodes('good')], context)
    expect(first!.map((evaluation) => evaluation.value)).toEqual([expect.closeTo(0.75), expect.closeTo(0.2)])
    expect(first![0]!.values!.mass).toBeCloseTo(0.8)
    expect(second).toHaveLength(1)
    expect(context.calls).toHaveLength(3)
    expect(model.log[0]!.request).toMatchObject({ prefix: 'Answer:', continuations: [' Yes', ' No'] })
  })

  it('scores bare words where the model takes no beginning of an answer', async () => {
    const model = scripted({ score: (text) => (text === 'Yes' ? -1 : -1), capabilities: { prefix: false } })
    const [[evaluation]] = (await yesNoJudge({ model, environment }).evaluate([nodes('x')], fakeContext())) as never as [
      [{ value: number }],
    ]
    expect(evaluation.value).toBeCloseTo(0.5)
    expect(model.log[0]!.request).not.toHaveProperty('prefix')
  })

  it('stays in [0, 1] for any log-probabilities, and says 0.5 when there are none', async () => {
    const anyLog = fc.oneof(fc.constant(Number.NEGATIVE_INFINITY), fc.constant(Number.NaN), fc.double({ min: -1e4, max: 0, noNaN: true }))
    await fc.assert(
      fc.asyncProperty(anyLog, anyLog, async (yes, no) => {
        const model = scripted({ score: (text) => (text === ' Yes' ? yes : no) })
        const [[{ value }]] = (await yesNoJudge({ model, environment }).evaluate([nodes('x')], fakeContext())) as never as [
          [{ value: number }],
        ]
        expect(value >= 0 && value <= 1).toBe(true)
        if (!(yes > Number.NEGATIVE_INFINITY || no > Number.NEGATIVE_INFINITY)) expect(value).toBe(0.5)
      }),
    )
  })
})

describe('the yes/no judge, by samples', () => {
  it('is refused for a model that cannot score, and names the option', () => {
    expect(() => yesNoJudge({ model: scripted(), environment })).toThrow(/samples/)
    expect(() => yesNoJudge({ model: scripted(), environment })).toThrow(expect.objectContaining({ code: 'E_MODEL_CAPABILITY' }))
  })

  it('gives the share of yes, and asks again for what it could not read', async () => {
    // First round: yes, no, rubbish, YES!; second round (one missing answer): no.
    const rounds = [['Yes.', 'no', 'perhaps?', '**YES!**'], ['No, never.']]
    const model = scripted({ answer: (request) => rounds[request.count === 4 ? 0 : 1]! })
    const [[evaluation]] = (await yesNoJudge({ model, environment, samples: 4 }).evaluate([nodes('x')], fakeContext())) as never as [
      [object],
    ]
    expect(evaluation).toEqual({ value: 0.5, values: { yes: 2, no: 2, unreadable: 1 } })
    expect(model.log.map((call) => (call.request as GenerateRequest).count)).toEqual([4, 1])
  })

  it.each(['nothing to read', 'refused', 'broken'])('says 0.5 after its attempts: %s', async (how) => {
    const model = scripted({
      answer: () => ({ text: how === 'refused' ? 'yes' : 'hm', finish: how === 'refused' ? ('refused' as const) : ('stop' as const) }),
      ...(how === 'broken' ? { fail: () => 'broken' as const } : {}),
    })
    const judge = yesNoJudge({ model, environment, samples: 2, attempts: 3 })
    expect(await judge.evaluate([nodes('x')], fakeContext())).toEqual([[{ value: 0.5, values: { yes: 0, no: 0, unreadable: 6 } }]])
    expect(model.calls).toBe(3)
  })

  it('keeps to what it says it draws at most, also where samples are calls of their own', async () => {
    for (const count of [true, false]) {
      const model = scripted({ answers: ['hm '.repeat(20)], capabilities: { count } })
      const judge = yesNoJudge({ model, environment, samples: 3, attempts: 2 })
      const context = fakeContext()
      await judge.evaluate([nodes('a', 'b')], context)
      const most = judge.atMost!(2)
      expect(context.used.calls).toBe(most.calls)
      expect(context.used.tokens).toBe(most.tokens)
    }
  })

  it('numbers its calls alike whatever the timing', async () => {
    const asked = async (delay: readonly [number, number]) => {
      const model = scripted({ answers: ['yes', 'no', 'hm'], delay, capabilities: { count: false } })
      const context = fakeContext()
      const result = await yesNoJudge({ model, environment, samples: 3 }).evaluate([nodes('a', 'b'), nodes('c')], context)
      return { result, calls: context.calls }
    }
    expect(await asked([0, 8])).toEqual(await asked([0, 0]))
  })

  it('throws what a call threw, after all have ended', async () => {
    const model = scripted({ answers: ['yes'], delay: 2, fail: { 0: { status: 500 } } })
    const context = fakeContext()
    const judge = yesNoJudge({ model, environment, samples: 1 })
    await expect(judge.evaluate([nodes('a', 'b')], context)).rejects.toMatchObject({ code: 'E_MODEL_SERVER' })
    expect(context.used.calls).toBe(1)
  })

  it('starves without any answer, and makes do with fewer', async () => {
    const judge = yesNoJudge({ model: scripted({ answers: ['hm'] }), environment, samples: 1 })
    await expect(judge.evaluate([nodes('a')], fakeContext({ grant: { calls: 0 } }))).rejects.toMatchObject({ code: 'E_BUDGET_STARVED' })
    const [[evaluation]] = (await judge.evaluate([nodes('a')], fakeContext({ grant: { calls: 1 } }))) as never as [[object]]
    expect(evaluation).toMatchObject({ value: 0.5, values: { unreadable: 1 } })
    const single = scripted({ answers: ['yes'], capabilities: { count: false } })
    const patient = yesNoJudge({ model: single, environment, samples: 5 })
    expect(await patient.evaluate([nodes('a')], fakeContext({ grant: { calls: 5, tokens: 24 } }))).toMatchObject([
      [{ value: 1, values: { yes: 3 } }],
    ])
    await expect(patient.evaluate([nodes('a', 'b')], fakeContext({ grant: { tokens: 40 } }))).rejects.toMatchObject({
      code: 'E_BUDGET_STARVED',
    })
  })
})

describe('the sure / likely / impossible scale', () => {
  it('is the sum of 20, 1 and 0.001 over the judgements, mapped to [0, 1]', async () => {
    const said = ['10 + 14 = 24\nsure', 'I think it is Likely.', 'IMPOSSIBLE']
    const model = scripted({ answer: () => said })
    const evaluate = async (range?: [number, number]) => {
      const judge = scaleJudge({ model, environment, ...(range === undefined ? {} : { range }) })
      return (await judge.evaluate([nodes('10 14')], fakeContext()))[0]![0]!
    }
    const sum = 20 + 1 + 0.001
    expect((await evaluate([0.003, 60])).value).toBeCloseTo(sum, 10)
    const unit = await evaluate()
    expect(unit.value).toBeCloseTo((sum - 0.003) / (60 - 0.003), 10)
    expect(unit.values).toEqual({ sure: 1, likely: 1, impossible: 1, unreadable: 0 })
  })

  it('reaches both ends of its range exactly', async () => {
    const judge = (word: string) => scaleJudge({ model: scripted({ answers: [word] }), environment, range: [-1, 1] })
    expect((await judge('sure').evaluate([nodes('x')], fakeContext()))[0]![0]!.value).toBe(1)
    expect((await judge('impossible').evaluate([nodes('x')], fakeContext()))[0]![0]!.value).toBe(-1)
  })

  it('takes "likely" for a state on which nothing readable is said', async () => {
    const model = scripted({ answers: ['not sure', 'unlikely', ''] })
    const judge = scaleJudge({ model, environment, range: [0.003, 60] })
    const [[evaluation]] = (await judge.evaluate([nodes('x')], fakeContext())) as never as [[{ value: number; values: object }]]
    expect(evaluation.value).toBeCloseTo(3)
    expect(evaluation.values).toMatchObject({ unreadable: 6 })
  })

  it('by scores, is the expected weight', async () => {
    const probability: Record<string, number> = { ' sure': 0.1, ' likely': 0.2, ' impossible': 0.1 }
    const model = scripted({ score: (text) => Math.log(probability[text]!) })
    const judge = scaleJudge({ model, environment, by: 'score', range: [0.001, 20] })
    const [[evaluation]] = (await judge.evaluate([nodes('x')], fakeContext())) as never as [
      [{ value: number; values: Record<string, number> }],
    ]
    expect(evaluation.value).toBeCloseTo(0.25 * 20 + 0.5 * 1 + 0.25 * 0.001, 10)
    expect(evaluation.values.mass).toBeCloseTo(0.4)
    expect(judge.atMost!(2)).toEqual({ calls: 2, tokens: 0 })
    expect(() => scaleJudge({ model: scripted(), environment, by: 'score' })).toThrow(
      expect.objectContaining({ code: 'E_MODEL_CAPABILITY' }),
    )
  })

  it('takes other labels and prompts, and shows pictures by their type', async () => {
    const picture = {
      render: (): readonly Part[] => [
        { type: 'text', text: 'a' },
        { type: 'image', mediaType: 'image/png', data: '' },
      ],
    }
    const model = scripted({ answers: ['Good'] })
    const judge = scaleJudge<string>({
      model,
      environment: picture,
      labels: { bad: 0, good: 10 },
      prompt: (rendered) => `Judge: ${rendered}`,
    })
    expect((await judge.evaluate([nodes('x')], fakeContext()))[0]![0]!.value).toBe(1)
    expect(shown(model.log[0]!.request as GenerateRequest)).toBe('Judge: a\n[image/png]')
    for (const labels of [{}, { one: 1 }, { a: 1, b: 1 }, { a: 1, B: 2 }, { a: Number.NaN, b: 1 }]) {
      expect(() => scaleJudge({ model, environment, labels })).toThrow(expect.objectContaining({ code: 'E_EVALUATOR_OPTIONS' }))
    }
  })
})

describe('reading a verdict', () => {
  it.each([
    ['Yes', 'yes'],
    [' yes, because no step is wrong', 'yes'],
    ['**NO**!', 'no'],
    ['There is no doubt. The answer is: Yes', 'yes'],
    ['Final answer: unclear. But yes', 'yes'],
    ['yesterday, none', undefined],
    ['', undefined],
  ])('yes or no in %j: %s', (text, label) => {
    expect(readLabel(text, ['yes', 'no'], 'first')).toBe(label)
  })

  it.each([
    ['It could be impossible, but I am sure', 'sure'],
    ["It isn't sure", undefined],
    ['it isn’t sure, but likely', 'likely'],
    ['never impossible', undefined],
  ])('the last label in %j: %s', (text, label) => {
    expect(readLabel(text, ['sure', 'likely', 'impossible'], 'last')).toBe(label)
  })

  it.each([
    ['The best choice is 2', 2],
    ['Choice 1 is weak, choice 3 is fine. The best choice is **3**, not 1.', 3],
    ['best choice: 1 (of 3)', 1],
    ['2', 2],
    ['#2.', 2],
    ['I would take number 1', 1],
    ['The best choice is 7', undefined],
    ['none of them', undefined],
  ])('the choice in %j: %s', (text, choice) => {
    expect(readChoice(text, 3)).toBe(choice)
  })

  it('reads any text without failing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.integer({ min: 2, max: 5 }), (text, count) => {
        const choice = readChoice(text, count)
        expect(choice === undefined || (choice >= 1 && choice <= count)).toBe(true)
        expect([undefined, 'yes', 'no']).toContain(readLabel(text, ['yes', 'no'], 'first'))
      }),
    )
  })
})
