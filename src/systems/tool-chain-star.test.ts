// The system, its costs by hand, what it asks a chat model, and a task of a user's own.
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { BanyanError } from '../core/errors.ts'
import type { Evaluator } from '../core/evaluator.ts'
import { search } from '../core/search.ts'
import { tool } from '../environments/tools/tool.ts'
import { type ToolState, tools } from '../environments/tools.ts'
import { planMemory } from '../evaluators/plan-memory.ts'
import { testSystem } from '../experiments/testing/test-system.ts'
import { assemble, completeSpec } from '../front/assemble.ts'
import { scripted } from '../models/scripted.ts'
import { fakeContext } from '../testing/fake-context.ts'
import { fakeNode } from '../testing/fake-node.ts'
import { imaginedCalls, readRest } from './tool-chain-star/imagination.ts'
import { toolChainSearch } from './tool-chain-star/parts.ts'
import { type PlanCostOptions, planCost, selfConsistencyCost } from './tool-chain-star/plan-cost.ts'
import { toolChainStar } from './tool-chain-star/searcher.ts'
import { bySelfConsistency } from './tool-chain-star/self-consistency.ts'
import { callWords, toolChainParts, toolChainStarSystem } from './tool-chain-star.ts'

testSystem(toolChainStarSystem, new URL('./tool-chain-star.ts', import.meta.url))

/** Paths are texts of letters, each a call. */
interface Letters {
  readonly text: string
  readonly answer?: string
}

describe('costs', () => {
  const node = (text: string, share: number, more: Partial<Letters> & { readonly terminal?: boolean } = {}) => {
    const { terminal = false, ...state } = more
    const parent = fakeNode<Letters, string>({ text: text.slice(0, -1) }, { logProb: -1 })
    return fakeNode<Letters, string>({ text, ...state }, { parent, logProb: -1 + Math.log(share), terminal })
  }
  const costs = (options: Partial<PlanCostOptions<Letters, string>> = {}) =>
    planCost<Letters, string>({
      memory: planMemory([
        ['a', 'b', 'c', 'd'],
        ['a', 'c'],
      ]),
      words: ({ state }) => [...state.text],
      refused: ({ state }) => state.text.endsWith('!'),
      imagination: { name: 'two more', rest: async (nodes) => nodes.map(() => 2) },
      doubt: 0,
      ...options,
    })
  const of = async (evaluator: Evaluator<Letters, string>, ...nodes: ReturnType<typeof node>[]) =>
    (await evaluator.evaluate([nodes], fakeContext()))[0]!

  it('of a call are (1 − g₁)^α (1 − g₂)^(1 − α), and to come (1 − h₁)^β (1 − h₂)^(1 − β)', async () => {
    // Path a, x, b: in common with abcd 2 of 3, with ac 1 of 2, so g₁ = 2/3. b stands at 2/4: h₁ = 1/2. h₂ = 3 / (3 + 2).
    const [said] = await of(costs(), node('axb', 0.75))
    expect(said!.values!.cost).toBeCloseTo(Math.sqrt((1 / 3) * (1 / 4)))
    expect(said!.value).toBeCloseTo(1 - Math.sqrt((1 / 2) * (2 / 5)))
    const [weighed] = await of(costs({ alpha: 0.25, beta: 0.75 }), node('axb', 0.75))
    expect(weighed!.values!.cost).toBeCloseTo((1 / 3) ** 0.25 * (1 / 4) ** 0.75)
    expect(weighed!.value).toBeCloseTo(1 - (1 / 2) ** 0.75 * (2 / 5) ** 0.25)
  })

  it('go by one signal alone where the other has no weight', async () => {
    const [memory] = await of(costs({ alpha: 1, beta: 1 }), node('axb', 1))
    expect([memory!.values!.cost, memory!.value]).toEqual([expect.closeTo(1 / 3), 0.5])
    const [samples] = await of(costs({ alpha: 0, beta: 0 }), node('axb', 0.75))
    expect([samples!.values!.cost, samples!.value]).toEqual([expect.closeTo(0.25), expect.closeTo(3 / 5)])
  })

  it('are never silenced by the memory alone where there is doubt', async () => {
    const [said] = await of(costs({ doubt: 0.04 }), node('abcd', 0.75))
    expect(said!.values!.cost).toBeCloseTo(Math.sqrt(0.04 * 0.25))
    expect(said!.value).toBeCloseTo(1 - Math.sqrt(0.04 * (2 / 6)))
  })

  it('of a refused call are 1, and what cannot be imagined is like its siblings', async () => {
    const rest = [undefined, 4, 2]
    const evaluator = costs({ imagination: { name: 'some', rest: async () => rest }, beta: 0 })
    const said = await of(evaluator, node('a!', 0.5), node('ab', 0.5), node('ac', 0.5))
    expect(said[0]!.values!.cost).toBe(1)
    expect(said.map(({ value }) => value)).toEqual([2 / 5, 2 / 6, 2 / 4].map((value) => expect.closeTo(value)))
  })

  it('end where a plan is finished, as far as it is judged to be right', async () => {
    const judge = (value: number, certain?: true): Evaluator<Letters, string> => ({
      name: 'judge',
      range: [0, 1],
      evaluate: (groups) => groups.map((group) => group.map(() => ({ value, ...(certain && { certain }) }))),
    })
    const ended = node('ab', 1, { answer: 'x', terminal: true })
    expect((await of(costs(), ended))[0]).toMatchObject({ value: 1 })
    expect((await of(costs({ finished: judge(0.7) }), ended))[0]).toEqual({ value: 1, values: { cost: 0 } })
    expect((await of(costs({ finished: judge(0.3) }), ended))[0]).toMatchObject({ value: 0, certain: true })
    expect((await of(costs({ finished: judge(1, true) }), ended))[0]).toMatchObject({ value: 1, certain: true })
    expect((await of(costs(), node('ab', 1, { terminal: true })))[0]).toMatchObject({ value: 0, certain: true })
  })

  it('in other environments go by the judge that is there', async () => {
    const judge: Evaluator<Letters, string> = {
      name: 'judge',
      range: [-1, 1],
      evaluate: (groups) => groups.map((group) => group.map(() => ({ value: 0.5 }))),
    }
    const [open, ended] = await of(selfConsistencyCost(judge), node('ab', 0.75), node('abc', 0.75, { terminal: true }))
    expect([open, ended]).toEqual([
      { value: 0.75, values: { cost: expect.closeTo(0.5) } },
      { value: 1, values: { cost: expect.closeTo(0.5) } },
    ])
  })
})

describe('the searcher', () => {
  /** Costs of the last step and to come, by path; what ends in `z` is finished. */
  async function order(table: Readonly<Record<string, readonly [cost: number, rest: number]>>, options = {}) {
    const expanded: string[] = []
    const { state, stopped } = await search<string, string, null, string>({
      environment: {
        name: 'letters',
        initial: () => '',
        step: (path, letter) => ({ state: path + letter, reward: 0, terminal: letter === 'z' }),
        answer: (path) => (path.endsWith('z') ? path : undefined),
        render: (path) => path,
      },
      task: null,
      proposer: {
        name: 'table',
        propose: (requests) =>
          requests.map(({ node: { state } }) => {
            expanded.push(state)
            const letters = Object.keys(table).filter((path) => path.length === state.length + 1 && path.startsWith(state))
            return { candidates: letters.map((path) => ({ action: path.at(-1)! })) }
          }),
      },
      evaluator: {
        name: 'table',
        range: [0, 1],
        evaluate: (groups) =>
          groups.map((group) => group.map(({ state }) => ({ value: 1 - table[state]![1], values: { cost: table[state]![0] } }))),
      },
      searcher: toolChainStar(options),
      budget: { expansions: 20 },
    })
    return { expanded, state, stopped }
  }
  const table = { a: [0.1, 0.5], b: [0.3, 0.2], ba: [0.1, 0.4], bz: [0.9, 0], az: [0.2, 0] } as const

  it('goes on from the least f = g + w · h: b with .3 + .2, not a with .1 + .5', async () => {
    expect(await order(table, { weight: 1 })).toMatchObject({ expanded: ['', 'b'], state: 'bz', stopped: 'converged' })
  })
  it('stops with the first finished plan, or when nothing open could be cheaper', async () => {
    // f of b is .5; of ba .4 + .4, of bz 1.2; then a with .6, whose az costs .3.
    expect(await order(table, { weight: 1, stop: 'proven' })).toMatchObject({ expanded: ['', 'b', 'a'], state: 'az', stopped: 'converged' })
  })
  it('refuses settings out of range', () => {
    expect(() => toolChainStar({ samples: 0 })).toThrow(/samples/)
    expect(() => toolChainStar({ sample: 3 } as never)).toThrow(/samples/)
  })
})

it('takes the share of samples as the score, the most frequent first', async () => {
  const proposer = bySelfConsistency<string, string>({
    name: 'three',
    propose: (requests) =>
      requests.map(() => ({
        candidates: [
          { action: 'a', prior: 0.25 },
          { action: 'b', prior: 0.75 },
        ],
      })),
  })
  const [answer] = await proposer.propose([{ node: fakeNode<string, string>(''), siblings: [], count: 4 }], fakeContext())
  expect(answer!.candidates).toEqual([
    { action: 'b', prior: 0.75, score: Math.log(0.75) },
    { action: 'a', prior: 0.25, score: Math.log(0.25) },
  ])
})

const kit = {
  fare: tool({
    description: 'what a train costs',
    inputSchema: z.object({ to: z.string() }),
    effect: 'none',
    execute: ({ to }) => ({ train: `${to}-7`, euros: 80 }),
  }),
  book: tool({
    description: 'books a train',
    inputSchema: z.object({ train: z.string() }),
    execute: () => Promise.reject(new Error('never in a search')),
  }),
}

describe('with a chat model', () => {
  it('asks how a plan goes on, and counts the calls', async () => {
    const environment = tools({ tools: kit })
    const model = scripted({ answer: () => 'Next comes the booking: ["book"]' })
    const state: ToolState = {
      ...environment.initial({ goal: 'Book the train to Rome.' }),
      steps: [{ kind: 'called', tool: 'fare', input: { to: 'Rome' }, result: { train: 'Rome-7', euros: 80 } }],
    }
    const rest = await imaginedCalls(model, environment.known).rest([fakeNode(state)], fakeContext())
    expect(rest).toEqual([1])
    // The exchange as it is recorded.
    expect(model.log[0]!.request).toMatchObject({
      messages: [
        {
          role: 'system',
          content: 'You foresee how a goal is reached with these tools:\n- fare: what a train costs\n- book: books a train',
        },
        {
          role: 'user',
          content:
            'Goal: Book the train to Rome.\n1. fare({"to":"Rome"})\n   {"train":"Rome-7","euros":80}\n\n' +
            "Which calls are still to be made until the goal is reached? Answer with one JSON array of the tools' names, in order, and nothing else; [] when nothing is left to do.",
        },
      ],
      temperature: 0,
      maxTokens: 192,
    })
  })

  it.each<[string, number | undefined]>([
    ['[]', 0],
    ['```json\n["fare", "book"]\n```', 2],
    ['I think: [{"tool":"book"}] and no more', 1],
    ['none', undefined],
    ['', undefined],
    ['["book"', undefined],
  ])('reads %j', (text, calls) => {
    expect(readRest(text)).toBe(calls)
  })

  /** A model that books right, and is now and then wrong, empty or silent. */
  const wanting = (bad: readonly string[]) =>
    scripted({
      answer({ messages }, { random }) {
        const text = messages?.at(-1)?.content ?? ''
        if (bad.length > 0 && random.unit() < 0.4) return bad[random.below(bad.length)]!
        if (text.includes('still to be made')) return text.includes('planned') ? '[]' : '["book"]'
        return text.includes('planned')
          ? '{"finish":"booked"}'
          : text.includes('Rome-7')
            ? '{"tool":"book","input":{"train":"Rome-7"}}'
            : '{"tool":"fare","input":{"to":"Rome"}}'
      },
      score: (said) => (said.includes('Yes') ? -0.1 : -3),
    })
  const planned = { answer: 'booked', calls: [{ tool: 'book', input: { train: 'Rome-7' }, effect: 'irreversible' }] }

  it.each<[string, readonly string[]]>([
    ['answers well', []],
    ['writes what is no call', ['', 'hm', '{"tool":', '{"tool":"prize","input":{}}', '{"tool":"book","input":{"train":7}}']],
  ])('finds a plan where the model %s', async (_, bad) => {
    const model = wanting(bad)
    const spec = completeSpec(
      {
        environment: 'tools',
        task: { goal: 'Book the train to Rome.' },
        model: model.name,
        searcher: 'tool-chain-star',
        budget: { calls: 120 },
        seed: 3,
      },
      { 'tool-chain-star': toolChainSearch },
    )
    expect(spec).toMatchObject({ proposer: 'tool-chain-star', evaluator: 'tool-chain-star' })
    const { answer, usage } = await search(assemble(spec, { model, tools: kit, systems: { 'tool-chain-star': toolChainSearch } }))
    expect(answer).toEqual(planned)
    expect(usage.calls).toBeLessThanOrEqual(120)
  })

  it('goes on where calls fail: what was not imagined or judged is not known', async () => {
    const model = { ...wanting([]), failing: 0 }
    const weather = {
      ...model,
      generate: (request: never, run: never) => (model.failing++ % 3 === 2 ? busy() : model.generate!(request, run)),
    }
    const environment = tools({ tools: kit })
    const parts = toolChainParts({ model: weather as never, environment })
    const { answer } = await search({
      environment,
      task: { goal: 'Book the train to Rome.' },
      ...parts,
      searcher: toolChainStar(),
      budget: { calls: 120 },
    })
    expect(answer).toEqual(planned)
  })

  it('remembers plans from one search to the next', async () => {
    const environment = tools({ tools: kit })
    const memory = planMemory()
    const found = []
    for (const goal of ['Book the train to Rome.', 'Please book the train to Rome.']) {
      const { state } = await search({
        environment,
        task: { goal },
        ...toolChainParts({ model: wanting([]), environment, memory }),
        searcher: toolChainStar(),
        budget: { calls: 60 },
      })
      found.push(memory.likeness(callWords(state!)))
      memory.add(callWords(state!))
    }
    expect(found).toEqual([0, 1])
    expect(memory.plans[0]).toEqual(['fare(to←goal)', 'book(train←fare)', 'finish'])
  })
})

function busy(): Promise<never> {
  return Promise.reject(new BanyanError('E_MODEL_RATE', 'status 429'))
}
