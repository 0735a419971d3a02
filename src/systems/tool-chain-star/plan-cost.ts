// What A* of ToolChain* goes by: what a call costs, and what is still to be paid after it. It asks an imagination and a judge, and knows no model.
import type { Amounts } from '../../core/common.ts'
import { digest } from '../../core/digest.ts'
import type { Evaluation, Evaluator } from '../../core/evaluator.ts'
import type { NodeView } from '../../core/node-view.ts'
import { perGroup } from '../../evaluators/groups.ts'
import type { PlanMemory } from '../../evaluators/plan-memory.ts'
import { mayBeLost } from '../../models/several-samples.ts'
import type { Imagination } from './imagination.ts'

/** Options of `planCost`. */
export interface PlanCostOptions<State, Action> {
  /** It must stay as it is while a search is under way. */
  readonly memory: PlanMemory
  /** The path to a node as words, one for each call. */
  words(node: NodeView<State, Action>): readonly string[]
  /** Whether the last call did nothing, because it was refused: it then costs 1. */
  refused(node: NodeView<State, Action>): boolean
  /** How many calls would follow. Absent: nothing is imagined, and h₂ is 0. */
  readonly imagination?: Imagination<State, Action>
  /** Judges finished plans, in [0, 1]: below 0.5 they are no goals. Absent: all are. */
  readonly finished?: Evaluator<State, Action>
  /** α in [0, 1]: 1 goes by the memory alone, 0 by self-consistency alone. Default 0.5. */
  readonly alpha?: number
  /** β in [0, 1]: 1 goes by places in the memory alone, 0 by imagination alone. Default 0.5. */
  readonly beta?: number
  /** Least value of 1 − g₁ and 1 − h₁, in [0, 1]: above 0, what the memory knows does not silence the other signal. Default 0.1. */
  readonly doubt?: number
}

/**
 * Costs of plans, for `aStar({ stepCost: 'evaluated' })`. `values.cost` of a state is that of its last call, a summand of the
 * cumulative cost g(n) of arXiv:2310.13227:
 *
 * c(n) = (1 − g₁(n))^α · (1 − g₂(n))^(1 − α)
 *
 * with g₁ the memory's likeness of the path and g₂ the share of the samples that were this call (by the node's log-probability; see
 * `bySelfConsistency`). The value is 1 − h, with the future cost of the same paper:
 *
 * h(n) = (1 − h₁(n))^β · (1 − h₂(n))^(1 − β)
 *
 * with h₁ the place of the call in remembered plans and h₂ = |path| / |path with what is imagined to follow|. A finished plan has h = 0; one that
 * `finished` is certain to be right is solved, one below 0.5 a dead end, and so is a path that ended without an answer.
 */
export function planCost<State extends { readonly answer?: unknown }, Action>(
  options: PlanCostOptions<State, Action>,
): Evaluator<State, Action> {
  const { memory, words, refused, imagination, finished, alpha = 0.5, beta = 0.5, doubt = 0.1 } = options
  const imagines = imagination !== undefined && beta < 1
  // Each state is either imagined on or judged.
  const asked = [...(imagines ? [imagination] : []), ...(finished === undefined ? [] : [finished])]

  const stepCost = (node: NodeView<State, Action>, path: readonly string[]): number => {
    if (refused(node)) return 1
    const g1 = memory.likeness(path)
    return product(Math.max(doubt, 1 - g1), alpha, 1 - share(node))
  }
  const restCost = (path: readonly string[], rest: number | undefined): number => {
    const h1 = memory.place(path.at(-1) ?? '')
    const h2 = rest === undefined || path.length === 0 ? 0 : path.length / (path.length + rest)
    return product(Math.max(doubt, 1 - h1), beta, 1 - h2)
  }

  return {
    name: 'plan-cost',
    settings: {
      memory: digest(memory.plans.map((plan) => [...plan])).slice(0, 16),
      alpha,
      beta,
      doubt,
      imagination: imagination === undefined ? null : { name: imagination.name, settings: imagination.settings ?? null },
      finished: finished === undefined ? null : { name: finished.name, settings: finished.settings ?? null },
    },
    ...(asked.some(({ reproducible }) => reproducible === 'recorded') && { reproducible: 'recorded' as const }),
    range: [0, 1],
    async evaluate(groups, context) {
      const nodes = groups.flat()
      const ended = nodes.filter(({ state }) => state.answer !== undefined)
      const open = nodes.filter(({ terminal, state }) => !terminal && state.answer === undefined)
      const said = new Map<NodeView<State, Action>, Evaluation | undefined>()
      const rest = new Map<NodeView<State, Action>, number | undefined>()
      if (finished !== undefined)
        for (const node of ended) said.set(node, (await orNone(() => finished.evaluate([[node]], context)))?.[0]?.[0])
      if (imagines && open.length > 0) {
        const imagined = (await orNone(() => imagination.rest(open, context))) ?? []
        const known = imagined.filter((calls) => calls !== undefined)
        // What could not be imagined is taken to be like its siblings.
        const mean = known.length === 0 ? undefined : known.reduce((sum, calls) => sum + calls, 0) / known.length
        for (const [at, node] of open.entries()) rest.set(node, imagined[at] ?? mean)
      }
      return perGroup(
        groups,
        nodes.map((node): Evaluation => {
          const path = words(node)
          const values = { cost: stepCost(node, path) }
          if (node.state.answer !== undefined) return { ...verdict(said.get(node)), values }
          if (node.terminal) return { value: 0, certain: true, values, critique: 'it ended without an answer' }
          return { value: 1 - restCost(path, rest.get(node)), values }
        }),
      )
    },
    ...(asked.every(({ atMost }) => atMost !== undefined) && {
      atMost: (count) => greatest(asked.map((part) => part.atMost!(count))),
    }),
  }
}

/**
 * Costs where plans are not compared and nothing is imagined: a step costs (1 − g₂)^½, and the judge's value, brought to [0, 1], is 1 − h. Finished
 * states below the middle of its range are dead ends.
 */
export function selfConsistencyCost<State, Action>(judge: Evaluator<State, Action>): Evaluator<State, Action> {
  const [low, high] = judge.range
  return {
    name: 'self-consistency-cost',
    settings: { judge: { name: judge.name, settings: judge.settings ?? null } },
    ...(judge.reproducible !== undefined && { reproducible: judge.reproducible }),
    ...(judge.oracle !== undefined && { oracle: judge.oracle }),
    ...(judge.atMost !== undefined && { atMost: (count: number) => judge.atMost!(count) }),
    range: [0, 1],
    async evaluate(groups, context) {
      const judged = await judge.evaluate(groups, context)
      return groups.map((group, at) =>
        group.map((node, place): Evaluation => {
          const said = judged[at]?.[place] ?? { value: low }
          const value = Math.min(1, Math.max(0, (said.value - low) / (high - low)))
          const values = { cost: Math.sqrt(1 - share(node)) }
          const { critique } = said
          const judgement = node.terminal ? verdict({ ...said, value }) : { value, ...(said.certain && { certain: true }) }
          return { ...judgement, values, ...(critique !== undefined && { critique }) }
        }),
      )
    },
  }
}

/** g₂: the share of the samples that were this action. */
function share<State, Action>(node: NodeView<State, Action>): number {
  return Math.min(1, Math.exp(node.logProb - (node.parent?.logProb ?? 0)))
}

/** Of each unit the greatest amount. */
function greatest(all: readonly Amounts[]): Amounts {
  const most: Record<string, number> = {}
  for (const amounts of all) for (const [unit, amount] of Object.entries(amounts)) most[unit] = Math.max(most[unit] ?? 0, amount)
  return most
}

/** A weighted geometric mean of two costs. */
function product(one: number, weight: number, other: number): number {
  return one ** weight * Math.max(0, other) ** (1 - weight)
}

function verdict(said: Evaluation | undefined): Pick<Evaluation, 'value' | 'certain'> {
  if (said === undefined) return { value: 1 }
  if (said.certain) return { value: said.value, certain: true }
  return said.value >= 0.5 ? { value: 1 } : { value: 0, certain: true }
}

/** Undefined where it failed as models fail now and then: nothing is known then, and the search goes on. */
async function orNone<Result>(work: () => Result | Promise<Result>): Promise<Result | undefined> {
  try {
    return await work()
  } catch (error) {
    if (mayBeLost(error)) return undefined
    throw error
  }
}
