// Eight ways to optimise a policy, each a choice of the same pieces: advantages, clip, aggregation, filter, penalty.
import { groupAdvantages, mixedGroups, overlongPenalty } from '../../learning/advantages/index.ts'
import { batchStd, groupMean, groupMeanBatchStd, groupStd } from '../../learning/advantages/normalisers.ts'
import { constantLength, grpo, ppo, sequenceMean, tokenMean } from '../../learning/losses/index.ts'
import type { PolicyOptimisationOptions } from '../../learning/policy-optimisation.ts'
import type { Rollout } from '../../learning/rollouts/index.ts'

/** What tells one method from another. */
export interface Method extends Pick<PolicyOptimisationOptions<unknown>, 'advantages' | 'loss'> {
  readonly text: string
  /** It needs the policy of the beginning. */
  readonly reference?: true
}

/** The weight that GRPO's paper gives its KL term is .04; with a policy this small .01 was taken. */
const kl = 0.01

/**
 * Lite PPO: (r − mean of the group) / standard deviation of the batch, PPO's clip, the mean over all tokens; nothing else (arXiv:2508.08221,
 * section 5). Beside it the methods that it is compared with, and what is between it and GRPO.
 *
 * @param context most tokens of an answer: for the penalty of long ones and constant lengths.
 */
export function methods(context: number): Readonly<Record<string, Method>> {
  return {
    'lite-ppo': {
      text: 'group mean, batch std, token mean',
      advantages: (rollouts) => groupAdvantages(rollouts, { normaliser: groupMeanBatchStd() }),
      loss: (tape, batch) => ppo(tape, batch),
    },
    grpo: {
      text: 'group mean and std, sequence mean, KL to the first policy',
      reference: true,
      advantages: (rollouts) => groupAdvantages(rollouts, { normaliser: groupStd() }),
      loss: (tape, batch) => grpo(tape, batch, { kl }),
    },
    dapo: {
      text: 'group mean and std, token mean, clip-higher, mixed groups only, penalty for long answers',
      advantages: (rollouts) => groupAdvantages(rollouts.map(lengthAware), { normaliser: groupStd(), drop: [mixedGroups()] }),
      loss: (tape, batch) => ppo(tape, batch, { low: 0.2, high: 0.28 }),
    },
    'reinforce++': {
      text: 'batch mean and std, token mean',
      advantages: (rollouts) => groupAdvantages(rollouts, { normaliser: batchStd() }),
      loss: (tape, batch) => ppo(tape, batch),
    },
    'dr-grpo': {
      text: 'group mean, constant length',
      advantages: (rollouts) => groupAdvantages(rollouts, { normaliser: groupMean() }),
      loss: (tape, batch) => ppo(tape, batch, { aggregation: constantLength({ length: context }) }),
    },
    'group-std': {
      text: 'group mean and std, token mean',
      advantages: (rollouts) => groupAdvantages(rollouts, { normaliser: groupStd() }),
      loss: (tape, batch) => ppo(tape, batch),
    },
    'sequence-mean': {
      text: 'group mean, batch std, sequence mean',
      advantages: (rollouts) => groupAdvantages(rollouts, { normaliser: groupMeanBatchStd() }),
      loss: (tape, batch) => ppo(tape, batch, { aggregation: sequenceMean() }),
    },
    'clip-higher': {
      text: 'Lite PPO with clip-higher, .28',
      advantages: (rollouts) => groupAdvantages(rollouts, { normaliser: groupMeanBatchStd() }),
      loss: (tape, batch) => ppo(tape, batch, { low: 0.2, high: 0.28, aggregation: tokenMean() }),
    },
  }

  /** Its reward less what it is too long. */
  function lengthAware(rollout: Rollout): Rollout {
    const length = rollout.tokens.length - rollout.promptLength
    const outcome = rollout.rewards.outcome! + overlongPenalty(length, { limit: context, buffer: context / 4 })
    return { ...rollout, rewards: { ...rollout.rewards, outcome } }
  }
}
