// The parts that trials are carried out with, found by the names that searchers use.
import type { Environment } from './environment.ts'
import { BanyanError } from './errors.ts'
import type { Evaluator } from './evaluator.ts'
import type { Guard } from './guard.ts'
import type { LivePool } from './live.ts'
import type { Proposer } from './proposer.ts'

export interface Parts<State, Action, Task, Answer> {
  readonly environment: Environment<State, Action, Task, Answer>
  readonly proposers: Readonly<Record<string, Proposer<State, Action>>>
  readonly evaluators: Readonly<Record<string, Evaluator<State, Action>>>
  readonly guard: Guard<State, Action> | undefined
  readonly lives: LivePool<State, Action> | undefined
}

/** @throws `E_SEARCH_PROPOSER` when there is none of that name. */
export function proposerNamed<State, Action>(
  parts: Pick<Parts<State, Action, never, unknown>, 'proposers'>,
  name = 'default',
): Proposer<State, Action> {
  return parts.proposers[name] ?? missing('E_SEARCH_PROPOSER', name, parts.proposers)
}

/** @throws `E_SEARCH_EVALUATOR` when there is none of that name. */
export function evaluatorNamed<State, Action>(
  parts: Pick<Parts<State, Action, never, unknown>, 'evaluators'>,
  name: string,
): Evaluator<State, Action> {
  return parts.evaluators[name] ?? missing('E_SEARCH_EVALUATOR', name, parts.evaluators)
}

function missing(code: string, name: string, given: object): never {
  throw new BanyanError(code, 'the searcher asks for a part that the search was not given', {
    seen: name,
    wanted: `one of ${Object.keys(given).join(', ') || 'none'}`,
    fatal: true,
  })
}
