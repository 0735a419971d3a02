// The contract suite for environments: what every environment must keep, whatever its rules. For ours and for users' own.
// It plays random games from the given tasks and asks the environment's own promises of every state that it meets.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json } from '../core/common.ts'
import { canonical } from '../core/digest.ts'
import type { Environment, Step, StepContext } from '../core/environment.ts'
import { Random } from '../core/random.ts'
import { fakeContext } from './fake-context.ts'

export interface TestEnvironmentOptions<State, Action, Task, Answer> {
  readonly name: string
  /** A new environment. */
  readonly create: () => Environment<State, Action, Task, Answer>
  /** Tasks to play; at least one, each with a legal action at its start. */
  readonly tasks: readonly Task[]
  /** Legal actions of a state, for environments that do not list them. Default: the environment's `actions`. */
  readonly actionsOf?: (state: State, random: Random) => readonly Action[]
  /** An action that no state allows; stepping it must throw. */
  readonly illegal?: Action
  /** Most steps of a game. Default 60. */
  readonly steps?: number
  /** Lowest and highest value of `rollout`. Default [-1, 1]. */
  readonly rolloutRange?: readonly [number, number]
  /** Games to play for each property. Default 20. */
  readonly games?: number
}

/** A state that was met, and the step that led to it. */
interface Met<State, Action> {
  readonly state: State
  readonly from: State | undefined
  readonly action: Action | undefined
  readonly step: Step<State> | undefined
}

/**
 * Tests an environment: steps are pure and leave old states as they were, actions are JSON and legal, ended states offer none, equal keys
 * mean equal actions and turns, states survive their encoding, rewards and playouts are in range.
 *
 * @example
 * testEnvironment({ name: 'game24', create: game24, tasks: [{ numbers: [4, 9, 10, 13] }] })
 */
export function testEnvironment<State, Action, Task, Answer>(options: TestEnvironmentOptions<State, Action, Task, Answer>): void {
  const { name, create, tasks, illegal, steps = 60, rolloutRange = [-1, 1], games = 20 } = options
  const environment = create()
  const context: StepContext = Object.assign(fakeContext(), { purpose: 'search' as const })
  const actionsOf = options.actionsOf ?? ((state: State) => environment.actions?.(state) ?? [])

  /** A random game, all of its states deeply frozen. */
  async function play(task: Task, seed: number): Promise<readonly Met<State, Action>[]> {
    const random = new Random(seed, 'game')
    const met: Met<State, Action>[] = [
      { state: deepFreeze(await environment.initial(task)), from: undefined, action: undefined, step: undefined },
    ]
    for (let i = 0; i < steps; i++) {
      const { state, step } = met.at(-1)!
      const actions = step?.terminal === true ? [] : actionsOf(state, random)
      if (actions.length === 0) break
      const action = actions[random.below(actions.length)]!
      const next = await environment.step(state, action, context)
      met.push({ state: deepFreeze(next.state), from: state, action, step: next })
    }
    return met
  }

  const always = (title: string, check: (met: readonly Met<State, Action>[], seed: number, task: Task) => Promise<void> | void) =>
    it(title, () =>
      fc.assert(
        fc.asyncProperty(fc.constantFrom(...tasks), fc.nat(), async (task, seed) => check(await play(task, seed), seed, task)),
        { numRuns: games },
      ),
    )

  describe(`environment ${name}`, () => {
    it('has a name, and a legal action at the start of each task', async () => {
      expect(environment.name).not.toBe('')
      for (const task of tasks) expect(actionsOf(await environment.initial(task), new Random(0)).length).toBeGreaterThan(0)
    })

    always('starts the same task in the same state', async (met, _, task) => {
      const again = await create().initial(task)
      expect(look(environment, again)).toEqual(look(environment, met[0]!.state))
    })

    always('steps an old state again to the same result', async (met) => {
      for (const { from, action, step } of met) {
        if (from === undefined || step === undefined) continue
        const again = await environment.step(from, action!, context)
        expect({ ...again, state: look(environment, again.state) }).toEqual({ ...step, state: look(environment, step.state) })
      }
    })

    always('has actions that survive JSON, and takes them in that form', async (met) => {
      for (const { from, action, step } of met) {
        if (from === undefined || step === undefined) continue
        const copy = JSON.parse(JSON.stringify(action)) as Action
        expect(copy).toEqual(action)
        const again = await environment.step(from, copy, context)
        expect(look(environment, again.state)).toEqual(look(environment, step.state))
      }
    })

    always('gives finite rewards, and path costs that are not negative', (met) => {
      for (const { step } of met) {
        if (step === undefined) continue
        expect(Number.isFinite(step.reward)).toBe(true)
        expect(step.pathCost ?? 0).toBeGreaterThanOrEqual(0)
      }
    })

    always('renders every state as something', (met) => {
      for (const { state } of met) expect(environment.render(state).length).toBeGreaterThan(0)
    })

    always('gives the same answer for the same state', (met) => {
      for (const { state } of met) expect(environment.answer(state)).toEqual(environment.answer(state))
    })

    if (environment.actions !== undefined) {
      const actions = environment.actions.bind(environment)

      always('lists different actions, all of them legal, in the same order each time', async (met, seed) => {
        const { state, step } = met[new Random(seed, 'which').below(met.length)]!
        if (step?.terminal === true) return
        const listed = actions(state)
        expect(actions(state)).toEqual(listed)
        expect(new Set(listed.map((action) => canonical(action as Json))).size).toBe(listed.length)
        for (const action of listed) await environment.step(state, action, context)
      })

      always('lists nothing after the end', (met) => {
        for (const { state, step } of met) if (step?.terminal === true) expect(actions(state)).toEqual([])
      })

      always('has the same actions and turn wherever the key is the same', async (met, seed, task) => {
        if (environment.key === undefined) return
        const known = new Map<string, State>()
        for (const { state } of [...met, ...(await play(task, seed + 1))]) {
          const key = environment.key(state)
          expect(key).toBe(environment.key(state))
          const other = known.get(key)
          known.set(key, state)
          if (other === undefined) continue
          expect(actions(state)).toEqual(actions(other))
          expect(environment.turn?.(state)).toBe(environment.turn?.(other))
        }
      })
    }

    if (environment.turn !== undefined)
      always('says whose turn it is: 0 or 1', (met) => {
        for (const { state } of met) expect([0, 1]).toContain(environment.turn!(state))
      })

    if (environment.rollout !== undefined)
      always('plays out within its range, and the same for the same random numbers', (met, seed) => {
        for (const { state } of met) {
          const value = environment.rollout!(state, new Random(seed))
          expect(value).toBeGreaterThanOrEqual(rolloutRange[0])
          expect(value).toBeLessThanOrEqual(rolloutRange[1])
          expect(environment.rollout!(state, new Random(seed))).toBe(value)
        }
      })

    if (environment.encode !== undefined || environment.reproducible === 'recorded')
      always('has states that survive encoding, JSON and decoding', async (met) => {
        for (const { state, from, action, step } of met) {
          const copy = decoded(environment, state)
          expect(look(environment, copy)).toEqual(look(environment, state))
          if (from === undefined || step === undefined) continue
          const again = await environment.step(decoded(environment, from), action!, context)
          expect(look(environment, again.state)).toEqual(look(environment, step.state))
        }
      })

    if (illegal !== undefined)
      always('refuses an illegal action with an error', async (met) => {
        for (const { state } of met) {
          let refused = false
          try {
            await environment.step(state, illegal, context)
          } catch {
            refused = true
          }
          expect(refused).toBe(true)
        }
      })
  })
}

/** All that can be seen of a state from outside. */
function look<State, Action, Task, Answer>(environment: Environment<State, Action, Task, Answer>, state: State): unknown {
  return {
    rendered: environment.render(state),
    answer: environment.answer(state),
    key: environment.key?.(state),
    turn: environment.turn?.(state),
    actions: environment.actions?.(state),
    encoded: environment.encode?.(state),
  }
}

function decoded<State, Action, Task, Answer>(environment: Environment<State, Action, Task, Answer>, state: State): State {
  return environment.decode!(JSON.parse(JSON.stringify(environment.encode!(state))) as Json)
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value) || ArrayBuffer.isView(value)) return value
  Object.freeze(value)
  for (const inner of Object.values(value)) deepFreeze(inner)
  return value
}
