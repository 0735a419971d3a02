import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Random } from '../../core/random.ts'
import { memory } from '../../traces/memory.ts'
import { apart } from './edit-distance.ts'
import { firstError } from './first-error.ts'
import { type MonteCarloLabelsOptions, monteCarloLabels, type RolloutPolicy } from './monte-carlo-labels.ts'
import { type GivenNode, giveRun, rowsIn } from './testing/given-run.ts'

/** A chain of steps; `x` is a wrong one, after which no answer comes out right. */
function chain([text, ...rest]: readonly string[], wrong = false): GivenNode {
  if (text === undefined) return { children: [] }
  const spoiled = wrong || text === 'x'
  if (rest.length === 0) return { text, value: spoiled ? 0 : 1, certain: true, terminal: true }
  return { text, children: [chain(rest, spoiled)] }
}

const shared: GivenNode = {
  children: [{ text: 'a', children: [chain(['b', 'c']), chain(['x', 'd', 'e', 'f'])] }, chain(['g', 'h'])],
}

/** Right half of the time, as long as nothing is wrong yet. */
const asked: string[] = []
const policy: RolloutPolicy = ({ steps, count, seed }) => {
  asked.push(steps.join(''))
  const first = new Random(seed).below(2)
  return Array.from({ length: count }, (_, i) => ({ right: !steps.includes('x') && (i + first) % 2 === 0, tokens: 5 }))
}

async function labelled(options: Partial<MonteCarloLabelsOptions> = {}) {
  const store = memory()
  await giveRun(store, { root: shared })
  asked.length = 0
  const build = monteCarloLabels(store, { policy, budget: { tokens: 10_000 }, rollouts: 4, ...options })
  const labels = Object.fromEntries((await rowsIn(build)).map((row) => [row.steps.join(''), row.labels]))
  return { labels, asked: [...asked], report: build.report }
}

describe('labels by further rollouts', () => {
  it('are shares of right rollouts; a state that traces share is asked once', async () => {
    const { labels, asked, report } = await labelled()
    expect(labels).toEqual({ abc: [0.5, 0.5, 1], axdef: [0.5, 0, 0, 0, 0], gh: [0.5, 1] })
    expect(asked).toEqual(['a', 'ab', 'ax', 'axd', 'axde', 'g'])
    expect(report.rolloutTokens).toBe(6 * 4 * 5)
  })

  it('find the first error with few rollouts, and need none where the trace is right', async () => {
    const { labels, asked } = await labelled({ label: 'first-error' })
    expect(labels).toEqual({ abc: [1, 1, 1], axdef: [1, 0, 0, 0, 0], gh: [1, 1] })
    expect(asked).toEqual(['ax', 'a'])
  })

  it('stop when the tokens are spent, and say what is missing', async () => {
    const { labels, report } = await labelled({ budget: { tokens: 50 } })
    expect(Object.keys(labels)).toEqual(['abc'])
    expect(report).toMatchObject({ rolloutTokens: 60, left: { budget: 2 }, rows: 1 })
  })

  it('are graded by the reference where the policy gives answers', async () => {
    const references = () => ({ answer: 'c', grade: (answer: unknown) => answer === 'c' })
    const { labels } = await labelled({ policy: ({ count }) => Array(count).fill({ answer: 'c', tokens: 1 }), references })
    expect(labels).toEqual({ abc: [1, 1, 1], axdef: [1, 1, 1, 1, 0], gh: [1, 0] })
    await expect(labelled({ policy: () => [{ answer: 'c', tokens: 1 }] })).rejects.toMatchObject({ code: 'E_DATASET_VERDICT' })
  })

  it('go on after a failed rollout, and give up when all fail', async () => {
    let calls = 0
    const shaky: RolloutPolicy = (start) => {
      if (++calls === 1) throw new Error('no answer within 30 s')
      return policy(start)
    }
    expect((await labelled({ policy: shaky })).report.left).toEqual({ 'rollout-failed': 1 })
    const store = memory()
    for (let i = 0; i < 4; i++) await giveRun(store, { id: `run-${i}`, root: shared })
    const failing = monteCarloLabels(store, {
      budget: { tokens: 10 },
      policy: () => {
        throw new Error('gone')
      },
    })
    await expect(rowsIn(failing)).rejects.toMatchObject({ code: 'E_DATASET_ROLLOUTS', seen: 'gone' })
    expect(() => monteCarloLabels(store, { policy, budget: { tokens: 0 } })).toThrow(expect.objectContaining({ code: 'E_DATASET_OPTION' }))
  })

  it('are the same every time', async () => {
    const uneven: RolloutPolicy = ({ count, seed }) => {
      const random = new Random(seed)
      return Array.from({ length: count }, () => ({ right: random.below(2) === 0, tokens: 1 }))
    }
    expect(await labelled({ policy: uneven, seed: 3 })).toEqual(await labelled({ policy: uneven, seed: 3 }))
    expect((await labelled({ policy: uneven, seed: 3 })).labels).not.toEqual((await labelled({ policy: uneven, seed: 4 })).labels)
  })
})

describe('the first error', () => {
  it('is found with at most the logarithm of the steps in questions', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 300 }).chain((steps) => fc.tuple(fc.constant(steps), fc.integer({ min: 1, max: steps }))),
        async ([steps, wrong]) => {
          const questions = new Set<number>()
          const found = await firstError(steps, async (step) => {
            expect(questions.has(step) || step < 1 || step >= steps).toBe(false)
            questions.add(step)
            return step < wrong
          })
          expect(found).toBe(wrong)
          expect(questions.size).toBeLessThanOrEqual(Math.ceil(Math.log2(steps)))
        },
      ),
    )
  })
})

describe('the distance of texts', () => {
  it('is that of Levenshtein, as a share of the longer one', () => {
    expect(apart('8 - 3 = 5', '8 - 4 = 4', 2 / 9)).toBe(true)
    expect(apart('8 - 3 = 5', '8 - 4 = 4', 3 / 9)).toBe(false)
    expect(apart('same', 'same', 0)).toBe(false)
    expect(apart('', 'abc', 1)).toBe(true)
    const texts = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 8 })
    fc.assert(
      fc.property(texts, texts, fc.double({ min: 0, max: 1, noNaN: true }), (first, second, share) => {
        const longest = Math.max(first.length, second.length)
        expect(apart(first, second, share)).toBe(first !== second && distance(first, second) >= Math.ceil(share * longest - 1e-9))
      }),
      { numRuns: 500 },
    )
  })
})

function distance(first: string, second: string): number {
  if (first === '' || second === '') return first.length + second.length
  const rest = distance(first.slice(1), second.slice(1)) + (first[0] === second[0] ? 0 : 1)
  if (first[0] === second[0]) return rest
  return Math.min(rest, distance(first.slice(1), second) + 1, distance(first, second.slice(1)) + 1)
}
