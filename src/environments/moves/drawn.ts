// Proposers that take single moves out of what another proposer lists, so that chains of moves (one after the other, without a tree) can be
// made with it: always its likeliest move, or draws by its priors. They know no model.
import type { CallContext } from '../../core/call.ts'
import type { Candidate, ProposeRequest, Proposer } from '../../core/proposer.ts'

/**
 * The `count` likeliest of the moves that `listing` lists, the likeliest first; among equals the one listed first.
 * @example
 * search({ environment, task, proposer: likeliest(chosen(environment, { model, prompt })), searcher: greedy() })
 */
export function likeliest<State, Action>(listing: Proposer<State, Action>): Proposer<State, Action> {
  return taking('likeliest', listing, (listed, count) => [...listed].sort((a, b) => prior(b, listed) - prior(a, listed)).slice(0, count))
}

/**
 * `count` draws from the moves that `listing` lists, each independent of the others and of what was drawn before, in proportion to the priors.
 * @example
 * search({ environment, task, proposer: sampled(uniform(environment)), evaluator, searcher: bestOfN({ n: null }), budget: { expansions: 100 } })
 */
export function sampled<State, Action>(listing: Proposer<State, Action>): Proposer<State, Action> {
  return taking('sampled', listing, (listed, count, { random }) => {
    const priors = listed.map((candidate) => prior(candidate, listed))
    return listed.length === 0 ? [] : Array.from({ length: count }, () => listed[random.weighted(priors)]!)
  })
}

function taking<State, Action>(
  name: string,
  listing: Proposer<State, Action>,
  take: (listed: readonly Candidate<Action>[], count: number, context: CallContext) => readonly Candidate<Action>[],
): Proposer<State, Action> {
  return {
    name,
    settings: { of: { name: listing.name, settings: listing.settings ?? null } },
    ...(listing.reproducible === undefined ? {} : { reproducible: listing.reproducible }),
    async propose(requests: readonly ProposeRequest<State, Action>[], context) {
      // What was taken here before is no reason not to take it again.
      const proposed = await listing.propose(
        requests.map((request) => ({ ...request, siblings: [] })),
        context,
      )
      return requests.map(({ count }, i) => ({ candidates: take(proposed[i]?.candidates ?? [], count, context) }))
    },
    ...(listing.atMost === undefined ? {} : { atMost: (count) => listing.atMost!(count) }),
  }
}

function prior<Action>(candidate: Candidate<Action>, listed: readonly Candidate<Action>[]): number {
  return candidate.prior ?? 1 / listed.length
}
