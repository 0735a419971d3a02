import { describe, expect, it } from 'vitest'
import { memory } from '../../traces/memory.ts'
import { outcomeLabels } from './outcome-labels.ts'
import { preferenceTrees } from './preference-trees.ts'
import type { References } from './references.ts'
import { rolloutGroups } from './rollout-groups.ts'
import { stepLabels } from './step-labels.ts'
import { stepPairs } from './step-pairs.ts'
import { stepValues } from './step-values.ts'
import { type GivenNode, giveRun, rowsIn } from './testing/given-run.ts'
import { tracePairs } from './trace-pairs.ts'
import { verifiedTraces } from './verified-traces.ts'

// ·(.4) ─ a(.6) ─ aa(1, right) | ab(0, wrong)
//       └ b(.2) ─ ba(.1) ─ bb(0, wrong)
//       └ c(.5), nothing below it ended
const end = { terminal: true, certain: true }
const root: GivenNode = {
  value: 0.4,
  children: [
    {
      text: 'a',
      value: 0.6,
      children: [
        { text: 'aa', value: 1, ...end },
        { text: 'ab', value: 0, ...end },
      ],
    },
    { text: 'b', value: 0.2, children: [{ text: 'ba', value: 0.1, children: [{ text: 'bb', value: 0, ...end }] }] },
    { text: 'c', value: 0.5 },
  ],
}

async function given(node: GivenNode = root) {
  const store = memory()
  await giveRun(store, { root: node })
  return store
}

const valuesBySteps = async (rows: AsyncIterable<{ readonly steps: readonly string[]; readonly value: number }>) =>
  Object.fromEntries((await rowsIn(rows)).map(({ steps, value }) => [steps.join(' '), value]))

const near = (values: Record<string, number>) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, expect.closeTo(value, 12) as number]))

describe('step values', () => {
  it('are means over the values given at a node and below it', async () => {
    const store = await given()
    expect(await valuesBySteps(stepValues(store))).toEqual(
      near({ a: 1.6 / 3, 'a aa': 1, 'a ab': 0, b: 0.1, 'b ba': 0.05, 'b ba bb': 0, c: 0.5 }),
    )
    const [first] = await rowsIn(stepValues(store, { root: true }))
    expect(first).toMatchObject({
      row: 'step-value',
      source: { runId: 'run', node: 0 },
      prompt: 'What?',
      steps: [],
      value: expect.closeTo(2.8 / 8, 12),
      range: [0, 1],
      label: 'visit-mean',
      visits: 8,
    })
  })

  it('are inferred from right and wrong ends by equations 1 and 2 of ReST-MCTS*', async () => {
    // m: root 2, a 1, aa 0; off the way: ab has a's 1, and b, ba, bb have the root's 2.
    // a = 0 + 1/2; aa = 1/2 + (1/2)/1; ab = 1/2 − (1/2)/2; b = max(0 − 1/3, 0) and so on.
    const store = await given()
    expect(await valuesBySteps(stepValues(store, { value: 'inferred' }))).toEqual(
      near({ a: 0.5, 'a aa': 1, 'a ab': 0.25, b: 0, 'b ba': 0, 'b ba bb': 0 }),
    )
  })

  it('cannot be inferred where nothing ended right', async () => {
    const build = stepValues(await given({ children: [{ text: 'a', value: 0, ...end }] }), { value: 'inferred' })
    expect(await rowsIn(build)).toEqual([])
    expect(build.report.left).toEqual({ 'no-value': 1 })
  })

  it('are shares of right ends, or the verdicts themselves', async () => {
    const store = await given()
    expect(await valuesBySteps(stepValues(store, { value: 'monte-carlo' }))).toEqual({
      a: 0.5,
      'a aa': 1,
      'a ab': 0,
      b: 0,
      'b ba': 0,
      'b ba bb': 0,
    })
    expect(await valuesBySteps(stepValues(store, { value: 'outcome' }))).toEqual({ 'a aa': 1, 'a ab': 0, 'b ba bb': 0 })
  })

  it('refuse values outside of the range', async () => {
    const store = await given({ children: [{ text: 'a', value: -1 }] })
    await expect(rowsIn(stepValues(store))).rejects.toMatchObject({ code: 'E_DATASET_RANGE' })
    expect(await valuesBySteps(stepValues(store, { range: [-1, 1] }))).toEqual({ a: -1 })
  })
})

describe('step labels', () => {
  const labels = async (options: Parameters<typeof stepLabels>[1]) =>
    Object.fromEntries((await rowsIn(stepLabels(await given(), options))).map((row) => [row.steps.join(' '), row.labels]))

  it('are shares of right ends below each step of a trace', async () => {
    expect(await labels({})).toEqual({ 'a aa': [0.5, 1], 'a ab': [0.5, 0], 'b ba bb': [0, 0, 0] })
    expect(await labels({ hard: 0.5 })).toEqual({ 'a aa': [1, 1], 'a ab': [1, 0], 'b ba bb': [0, 0, 0] })
  })

  it('say where the first error is', async () => {
    expect(await labels({ label: 'first-error' })).toEqual({ 'a aa': [1, 1], 'a ab': [1, 0], 'b ba bb': [0, 0, 0] })
    expect(await labels({ label: 'outcome' })).toEqual({ 'a aa': [1, 1], 'a ab': [0, 0], 'b ba bb': [0, 0, 0] })
    expect(await labels({ label: 'inferred' })).toEqual({ 'a aa': [0.5, 1], 'a ab': [0.5, 0.25], 'b ba bb': [0, 0, 0] })
  })

  it('leave out traces with too few ends below a step', async () => {
    const build = stepLabels(await given(), { leastEnds: 2 })
    expect(await rowsIn(build)).toEqual([])
    expect(build.report).toMatchObject({ left: { ends: 3 }, usage: { tokens: 80 } })
  })
})

describe('step pairs', () => {
  it('are the best and the worst of siblings', async () => {
    const rows = await rowsIn(stepPairs(await given(), { margin: 0.3 }))
    expect(rows.map(({ steps, chosen, rejected }) => [steps.join(' '), chosen, rejected])).toEqual([
      ['', 'a', 'b'],
      ['a', 'aa', 'ab'],
    ])
    expect(rows[0]).toMatchObject({ margin: expect.closeTo(1.6 / 3 - 0.1, 12), chosenVisits: 3, rejectedVisits: 3, source: { node: 1 } })
  })

  it('are all that have the margin, the visits and the distance', async () => {
    const pairs = async (options: Parameters<typeof stepPairs>[1]) => {
      const build = stepPairs(await given(), { pairs: 'all', ...options })
      return { pairs: (await rowsIn(build)).map(({ chosen, rejected }) => `${chosen} ${rejected}`), left: build.report.left }
    }
    expect(await pairs({ margin: 0.3 })).toEqual({ pairs: ['a b', 'c b', 'aa ab'], left: { margin: 1 } })
    expect(await pairs({ margin: 0.3, leastVisits: 2 })).toEqual({ pairs: ['a b'], left: { visits: 4 } })
    expect(await pairs({ margin: 0.3, leastDistance: 0.6 })).toEqual({ pairs: ['a b', 'c b'], left: { margin: 1, 'near-identical': 1 } })
  })

  it('are never of equal texts', async () => {
    const twins = [0.1, 0.9].map((value) => ({ text: 'same', value }))
    const build = stepPairs(await given({ children: twins }))
    expect(await rowsIn(build)).toEqual([])
    expect(build.report.left).toEqual({ 'near-identical': 1 })
  })
})

describe('whole traces', () => {
  it('are paired right against wrong, within a run or a task', async () => {
    const store = await given()
    await giveRun(store, { id: 'second', root: { children: [{ text: 'z', value: 0, ...end }] } })
    const texts = async (options: Parameters<typeof tracePairs>[1]) =>
      (await rowsIn(tracePairs(store, options))).map(({ chosen, rejected, margin }) => [chosen, rejected, margin])
    expect(await texts({})).toEqual([['a\naa', 'b\nba\nbb', 1]])
    expect(await texts({ within: 'task', pairs: 'all' })).toEqual([
      ['a\naa', 'a\nab', 1],
      ['a\naa', 'b\nba\nbb', 1],
      ['a\naa', 'z', 1],
    ])
    expect(await texts({ within: 'task', pairs: 'all', most: 1 })).toHaveLength(1)
  })

  it('have an outcome each, and right ones are kept once', async () => {
    const store = await given()
    expect((await rowsIn(outcomeLabels(store))).map(({ completion, right, value }) => [completion, right, value])).toEqual([
      ['a\naa', true, 1],
      ['a\nab', false, 0],
      ['b\nba\nbb', false, 0],
    ])
    await giveRun(store, { id: 'again', root: { children: [{ text: ' A', children: [{ text: 'AA ', value: 1, ...end }] }] } })
    const build = verifiedTraces(store)
    expect((await rowsIn(build)).map(({ source, steps, answer }) => [source.runId, steps, answer])).toEqual([
      ['again', [' A', 'AA '], 'AA '],
    ])
    expect(build.report).toMatchObject({ rows: 1, left: { wrong: 2, duplicate: 1 } })
    // A second pass begins anew.
    expect(await rowsIn(build)).toHaveLength(1)
  })

  it('are groups with rewards, and tokens where a model sampled all of them', async () => {
    const sampled = (ids: number[], logProbs?: number[]) => ({
      tokens: { ids, model: 'm', ...(logProbs === undefined ? {} : { logProbs }) },
    })
    const store = await given({
      children: [
        { text: 'a', ...sampled([1, 2], [-1, -2]), children: [{ text: 'b', value: 1, reward: 2, ...end, ...sampled([3], [-3]) }] },
        { text: 'c', value: 0, ...end, ...sampled([4]) },
        { text: 'd', value: 0, ...end },
      ],
    })
    const [group] = await rowsIn(rolloutGroups(store))
    expect(group?.completions).toEqual([
      { text: 'a\nb', reward: 1, tokens: [1, 2, 3], logProbs: [-1, -2, -3] },
      { text: 'c', reward: 0, tokens: [4] },
      { text: 'd', reward: 0 },
    ])
    const [rewarded] = await rowsIn(rolloutGroups(store, { reward: 'rewards', most: 2 }))
    expect(rewarded?.completions.map(({ reward }) => reward)).toEqual([2, 0])
    const equal = rolloutGroups(await given({ children: [1, 2].map((text) => ({ text, value: 0, ...end })) }), { mixed: true })
    expect(await rowsIn(equal)).toEqual([])
    expect(equal.report.left).toEqual({ 'equal-rewards': 1 })
  })

  it('stand in a tree with values', async () => {
    const [row] = await rowsIn(preferenceTrees(await given(), { value: 'monte-carlo', leastVisits: 1 }))
    expect(row?.tree).toMatchObject({
      text: '',
      value: expect.closeTo(1 / 3, 12),
      visits: 3,
      children: [
        { text: 'a', value: 0.5, visits: 2, children: [{ text: 'aa', value: 1, terminal: true }, { text: 'ab' }] },
        { text: 'b', value: 0, children: [{ text: 'ba', children: [{ text: 'bb', value: 0, children: [] }] }] },
        { text: 'c', visits: 1, terminal: false },
      ],
    })
    expect((row?.tree.children ?? []).length).toBe(3)
  })
})

describe('reference answers', () => {
  const references: References = () => ({ answer: 'ab', grade: (answer) => answer === 'ab' })

  it('decide what is right, and every row made with them says so', async () => {
    const store = await given()
    const [pair] = await rowsIn(tracePairs(store, { references }))
    expect(pair).toMatchObject({ chosen: 'a\nab', rejected: 'b\nba\nbb', source: { oracle: 'training-label' } })
    const [group] = await rowsIn(rolloutGroups(store, { references }))
    expect(group).toMatchObject({ reference: 'ab', source: { oracle: 'training-label' } })
    const build = stepValues(store, { references })
    await rowsIn(build)
    expect(build.report.oracle).toBe(false)
  })

  it('have marked the rows of a run whose own evaluator knew them', async () => {
    const store = memory()
    await giveRun(store, { root, oracle: 'training-label' })
    for (const row of await rowsIn(stepValues(store))) expect(row.source.oracle).toBe('training-label')
  })
})
