// What each step of a round's traces is worth, found from which of the traces that go through the same state came out right.
import { inferredValues } from '../data/node-values.ts'

/**
 * How an evaluator's targets are found: `monte-carlo`, the part of the traces through a state that came out right; `inferred`, the values of
 * ReST-MCTS* (arXiv:2406.03816, eqs. 1 and 2), which tell how near a state is to a right end. Of tasks without a right trace nothing is inferred.
 */
export type StepTargets = 'monte-carlo' | 'inferred'

/** A finished trace, and whether it is right. */
export interface JudgedTrace {
  /** Name of its task. */
  readonly task: string
  readonly steps: readonly string[]
  readonly right: boolean
}

/** A state that traces go through. */
interface State {
  readonly parent: State | undefined
  readonly next: Map<string, State>
  /** Traces through it, and right ones of them. */
  traces: number
  rightTraces: number
  /** Whether a trace ends here, and rightly. */
  end: boolean | undefined
}

/** For each trace a target in [0, 1] for the state after each of its steps; undefined where nothing is known of them. */
export function stepLabels(traces: readonly JudgedTrace[], targets: StepTargets): (readonly number[] | undefined)[] {
  const roots = new Map<string, State>()
  const states: State[] = []
  const below = (parent: State | undefined): State => {
    const state: State = { parent, next: new Map(), traces: 0, rightTraces: 0, end: undefined }
    states.push(state)
    return state
  }
  const paths = traces.map(({ task, steps, right }) => {
    let state = roots.get(task) ?? below(undefined)
    roots.set(task, state)
    const path = steps.map((step) => {
      const next = state.next.get(step) ?? below(state)
      state.next.set(step, next)
      next.traces++
      next.rightTraces += Number(right)
      state = next
      return next
    })
    state.end = right
    return path
  })
  if (targets === 'monte-carlo') return paths.map((path) => path.map((state) => state.rightTraces / state.traces))
  const values = new Map<State, number>()
  for (const own of byTask(states)) {
    const ends = new Map(own.flatMap((state) => (state.end === undefined ? [] : [[state, { right: state.end }] as const])))
    for (const [state, { value }] of inferredValues(own, ends)) values.set(state, value)
  }
  return paths.map((path) => (path.every((state) => values.has(state)) ? path.map((state) => values.get(state)!) : undefined))
}

/** The states of each task, each after those that lead to it. */
function byTask(states: readonly State[]): Iterable<readonly State[]> {
  const rootOf = new Map<State, State>()
  const trees = new Map<State, State[]>()
  for (const state of states) {
    const root = state.parent === undefined ? state : rootOf.get(state.parent)!
    rootOf.set(state, root)
    const tree = trees.get(root) ?? []
    tree.push(state)
    trees.set(root, tree)
  }
  return trees.values()
}
