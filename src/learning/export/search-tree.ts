// Trees of preference rows as formats need them: without steps that have no text, with values that are shares of right ends.
import { BanyanError } from '../../core/errors.ts'
import type { PreferenceNode } from '../data/rows.ts'

/** The same tree without steps that have no text: what is below them moves up, and what they ended is ended by the step before. */
export function withTexts(node: PreferenceNode): PreferenceNode {
  const below = node.children.map(withTexts)
  const ended = below.some((child) => child.text === '' && child.terminal && child.children.length === 0)
  return {
    ...node,
    terminal: node.terminal || ended,
    children: below.flatMap((child) => (child.text === '' ? child.children : [child])),
  }
}

/** The place of the best node: the greatest value, then the most visits, then the first; those without value come last. −1 for none. */
export function bestOf(nodes: readonly Pick<PreferenceNode, 'value' | 'visits'>[]): number {
  let best = -1
  for (const [at, node] of nodes.entries()) if (best < 0 || better(node, nodes[best]!)) best = at
  return best
}

function better(a: Pick<PreferenceNode, 'value' | 'visits'>, b: typeof a): boolean {
  const [one, other] = [a.value ?? Number.NEGATIVE_INFINITY, b.value ?? Number.NEGATIVE_INFINITY]
  return one === other ? a.visits > b.visits : one > other
}

/** A node's value as the share of right ends below it. @throws BanyanError E_DATASET_ROW when it is none. */
export function shareOf({ value }: PreferenceNode): number | undefined {
  if (value === undefined || (value >= 0 && value <= 1)) return value
  throw new BanyanError('E_DATASET_ROW', 'a field "value" in the field "tree" is no share', {
    seen: value,
    wanted: 'a number from 0 to 1',
    hint: "Build the trees with the builder's option `value: 'monte-carlo'` or `'inferred'`.",
  })
}
