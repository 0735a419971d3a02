// What a step of a pure environment is given where there is no trial: nothing that leaves the process.
import type { StepContext } from './environment.ts'
import { BanyanError } from './errors.ts'
import { Random } from './random.ts'

export function pureContext(purpose: StepContext['purpose']): StepContext {
  const unlimited = { remaining: () => Infinity, spend: () => {}, signal: new AbortController().signal }
  return {
    ...unlimited,
    purpose,
    random: new Random(0),
    run: { ...unlimited, runId: '', units: [] },
    call: () => {
      throw impure('made a call')
    },
  }
}

/** The error for an environment that is not as pure as it says. */
export function impure(deed: string): BanyanError {
  return new BanyanError('E_ENVIRONMENT_IMPURE', `a pure environment ${deed}`, {
    hint: "Declare it `reproducible: 'recorded'`, with `encode` and `decode`; promises alone need `detail: 'events'`.",
    fatal: true,
  })
}
