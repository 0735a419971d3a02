// Steps as data: what a log keeps of them, and how they come back. Where states can be computed again, the log does not hold them.
import type { Awaitable, Json, Reproducible } from './common.ts'
import { defined } from './defined.ts'
import { canonical } from './digest.ts'
import type { Environment, Step } from './environment.ts'
import type { LoggedStep } from './events.ts'

/** Whether the log alone knows the states of an environment. */
export function onlyLogged(environment: { readonly reproducible?: Reproducible; readonly open?: unknown }): boolean {
  return environment.reproducible === 'recorded' || environment.open !== undefined
}

/** @param withState whether the state is kept, where the environment can encode it. */
export function loggedStep<State>(
  environment: Pick<Environment<State, never>, 'encode'>,
  step: Step<State>,
  withState: boolean,
): LoggedStep {
  const { reward, terminal, observation, pathCost } = step
  if (observation === undefined && pathCost === undefined && !withState) return { reward, terminal }
  return defined({ reward, terminal, observation, pathCost, state: withState ? environment.encode?.(step.state) : undefined })
}

/** A step with its state: decoded where the log has it, otherwise computed. */
export function restoredStep<State>(
  environment: Pick<Environment<State, never>, 'decode'>,
  step: LoggedStep,
  compute: () => Awaitable<State>,
): Awaitable<Step<State>> {
  const { state: encoded, reward, terminal, observation, pathCost } = step
  const state = encoded !== undefined && environment.decode !== undefined ? environment.decode(encoded) : compute()
  const plain = observation === undefined && pathCost === undefined
  const restored = (state: State): Step<State> => (plain ? { state, reward, terminal } : { ...step, state })
  return state instanceof Promise ? state.then(restored) : restored(state)
}

/** What there is to see of a state, as text: two states that look alike count as one. */
export function appearance<State>(environment: Pick<Environment<State, never>, 'encode' | 'render'>, state: State): string {
  return canonical(environment.encode?.(state) ?? (environment.render(state) as unknown as Json))
}
