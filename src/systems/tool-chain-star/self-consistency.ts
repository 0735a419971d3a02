// Self-consistency: an action's share among the samples of its state, as the log-probability of the action, so that costs can be made of it.
import type { Proposer } from '../../core/proposer.ts'

/**
 * The proposer, with the share of each candidate among its samples (g₂ of ToolChain*, arXiv:2310.13227: the self-consistency frequency) as its score, ln(share), and the
 * most frequent first. It must join equal samples; where it gives no shares they are equal.
 */
export function bySelfConsistency<State, Action>(proposer: Proposer<State, Action>): Proposer<State, Action> {
  return {
    name: proposer.name,
    settings: { selfConsistency: { name: proposer.name, settings: proposer.settings ?? null } },
    ...(proposer.reproducible !== undefined && { reproducible: proposer.reproducible }),
    async propose(requests, context) {
      return (await proposer.propose(requests, context)).map((answer) => ({
        ...answer,
        candidates: answer.candidates
          .map(({ action, prior, tokens }) => {
            const share = prior ?? 1 / answer.candidates.length
            return { action, prior: share, score: Math.log(Math.max(share, 1e-9)), ...(tokens && { tokens }) }
          })
          .sort((a, b) => b.prior - a.prior),
      }))
    },
    ...(proposer.atMost && { atMost: (count: number) => proposer.atMost!(count) }),
  }
}
