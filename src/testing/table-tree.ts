// A search written out as a table, for tests whose results are computed by hand: each state is a path of letters, and the table says what
// each is worth, how likely and how dear the step to it is. It knows no searcher.
import type { Environment } from '../core/environment.ts'
import type { Evaluation, Evaluator } from '../core/evaluator.ts'
import type { Proposer } from '../core/proposer.ts'

/** What is known of one state. All may be absent. */
export interface TableState {
  /** From the evaluator, from the side to move. Default 0. */
  readonly value?: number
  readonly certain?: boolean
  readonly critique?: string
  /** Further named values, and values of the actions that follow. */
  readonly values?: Readonly<Record<string, number>>
  readonly vector?: readonly number[]
  /** Of the action that leads here. Default: equal shares. */
  readonly prior?: number
  readonly score?: number
  /** Cost of the step that leads here. Default 1. */
  readonly cost?: number
  /** States with equal keys are twins. Default: the path. */
  readonly key?: string
}

/** States by their paths: `''` is the root, `'ab'` what action `b` leads to from `'a'`. States without any below them are terminal. */
export type Table = Readonly<Record<string, TableState>>

/**
 * The parts of a search over a table. The proposer offers all actions that the table has, in its order; the answer is the path of a
 * terminal state.
 *
 * @param range of the evaluator. Default [0, 1].
 * @param players 2: the sides move in turn, the first at the root. Default 1.
 *
 * @example
 * await search({ ...tableTree({ a: { value: 0.2 }, b: { value: 1, certain: true } }), task: null, searcher: bestFirst() })
 */
export function tableTree(table: Table, { range = [0, 1], players = 1 }: { range?: readonly [number, number]; players?: 1 | 2 } = {}) {
  const paths = Object.keys(table)
  const below = (state: string) => paths.filter((path) => path.length === state.length + 1 && path.startsWith(state))
  const environment: Environment<string, string, null, string> = {
    name: 'table',
    initial: () => '',
    step(state, action) {
      const path = state + action
      return { state: path, reward: 0, terminal: below(path).length === 0, pathCost: table[path]?.cost ?? 1 }
    },
    actions: (state) => below(state).map((path) => path.at(-1)!),
    answer: (state) => (below(state).length === 0 ? state : undefined),
    render: (state) => state,
    key: (state) => table[state]?.key ?? state,
    ...(players === 2 ? { turn: (state) => state.length % 2 } : {}),
  }
  const proposer: Proposer<string, string> = {
    name: 'table',
    reproducible: 'exact',
    propose: (requests) =>
      requests.map(({ node, siblings }) => {
        const offered = siblings.length > 0 ? [] : below(node.state)
        const candidates = offered.map((path) => {
          const { prior = 1 / offered.length, score } = table[path]!
          return { action: path.at(-1)!, prior, ...(score === undefined ? {} : { score }) }
        })
        return { candidates, complete: true }
      }),
  }
  const evaluator: Evaluator<string, string> = {
    name: 'table',
    reproducible: 'exact',
    range,
    evaluate: (groups) =>
      groups.map((group) =>
        group.map(({ state }): Evaluation => {
          const { value = 0, certain, critique, values, vector } = table[state] ?? {}
          return {
            value,
            ...(certain ? { certain } : {}),
            ...(critique === undefined ? {} : { critique }),
            ...(values === undefined ? {} : { values }),
            ...(vector === undefined ? {} : { vector }),
          }
        }),
      ),
  }
  return { environment, proposer, evaluator, task: null }
}
