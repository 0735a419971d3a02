// Evaluators made of evaluators: a weighted mean, and a cascade in which the later ones see only what the earlier left uncertain.
import type { Amounts } from '../core/common.ts'
import { BanyanError } from '../core/errors.ts'
import type { Evaluation, Evaluator } from '../core/evaluator.ts'
import { perGroup } from './groups.ts'

export interface WeightedPart<State, Action> {
  readonly evaluator: Evaluator<State, Action>
  /** At least 0; only their proportion counts. */
  readonly weight: number
}

export interface CombineOptions {
  readonly name?: string
  /** Lowest and highest value. Default [0, 1]. */
  readonly range?: readonly [number, number]
}

/**
 * The weighted mean of several evaluators, each first mapped from its own range to the common one. `values` holds each part's own value
 * by its name; critiques are joined. A value is certain only when every part with a weight is certain: let a verifier decide alone with
 * `cascade`.
 *
 * @throws `E_EVALUATOR_OPTIONS` without parts, for equal names, negative weights, or weights that are all 0.
 *
 * @example
 * const evaluator = weighted([{ evaluator: likelihood(), weight: 1 }, { evaluator: yesNoJudge({ model, environment }), weight: 3 }])
 */
export function weighted<State, Action = unknown>(
  parts: readonly WeightedPart<State, Action>[],
  options: CombineOptions = {},
): Evaluator<State, Action> {
  const range = options.range ?? [0, 1]
  const total = parts.reduce((sum, part) => sum + part.weight, 0)
  if (parts.some((part) => !(part.weight >= 0)) || !(total > 0 && Number.isFinite(total))) {
    throw badOptions(
      'weights',
      parts.map((part) => part.weight),
      'numbers of at least 0, not all 0',
    )
  }
  const evaluators = parts.map((part) => part.evaluator)
  const shares = parts.map((part) => part.weight / total)
  const mean = (values: readonly number[]) => {
    const sum = values.reduce((before, value, index) => before + parts[index]!.weight * shareOf(value, evaluators[index]!.range), 0)
    return within(range, sum / total)
  }

  return {
    ...common(evaluators, options.name ?? 'weighted', range, { weights: shares }),
    async evaluate(groups, context) {
      const byPart: (readonly (readonly Evaluation[])[])[] = []
      for (const evaluator of evaluators) byPart.push(await evaluator.evaluate(groups, context))
      return groups.map((group, g) =>
        group.map((_, n) => {
          const own = byPart.map((results) => results[g]![n]!)
          const certain = own.every((evaluation, index) => shares[index] === 0 || evaluation.certain === true)
          return { value: mean(own.map((evaluation) => evaluation.value)), ...gathered(evaluators, own), ...(certain ? { certain } : {}) }
        }),
      )
    },
    ...(evaluators.every((evaluator) => evaluator.value !== undefined)
      ? { value: (node, random) => mean(evaluators.map((evaluator) => evaluator.value!(node, random))) }
      : {}),
  } satisfies Evaluator<State, Action>
}

/**
 * The first evaluator judges all nodes, the second only those of which the first is not certain, and so on; groups keep their structure,
 * without the nodes that are settled. A node's value is that of the last evaluator that saw it, mapped to the common range; `values`
 * holds what each one said, by its name.
 *
 * @throws `E_EVALUATOR_OPTIONS` without stages or for equal names.
 *
 * @example
 * const evaluator = cascade([rules({ environment }), yesNoJudge({ model, environment })])
 */
export function cascade<State, Action = unknown>(
  stages: readonly Evaluator<State, Action>[],
  options: CombineOptions = {},
): Evaluator<State, Action> {
  const range = options.range ?? [0, 1]
  return {
    ...common(stages, options.name ?? 'cascade', range, {}),
    async evaluate(groups, context) {
      const said: { by: Evaluator<State, Action>; evaluation: Evaluation }[][] = groups.flat().map(() => [])
      let open = perGroup(
        groups,
        said.map((_, place) => place),
      )
      const nodes = groups.flat()
      for (const stage of stages) {
        open = open.filter((group) => group.length > 0)
        if (open.length === 0) break
        const results = await stage.evaluate(
          open.map((group) => group.map((place) => nodes[place]!)),
          context,
        )
        for (const [g, group] of open.entries()) {
          for (const [n, place] of group.entries()) said[place]!.push({ by: stage, evaluation: results[g]![n]! })
        }
        open = open.map((group) => group.filter((place) => said[place]!.at(-1)!.evaluation.certain !== true))
      }
      return perGroup(
        groups,
        said.map((list) => {
          const { by, evaluation } = list.at(-1)!
          const gathering = gathered(
            list.map((item) => item.by),
            list.map((item) => item.evaluation),
          )
          return { ...evaluation, value: within(range, shareOf(evaluation.value, by.range)), ...gathering }
        }),
      )
    },
  } satisfies Evaluator<State, Action>
}

function common<State, Action>(
  parts: readonly Evaluator<State, Action>[],
  name: string,
  range: readonly [number, number],
  settings: Record<string, readonly number[]>,
) {
  const names = parts.map((part) => part.name)
  if (parts.length === 0 || new Set(names).size < names.length) {
    throw badOptions('parts', names, 'at least one evaluator, each with a name of its own')
  }
  return {
    name,
    range,
    settings: { ...settings, range, parts: parts.map((part) => ({ name: part.name, settings: part.settings ?? null })) },
    reproducible: parts.every((part) => part.reproducible !== 'recorded') ? ('exact' as const) : ('recorded' as const),
    ...(parts.some((part) => part.oracle !== undefined) ? { oracle: 'training-label' as const } : {}),
    ...(parts.every((part) => part.atMost !== undefined)
      ? { atMost: (count: number) => summed(parts.map((part) => part.atMost!(count))) }
      : {}),
  }
}

/** Named values of all parts (their own further ones as `part.name`), and their critiques, a line each. */
function gathered<State, Action>(
  parts: readonly Evaluator<State, Action>[],
  evaluations: readonly Evaluation[],
): Pick<Evaluation, 'values' | 'critique'> {
  const values: Record<string, number> = {}
  const critiques: string[] = []
  for (const [index, { value, values: further, critique }] of evaluations.entries()) {
    const name = parts[index]!.name
    values[name] = value
    for (const [key, number] of Object.entries(further ?? {})) values[`${name}.${key}`] = number
    if (critique !== undefined) critiques.push(critique)
  }
  return { values, ...(critiques.length === 0 ? {} : { critique: critiques.join('\n') }) }
}

/** Where a value lies in its range, in [0, 1]; the middle of a range that is a point. */
function shareOf(value: number, [low, high]: readonly [number, number]): number {
  return high > low ? (value - low) / (high - low) : 0.5
}

/** The value at a share of a range; the ends are met exactly, because a certain value at an end means more than one near it. */
function within([low, high]: readonly [number, number], share: number): number {
  return share >= 1 ? high : share <= 0 ? low : low + share * (high - low)
}

function summed(amounts: readonly Amounts[]): Amounts {
  const sum: Record<string, number> = {}
  for (const part of amounts) for (const [unit, amount] of Object.entries(part)) sum[unit] = (sum[unit] ?? 0) + amount
  return sum
}

function badOptions(option: string, seen: unknown, wanted: string): BanyanError {
  return new BanyanError('E_EVALUATOR_OPTIONS', `the ${option} of this evaluator cannot be used`, { seen, wanted, fatal: true })
}
