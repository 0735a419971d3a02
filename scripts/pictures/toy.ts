// A toy whose trees fit on a page: from 1 to a target in a few steps of +1, ×2 and ×3. What looks near is often a dead end, and many ways lead
// to the same number, so that searchers differ in what they grow.
import type { Environment, Evaluator, Proposer } from '../../src/core/index.ts'

interface Place {
  readonly number: number
  readonly left: number
  readonly target: number
}

/** Actions say where they lead: `×2 → 6`. */
export function toy(): Environment<Place, string, { readonly target: number; readonly steps: number }, number> {
  return {
    name: 'toy',
    initial: ({ target, steps }) => ({ number: 1, left: steps, target }),
    actions: ({ number, left, target }) =>
      left === 0 || number >= target ? [] : [`+1 → ${number + 1}`, `×2 → ${number * 2}`, `×3 → ${number * 3}`],
    step: (place, action) => {
      const number = Number(action.split('→ ')[1])
      const left = place.left - 1
      return { state: { ...place, number, left }, reward: 0, terminal: left === 0 || number >= place.target }
    },
    answer: ({ number, target }) => (number === target ? number : undefined),
    render: ({ number, left, target }) => `from ${number} to ${target} in at most ${left} steps`,
    key: ({ number, left }) => `${number}/${left}`,
  }
}

/** Certain at the end, where it is nothing or all; before, how near the number is. */
export const nearness: Evaluator<Place> = {
  name: 'nearness',
  range: [0, 1],
  evaluate: (groups) =>
    groups.map((group) =>
      group.map(({ state: { number, target }, terminal }) => {
        if (number === target) return { value: 1, certain: true }
        return terminal ? { value: 0, certain: true } : { value: Math.round((90 * number) / target) / 100 }
      }),
    ),
}

/** Draws moves by priors that prefer the greater steps: several at once are different ones, single ones may come again. */
export const drawn: Proposer<Place, string> = {
  name: 'drawn',
  propose: (requests, { random }) =>
    requests.map(({ node, siblings, count }) => {
      const legal = ['+1', '×2', '×3'].map((name, i) => ({
        action: `${name} → ${[node.state.number + 1, node.state.number * 2, node.state.number * 3][i]}`,
        prior: [0.25, 0.35, 0.4][i]!,
      }))
      const open = node.state.left === 0 ? [] : legal.filter(({ action }) => count === 1 || !siblings.includes(action))
      const candidates: typeof legal = []
      while (candidates.length < count && open.length > 0) {
        // Gumbel keys: the greatest is a draw by priors.
        const keys = open.map(({ prior }) => Math.log(prior) - Math.log(-Math.log(random.unit())))
        candidates.push(...open.splice(keys.indexOf(Math.max(...keys)), 1))
      }
      return { candidates, complete: count > 1 && open.length === 0 }
    }),
}
