// A task whose parts cost nothing, so that only the engine is measured: a state is a number and its depth, an action is the next number.
// Proposals are random, values are the numbers; nothing is ever finished or certain.
import type { Environment } from '../src/core/environment.ts'
import type { Evaluator } from '../src/core/evaluator.ts'
import type { Proposer } from '../src/core/proposer.ts'

export interface NullState {
  readonly value: number
  readonly depth: number
}

export const nullEnvironment: Environment<NullState, number, null, number> = {
  name: 'null',
  initial: () => ({ value: 0.5, depth: 0 }),
  step: ({ depth }, value) => ({ state: { value, depth: depth + 1 }, reward: 0, terminal: false }),
  answer: ({ value, depth }) => (depth === 0 ? undefined : value),
  render: ({ value }) => String(value),
}

/** Offers as many random numbers as are asked for. */
export const nullProposer: Proposer<NullState, number> = {
  name: 'null',
  reproducible: 'exact',
  atMost: () => ({}),
  propose: (requests, { random }) =>
    requests.map(({ count }) => ({ candidates: Array.from({ length: count }, () => ({ action: random.unit() })) })),
}

/** The state's own number. */
export const nullEvaluator: Evaluator<NullState, number> = {
  name: 'null',
  range: [0, 1],
  reproducible: 'exact',
  atMost: () => ({}),
  evaluate: (groups) => groups.map((group) => group.map(({ state }) => ({ value: state.value }))),
}

/** The three of them, as a search takes them. */
export const nullParts = { environment: nullEnvironment, task: null, proposer: nullProposer, evaluator: nullEvaluator }
