// Rollouts for tests of advantages: two tokens of prompt, then an answer of which only the action mask matters.
import type { Rollout } from '../../rollouts/rollout.ts'

/** @param answer its action mask: 1 for a token that the policy chose. */
export function testRollout({ answer = [1], ...more }: Partial<Rollout> & { readonly answer?: readonly number[] }): Rollout {
  const actionMask = Uint8Array.of(0, 0, ...answer)
  return {
    id: 'one',
    group: 'task',
    tokens: new Int32Array(actionMask.length),
    promptLength: 2,
    steps: [],
    actionMask,
    logProbs: new Float32Array(actionMask.length),
    rawLogProbs: new Float32Array(actionMask.length),
    policyVersion: 0,
    ancestors: [],
    truncated: false,
    rewards: { outcome: 0 },
    ...more,
  }
}
