// Costs that a net (or anything else) gives, as evaluators of A* and of Q*: one for a state, or one for each of its actions.
import type { Awaitable, Json } from '../../core/common.ts'
import type { Evaluation, Evaluator } from '../../core/evaluator.ts'
import type { NodeView } from '../../core/node-view.ts'

/** What both evaluators need. */
interface CostsOptions<State, Costs> {
  /** Costs of states, all of a batch at once and in order: at least 0. */
  readonly costs: (states: readonly State[], signal: AbortSignal | undefined) => Awaitable<readonly Costs[]>
  /** Goals cost nothing and are not asked about. Default: every finished state is one. */
  readonly goal?: (node: NodeView<State>) => boolean
  /** States with equal texts are asked about once. Default: each is asked about whenever it is met. */
  readonly key?: (state: State) => string
  /** No cost is greater. Default 1e6. */
  readonly most?: number
  /** Default `costs`. */
  readonly name?: string
  /** All that changes what it says: goes into the run's fingerprint. */
  readonly settings?: Json
}

/** Options of `actionCosts`. */
export type ActionCostsOptions<State> = CostsOptions<State, ArrayLike<number>>
/** Options of `stateCosts`. */
export type StateCostsOptions<State> = CostsOptions<State, number>

/** What evaluators count. */
export const netEvaluationsUnit = 'netEvaluations'

/**
 * q(s, a), the cost of each action together with all that follows, in the order in which the environment lists its actions: the estimate of Q*. The
 * value of a state is minus the least of them. Counts `netEvaluations`: one for each state that is asked about.
 */
export function actionCosts<State>(options: ActionCostsOptions<State>): Evaluator<State> {
  return costsEvaluator(options, (costs, most) => {
    const vector = Array.from(costs, (cost) => clamped(cost, most))
    return { value: -Math.min(most, ...vector), vector }
  })
}

/** h(s), the cost of all that follows, for A* with `top: 0`: the value is minus that. Counts as {@link actionCosts} does. */
export function stateCosts<State>(options: StateCostsOptions<State>): Evaluator<State> {
  return costsEvaluator(options, (cost, most) => ({ value: -clamped(cost, most) }))
}

const reached: Evaluation = { value: 0, certain: true }

function costsEvaluator<State, Costs>(
  { costs, goal = ({ terminal }) => terminal, key, most = 1e6, name = 'costs', settings }: CostsOptions<State, Costs>,
  judge: (costs: Costs, most: number) => Evaluation,
): Evaluator<State> {
  const known = new Map<string, Evaluation>()
  return {
    name,
    ...(settings !== undefined && { settings }),
    reproducible: 'exact',
    range: [-most, 0],
    async evaluate(groups, context) {
      const evaluations = groups.map((group) => group.map((node) => (goal(node) ? reached : key && known.get(key(node.state)))))
      const asked: { readonly state: State; readonly places: (readonly [number, number])[] }[] = []
      const placeOf = new Map<string, number>()
      for (const [at, group] of groups.entries())
        for (const [place, { state }] of group.entries()) {
          if (evaluations[at]![place] !== undefined) continue
          const text = key?.(state)
          const same = text === undefined ? undefined : placeOf.get(text)
          if (same !== undefined) asked[same]!.places.push([at, place])
          else {
            if (text !== undefined) placeOf.set(text, asked.length)
            asked.push({ state, places: [[at, place]] })
          }
        }
      if (asked.length > 0) {
        context.spend({ [netEvaluationsUnit]: asked.length })
        const said = await costs(
          asked.map(({ state }) => state),
          context.signal,
        )
        for (const [at, { state, places }] of asked.entries()) {
          const evaluation = judge(said[at]!, most)
          if (key !== undefined) known.set(key(state), evaluation)
          for (const [group, place] of places) evaluations[group]![place] = evaluation
        }
      }
      return evaluations as Evaluation[][]
    },
  }
}

function clamped(cost: number, most: number): number {
  return Math.min(most, Math.max(0, cost))
}
