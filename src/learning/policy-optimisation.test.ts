import { describe, expect, it } from 'vitest'
import { gpt } from './nets/gpt.ts'
import { type PolicyLoss, type PolicyOptimisationOptions, type PolicyTasks, policyOptimisation } from './policy-optimisation.ts'
import type { Rollout } from './rollouts/index.ts'
import { frozenCopy } from './rollouts/index.ts'
import { affine, constant, mean, multiply, referenceKernels } from './tensor/index.ts'

const small = { vocabulary: 5, context: 8, width: 16, layers: 1, heads: 2 }
const [wanted, end] = [2, 4]

/** After the prompt `1`, two tokens are written; each `2` among them is worth a half. */
const tasks: PolicyTasks<number> = {
  at: (update) => [2 * update, 2 * update + 1],
  idOf: (task) => `task ${task}`,
  request: () => ({ prompt: [1], mostTokens: 2, stop: [end] }),
  reward: (_, { tokens, promptLength }) => ({ outcome: [...tokens.subarray(promptLength)].filter((one) => one === wanted).length / 2 }),
}

/** −mean(A · log π): REINFORCE (Williams 1992, eq. 11). */
const reinforce: PolicyLoss = (tape, { logProbs, advantages }) => ({
  loss: affine(tape, mean(tape, multiply(tape, logProbs, constant([advantages.length], advantages))), -1),
  telemetry: { tokens: advantages.length },
})

function aboveMean(rollouts: readonly Rollout[]): number[] {
  return rollouts.map(({ group, rewards }) => {
    const of = rollouts.filter((one) => one.group === group)
    return rewards.outcome! - of.reduce((sum, one) => sum + one.rewards.outcome!, 0) / of.length
  })
}

const options = (more: Partial<PolicyOptimisationOptions<number>> = {}): PolicyOptimisationOptions<number> => ({
  net: gpt(small, { seed: 1 }),
  tasks,
  loss: reinforce,
  advantages: aboveMean,
  updates: 12,
  group: 8,
  rate: () => 0.02,
  kernels: referenceKernels,
  ...more,
})

describe('policy optimisation', () => {
  it('writes more and more what is rewarded', async () => {
    const { updates, aborted } = await policyOptimisation(options())
    expect(aborted).toBe(false)
    expect(updates).toHaveLength(12)
    expect(updates[0]!.reward).toBeLessThan(0.5)
    expect(updates.at(-1)!.reward).toBeGreaterThan(0.9)
    expect(updates[0]!.tokens).toBeGreaterThan(0)
  })

  it('measures on the way without changing anything', async () => {
    const asked: number[] = []
    const weights = async (measured: boolean) => {
      const measure = (update: number) => {
        asked.push(update)
        return { at: update }
      }
      const given = options({ updates: 2, ...(measured && { measure }) })
      const { before, updates } = await policyOptimisation(given)
      return {
        before,
        measured: updates.map((update) => update.measured),
        sums: given.net.parameters.map(({ data }) => data.reduce((sum, one) => sum + one, 0)),
      }
    }
    const [one, other] = [await weights(true), await weights(false)]
    expect(asked).toEqual([-1, 0, 1])
    expect(one).toMatchObject({ before: { at: -1 }, measured: [{ at: 0 }, { at: 1 }] })
    expect(other).toMatchObject({ before: {}, measured: [{}, {}], sums: one.sums })
  })

  it('gives the same weights again, and others from another seed', async () => {
    const digest = async (seed: number) => {
      const given = options({ seed, updates: 2, minibatches: 2, passes: 2 })
      await policyOptimisation(given)
      return given.net.parameters.map(({ data }) => data.reduce((sum, one) => sum + one, 0))
    }
    expect(await digest(3)).toEqual(await digest(3))
    expect(await digest(3)).not.toEqual(await digest(4))
  })

  it('gives the loss what was sampled, and the reference where there is one', async () => {
    const seen: { first: number[]; now: number[]; reference: number[] }[] = []
    const given = options({
      updates: 1,
      loss: (tape, batch) => {
        seen.push({ first: [...batch.sampledLogProbs], now: [...batch.logProbs.data], reference: [...batch.referenceLogProbs!] })
        return reinforce(tape, batch)
      },
    })
    await policyOptimisation({ ...given, reference: frozenCopy(given.net) })
    const [{ first, now, reference }] = seen as [(typeof seen)[number]]
    // The first step is on-policy, and the policy is still the reference.
    for (const [at, logProb] of now.entries()) {
      expect(first[at]).toBeCloseTo(logProb, 5)
      expect(reference[at]).toBeCloseTo(logProb, 5)
    }
  })

  it('leaves out rollouts without an advantage; with none left the weights stay', async () => {
    const given = options({ updates: 1, advantages: (rollouts) => rollouts.map(() => undefined) })
    const before = given.net.parameters.map(({ data }) => data.slice())
    const { updates } = await policyOptimisation(given)
    expect(given.net.parameters.map(({ data }) => data)).toEqual(before)
    expect(updates[0]!.telemetry).toEqual({})
  })

  it('stops between updates, and says so', async () => {
    const stop = new AbortController()
    const { updates, aborted } = await policyOptimisation(options({ signal: stop.signal, progress: () => stop.abort() }))
    expect({ updates: updates.length, aborted }).toEqual({ updates: 1, aborted: true })
  })

  it.each([{ updates: 0 }, { group: 0.5 }, { minibatches: -1 }])('refuses %o', async (bad) => {
    await expect(policyOptimisation(options(bad))).rejects.toMatchObject({ code: 'E_POLICY_OPTION' })
  })
})
