import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Random } from '../../core/random.ts'
import { decoder } from '../nets/decoder.ts'
import { gpt } from '../nets/gpt.ts'
import { logProbsOf } from '../nets/log-probs.ts'
import { referenceKernels } from '../tensor/reference/reference.ts'
import { Tape } from '../tensor/tape.ts'
import { checkRollout, checkRollouts } from './check-rollout.ts'
import { rewarded, rolloutOf } from './from-generated.ts'
import { packRollouts, perToken } from './pack.ts'
import type { Rollout } from './rollout.ts'

const shape = { vocabulary: 10, context: 16 }

/** Prompt 1 2, then 3 4 | 5 6 where 4 was observed. */
const rollout: Rollout = {
  id: 'a/0',
  group: 'a',
  tokens: Int32Array.of(1, 2, 3, 4, 5, 6),
  promptLength: 2,
  steps: [
    { from: 2, to: 4 },
    { from: 4, to: 6 },
  ],
  actionMask: Uint8Array.of(0, 0, 1, 0, 1, 1),
  logProbs: Float32Array.of(0, 0, -1, 0, -2, -3),
  rawLogProbs: Float32Array.of(0, 0, -1.5, 0, -2.5, -3.5),
  policyVersion: 0,
  ancestors: ['a/0'],
  truncated: false,
  rewards: { outcome: 1 },
}

/** A rollout of random length and mask. */
function drawn(id: string, random: Random): Rollout {
  const [promptLength, answer] = [1 + random.below(4), 1 + random.below(10)]
  const length = promptLength + answer
  const actionMask = Uint8Array.from({ length }, (_, at) => (at >= promptLength && random.unit() < 0.7 ? 1 : 0))
  const logProbs = Float32Array.from(actionMask, (flag) => (flag === 1 ? -random.unit() : 0))
  const tokens = Int32Array.from({ length }, () => random.below(10))
  return { ...rollout, id, group: `g${random.below(3)}`, tokens, promptLength, actionMask, logProbs, rawLogProbs: logProbs, steps: [] }
}

describe('rolloutOf', () => {
  it('keeps what a decoder gave: tokens, what was chosen, log-probabilities, steps', () => {
    const net = gpt({ vocabulary: 10, context: 16, width: 16, layers: 1, heads: 2 }, { seed: 1 })
    const decode = decoder(net, { kernels: referenceKernels })
    const branch = decode.open([1, 2, 3])
    const observe = (tokens: readonly number[]) => (tokens.length === 5 ? [7] : undefined)
    const [generated] = decode.generate([{ branch, mostTokens: 8, temperature: 2, random: new Random(3), observe }])
    const made = rolloutOf(generated!, {
      id: 'x/0',
      group: 'x',
      prompt: [1, 2, 3],
      stepEnds: [7],
      policyVersion: 4,
      rewards: { outcome: 1 },
    })
    expect([...made.tokens]).toEqual([1, 2, 3, ...generated!.tokens])
    expect([...made.actionMask]).toEqual([0, 0, 0, 1, 1, 0, 1, 1, 1, 1, 1, 1])
    expect(made.logProbs.subarray(3)).toEqual(generated!.logProbs)
    expect(made.rawLogProbs).not.toEqual(made.logProbs)
    expect(made).toMatchObject({ truncated: true, policyVersion: 4, ancestors: ['x/0'] })
    expect(made.steps[0]).toEqual({ from: 3, to: 6 })
    expect(made.steps.at(-1)!.to).toBe(12)
  })

  it('cuts steps after the tokens that end them', () => {
    const floats = Float32Array.of(-1, -1, -1, -1, -1)
    const generated = { tokens: Int32Array.of(5, 9, 5, 5, 9), chosen: new Uint8Array(5).fill(1), logProbs: floats, rawLogProbs: floats }
    const facts = { id: 'x', group: 'x', prompt: [1], policyVersion: 0 }
    const spans = (ends: readonly number[]) => rolloutOf({ ...generated, finish: 'stop' }, { ...facts, stepEnds: ends }).steps
    expect(spans([9])).toEqual([
      { from: 1, to: 3 },
      { from: 3, to: 6 },
    ])
    expect(spans([])).toEqual([{ from: 1, to: 6 }])
  })

  it('takes further rewards, that must be numbers', () => {
    expect(rewarded(rollout, { length: -0.5 }).rewards).toEqual({ outcome: 1, length: -0.5 })
    expect(() => rewarded(rollout, { length: Number.NaN })).toThrow(/"a\/0": rewards.length.*NaN.*finite/)
  })
})

describe('checkRollout', () => {
  it('passes a whole one', () => {
    expect(() => checkRollout(rollout, shape)).not.toThrow()
  })

  it.each<[string, Partial<Rollout>, RegExp]>([
    ['no id', { id: '' }, /id/],
    ['no group', { group: '' }, /group/],
    ['a token outside of the vocabulary', { tokens: Int32Array.of(1, 2, 3, 10, 5, 6) }, /tokens\[3\].*10.*0 to 9/],
    ['no answer', { promptLength: 6 }, /promptLength.*6.*1 to 5/],
    ['a chosen prompt', { actionMask: Uint8Array.of(0, 1, 1, 0, 1, 1) }, /actionMask\[1\].*0 in the prompt/],
    ['a mask of another length', { actionMask: Uint8Array.of(0, 0, 1) }, /actionMask.*3 entries.*6 entries/],
    ['a probability above 1', { logProbs: Float32Array.of(0, 0, 1, 0, -2, -3) }, /logProbs\[2\]/],
    ['a log-probability of what was not chosen', { logProbs: Float32Array.of(0, 0, -1, -1, -2, -3) }, /logProbs\[3\]/],
    ['an infinite one', { rawLogProbs: Float32Array.of(0, 0, Number.NEGATIVE_INFINITY, 0, -2, -3) }, /rawLogProbs\[2\]/],
    [
      'steps over each other',
      {
        steps: [
          { from: 2, to: 5 },
          { from: 4, to: 6 },
        ],
      },
      /steps\[1\].*4 to 6.*between 5 and 6/,
    ],
    ['a step in the prompt', { steps: [{ from: 1, to: 3 }] }, /steps\[0\]/],
    ['a version that is none', { policyVersion: 0.5 }, /policyVersion/],
    ['an ancestor twice', { ancestors: ['r', 'r'] }, /ancestors/],
  ])('refuses %s', (_, change, message) => {
    expect(() => checkRollout({ ...rollout, ...change }, shape)).toThrow(message)
  })

  it('refuses what is too long for the net, and two of one id', () => {
    expect(() => checkRollout(rollout, { vocabulary: 10, context: 5 })).toThrow(/tokens.*6 tokens.*2 to 5/)
    expect(() => checkRollouts([rollout, rollout])).toThrow(/no other rollout/)
  })
})

describe('packRollouts', () => {
  it('lists chosen tokens with the places that predict them', () => {
    const [batch] = packRollouts([rollout], { context: 16 })
    expect(batch).toMatchObject({ length: 5 })
    expect([...batch!.read]).toEqual([1, 2, 3, 4, 5])
    expect([...batch!.places]).toEqual([1, 3, 4])
    expect([...batch!.tokens]).toEqual([3, 5, 6])
    expect([...batch!.positions]).toEqual([2, 4, 5])
    expect([...batch!.sampledLogProbs]).toEqual([-1, -2, -3])
    expect([...perToken(batch!, () => 0.5)]).toEqual([0.5, 0.5, 0.5])
    expect([...perToken(batch!, () => [0, 1, 2, 3, 4, 5])]).toEqual([2, 4, 5])
    expect(() => perToken(batch!, () => [1])).toThrow(/not one value for each token/)
  })

  it('keeps every chosen token exactly once, and every batch within its bound', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 40 }), fc.integer({ min: 16, max: 80 }), (seed, count, mostPlaces) => {
        const random = new Random(seed)
        const rollouts = Array.from({ length: count }, (_, at) => drawn(`r${at}`, random))
        const batches = packRollouts(rollouts, { context: 16, mostPlaces })
        const found = batches.flatMap((batch) =>
          Array.from(batch.tokens, (token, at) => {
            const row = batch.sequences[at]!
            // What the net has read before the place is the rollout's own beginning.
            const before = batch.read.subarray(row * batch.length, batch.places[at]! + 1)
            expect([...before]).toEqual([...batch.rollouts[row]!.tokens.subarray(0, batch.positions[at]!)])
            return `${batch.rollouts[row]!.id} ${batch.positions[at]} ${token} ${batch.sampledLogProbs[at]}`
          }),
        )
        const wanted = rollouts.flatMap(({ id, tokens, actionMask, logProbs }) =>
          [...tokens].flatMap((token, at) => (actionMask[at] === 1 ? [`${id} ${at} ${token} ${logProbs[at]}`] : [])),
        )
        expect(found.sort()).toEqual(wanted.sort())
        for (const { rollouts: rows, length } of batches) expect(rows.length * length).toBeLessThanOrEqual(mostPlaces)
      }),
      { numRuns: 40 },
    )
  })

  it('gives the policy’s own log-probabilities back, so that ratios begin at 1', () => {
    const net = gpt({ vocabulary: 10, context: 16, width: 16, layers: 1, heads: 2 }, { seed: 2 })
    const decode = decoder(net, { kernels: referenceKernels })
    const prompts = [
      [1, 2, 3],
      [4, 5],
    ]
    const requests = prompts.map((prompt, key) => ({ branch: decode.open(prompt), mostTokens: 6 + key, random: new Random(5, key) }))
    const rollouts = decode
      .generate(requests)
      .map((generated, at) => rolloutOf(generated, { id: `${at}`, group: 'g', prompt: prompts[at]!, policyVersion: 0 }))
    const [batch] = packRollouts(rollouts, { context: 16 })
    const tape = new Tape({ kernels: referenceKernels, gradients: false })
    const hidden = net.hidden(tape, batch!.read, batch!.rollouts.length)
    const { logProbs } = logProbsOf(tape, net, hidden, batch!.places, batch!.tokens)
    for (const [at, value] of logProbs.data.entries()) expect(value).toBeCloseTo(batch!.sampledLogProbs[at]!, 4)
  })

  it('numbers groups, and refuses what does not fit', () => {
    const others = [rollout, { ...rollout, id: 'b/0', group: 'b' }, { ...rollout, id: 'a/1' }]
    expect([...packRollouts(others, { context: 16 })[0]!.groups]).toEqual([0, 1, 0])
    expect(
      packRollouts([{ ...rollout, actionMask: new Uint8Array(6), logProbs: new Float32Array(6), rawLogProbs: new Float32Array(6) }], {
        context: 16,
      }),
    ).toEqual([])
    expect(() => packRollouts(others, { context: 5 })).toThrow(/6 tokens/)
    expect(() => packRollouts(others, { context: 16, mostPlaces: 8 })).toThrow(/too small/)
  })
})
