// The proposer that lists every legal action with equal priors. It asks no model.
import type { Environment } from '../../core/environment.ts'
import { BanyanError } from '../../core/errors.ts'
import type { Proposer } from '../../core/proposer.ts'

/**
 * Lists the environment's actions with equal priors.
 * @throws `E_PROPOSER_ACTIONS` for an environment that lists none.
 * @example
 * const proposer = uniform(game24())
 */
export function uniform<State, Action, Task, Answer>(environment: Environment<State, Action, Task, Answer>): Proposer<State, Action> {
  const actions = environment.actions?.bind(environment)
  if (actions === undefined)
    throw new BanyanError('E_PROPOSER_ACTIONS', 'this proposer needs an environment that lists its actions', { seen: environment.name })
  return {
    name: 'uniform',
    reproducible: 'exact',
    lists: true,
    propose: (requests) =>
      requests.map(({ node, siblings }) => {
        const listed = siblings.length > 0 ? [] : actions(node.state)
        return { candidates: listed.map((action) => ({ action, prior: 1 / listed.length })), complete: true }
      }),
  }
}
