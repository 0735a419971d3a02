// The value of a state by playing on at random to the end. For pure environments only: nothing is recorded and nothing is asked of a model.
import type { CallContext } from '../core/call.ts'
import type { Environment, Step, StepContext } from '../core/environment.ts'
import { BanyanError } from '../core/errors.ts'
import type { Evaluation, Evaluator } from '../core/evaluator.ts'
import type { NodeView } from '../core/node-view.ts'
import type { Random } from '../core/random.ts'

export interface RolloutOptions {
  /** Playouts whose mean is the value. Default 1. */
  readonly playouts?: number
  /** Most steps of a playout through `actions` and `step`; one that has not ended by then is worth what it has earned. Default 1000. */
  readonly steps?: number
  /** Lowest and highest value; values beyond are cut. Default [-1, 1]. */
  readonly range?: readonly [number, number]
}

/**
 * Random playouts: by the environment's own `rollout` where it has one, else through its `actions` and `step`.
 *
 * With `turn`, values are from the side to move, and an ended game is worth the opposite of the last mover's reward. Without, a value
 * is the sum of rewards from the root to the playout's end. Values of ended states are certain. Moves made in playouts are not counted as
 * expansions or steps of the search, so comparisons by these units should give all arms the same evaluator.
 * @throws `E_ROLLOUT_IMPURE` for environments that are live or recorded; `E_ROLLOUT_ACTIONS` for those that list no actions.
 * @example
 * const evaluator = rollout(connectFour(), { playouts: 4 })
 */
export function rollout<State, Action, Task, Answer>(
  environment: Environment<State, Action, Task, Answer>,
  { playouts = 1, steps = 1000, range = [-1, 1] }: RolloutOptions = {},
): Evaluator<State, Action> {
  if (environment.open !== undefined || environment.reproducible === 'recorded')
    throw new BanyanError('E_ROLLOUT_IMPURE', 'playouts need a pure environment', {
      seen: environment.name,
      hint: 'Let the searcher ask for rollout trials instead: they are recorded and guarded.',
    })
  const ownRollout = environment.rollout?.bind(environment)
  if (ownRollout === undefined && environment.actions === undefined)
    throw new BanyanError('E_ROLLOUT_ACTIONS', 'random playouts need an environment that lists its actions or has its own rollout', {
      seen: environment.name,
    })
  const games = environment.turn !== undefined
  const [lowest, highest] = range

  const ended = (node: NodeView<State, Action>) => (games ? -node.reward : node.totalReward)
  const play = ownRollout ?? ((state: State, random: Random) => playOn(environment, state, random, steps))
  const value = (node: NodeView<State, Action>, random: Random): number => {
    if (node.terminal) return Math.min(highest, Math.max(lowest, ended(node) || 0))
    let sum = 0
    for (let i = 0; i < playouts; i++) sum += play(node.state, random)
    const earned = games ? 0 : node.totalReward
    return Math.min(highest, Math.max(lowest, earned + sum / playouts))
  }
  const judge = (node: NodeView<State, Action>, random: Random): Evaluation =>
    node.terminal ? { value: value(node, random), certain: true } : { value: value(node, random) }

  return {
    name: 'rollout',
    settings: { playouts, steps, range: [lowest, highest] },
    reproducible: 'exact',
    range,
    evaluate: (groups, context: CallContext) => groups.map((group) => group.map((node) => judge(node, context.random))),
    value,
  }
}

/** Sum of the rewards of a random playout, for the side to move in `start`. */
function playOn<State, Action, Task, Answer>(
  environment: Environment<State, Action, Task, Answer>,
  start: State,
  random: Random,
  steps: number,
): number {
  const side = environment.turn?.(start)
  let state = start
  let sum = 0
  for (let taken = 0; taken < steps; taken++) {
    const actions = environment.actions?.(state) ?? []
    if (actions.length === 0) return sum
    const step = environment.step(state, actions[random.below(actions.length)] as Action, untouched) as Step<State>
    if (typeof step.terminal !== 'boolean')
      throw new BanyanError('E_ROLLOUT_IMPURE', 'playouts need an environment whose steps return at once', { seen: environment.name })
    if (step.reward !== 0) sum += environment.turn?.(state) === side ? step.reward : -step.reward
    if (step.terminal) return sum
    state = step.state
  }
  return sum
}

/** What a pure environment is given in a playout: it may not use it. */
const untouched: StepContext = {
  purpose: 'search',
  get random(): never {
    throw touched('random numbers')
  },
  get signal(): never {
    throw touched('a signal')
  },
  get run(): never {
    throw touched('the run')
  },
  remaining: () => Number.POSITIVE_INFINITY,
  spend: () => {
    throw touched('the budget')
  },
  call: () => {
    throw touched('calls')
  },
}

function touched(what: string): BanyanError {
  return new BanyanError('E_ROLLOUT_IMPURE', `a step of a playout asked for ${what}`, { wanted: 'an environment whose steps are pure' })
}
