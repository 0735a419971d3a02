// A proposer without repetitions: what another proposes, equal or alike candidates joined, what was proposed before left out. It knows no model.
import type { CallContext } from '../core/call.ts'
import type { Proposed, ProposeRequest, Proposer } from '../core/proposer.ts'
import { allEnded } from '../evaluators/groups.ts'
import { mayBeLost } from '../models/several-samples.ts'
import { type Batch, joined } from './join.ts'
import { badOption, describedLikeness, keysBy, type Likeness } from './likeness.ts'

/** Options of `deduplicated`. */
export interface DeduplicatedOptions<Action> {
  /** When two actions count as the same. Default `text`. */
  readonly by?: Likeness<Action>
  /**
   * What becomes of actions that were proposed at the node before. `drop-unless-single` leaves them out where several samples are asked for: a
   * single sample is a draw of a chain of its own, and that another chain began alike is no reason to drop it. `drop` always leaves them out
   * (as a depth-first search wants that tries one child at a time), `keep` never. Default `drop-unless-single`.
   */
  readonly siblings?: 'drop-unless-single' | 'drop' | 'keep'
  /** How often the proposer is asked, at least 1: again for what is missing, until there are as many different candidates as wanted. Default 1. */
  readonly attempts?: number
}

/**
 * Joins equal or alike candidates of a proposer. Their priors are summed, and a prior stays the share among all samples, also of those left out;
 * score and tokens are those of the first.
 *
 * By vectors, a candidate joins the first one before it that is alike and differs in nothing but text; that needs one call of `embed` for each
 * asking that brought something to compare.
 *
 * @throws `E_PROPOSER_OPTION` for an option that cannot be used; while proposing `E_PROPOSER_EMBEDDING` for vectors that cannot be compared.
 *
 * @example
 * const proposer = deduplicated(reasoningSteps({ model }), { by: 'normalised', attempts: 2 })
 * const alike = deduplicated(chunks({ model }), { by: { embed: (texts, context) => embed(model, texts, context), threshold: 0.9 } })
 */
export function deduplicated<State, Action>(
  proposer: Proposer<State, Action>,
  options: DeduplicatedOptions<Action> = {},
): Proposer<State, Action> {
  const { by = 'text', siblings = 'drop-unless-single', attempts = 1 } = options
  if (!Number.isInteger(attempts) || attempts < 1) throw badOption('attempts', attempts, 'a whole number of at least 1')
  if (!['drop-unless-single', 'drop', 'keep'].includes(siblings)) throw badOption('siblings', siblings, 'drop-unless-single, drop or keep')
  const keysOf = keysBy(by)
  const embeds = typeof by === 'object'
  const atMost = proposer.atMost?.bind(proposer)

  async function propose(request: ProposeRequest<State, Action>, context: CallContext): Promise<Proposed<Action>> {
    const known = siblings === 'drop' || (siblings === 'drop-unless-single' && request.count > 1) ? request.siblings : []
    const batches: Batch<Action>[] = []
    let found: Proposed<Action> = { candidates: [] }
    for (let attempt = 0; attempt < attempts && found.candidates.length < request.count; attempt++) {
      const count = request.count - found.candidates.length
      const before = found.candidates.map(({ action }) => action)
      const answer = await asked({ ...request, siblings: [...request.siblings, ...before], count }, context, attempt > 0)
      if (answer === undefined) break
      batches.push({ candidates: answer.candidates, count })
      const actions = batches.flatMap(({ candidates }) => candidates.map(({ action }) => action))
      const keys = actions.length === 0 ? [] : await keysOf([...known, ...actions], context)
      const candidates = joined(batches, keys.slice(known.length), new Set(keys.slice(0, known.length)))
      found = { ...answer, ...(found.value === undefined ? {} : { value: found.value }), candidates }
      if (answer.complete) break
    }
    return found
  }

  /** Undefined when there is not enough left to ask again, or asking again fails. */
  async function asked(
    request: ProposeRequest<State, Action>,
    context: CallContext,
    again: boolean,
  ): Promise<Proposed<Action> | undefined> {
    try {
      return (await proposer.propose([request], context))[0] ?? { candidates: [] }
    } catch (error) {
      if (again && mayBeLost(error)) return undefined
      throw error
    }
  }

  return {
    name: proposer.name,
    settings: {
      deduplicated: { name: proposer.name, settings: proposer.settings ?? null },
      by: describedLikeness(by),
      siblings,
      attempts,
    },
    ...(embeds ? { reproducible: 'recorded' } : proposer.reproducible === undefined ? {} : { reproducible: proposer.reproducible }),
    propose: (requests, context) => allEnded(requests.map((request) => propose(request, context))),
    ...(atMost === undefined
      ? {}
      : {
          atMost(count) {
            const once = atMost(count)
            const all = Object.fromEntries(Object.entries(once).map(([unit, amount]) => [unit, amount * attempts]))
            return embeds ? { ...all, calls: (all.calls ?? 0) + attempts } : all
          },
        }),
  }
}
