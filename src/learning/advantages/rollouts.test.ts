import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Random } from '../../core/random.ts'
import {
  balanced,
  entropyShaped,
  groupAdvantages,
  groupMean,
  leafAdvantages,
  mixedGroups,
  notLonger,
  notTruncated,
  overlongPenalty,
  processAdvantages,
  segmentAdvantages,
  spread,
  spreadOver,
  successWeighted,
  treeAdvantages,
  whitened,
} from './index.ts'
import { testRollout } from './testing/test-rollout.ts'

const close = (numbers: Iterable<number>, digits = 6) => [...numbers].map((one) => expect.closeTo(one, digits))

/** `a 1`: group and outcome; `!` says that it was cut. */
const rolloutsOf = (...texts: string[]) =>
  texts.map((text, at) => {
    const [group, outcome] = text.replace('!', '').split(' ')
    return testRollout({ id: String(at), group: group!, rewards: { outcome: Number(outcome) }, truncated: text.endsWith('!') })
  })

describe('groupAdvantages', () => {
  it('are those of GRPO where nothing else is said', () => {
    const found = groupAdvantages(rolloutsOf('a 1', 'a 0', 'b 1', 'b 1'))
    expect(found).toEqual([expect.closeTo(Math.SQRT1_2, 5), expect.closeTo(-Math.SQRT1_2, 5), 0, 0])
  })

  it('leave out what a filter does not keep: before means are taken, or after', () => {
    const rollouts = rolloutsOf('a 1', 'a 0', 'a 0!', 'b 1', 'b 1')
    const normaliser = groupMean()
    expect(groupAdvantages(rollouts, { normaliser, drop: [mixedGroups()] })).toEqual([
      ...close([2 / 3, -1 / 3, -1 / 3]),
      undefined,
      undefined,
    ])
    expect(groupAdvantages(rollouts, { normaliser, drop: [notTruncated()] })).toEqual([0.5, -0.5, undefined, 0, 0])
    expect(groupAdvantages(rollouts, { normaliser, mask: [notTruncated()] })).toEqual([...close([2 / 3, -1 / 3]), undefined, 0, 0])
    // One after another: without the rollout that was cut the group is not mixed any more.
    expect(groupAdvantages(rolloutsOf('a 1', 'a 1', 'a 0!'), { drop: [notTruncated(), mixedGroups()] })).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  it('refuse a reward that is not there', () => {
    expect(() => groupAdvantages(rolloutsOf('a 1'), { reward: 'format' })).toThrow(/rollout "0" has no such reward/)
  })
})

describe('filters', () => {
  it('keep short answers', () => {
    expect(notLonger(2)([testRollout({ answer: [1, 1] }), testRollout({ answer: [1, 0, 1] })])).toEqual([true, false])
    expect(() => notLonger(0)).toThrow(expect.objectContaining({ code: 'E_ADVANTAGE_OPTION' }))
  })

  it('drop answers below the mean until they are no more than the others', () => {
    const rollouts = rolloutsOf('a 1', 'a 0', 'a 0', 'a 0', 'b 0', 'b 0', 'c 1', 'c 1', 'c 0')
    const kept = balanced(new Random(3, 'drop'))(rollouts)
    expect(kept.slice(0, 4).filter(Boolean)).toHaveLength(2)
    expect(kept[0]).toBe(true)
    expect(kept.slice(4)).toEqual([true, true, true, true, true])
    expect(balanced(new Random(3, 'drop'))(rollouts)).toEqual(kept)
    // Means are of those that are left.
    expect(groupAdvantages(rollouts.slice(0, 4), { normaliser: groupMean(), drop: [balanced(new Random(3, 'drop'))] })[0]).toBe(0.5)
  })
})

describe('tree advantages', () => {
  // root ─ a ─ x (1), y (0)
  //      └ b ─ z (0)
  const ancestors = [
    ['a', 'x'],
    ['a', 'y'],
    ['b', 'z'],
  ]
  const groups = [0, 0, 0]

  it('compare a leaf with all leaves, then with those nearer and nearer', () => {
    // Depth 0: mean 1/3. Below a: mean 1/2. Groups of one are left out.
    expect([...leafAdvantages([1, 0, 0], groups, ancestors)]).toEqual(close([(2 / 3 + 1 / 2) / 2, (-1 / 3 - 1 / 2) / 2, -1 / 3]))
    expect([...leafAdvantages([1, 0, 0], groups, ancestors, { average: 'size' })]).toEqual(
      close([(3 * (2 / 3) + 2 * (1 / 2)) / 5, (3 * (-1 / 3) - 2 * (1 / 2)) / 5, -1 / 3]),
    )
  })

  it('count a root that all share once', () => {
    const rooted = ancestors.map((list) => ['root', ...list])
    expect([...leafAdvantages([1, 0, 0], groups, rooted)]).toEqual([...leafAdvantages([1, 0, 0], groups, ancestors)])
  })

  it('are those of the group mean where nothing is shared, and do not see a shift', () => {
    const trees = fc.array(
      fc.record({ reward: fc.integer({ min: 0, max: 4 }), path: fc.array(fc.integer({ min: 0, max: 1 }), { maxLength: 3 }) }),
      {
        minLength: 1,
        maxLength: 8,
      },
    )
    fc.assert(
      fc.property(trees, (leaves) => {
        const rewards = leaves.map(({ reward }) => reward)
        const one = leaves.map(() => 't')
        const flat = leaves.map((_, at) => [String(at)])
        expect([...leafAdvantages(rewards, one, flat)]).toEqual(close(groupMean()(rewards, one), 9))
        const paths = leaves.map(({ path }, at) => [...path.map((_, depth) => path.slice(0, depth + 1).join('.')), `leaf ${at}`])
        for (const average of ['plain', 'size'] as const) {
          const found = leafAdvantages(rewards, one, paths, { average })
          const shifted = leafAdvantages(
            rewards.map((reward) => reward + 3),
            one,
            paths,
            { average },
          )
          expect([...shifted]).toEqual(close(found, 9))
        }
      }),
    )
  })

  it('keep trees apart, and read rollouts', () => {
    const rollouts = ancestors.map((list, at) =>
      testRollout({ id: String(at), group: at < 2 ? 'p' : 'q', ancestors: list, rewards: { outcome: at === 0 ? 1 : 0 } }),
    )
    expect(treeAdvantages(rollouts)).toEqual([0.5, -0.5, 0])
  })

  it('are shared by the leaves below a segment', () => {
    const found = segmentAdvantages([1, -0.5, -0.5], groups, ancestors)
    expect(found.map((values) => [...values])).toEqual([
      [0.25, 1],
      [0.25, -0.5],
      [-0.5, -0.5],
    ])
  })

  it('refuse lists that do not fit', () => {
    expect(() => leafAdvantages([1], ['t'], [])).toThrow(/not one list of ancestors for each leaf/)
  })
})

describe('spread', () => {
  const steps = [
    { from: 2, to: 4, reward: 1 },
    { from: 4, to: 6, reward: -1 },
  ]
  const rollout = testRollout({ answer: [1, 0, 1, 1], steps })

  it('gives values of steps, or of the whole, to the tokens that were chosen', () => {
    expect([...spread(rollout, [0.5, -2])]).toEqual([0, 0, 0.5, 0, -2, -2])
    expect([...spread(rollout, [3], [{ from: 3, to: 5 }])]).toEqual([0, 0, 0, 0, 3, 0])
    expect([...spreadOver(rollout, 2)]).toEqual([0, 0, 2, 0, 2, 2])
    expect(() => spread(rollout, [1])).toThrow(/not one value for each span; got 1/)
  })

  it('with one value is the same for steps and sequence', () => {
    expect([...spread(rollout, [2, 2])]).toEqual([...spreadOver(rollout, 2)])
  })

  it('sums normalised rewards of steps to go', () => {
    // Rewards 1, −1 and 0 in the group: mean 0, standard deviation 1.
    const other = testRollout({ id: 'two', answer: [1, 1], steps: [{ from: 2, to: 4, reward: 0 }] })
    expect(processAdvantages([rollout, other], { epsilon: 0 }).map((one) => [...one])).toEqual([
      [0, 0, 0, 0, -1, -1],
      [0, 0, 0, 0],
    ])
    expect(() => processAdvantages([testRollout({ steps: [{ from: 2, to: 3 }] })])).toThrow(/step 0 has no reward/)
  })

  it('whitens over all chosen tokens, so that long answers count more', () => {
    const short = testRollout({ id: 'two', answer: [1] })
    const found = whitened([rollout, short, short], [1, [0, 0, -3], undefined], { epsilon: 0 })
    // Tokens 1 1 1 −3: mean 0, standard deviation 2.
    expect(found.map((one) => one && [...one])).toEqual([[0, 0, 0.5, 0, 0.5, 0.5], [0, 0, -1.5], undefined])
    expect(() => whitened([rollout], [[1]])).toThrow(/not one advantage for each token/)
    expect(() => whitened([rollout], [])).toThrow(expect.objectContaining({ code: 'E_ADVANTAGE_INPUT' }))
  })
})

describe('shaping', () => {
  it('adds entropy, but never turns an advantage round', () => {
    expect([...entropyShaped([1, 1, -1, 0], [0.5, 9, 9, 9])]).toEqual(close([1.2, 1.5, -0.5, 0]))
    expect(() => entropyShaped([1], [1], { cap: 1 })).toThrow(/cap is out of range/)
  })

  it('weighs successes more', () => {
    expect([...successWeighted([1, -1], { temperature: 2 })]).toEqual(close([Math.exp(0.5), -Math.exp(-0.5)]))
  })

  it('punishes answers near the limit', () => {
    expect([10, 16, 18, 20, 30].map((tokens) => overlongPenalty(tokens, { limit: 20, buffer: 4 }))).toEqual([0, 0, -0.5, -1, -1])
    expect(() => overlongPenalty(1, { limit: 2, buffer: 0 })).toThrow(/buffer is out of range/)
  })
})
