// The bandit over named proposers: which of them is asked, by what their answers were worth and what they cost.
import { describe, expect, it } from 'vitest'
import type { Environment } from '../environment.ts'
import type { Evaluator } from '../evaluator.ts'
import type { Proposer } from '../proposer.ts'
import { search } from '../search.ts'
import { type BanditOptions, bandit } from './bandit.ts'

/** Answers that name their proposer; each proposer has a worth and a price. */
const environment: Environment<string, string, null, string> = {
  name: 'answers',
  initial: () => '',
  step: (_, action) => ({ state: action, reward: 0, terminal: true }),
  answer: (state) => state || undefined,
  render: (state) => state,
}
const worth: Readonly<Record<string, number>> = { good: 0.8, fair: 0.6, bad: 0.1 }
const evaluator: Evaluator<string, string> = {
  name: 'worth',
  range: [0, 1],
  evaluate: (groups) => groups.map((group) => group.map(({ state }) => ({ value: worth[state]! }))),
}

function answering(answer: string, price: number): Proposer<string, string> {
  return {
    name: answer,
    reproducible: 'exact',
    atMost: () => ({ calls: 1, tokens: price }),
    propose: async (requests, context) => {
      await context.call({
        kind: 'generate',
        by: answer,
        request: answer,
        run: async () => ({ result: answer, usage: { calls: 1, tokens: price } }),
      })
      return requests.map(() => ({ candidates: answer === 'mute' ? [] : [{ action: answer }] }))
    },
  }
}

const proposer = {
  default: answering('bad', 1),
  good: answering('good', 10),
  fair: answering('fair', 1),
  bad: answering('bad', 1),
  mute: answering('mute', 1),
}

/** How many answers each proposer gave. */
async function pulls(options: BanditOptions, more: { concurrency?: number; seed?: number } = {}): Promise<Record<string, number>> {
  const { tree } = await search({ environment, task: null, evaluator, proposer, searcher: bandit({ n: 60, ...options }), ...more })
  const counts: Record<string, number> = {}
  for (const node of tree.children(0)) counts[tree.state(node)] = (counts[tree.state(node)] ?? 0) + 1
  return counts
}

describe('bandit', () => {
  it('asks the better proposer most', async () => {
    for (const among of ['thompson', 'ucb'] as const) {
      const { good = 0, bad = 0 } = await pulls({ propose: ['bad', 'good'], among })
      expect(good + bad).toBe(60)
      expect(good).toBeGreaterThan(2 * bad)
      expect(bad).toBeGreaterThan(0)
    }
  })

  it('follows UCB1: each once, then by x̄ + √2 · √(ln N / n)', async () => {
    // After one each (N = 2, bonus √2 · √ln 2 = 1.177): good 1.977, bad 1.277. Good again (N = 3): good 0.8 + 1.048 = 1.848, bad 0.1 + 1.482 = 1.582.
    // Good again (N = 4): good 0.8 + 0.961 = 1.761, bad 0.1 + 1.665 = 1.765: bad.
    expect(await pulls({ propose: ['bad', 'good'], among: 'ucb', n: 4 })).toEqual({ bad: 1, good: 3 })
    expect(await pulls({ propose: ['bad', 'good'], among: 'ucb', n: 5 })).toEqual({ bad: 2, good: 3 })
  })

  it('asks a cheap proposer that is nearly as good more often, where costs count', async () => {
    const plain = await pulls({ propose: ['good', 'fair'] })
    const costly = await pulls({ propose: ['good', 'fair'], cost: 'tokens' })
    expect(plain.good).toBeGreaterThan(plain.fair!)
    expect(costly.fair).toBeGreaterThan(50)
  })

  it('spreads what is in flight over proposers that were not tried', async () => {
    expect(await pulls({ propose: ['good', 'fair', 'bad'], among: 'ucb', n: 3 }, { concurrency: 3 })).toEqual({ good: 1, fair: 1, bad: 1 })
  })

  it('leaves a proposer that keeps bringing nothing, and ends when all do', async () => {
    expect(await pulls({ propose: ['mute', 'fair'], among: 'ucb', n: 12 })).toEqual({ fair: 9 })
    const { stopped, trials } = await search({ environment, task: null, evaluator, proposer, searcher: bandit({ propose: 'mute' }) })
    expect([stopped, trials]).toEqual(['exhausted', 3])
  })

  it('takes the proposer named default where none is named, and refuses lists that name none or one twice', async () => {
    expect(await pulls({ n: 2 })).toEqual({ bad: 2 })
    for (const propose of [[], ['a', 'a']])
      expect(() => bandit({ propose })).toThrow(expect.objectContaining({ code: 'E_SEARCHER_SETTING' }))
  })
})
