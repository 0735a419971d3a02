// One action, carried out: guarded; in the live environment where there is one; recorded where its result could not be computed again.
import type { Awaitable, Json } from './common.ts'
import type { Effect, Step, StepContext } from './environment.ts'
import { BanyanError, fatalError } from './errors.ts'
import type { LoggedStep } from './events.ts'
import type { GuardRecord } from './guard.ts'
import type { LiveStep } from './live.ts'
import { loggedStep, onlyLogged, restoredStep } from './logged-step.ts'
import { type NodeView, wholePath } from './node-view.ts'
import type { Parts } from './parts.ts'
import type { TrialContext } from './trial-context.ts'

/** Carries out `action` in the state of `view`: to look, or for real. */
export type CarryOut<State, Action> = (view: NodeView<State, Action>, action: Action, purpose?: 'search' | 'commit') => Promise<Step<State>>

/** How a trial's actions are carried out; what the guard says of each is added to `verdicts`. They throw `E_GUARD_DENIED`, `E_LIVE_DIVERGED`, and what the environment throws. */
export function stepper<State, Action, Task, Answer>(
  { environment, lives, guard }: Parts<State, Action, Task, Answer>,
  context: TrialContext,
  verdicts: GuardRecord[] | undefined,
): CarryOut<State, Action> {
  const effectOf = (state: State, action: Action): Effect =>
    environment.effect?.(state, action) ?? (lives === undefined ? 'none' : 'irreversible')

  async function check(state: State, action: Action, purpose: StepContext['purpose']): Promise<void> {
    const effect = effectOf(state, action)
    if (effect === 'irreversible' && purpose === 'search') throw denied('it cannot be undone and waits for the commit')
    if (guard === undefined) return
    const verdict = await guard.check({ state, action, effect, purpose })
    verdicts?.push({ action: action as Json, effect, purpose, ...verdict })
    if (!verdict.allow) throw denied(verdict.reason)
  }

  const liveStep: LiveStep<State, Action> = async (live, state, action, purpose) => {
    await check(state, action, purpose)
    if (purpose === 'replay') context.spend({ replayedSteps: 1 })
    return live.step(action, context.forStep(purpose))
  }

  return async (view, action, purpose = 'search') => {
    const { state } = view
    context.spend({ steps: 1 })
    // Without effects there is nothing to check but what a guard says.
    if (lives === undefined && (environment.effect || guard)) await check(state, action, purpose)
    const step = (): Awaitable<Step<State>> =>
      lives === undefined
        ? environment.step(state, action, context.forStep(purpose))
        : lives.use((lease) => lease.step(view, action, purpose, liveStep))
    if (!onlyLogged(environment) && purpose === 'search') return step()
    const [, ...before] = wholePath(view).map((node) => node.action as Json)
    const result = await context.call({
      kind: purpose === 'commit' ? 'commit' : 'step',
      by: environment.name,
      request: { path: before, action: action as Json },
      atMost: {},
      once: purpose === 'commit' && effectOf(state, action) !== 'none',
      run: async () => ({ result: loggedStep(environment, await step(), true) as unknown as Json, usage: {} }),
    })
    return restoredStep(environment, result as unknown as LoggedStep, () => {
      const wanted = 'an environment with `encode` and `decode`'
      throw fatalError('E_ENVIRONMENT_DECODE', 'a recorded step has no state', environment.name, wanted)
    })
  }
}

function denied(reason: string): BanyanError {
  return new BanyanError('E_GUARD_DENIED', `not carried out: ${reason}`)
}
