// The fast path of searches whose parts are all pure: when it suits, and how it runs.
import { onlyLogged } from './logged-step.ts'
import { runPure } from './pure.ts'
import { pureUnits } from './pure-trials.ts'
import type { FastPath } from './search-by.ts'

const units: readonly string[] = [...pureUnits, 'seconds']

export const fastPath: FastPath = {
  suits: ({ environment, guard, budget = {} }, proposers, evaluators) =>
    Object.keys(budget).every((unit) => units.includes(unit)) &&
    guard === undefined &&
    environment.effect === undefined &&
    environment.actions !== undefined &&
    !onlyLogged(environment) &&
    Object.values(proposers).every((proposer) => proposer.lists) &&
    Object.values(evaluators).every((evaluator) => evaluator.value !== undefined),
  run: runPure,
}
